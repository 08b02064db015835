"""The terminal: typed lines in, styled text out; plain text where no person is looking."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import assert_never

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.text import Text as Styled

from bot.app import Bot, Sent
from bot.errors import UsageError
from bot.intents import Intent, Person, Place
from bot.text import visible
from bot.views import Block, Button, Buttons, Code, Item, Link, Picture, Spans, Strong, Text, View, plain

ME = Person("terminal", "", "me")
HERE = Place("terminal", "", "here")
WHOLE = "view"  # the message id of all that is shown; that of one paper is its number
WIDEST = 100  # longer lines are hard to read
NOTHING_YET = View(())
LEAVE = ("quit", "exit", "q")
HELP = "Type a command or a button’s number; “react 🔖 2” reacts to the second paper; “help” says more, “quit” leaves."


def render(view: View) -> RenderableType:
    """Lay a view out for a terminal, its buttons numbered in the order of `view.buttons`."""
    numbers = iter(range(1, len(view.buttons) + 1))
    parts: list[RenderableType] = [Styled(visible(view.title), "bold underline")] if view.title else []
    parts += [_block(block, numbers) for block in view.blocks]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _block(block: Block, numbers: Iterator[int]) -> RenderableType:
    match block:
        case Text(spans, quiet):
            return _styled(spans, "dim" if quiet else "")
        case Item():
            number = f"{block.number}. " if block.number else ""
            lines = [_styled(spans) for spans in block.lines]
            if block.buttons:
                lines.append(_pressable(block.buttons, numbers))
            head = Styled(number) + _styled(block.title, "bold")
            return Group(head, *(Padding(line, (0, 0, 0, len(number) or 2)) for line in lines))
        case Picture(url, alt):
            return _styled((Link(alt or url, url),))
        case Buttons(buttons):
            return _pressable(buttons, numbers)
        case _:
            assert_never(block)


def _styled(spans: Spans, style: str = "") -> Styled:
    text = Styled(style=style)
    for span in spans:
        match span:
            case str():
                text.append(visible(span))
            case Strong(words):
                text.append(visible(words), "bold")
            case Code(words):
                text.append(visible(words), "cyan")
            case Link(words, url):
                text.append(visible(words), Style(color="blue", link=visible(url)))
            case _:
                assert_never(span)
    return text


def _pressable(buttons: tuple[Button, ...], numbers: Iterator[int]) -> Styled:
    labels = (Styled.assemble((f"[{next(numbers)}]", "green"), f" {visible(button.label)}") for button in buttons)
    return Styled("  ").join(labels)


def show(view: View) -> None:
    """Print a view: laid out for a person, as plain text into a pipe."""
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False, emoji=False)
        console.print(render(view), width=min(console.width, WIDEST))
    else:
        sys.stdout.write(plain(view) + "\n\n")
        sys.stdout.flush()


def announce(sentence: str) -> None:
    """Print a sentence between views."""
    if sys.stdout.isatty():
        Console(highlight=False).print(Styled(f"{visible(sentence)}\n", "bold magenta"))
    else:
        print(f"# {visible(sentence)}\n", flush=True)


class Terminal:
    """A person at the keyboard, or lines from a pipe."""

    platform = "terminal"

    def __init__(self, home: Path, view: View = NOTHING_YET) -> None:
        self._history = home / "history"
        self._view = view  # the one whose numbers are meant

    async def run(self, bot: Bot) -> None:
        """Answer line by line until the input ends or the person leaves."""
        lines = self._typed(bot) if sys.stdin.isatty() and sys.stdout.isatty() else _piped()
        async for line in lines:
            words = line.split()
            if words and words[0].lower() in LEAVE and len(words) == 1:
                return
            if words:
                await self._answer(bot, line)

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Print something unasked."""
        show(view)
        return Sent(place, key)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:  # noqa: ARG002  # the protocol's arguments
        """Return None: what a terminal printed cannot be looked up."""
        return None

    async def _answer(self, bot: Bot, line: str) -> None:
        try:
            view = await self._heard(bot, line)
        except UsageError as error:  # the view that stands, its buttons and papers, stays within reach
            show(View((Text((str(error),)),)))
            return
        self._view = view
        show(view)
        # what a message with one paper is to a chat, an item is here
        await bot.shown(HERE, WHOLE, view)
        for number, item in enumerate(_papers(view), 1):
            await bot.shown(HERE, str(number), View((item,)))

    async def _heard(self, bot: Bot, line: str) -> View:
        match line.split():
            case [word] if (number := _number(word)) is not None:
                return await self._press(bot, number)
            case ["react" | "unreact" as verb, emoji, *rest] if len(rest) <= 1:
                return await self._react(bot, emoji, "".join(rest), added=verb == "react")
            case _:
                return await bot.handle(await _completed(bot, bot.read(line, ME, HERE)))

    async def _press(self, bot: Bot, number: int) -> View:
        buttons = self._view.buttons
        if not 1 <= number <= len(buttons):
            there_are = f"there are 1 to {len(buttons)}" if buttons else "there are none; try “today”"
            raise UsageError(f"There is no button {number}: {there_are}.")
        return await bot.handle(bot.read(buttons[number - 1].line, ME, HERE))

    async def _react(self, bot: Bot, emoji: str, item: str, *, added: bool) -> View:
        shown = len(_papers(self._view))
        if not shown:
            raise UsageError("No paper is shown to react to; try “today” first.")
        if item and not 1 <= (_number(item) or 0) <= shown:
            raise UsageError(f"There is no paper {item[:20]} here: there are 1 to {shown}.")
        view = await bot.react(HERE, item.lstrip("0") or WHOLE, emoji, ME, added)
        if view is None:
            raise UsageError(f"{emoji[:20]} means nothing here. To keep the first paper: react 🔖 1.")
        return view

    async def _typed(self, bot: Bot) -> AsyncIterator[str]:
        session: PromptSession[str] = PromptSession(
            history=FileHistory(self._history), completer=_completer(bot), complete_while_typing=False
        )
        sys.stdout.write(f"{HELP}\n\n")
        while True:
            try:
                with patch_stdout(raw=True):
                    line = await session.prompt_async("paperboy> ")
            except KeyboardInterrupt:  # Ctrl-C gives up the line
                continue
            except EOFError:  # Ctrl-D leaves
                return
            yield line


