"""What the bot can do and how it is."""

from __future__ import annotations

import inspect
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated

from bot import __version__
from bot.cards import day_name
from bot.chat.commands import Command, Param
from bot.chat.views import Block, Button, Buttons, Code, Item, Spans, Strong, View, line, note
from bot.errors import UsageError
from bot.features.arguments import COMMAND
from bot.features.digests import state
from bot.features.services import Context
from bot.text import count, shorten


async def help_(ctx: Context, command: Annotated[str, COMMAND] = "") -> View:
    """Show what Paperboy can do, or how one command works.

    command: the command to explain
    """
    if not command:
        return _all(tuple(ctx.bot.commands.values()))
    known = ctx.bot.commands.get(command.lower())
    if known is None:
        near = get_close_matches(command.lower(), ctx.bot.commands, n=1)
        hint = f"did you mean {near[0]}?" if near else "“help” alone lists them all."
        raise UsageError(f"There is no command “{shorten(command, 40)}”: {hint}")
    return _one(known)


async def status(ctx: Context) -> View:
    """Show how many papers are known and how fresh they are."""
    now = await ctx.library.status()
    covered = f", {day_name(now.first)} to {day_name(now.last)}" if now.first and now.last else ""
    lines: list[Spans] = [
        (Strong("Papers"), f"  {now.papers:,}"),
        (Strong("Days fetched"), f"  {now.days:,}{covered}"),
        (Strong("Last sync"), f"  {_instant(now.synced)}"),
        (
            Strong("Next sync"),
            f"  {_instant(now.next_sync) if now.next_sync else 'with “paperboy sync”'}",
        ),
    ]
    blocks: list[Block] = [Item((f"Paperboy {__version__}",), tuple(lines))]
    if now.indexing:
        there, missing = now.indexing
        blocks.append(
            line(f"The search index is being made anew: {there:,} of {missing:,} papers are in it.")
        )
    if now.trouble:
        blocks.append(line("The last sync met trouble: ", now.trouble))
    blocks += [line(one.trouble) for one in ctx.services.outlets.values() if one.trouble]
    left = await ctx.services.tenants.waiting() if ctx.person.id in ctx.services.admins else ()
    if left:
        blocks.append(line(Strong("Removed"), f"  {_removed(left)}"))
    blocks += await state(ctx)
    blocks.append(Buttons((Button("Today’s papers", "today"), Button("Help", "help"))))
    data = {
        "version": __version__,
        "papers": now.papers,
        "days": now.days,
        "first": now.first.isoformat() if now.first else None,
        "last": now.last.isoformat() if now.last else None,
        "last_sync": now.synced.isoformat() if now.synced else None,
        "next_sync": now.next_sync.isoformat() if now.next_sync else None,
        "trouble": now.trouble,
        "indexing": list(now.indexing) if now.indexing else None,
    }
    return View(tuple(blocks), data=data)


def _all(commands: tuple[Command, ...]) -> View:
    lines = tuple((Code(command.usage), f"  {command.help}") for command in commands)
    blocks = (
        line("Hugging Face’s daily papers: look through them, find them again, keep what matters."),
        Item((Strong("Commands"),), lines),
        Buttons(
            (
                Button("Today’s papers", "today"),
                Button("Trending", "trending"),
                Button("My shelf", "saved"),
            )
        ),
    )
    names = [
        {"name": command.name, "usage": command.usage, "help": command.help} for command in commands
    ]
    return View(blocks, title="Paperboy", data={"commands": names})


def _one(command: Command) -> View:
    more = (inspect.getdoc(command.handler) or "").split("\n\n")[2:]
    blocks: tuple[Block, ...] = (
        Item((Code(command.usage),), ((f"{command.help}.",), *map(_param, command.params))),
        *(line(" ".join(paragraph.split())) for paragraph in more),
        note("Everyone here sees the answer.")
        if command.shared
        else note("Only you see the answer."),
        Buttons((Button("All commands", "help"),)),
    )
    data = {"name": command.name, "usage": command.usage, "help": command.help}
    return View(blocks, data=data)


def _param(param: Param) -> Spans:
    return (Code(f"{param.name}:" if param.named else param.name.upper()), f"  {param.help}")


def _removed(purges: tuple[datetime, ...]) -> str:
    """Say how many servers and workspaces removed the bot, and when what they left is purged."""
    next_ = f"the first of them is purged on {day_name(purges[0].date())}"
    return f"{count(len(purges), 'server or workspace has', 'servers or workspaces have')} removed Paperboy; {next_}."


def _instant(at: datetime | None) -> str:
    return f"{day_name(at.date())} {at:%H:%M} UTC" if at else "never"
