"""What a press carries: the command line of a button within Discord's 100 characters, and for whom it was made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LONGEST_ID = 100  # characters of a custom_id
LONGEST_LINE = LONGEST_ID - len("b999:") - 20 - len(":")  # a guild's id has up to 20 digits


class Kind(Enum):
    """What happens at a press."""

    ANSWER = "b"
    TURN = "t"  # the answer takes the place of what is shown
    FIELD = "f"  # a form for the rest of the line
    FORM = "m"  # a form for the arguments that the line lacks


@dataclass(frozen=True, slots=True)
class Press:
    """A command line to press.

    `tenant` is the guild that it is about where that is not the place where it stands: in a direct
    message about a reaction.
    """

    kind: Kind
    line: str
    tenant: str = ""

    def id(self, number: int = 0) -> str:
        """Write it as a custom_id; the number keeps it apart from others of the same message."""
        return f"{self.kind.value}{number}:{self.tenant}:{self.line}"

    @classmethod
    def read(cls, custom_id: str) -> Press | None:
        """Read a custom_id; None where it is none of ours."""
        head, _, rest = custom_id.partition(":")
        tenant, colon, line = rest.partition(":")
        known = {kind.value: kind for kind in Kind}
        ours = colon and head[:1] in known and head[1:].isdecimal()
        return cls(known[head[0]], line, tenant) if ours else None
