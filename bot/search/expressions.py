"""Slots as FTS5 expressions. Every word is quoted, so that nothing that anybody types is syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.search.spelling import Slot


def quoted(word: str) -> str:
    """Return a word as FTS5 takes it literally."""
    return '"' + word.replace('"', '""') + '"'


def any_of(words: Iterable[str]) -> str:
    """Ask for one of the words."""
    return "(" + " OR ".join(map(quoted, words)) + ")"


def in_head(slot: Slot) -> str:
    """Ask for a word in title, names and terms."""
    begun = [f"{quoted(slot.typed)} *"] if slot.begun else []
    return "(" + " OR ".join([*_readings(slot), *begun]) + ")"


def in_head_as_typed(slot: Slot) -> str:
    """Ask for a word in title, names and terms, and for no longer one that begins with it if it is one itself."""
    return "(" + " OR ".join(_readings(slot)) + ")" if slot.known else in_head(slot)


def in_body(slot: Slot) -> str:
    """Ask for a word in all that a paper says; word stems stand there, so beginnings are spelt out."""
    return "(" + " OR ".join([*_readings(slot), *map(quoted, slot.begun)]) + ")"


def as_meant(slot: Slot) -> str:
    """Ask for the best reading of a word only."""
    return "(" + " AND ".join(map(quoted, slot.meant.split())) + ")"


def close_together(slots: Sequence[Slot]) -> str:
    """Ask for the words in one column with no more than a few others between them."""
    *first, last = [quoted(slot.meant) for slot in slots]
    return f"NEAR({' '.join([*first, last + (' *' if slots[-1].begun else '')])}, {len(slots) + 3})"


def title_begins(typed: Sequence[str]) -> str:
    """Ask for titles that begin with these words, the last of which may not be complete."""
    *whole, last = map(quoted, typed)
    # a single letter begins too many words
    return f"title : ^ {' + '.join([*whole, last + ' *'] if len(typed[-1]) > 1 else whole)}"


def _readings(slot: Slot) -> list[str]:
    return ["(" + " AND ".join(map(quoted, reading.words)) + ")" for reading in slot.readings]
