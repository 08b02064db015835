"""What stands in place of a person who was forgotten: the same each time, and telling nobody who it was. Pure."""

from __future__ import annotations

from hashlib import blake2b

_BEGINS = "forgotten:"


def mark_of(person: str, identity: str) -> str:
    """Return the mark of a person in the database of that identity."""
    return (
        _BEGINS + blake2b(person.encode(), key=identity.encode()[:64], digest_size=16).hexdigest()
    )


def is_mark(person: str) -> bool:
    """Tell whether it is no person's id but a mark."""
    return person.startswith(_BEGINS)
