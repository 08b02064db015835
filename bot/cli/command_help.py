"""Every command with its options, as completions and the manual page need them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cli.arguments import all_commands, build_parser


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its `flags`, what its value is called ("" if it has none), and its choices."""

    flags: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command: its first sentence, all that is said of it, its options and other arguments."""

    name: str
    summary: str
    text: str
    usage: str
    options: tuple[Option, ...]
    takes_files: bool
    choices: tuple[str, ...]


def read_commands() -> tuple[CommandHelp, ...]:
    """Return all commands of the shell."""
    known = all_commands()
    _, commands = build_parser(known, known)
    return tuple(_read(name, parser) for name, parser in commands.choices.items())


def _read(name: str, parser: argparse.ArgumentParser) -> CommandHelp:
    text = parser.description or ""
    more = parser.epilog or ""
    words = [action for action in _actions(parser) if not action.option_strings]
    choices = [str(one) for action in words for one in action.choices or ()]
    return CommandHelp(
        name,
        text.partition("\n")[0].removesuffix("."),
        f"{text}\n\n{more}".strip(),
        " ".join(parser.format_usage().removeprefix("usage: ").split()),
        tuple(_options(parser)),
        any(_value(action) == "FILE" for action in words),
        tuple(choices),
    )


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in _actions(parser):
        if action.option_strings:
            choices = tuple(str(one) for one in action.choices or ())
            value = "" if action.nargs == 0 else _value(action)
            yield Option(tuple(action.option_strings), value, choices, action.help or "")


def _value(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001  # argparse tells its arguments in no other way
