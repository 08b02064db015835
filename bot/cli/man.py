"""`paperboy man`: the manual page, for `man -l`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from bot import __version__
from bot.cli import usage
from bot.cli.command_help import CommandHelp, read_commands
from bot.cli.session import DONE
from bot.settings import Settings


async def main(_: Settings, __: argparse.Namespace) -> int:
    """Print the manual page."""
    print("\n".join(page(read_commands())))
    return DONE


def page(commands: Sequence[CommandHelp]) -> Iterator[str]:
    """Write the manual page, in the macros of man(7)."""
    by_name = {one.name: one for one in commands}
    yield f'.TH PAPERBOY 1 "" "Paperboy {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "paperboy \\- Hugging Face's daily papers in chat and in the terminal"
    yield ".SH SYNOPSIS"
    yield ".B paperboy"
    yield "[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(f"{usage.INTRO}\n\n{usage.OUTRO}")
    yield ".SH EVERY DAY"
    for name, line in usage.EVERY_DAY.items():
        yield from _entry(f"paperboy {line}", f"{by_name[name].summary}.")
    for title, names in usage.groups(dict.fromkeys(by_name, ""), whole=True).items():
        yield f".SH {title.upper()}"
        for name in names:
            yield from _command(by_name[name])
    yield ".SH FILTERS OF FIND"
    yield from _rows(usage.FILTERS)


def _command(one: CommandHelp) -> Iterator[str]:
    yield ".SS " + _escape(one.usage.replace(" [-h]", ""))
    text = one.text.partition("filters:\n")[0] if one.name == "find" else one.text
    yield from _paragraphs(text)
    for option in one.options:
        if "--help" not in option.flags:
            value = f" {'|'.join(option.choices) or option.value}" if option.value else ""
            yield from _entry(", ".join(option.flags) + value, option.text)


def _rows(rows: Mapping[str, str]) -> Iterator[str]:
    for name, text in rows.items():
        yield from _entry(name, text)


def _entry(name: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield f"\\fB{_escape(name)}\\fR"
    yield _escape(text)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield ".PP"
        yield _escape(" ".join(paragraph.split()))


def _escape(text: str) -> str:
    """Return text as roff takes it literally."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    escaped = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in escaped)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
