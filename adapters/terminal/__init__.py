"""The terminal: typed lines in, styled text out; plain text where no person is looking."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.terminal.files import progress_bar, with_file, with_files
from adapters.terminal.places import HERE, ME, check_place
from bot.chat.bot import Bot
from bot.chat.intents import Intent
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import Item, Link, Outcome, View, line, plain, without_buttons
from bot.errors import UsageError
from bot.models import Person, Place, ReactionEvent
from bot.runtime.signals import cancelled_by
from bot.text import visible

__all__ = ["HERE", "ME", "Terminal", "announce", "show", "with_file", "with_files"]

ALL_SHOWN = "view"  # the message id of all that is shown; that of one paper is its number
NOTHING_YET = View(())
LEAVE = ("quit", "exit", "q")
UNDO = "undo"
MAX_UNDO = 100  # changes that can be taken back
WELCOME = (
    "Type words to search, a command, or a button’s number; “help” lists all. “react 🔖 2” saves "
    "the second paper, “open 2” shows it in your browser, “undo” takes back the last change, "
    "“quit” leaves."
)


def show(view: View) -> None:
    """Print a view: laid out for a person, as plain text into a pipe."""
    if sys.stdout.isatty():
        from adapters.terminal.render import draw  # start-up time: only where a person looks

        draw(view)
    else:
        print(plain(without_buttons(view)), end="\n\n", flush=True)


def announce(sentence: str) -> None:
    """Print a heading between views."""
    if sys.stdout.isatty():
        from adapters.terminal.render import draw_heading  # start-up time

        draw_heading(sentence)
    else:
        print(f"# {visible(sentence)}", end="\n\n", flush=True)


class Terminal(Adapter):
    """A person at the keyboard, or lines from a pipe."""

    lasting = False
    platform = "terminal"

    def __init__(self, home: Path, view: View = NOTHING_YET) -> None:
        self._history = home / "history"
        self._view = view  # the last one: its buttons are pressed by their numbers
        self._list = view  # the last one with papers: reactions are to these
        self._undo: list[str] = []  # lines that take back what was changed, the last one last

    async def run(self, bot: Bot) -> None:
        """Answer line by line until the input ends or the person leaves."""
        await _remember(bot, self._view)
        if not _is_interactive():
            await self._answer_each(bot, _read_pipe())
            return
        # start-up time: only where a person types
        from adapters.terminal.prompt import long_lines, read_lines

        show(View((line(WELCOME),)))
        with long_lines(sys.stdin.fileno()):
            await self._answer_each(bot, read_lines(bot, self._history))

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Print a message."""
        show(view)
        return Sent(place, key)

    async def place(self, words: str, person: Person) -> Place:  # noqa: ARG002  # for platforms with people
        """Return the one place that there is. Raises UsageError."""
        check_place(words)
        return HERE

    async def membership(self, person: Person, place: Place) -> Membership:  # noqa: ARG002  # as above
        """Return that everything is the person's own."""
        return Membership(manages=True, own=True, zone=_own_zone())

    async def _answer_each(self, bot: Bot, lines: AsyncIterator[str]) -> None:
        async for typed in lines:
            if typed.strip().lower() in LEAVE:
                return
            if typed.strip():
                await _until_cancelled(self._answer(bot, typed))

    async def _answer(self, bot: Bot, typed: str) -> None:
        try:
            view = with_file(await self._run(bot, typed))
        except UsageError as error:  # the last view's buttons and papers stay within reach
            show(View((line(str(error)),)))
            return
        self._view = view
        if view.undo and view.outcome is Outcome.DONE and typed.strip().lower() != UNDO:
            self._undo = [*self._undo[1 - MAX_UNDO :], view.undo]
        show(view)
        if view.papers:
            self._list = view
            await _remember(bot, view)

    async def _run(self, bot: Bot, typed: str) -> View:
        match typed.split():
            case [word] if (number := _number(word)) is not None:
                return await self._press(bot, number)
            case [word] if word.lower() == UNDO:
                return await self._take_back(bot)
            case [verb, item] if verb.lower() == "open" and _number(item) is not None:
                return await self._open(_number(item) or 0)
            case ["react" | "unreact" as verb, emoji, *rest] if len(rest) <= 1:
                return await self._react(bot, emoji, "".join(rest), added=verb == "react")
            case _:
                return await _handle(bot, bot.read(typed, ME, HERE))

    async def _press(self, bot: Bot, number: int) -> View:
        buttons = self._view.buttons
        if not buttons:
            raise UsageError(f"There is no button {number} here. Try “today”.")
        if not 1 <= number <= len(buttons):
            raise UsageError(f"There is no button {number}. Choose 1 to {len(buttons)}.")
        return await _handle(bot, bot.read(buttons[number - 1].line, ME, HERE))

    async def _take_back(self, bot: Bot) -> View:
        if not self._undo:
            raise UsageError("There is nothing to undo.")
        return await _handle(bot, bot.read(self._undo.pop(), ME, HERE))

    async def _open(self, number: int) -> View:
        """Show a paper of the last list in the browser. Raises UsageError."""
        items = [one for one in self._list.blocks if isinstance(one, Item) and one.paper]
        if not 1 <= number <= len(items):
            there = f"Choose 1 to {len(items)}." if items else "Try “today” first."
            raise UsageError(f"There is no paper {number} here. {there}")
        item = items[number - 1]
        spans = [span for spans in (item.title, *item.lines) for span in spans]
        url = next((span.url for span in spans if isinstance(span, Link)), "")
        if not url:
            raise UsageError("That paper has no address.")
        if _is_interactive() and await asyncio.to_thread(webbrowser.open, url):
            return View((line("Opened ", Link(url, url)),))
        return View((line("There is no browser here. The address is ", Link(url, url)),))

    async def _react(self, bot: Bot, emoji: str, item: str, *, added: bool) -> View:
        shown = len(self._list.papers)
        if not shown:
            raise UsageError("There is no paper here to react to. Try “today” first.")
        if item and not 1 <= (_number(item) or 0) <= shown:
            raise UsageError(f"There is no paper {item[:20]} here. Choose 1 to {shown}.")
        message = item.lstrip("0") or ALL_SHOWN
        view = await bot.react(ReactionEvent(HERE, message, emoji, ME, added, bot.now()))
        if view is None:
            raise UsageError(
                f"{emoji[:20]} means nothing here. To save the first paper: react 🔖 1"
            )
        return view


