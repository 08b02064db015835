"""Files that people give: fetched within limits, and read as text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.commands import Command
from bot.chat.encodings import Decoded, decode
from bot.chat.intents import File, Intent
from bot.errors import DeliveryError, UsageError
from bot.text import shorten

MAX_BYTES = 20_000_000  # a shelf of ten thousand papers with their abstracts
PATIENCE = 30.0  # seconds for all of it


@dataclass(frozen=True, slots=True)
class Uploads:
    """The arguments of an intent with the text of its files, and remarks on their encodings."""

    args: Mapping[str, str]
    remarks: tuple[str, ...] = ()


async def read_uploads(command: Command, intent: Intent) -> Uploads:
    """Return the arguments of an intent, each file's text in place of its name; UsageError."""
    args = dict(intent.args)
    remarks: list[str] = []
    for param in command.params:
        if param.name in intent.files:
            file = intent.files[param.name]
            try:
                read = await text_of(file)
            except UsageError as error:
                raise UsageError(str(error), argument=param.name) from error
            args[param.name] = read.text
            remarks += [_guess(file, read.guess)] if read.guess else []
        elif param.argument.file and args.get(param.name):
            given = shorten(args[param.name], 60)
            raise UsageError(
                f"“{given}” is only a name here: attach the file itself as {param.name}."
            )
    return Uploads(args, tuple(remarks))


async def text_of(file: File) -> Decoded:
    """Return the text of a file; UsageError says what is wrong with it."""
    name = f"“{shorten(file.name, 60)}”"
    if file.size > MAX_BYTES:
        raise _too_large(name)
    try:
        async with asyncio.timeout(PATIENCE):
            content = await file.fetch(MAX_BYTES + 1)
    except TimeoutError as error:
        raise UsageError(f"{name} took too long to arrive; try again.") from error
    except DeliveryError as error:
        raise UsageError(f"{name} could not be fetched. {error}") from error
    if len(content) > MAX_BYTES:
        raise _too_large(name)
    if not content.strip():
        raise UsageError(f"{name} is empty.")
    decoded = await asyncio.to_thread(decode, content)
    if decoded is None:
        raise UsageError(
            f"{name} isn’t a text file. Paperboy reads BibTeX, RIS, CSV, JSON and Markdown files, "
            "and lists of links."
        )
    return decoded


def _guess(file: File, encoding: str) -> str:
    name = shorten(file.name, 60)
    return (
        f"“{name}” isn’t UTF-8, probably {encoding}. If letters look wrong, save it "
        "as UTF-8 and import it again."
    )


def _too_large(name: str) -> UsageError:
    return UsageError(
        f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Split it, and import the parts."
    )
