"""What an outlet finds out about itself, for `paperboy doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.models import Place


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What works and what doesn't, in sentences; a problem says what to do about it.

    `identity` is who the bot is there. `clock_offset` is how far the server's clock is ahead of
    ours, None if it doesn't tell. `lacking` says for each place why nothing can be posted there,
    "" if something can.
    """

    identity: str = ""
    fine: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    clock_offset: timedelta | None = None
    lacking: Mapping[Place, str] = field(default_factory=dict)