async def _handle(bot: Bot, intent: Intent) -> View:
    """Handle an intent, after asking the person for what it lacks."""
    blanks = await bot.form(intent) if _is_interactive() else ()
    if blanks:
        from adapters.terminal.forms import Cancelled, fill  # start-up time: only where one types

        try:
            intent = await fill(intent, blanks, bot.today())
        except Cancelled:
            return View((line("Cancelled."),))
    intent = with_files(bot, intent)
    with progress_bar() as show_progress:
        return await bot.handle(replace(intent, progress=show_progress))


async def _until_cancelled(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends or Ctrl-C is pressed, which cancels this answer alone."""
    task = asyncio.create_task(work)
    with cancelled_by(task, signal.SIGINT):
        try:
            await asyncio.wait({task})
            if task.cancelled():
                show(View((line("Cancelled."),)))
            else:
                task.result()
        finally:
            task.cancel()


async def _remember(bot: Bot, view: View) -> None:
    """Remember the papers shown; each item counts as a message of its own."""
    await bot.shown(HERE, ALL_SHOWN, view)
    items = [block for block in view.blocks if isinstance(block, Item) and block.paper]
    for number, item in enumerate(items, 1):
        await bot.shown(HERE, str(number), View((item,)))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


def _own_zone() -> str:
    """Return the machine's time zone, "" if it does not tell."""
    zone = os.environ.get("TZ") or os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return zone.removeprefix(":")


def _is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _read_pipe() -> AsyncIterator[str]:
    while read := await asyncio.to_thread(sys.stdin.buffer.readline):
        yield read.decode(errors="replace").strip()
