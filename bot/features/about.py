"""What the bot can do and how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from bot import __version__
from bot.cards import day_name
from bot.chat.command_table import is_slip
from bot.chat.commands import Command, Param
from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Item,
    Moment,
    Span,
    Spans,
    Strong,
    View,
    line,
    note,
)
from bot.errors import UsageError
from bot.features.arguments import COMMAND
from bot.features.digests import state
from bot.features.first_steps import READ, SHELF, first_steps
from bot.features.services import Context
from bot.features.storage import storage
from bot.log_file import LogEntry
from bot.text import count, listed, shorten

if TYPE_CHECKING:  # start-up time
    from bot.library.library import Status
    from bot.store.leases import Lease

# a test sees to it that each command is in one of them
GROUPS: Mapping[str, Sequence[str]] = {
    "Find papers": (
        "find paper similar today day week month days trending for-me index-paper".split()
    ),
    "Save papers": (
        "save unsave saved read unread collect note unnote tag untag export keep-from".split()
    ),
    "With your team": "shelf share vote unvote nominate nominated poll pick picks".split(),
    "Digests": (
        "subscribe confirm subscriptions edit pause resume unsubscribe preview digest "
        "resolve rate watch watches unwatch".split()
    ),
    "Paperboy": "home help status privacy my-data forget-me".split(),
}
FIRST_STEPS = (READ, Button("Trending", "trending"), SHELF)
ALL_COMMANDS = Button("All commands", "help")
MAX_PROBLEMS = 100  # that status reads from the log
SHOWN_PROBLEMS = 3


async def help_(ctx: Context, command: Annotated[str, COMMAND] = "") -> View:
    """Show what Paperboy can do, or how a command works.

    command: Command [all of them]
    """
    commands = ctx.bot.commands
    name = command.lower().replace(" ", "-")
    if not name:
        is_chat = ctx.person.platform in ctx.services.outlets
        return _greet(commands) if is_chat else _list(commands)
    if name in commands:
        return _explain(commands[name])
    if group := next((title for title in GROUPS if _slug(title) == name), ""):
        return _list_group(commands, group)
    near = [one for one in commands if is_slip(name, one)]
    hint = f" Did you mean {listed(near, 'or')}?" if near else " “help” lists them all."
    raise UsageError(f"“{shorten(command, 40)}” isn’t a command.{hint}", argument="command")


async def status(ctx: Context) -> View:
    """Show how many papers there are and how fresh they are."""
    now = await ctx.library.status()
    facts = Item((f"Paperboy {__version__}",), tuple(_facts(ctx, now)))
    blocks: list[Block] = [facts, *_troubles(ctx, now)]
    if ctx.person.id in ctx.services.admins and (purges := await ctx.services.tenants.waiting()):
        blocks.append(line(Strong("Removed"), f"  {_removed(purges)}"))
    leases = await _leases(ctx)
    if leases:
        blocks.append(_duties(leases))
    problems = await _problems(ctx)
    if problems:
        blocks.append(_recent(problems))
    blocks += await state(ctx)
    blocks += await storage(ctx)
    blocks.append(Buttons((Button("Today’s papers", "today"), Button("Help", "help"))))
    messages = [one.message for one in problems]
    duties = [{"name": one.name, "holder": one.holder} for one in leases]
    data = {**_record(now), "problems": messages, "leases": duties}
    return View(tuple(blocks), data=data)


def _list(commands: Mapping[str, Command]) -> View:
    """Show all commands, where they are typed rather than pressed."""
    groups = [
        Item(
            (Strong(title),),
            tuple((Code(name), f"  {commands[name].help}") for name in names if name in commands),
        )
        for title, names in GROUPS.items()
    ]
    blocks: tuple[Block, ...] = (
        line(
            "Browse, search and save Hugging Face’s daily papers, and get them as a digest. Type "
            "words to search, or one of these commands; “help find” explains find."
        ),
        *groups,
        Buttons(FIRST_STEPS),
    )
    return View(blocks, title="Paperboy", data=_records(commands))


def _greet(commands: Mapping[str, Command]) -> View:
    """Show what to begin with, and the groups of commands."""
    groups = tuple(_name_all(title, names, commands) for title, names in GROUPS.items())
    blocks: tuple[Block, ...] = (
        line("Hello! I bring Hugging Face’s daily papers. Four things to begin with:"),
        *first_steps(can_subscribe=True),
        Item((Strong("All commands"),), groups),
        Buttons(tuple(Button(title, f"help {_slug(title)}") for title in GROUPS)),
    )
    return View(blocks, title="Paperboy", data=_records(commands))


def _list_group(commands: Mapping[str, Command], title: str) -> View:
    """Show the commands of a group, each with a button to how it works."""
    shown = [commands[name] for name in GROUPS[title] if name in commands]
    items = [
        Item((Code(one.name),), ((f"{one.help}.",),), (Button("How it works", f"help {one.name}"),))
        for one in shown
    ]
    records = _records({one.name: one for one in shown})
    return View((*items, Buttons((ALL_COMMANDS,))), title=title, data=records)


def _name_all(title: str, names: Sequence[str], commands: Mapping[str, Command]) -> Spans:
    spans: list[Span] = [f"{title}: "]
    for name in names:
        if name in commands:
            spans += [*([", "] if len(spans) > 1 else []), Code(name)]
    return tuple(spans)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def _records(commands: Mapping[str, Command]) -> Mapping[str, object]:
    return {"commands": list(map(_command_record, commands.values()))}


def _command_record(command: Command) -> dict[str, object]:
    """Return a command with its arguments as JSON values."""
    return {
        "name": command.name,
        "usage": command.usage,
        "help": command.help,
        "arguments": list(map(_argument, command.params)),
    }


def _argument(param: Param) -> dict[str, object]:
    return {
        "name": param.name,
        "help": param.help,
        "required": param.required,
        "named": param.named,
        "default": param.default or None,
        "choices": list(param.choices),
        "example": param.argument.example,
    }


def _explain(command: Command) -> View:
    who = "Everyone here sees the answer." if command.shared else "Only you see the answer."
    blocks: tuple[Block, ...] = (
        Item((Code(command.usage),), ((f"{command.help}.",), *map(_param, command.params))),
        *map(line, command.paragraphs),
        note(who),
        Buttons((ALL_COMMANDS,)),
    )
    return View(blocks, data=_command_record(command))


def _param(param: Param) -> Spans:
    return (Code(f"{param.name}:" if param.named else param.name.upper()), f"  {param.help}")


def _facts(ctx: Context, now: Status) -> Iterator[Spans]:
    days = f", {day_name(now.first)} to {day_name(now.last)}" if now.first and now.last else ""
    yield Strong("Papers"), f"  {now.papers:,}"
    yield Strong("Days fetched"), f"  {now.days:,}{days}"
    yield Strong("Last sync"), "  ", _when(now.synced) if now.synced else "never"
    several = ctx.services.store.clock is not None
    unknown = "in another process" if several else "when you run `paperboy sync`"
    yield Strong("Next sync"), "  ", _when(now.next_sync) if now.next_sync else unknown


def _troubles(ctx: Context, now: Status) -> Iterator[Block]:
    if now.indexing:
        indexed, total = now.indexing
        yield line(f"Rebuilding the search index: {indexed:,} of {total:,} papers done.")
    if now.embedding:
        done, total = now.embedding
        yield line(f"Preparing search by meaning: {done:,} of {total:,} papers done.")
    if now.meaning_trouble:
        yield line(f"Searching by words only: {now.meaning_trouble}")
    if now.trouble:
        yield line("The last sync had a problem: ", now.trouble)
    for outlet in ctx.services.outlets.values():
        if outlet.trouble:
            yield line(outlet.trouble)


async def _leases(ctx: Context) -> tuple[Lease, ...]:
    """Return what one of several processes does for all, for admins."""
    store = ctx.services.store
    return await store.leases.held(store.clock()) if store.clock and ctx.is_admin else ()


def _duties(leases: Sequence[Lease]) -> Item:
    """Show which process does what for all."""
    names = dict.fromkeys(one.holder for one in leases)
    by_process = {holder: [one.name for one in leases if one.holder == holder] for holder in names}
    lines = [(f"{holder}: {listed(duties)}",) for holder, duties in by_process.items()]
    return Item((Strong("What one process does for all"),), tuple(lines))


async def _problems(ctx: Context) -> tuple[LogEntry, ...]:
    """Return what the log calls a problem since yesterday, for admins."""
    log_file = ctx.services.log_file
    if log_file is None or not ctx.is_admin:
        return ()
    since = ctx.now - timedelta(days=1)
    return await asyncio.to_thread(log_file.entries, MAX_PROBLEMS, problems=True, since=since)


def _recent(problems: Sequence[LogEntry]) -> Item:
    """Show the last problems, and where the others are."""
    last = [
        (f"{_moment(one.at.astimezone(UTC))}  {shorten(one.message, 300)}",)
        for one in problems[-SHOWN_PROBLEMS:]
    ]
    number = f"{len(problems)} or more" if len(problems) == MAX_PROBLEMS else str(len(problems))
    return Item(
        (Strong("Problems since yesterday"), f"  {number}; `paperboy log --problems` lists them"),
        tuple(last),
    )


def _record(now: Status) -> dict[str, object]:
    return {
        "version": __version__,
        "papers": now.papers,
        "days": now.days,
        "first": _iso(now.first),
        "last": _iso(now.last),
        "last_sync": _iso(now.synced),
        "next_sync": _iso(now.next_sync),
        "trouble": now.trouble,
        "indexing": list(now.indexing) if now.indexing else None,
        "embedding": list(now.embedding) if now.embedding else None,
    }


def _removed(purges: tuple[datetime, ...]) -> str:
    """Say how many servers and workspaces removed the bot, and when the first data is deleted."""
    tenants = count(len(purges), "server or workspace has", "servers or workspaces have")
    return f"{tenants} removed Paperboy; data is deleted from {day_name(purges[0].date())} on."


def _when(at: datetime) -> Moment:
    return Moment(_moment(at), at)


def _moment(at: datetime) -> str:
    return f"{day_name(at.date())} {at:%H:%M} UTC"


def _iso(at: date | None) -> str | None:
    return at.isoformat() if at else None
