"""Slash commands in groups, as is the custom at Discord: `/digest list` is `subscriptions`.

A command that no group names stands on top, under its own name: a new one needs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.commands import Command
from bot.models import Suggestion

MAX_SUBCOMMANDS = 25
MAX_SUGGESTIONS = 25
SUBCOMMAND = 1  # the type of an option that is one


def _names(words: str) -> Mapping[str, str]:
    """Read the names of commands in a group: as in the table, or "there=table"."""
    parts = (one.partition("=") for one in words.split())
    return {sub: name or sub for sub, _, name in parts}


# for each group what it is for, and its commands
GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "papers": (
        "Papers by day, week or month, what is trending, and single ones",
        _names("show=paper similar share day week month days trending for-me index=index-paper"),
    ),
    "shelf": (
        "Your shelf and your team’s: notes, tags, import and export",
        _names(
            "show=shelf mine=saved remove=unsave collect read unread note unnote tag untag "
            "export import=keep-from"
        ),
    ),
    "digest": (
        "Digests: post one now, list and change subscriptions",
        _names(
            "now=digest list=subscriptions edit preview pause resume end=unsubscribe "
            "confirm resolve rate watch watches unwatch"
        ),
    ),
    "group": (
        "The reading group: nominate, vote, and pick a paper a week",
        _names("nominate list=nominated vote unvote poll pick picks"),
    ),
    "paperboy": (
        "Your start page, how Paperboy is doing, and your data",
        _names("home status privacy my-data forget-me"),
    ),
}
_PATHS = {name: (group, sub) for group, (_, subs) in GROUPS.items() for sub, name in subs.items()}
_NAMES = {path: name for name, path in _PATHS.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an interaction names: a command of the table, and the options given for it."""

    command: str
    options: tuple[Mapping[str, Any], ...]


def path(command: str) -> tuple[str, ...]:
    """Return where a command stands: in a group, or on top.

    >>> path("subscriptions"), path("find")
    (('digest', 'list'), ('find',))
    """
    return _PATHS.get(command, (command,))


def read_asked(data: Mapping[str, Any]) -> Asked:
    """Read which command an interaction is about. Raises LookupError or TypeError."""
    name, options = str(data["name"]), data.get("options") or ()
    if options and options[0].get("type") == SUBCOMMAND:
        subcommand = options[0]
        return Asked(_NAMES[name, subcommand["name"]], tuple(subcommand.get("options") or ()))
    return Asked(name, tuple(options))


def read_line(line: str) -> str:
    """Return a line that may begin as Discord shows a command with that command's own name.

    >>> read_line("digest list"), read_line("/shelf export to:a.bib"), read_line("digest 3")
    ('subscriptions', 'export to:a.bib', 'digest 3')
    """
    words = line.strip().removeprefix("/").split(maxsplit=2)
    name = _NAMES.get((words[0].lower(), words[1].lower())) if len(words) > 1 else None
    return " ".join([name, *words[2:]]) if name else line


def grouped(commands: Iterable[Command]) -> tuple[list[Command], dict[str, dict[str, Command]]]:
    """Return the commands on top, and those of each group that has any, by their names there."""
    top: list[Command] = []
    groups: dict[str, dict[str, Command]] = {}
    for command in commands:
        group, *rest = path(command.name)
        if rest:
            groups.setdefault(group, {})[rest[0]] = command
        else:
            top.append(command)
    return top, groups


def suggest_commands(commands: Iterable[str], typed: str) -> tuple[Suggestion, ...]:
    """Complete the name of a command, by where it stands or by its own name; at most 25."""
    words = typed.strip().removeprefix("/").lower()
    named = ((" ".join(path(name)), name) for name in commands)
    found = [one for one in named if any(words in text for text in one)]
    return tuple(Suggestion(*one) for one in sorted(found)[:MAX_SUGGESTIONS])
