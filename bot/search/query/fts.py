"""Words as FTS5 expressions. Every word is quoted, so that nothing that anybody types is syntax."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(word: str) -> str:
    """Return a word as FTS5 takes it literally."""
    return '"' + word.replace('"', '""') + '"'


def any_of(words: Iterable[str]) -> str:
    """Ask for one of the words."""
    return "(" + " OR ".join(map(quoted, words)) + ")"