def _papers(view: View) -> list[Item]:
    return [block for block in view.blocks if isinstance(block, Item) and block.paper]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


async def _completed(bot: Bot, intent: Intent) -> Intent:
    """Ask for what the intent lacks, where there is somebody to ask."""
    missing = bot.missing(intent)
    if not missing or not sys.stdin.isatty():
        return intent
    args = dict(intent.args)
    for param in missing:
        session: PromptSession[str] = PromptSession()
        try:
            args[param.name] = await session.prompt_async(f"{param.help}: ")
        except (KeyboardInterrupt, EOFError):  # given up: the command says what it needs
            break
    return replace(intent, args=args)


async def _piped() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        yield line.decode(errors="replace").strip()


def _completer(bot: Bot) -> Completer:
    """Complete commands by name, and arguments by what the bot suggests."""

    class BotCompleter(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
            yield from ()

        async def get_completions_async(
            self,
            document: Document,
            complete_event: CompleteEvent,  # noqa: ARG002  # prompt_toolkit's argument
        ) -> AsyncGenerator[Completion, None]:
            typed = document.text_before_cursor.lstrip()
            name, space, words = typed.partition(" ")
            if not space:
                for command in bot.commands:
                    if command.startswith(name.lower()):
                        yield Completion(command, -len(name))
            elif (known := bot.commands.get(name.lower())) and known.params:
                for suggestion in await bot.suggest(known.name, known.params[0].name, words):
                    yield Completion(suggestion.value, -len(words), display=visible(suggestion.label))

    return BotCompleter()
