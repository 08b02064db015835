"""The one place that a terminal has, and its names."""

from __future__ import annotations

from bot.errors import UsageError
from bot.models import Person, Place

ME = Person("terminal", "", "me")
HERE = Place("terminal", "", "here")


def check_place(words: str) -> None:
    """Raise UsageError if words name no place here."""
    if words not in {"me", HERE.address}:
        raise UsageError(
            f"There is no place “{words[:40]}” here. Choose here or me.", argument="where"
        )
