"""The terminal: typed lines in, styled text out; plain text where no person is looking."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.terminal.files import content_of, open_file, progress_bar, with_file
from bot.chat.bot import Bot
from bot.chat.commands import ASKED
from bot.chat.intents import Intent
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import Item, Text, View, plain
from bot.errors import UsageError
from bot.models import Person, Place, ReactionEvent
from bot.runtime.signals import cancelled_by
from bot.text import visible

ME = Person("terminal", "", "me")
HERE = Place("terminal", "", "here")
WHOLE = "view"  # the message id of all that is shown; that of one paper is its number
NOTHING_YET = View(())
LEAVE = ("quit", "exit", "q")
HELP = "Type a command or a button’s number; “react 🔖 2” reacts to the second paper; “help” says more, “quit” leaves."


def show(view: View) -> None:
    """Print a view: laid out for a person, as plain text into a pipe."""
    if sys.stdout.isatty():
        from adapters.terminal.render import draw  # start-up time: only where a person looks

        draw(view)
    else:
        print(plain(view), end="\n\n", flush=True)


def with_files(bot: Bot, intent: Intent) -> Intent:
    """Put the content of a file in place of its name, where an argument can be a file.

    Raises UsageError.
    """
    known = bot.commands.get(intent.command)
    params = known.params if known else ()
    given = {
        param: text
        for param in params
        if (text := intent.args.get(param.name, "").strip('"')) not in {"", ASKED}
    }
    files = {param.name: open_file(name) for param, name in given.items() if param.argument.file}
    whole = {
        p.name: content_of(text)
        for p, text in given.items()
        if p.argument.whole and not p.argument.file
    }
    return replace(intent, args={**intent.args, **whole}, files=files)


def announce(sentence: str) -> None:
    """Print what stands between views."""
    if sys.stdout.isatty():
        from adapters.terminal.render import (
            draw_heading,  # start-up time: only where a person looks
        )

        draw_heading(sentence)
    else:
        print(f"# {visible(sentence)}", end="\n\n", flush=True)


class Terminal(Adapter):
    """A person at the keyboard, or lines from a pipe."""

    platform = "terminal"

    def __init__(self, home: Path, view: View = NOTHING_YET) -> None:
        self._history = home / "history"
        self._view = view  # the last one: its buttons are meant by their numbers
        self._listed = view  # the last one with papers: they are reacted to

    async def run(self, bot: Bot) -> None:
        """Answer line by line until the input ends or the person leaves."""
        await _note(bot, self._view)
        if _somebody_types():
            from adapters.terminal.prompt import typed  # start-up time: only where a person types

            print(HELP, end="\n\n")
            lines = typed(bot, self._history)
        else:
            lines = _piped()
        async for line in lines:
            words = line.split()
            if words and words[0].lower() in LEAVE and len(words) == 1:
                return
            if words:
                await _unless_given_up(self._answer(bot, line))

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Print something unasked."""
        show(view)
        return Sent(place, key)

    async def place(self, words: str, person: Person) -> Place:  # noqa: ARG002  # the protocol's arguments
        """Return the one place that there is. Raises UsageError."""
        if words not in {"me", HERE.address}:
            raise UsageError(f"There is no place “{words[:40]}” here: leave out “where:”.")
        return HERE

    async def membership(self, person: Person, place: Place) -> Membership:  # noqa: ARG002  # the protocol's arguments
        """Say that everything is the person's own."""
        return Membership(manages=True, own=True, zone=_own_zone())

    async def _answer(self, bot: Bot, line: str) -> None:
        try:
            view = with_file(await self._heard(bot, line))
        except (
            UsageError
        ) as error:  # the view that stands, its buttons and papers, stays within reach
            show(View((Text((str(error),)),)))
            return
        self._view = view
        show(view)
        if view.papers:
            self._listed = view
            await _note(bot, view)

    async def _heard(self, bot: Bot, line: str) -> View:
        match line.split():
            case [word] if (number := _number(word)) is not None:
                return await self._press(bot, number)
            case ["react" | "unreact" as verb, emoji, *rest] if len(rest) <= 1:
                return await self._react(bot, emoji, "".join(rest), added=verb == "react")
            case _:
                intent = with_files(bot, await _completed(bot, bot.read(line, ME, HERE)))
                with progress_bar() as show_progress:
                    return await bot.handle(replace(intent, progress=show_progress))

    async def _press(self, bot: Bot, number: int) -> View:
        buttons = self._view.buttons
        if not 1 <= number <= len(buttons):
            there_are = (
                f"there are 1 to {len(buttons)}" if buttons else "there are none; try “today”"
            )
            raise UsageError(f"There is no button {number}: {there_are}.")
        return await bot.handle(bot.read(buttons[number - 1].line, ME, HERE))

    async def _react(self, bot: Bot, emoji: str, item: str, *, added: bool) -> View:
        shown = len(self._listed.papers)
        if not shown:
            raise UsageError("No paper is shown to react to; try “today” first.")
        if item and not 1 <= (_number(item) or 0) <= shown:
            raise UsageError(f"There is no paper {item[:20]} here: there are 1 to {shown}.")
        view = await bot.react(
            ReactionEvent(HERE, item.lstrip("0") or WHOLE, emoji, ME, added, bot.now())
        )
        if view is None:
            raise UsageError(
                f"{emoji[:20]} means nothing here. To keep the first paper: react 🔖 1."
            )
        return view


async def _unless_given_up(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends or Ctrl-C is pressed, which gives up this answer and not the terminal."""
    task = asyncio.create_task(work)
    with cancelled_by(task, signal.SIGINT):
        try:
            await asyncio.wait({task})
            if task.cancelled():
                show(View((Text(("Given up.",)),)))
            else:
                task.result()
        finally:
            task.cancel()


async def _note(bot: Bot, view: View) -> None:
    """Remember the papers shown; what a message with one paper is in a chat, an item is here."""
    await bot.shown(HERE, WHOLE, view)
    items = [block for block in view.blocks if isinstance(block, Item) and block.paper]
    for number, item in enumerate(items, 1):
        await bot.shown(HERE, str(number), View((item,)))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


def _own_zone() -> str:
    """Return the machine's time zone, "" where it does not say."""
    zone = os.environ.get("TZ") or os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return zone.removeprefix(":")


def _somebody_types() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _completed(bot: Bot, intent: Intent) -> Intent:
    """Ask for what the intent lacks, where there is somebody to ask; where they give up, the command says it."""
    blanks = await bot.form(intent) if _somebody_types() else ()
    if not blanks:
        return intent
    from adapters.terminal.prompt import answer  # start-up time: only where a person types

    args = dict(intent.args)
    for blank in blanks:
        given = await answer(blank.param.help, blank.value)
        if given is None:
            break
        args[blank.param.name] = given
    return replace(intent, args=args)


async def _piped() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        yield line.decode(errors="replace").strip()
