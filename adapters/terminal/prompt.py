"""Lines that a person types, with history and completion."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.chat.bot import Bot
from bot.text import visible


async def read_lines(bot: Bot, history: Path) -> AsyncIterator[str]:
    """Yield lines until the person leaves with Ctrl-D; Ctrl-C cancels a line."""
    session: PromptSession[str] = PromptSession(
        history=FileHistory(history), completer=BotCompleter(bot), complete_while_typing=False
    )
    while True:
        try:
            with patch_stdout(raw=True):
                line = await session.prompt_async("paperboy> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        yield line


@contextmanager
def long_lines(terminal: int) -> Iterator[None]:
    """Keep all that is typed or pasted while a command runs.

    A terminal that waits for whole lines drops what is longer than 4,095 bytes. Ctrl-C stays what
    it is.
    """
    if os.name != "posix":
        yield
        return
    import termios

    before = termios.tcgetattr(terminal)
    now = termios.tcgetattr(terminal)
    now[3] &= ~termios.ICANON
    termios.tcsetattr(terminal, termios.TCSANOW, now)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


class BotCompleter(Completer):
    """Complete commands by their names, and arguments by what the bot suggests."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def get_completions(
        self,
        document: Document,  # noqa: ARG002  # prompt_toolkit's arguments
        complete_event: CompleteEvent,  # noqa: ARG002
    ) -> Iterator[Completion]:
        """Complete nothing: the prompt is asynchronous."""
        yield from ()

    async def get_completions_async(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002  # prompt_toolkit's argument
    ) -> AsyncGenerator[Completion, None]:
        """Complete the command, or its first argument."""
        name, space, words = document.text_before_cursor.lstrip().partition(" ")
        if not space:
            for command in self._bot.commands:
                if command.startswith(name.lower()):
                    yield Completion(command, -len(name))
        elif (known := self._bot.commands.get(name.lower())) and known.params:
            for suggestion in await self._bot.suggest(known.name, known.params[0].name, words):
                yield Completion(suggestion.value, -len(words), display=visible(suggestion.label))
