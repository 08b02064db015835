"""All commands by their names, and what a typed line asks of which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.commands import Command, Handler
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.views import Button, Buttons, Outcome, View, line
from bot.models import Person, Place
from bot.text import clean, listed, shorten

SEARCH = "find"  # what words without a command are for
AGAIN = "again"  # asks for a line that was stored under a key
MIN_SLIP = 4  # letters of a command: shorter ones are one slip from too many words
MAX_LABEL = 40  # characters of a button that repeats a line


@dataclass(frozen=True, slots=True)
class CommandTable:
    """The commands by name, and by their other names too."""

    commands: Mapping[str, Command]
    names: Mapping[str, Command]

    @classmethod
    def of(cls, features: Sequence[Handler]) -> CommandTable:
        """Make the table of some features."""
        every = tuple(map(command, features))
        by_alias = {alias: one for one in every for alias in one.aliases}
        by_name = {one.name: one for one in every}
        return cls(by_name, by_alias | by_name)

    def read(self, words: str, person: Person, place: Place) -> Intent:
        """Make an intent of a typed line.

        No line at all asks for help. Words that begin with no command are searched for, unless the
        first is one slip from a command: then its name is unknown, and handling it asks which.
        """
        words = words.strip().removeprefix("/").strip()
        name, *rest = words.split(maxsplit=1) or ["help"]
        name = clean(name).lower()
        if known := self.names.get(name):
            return Intent(known.name, person, place, known.split(" ".join(rest)))
        if name == AGAIN or self.near(name) or SEARCH not in self.commands:
            return Intent(name, person, place, {"": " ".join(rest)})
        return Intent(SEARCH, person, place, self.commands[SEARCH].split(words))

    def near(self, name: str) -> tuple[str, ...]:
        """Return the names of commands that are one slip from a name."""
        return tuple(one for one in self.names if len(one) >= MIN_SLIP and is_slip(name, one))

    def ask_which(self, intent: Intent) -> View:
        """Ask whether a command was misspelt, or these words are to be searched for."""
        name, rest = intent.command, clean(" ".join(intent.args.values()))
        near = self.near(name)
        words = shorten(f"{name} {rest}".strip(), 200)
        meant = f" Did you mean {listed(near, 'or')}?" if near else ""
        said = line(f"“{shorten(name, 40)}” isn’t a command.{meant}")
        runs = [f"{one} {rest}".strip() for one in near]
        buttons = [Button(shorten(f"Run {one}", MAX_LABEL), one) for one in runs]
        if SEARCH in self.commands:
            buttons.append(Button("Search for these words", f"{SEARCH} {words}"))
        buttons.append(Button("Help", "help"))
        return View((said, Buttons(tuple(buttons))), outcome=Outcome.REFUSED)


def is_slip(typed: str, meant: str) -> bool:
    """Tell whether one letter too many, too few, wrong, or two swapped turn one into the other.

    >>> is_slip("fnd", "find"), is_slip("tody", "today"), is_slip("raed", "read")
    (True, True, True)
    """
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if at is None:  # one is the other with a letter after it
        return True
    left, right = typed[at:], meant[at:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped
