"""What a press carries: a command line within Discord's 100 characters, and its tenant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MAX_CUSTOM_ID = 100  # characters
GUILD_ID_DIGITS = 20
MAX_LINE = MAX_CUSTOM_ID - len("b999:") - GUILD_ID_DIGITS - len(":")  # characters


class Kind(Enum):
    """What happens at a press."""

    ANSWER = "b"
    TURN = "t"  # the answer replaces what the message shows
    FIELD = "f"  # a form for the rest of the line
    FORM = "m"  # a form for the arguments that the line lacks


@dataclass(frozen=True, slots=True)
class Press:
    """A command line to press.

    `tenant` is the guild that the line is about, if the message stands elsewhere: in a direct
    message about a reaction.
    """

    kind: Kind
    line: str
    tenant: str = ""

    def id(self, number: int = 0) -> str:
        """Write the custom_id; the number keeps equal lines of one message apart."""
        return f"{self.kind.value}{number}:{self.tenant}:{self.line}"

    @classmethod
    def read(cls, custom_id: str) -> Press | None:
        """Read a custom_id; None if this version of the bot did not write it."""
        head, _, rest = custom_id.partition(":")
        tenant, colon, line = rest.partition(":")
        kinds = {kind.value: kind for kind in Kind}
        if not colon or head[:1] not in kinds or not head[1:].isdecimal():
            return None
        return cls(kinds[head[0]], line, tenant)
