"""Files that people give: fetched within limits, and read as text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.chat.commands import Command
from bot.chat.intents import File, Intent
from bot.errors import DeliveryError, UsageError
from bot.text import shorten

LARGEST = 5_000_000  # bytes: a shelf of two thousand papers with their abstracts
PATIENCE = 30.0  # seconds for all of it


async def with_files(command: Command, intent: Intent) -> Mapping[str, str]:
    """Return the arguments of an intent, with what is in the files where their names stood; UsageError."""
    args = dict(intent.args)
    for param in command.params:
        if param.name in intent.files:
            args[param.name] = await text_of(intent.files[param.name])
        elif param.argument.file and args.get(param.name):
            given = shorten(args[param.name], 60)
            raise UsageError(
                f"“{given}” is only a name here: attach the file itself as {param.name}."
            )
    return args


async def text_of(file: File) -> str:
    """Return the text of a file; UsageError says what is wrong with it."""
    name = f"“{shorten(file.name, 60)}”"
    if file.size > LARGEST:
        raise _too_large(name)
    try:
        async with asyncio.timeout(PATIENCE):
            content = await file.fetch(LARGEST + 1)
    except TimeoutError as error:
        raise UsageError(f"{name} took too long to arrive; try again.") from error
    except DeliveryError as error:
        raise UsageError(f"{name} could not be fetched. {error}") from error
    if len(content) > LARGEST:
        raise _too_large(name)
    if not content.strip():
        raise UsageError(f"There is nothing in {name}.")
    if b"\0" in content:
        raise UsageError(
            f"{name} is not text: give a BibTeX, RIS, CSV, JSON or Markdown file, or a list of "
            "links."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 text; save it as UTF-8 and try again.") from error


def _too_large(name: str) -> UsageError:
    return UsageError(
        f"{name} is too large: {LARGEST // 1_000_000} MB are the most. Give it in parts."
    )
