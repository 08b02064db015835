"""Value types that every room shares."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform; `tenant` is the Slack team or Discord guild, "" at the terminal."""

    platform: str
    tenant: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said; `address` is the adapter's own, opaque and storable.

    `name` is what people call it, where the platform tells; in a `private` one nobody listens but
    one person.
    """

    platform: str
    tenant: str
    address: str
    name: str = field(default="", compare=False)
    private: bool = field(default=False, compare=False)
