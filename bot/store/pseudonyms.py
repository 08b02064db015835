"""Marks in place of people whose data was deleted: stable, and telling no one who it was. Pure."""

from __future__ import annotations

from hashlib import blake2b

_BEGINS = "forgotten:"


def mark_of(person: str, identity: str) -> str:
    """Return the mark of a person in the database of that identity."""
    return (
        _BEGINS + blake2b(person.encode(), key=identity.encode()[:64], digest_size=16).hexdigest()
    )


def is_mark(person: str) -> bool:
    """Tell whether an id is a mark rather than a person's."""
    return person.startswith(_BEGINS)
