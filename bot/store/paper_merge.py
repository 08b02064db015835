"""Merge two versions of a paper: field by field, the later known value wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from bot.papers import Paper

# A link to code brings its own mark, and stars are counted on one link: these two go with `code`.
_ALONE = tuple(
    f.name for f in fields(Paper) if f.name not in ("id", "code", "code_matched", "stars")
)


@dataclass(frozen=True, slots=True)
class Known:
    """A paper as of a moment; `since` names fields that were last reported earlier, and when."""

    paper: Paper
    as_of: datetime
    since: Mapping[str, datetime] = field(default_factory=dict)

    def heard(self, name: str) -> datetime | None:
        """Return when the field was last reported; None if its value is unknown."""
        # None, "" and () mean not known; 0 and False are known
        unknown = getattr(self.paper, name) in (None, "", ())
        return None if unknown else self.since.get(name, self.as_of)


def merge(stored: Known, incoming: Known) -> Known:
    """Merge two versions of a paper.

    For every field the later known value wins, the incoming one on a tie; a known value is never
    blanked. The order of several merges does not matter, unless two versions of the same moment
    contradict each other.
    """
    as_of = max(stored.as_of, incoming.as_of)
    if stored.paper == incoming.paper and not stored.since:
        return replace(stored, as_of=as_of)
    values: dict[str, object] = {}
    since: dict[str, datetime] = {}

    def take(name: str, stored: Known = stored, incoming: Known = incoming) -> Known:
        winner, heard = _later(name, stored, incoming)
        values[name] = getattr(winner.paper, name)
        if heard is not None and heard < as_of:
            since[name] = heard
        return winner

    for name in _ALONE:
        take(name)
    winner = take("code")
    values["code_matched"] = winner.paper.code_matched
    loser = incoming if winner is stored else stored
    if loser.paper.code == winner.paper.code:
        take("stars")
    else:
        take("stars", winner, winner)
    return Known(replace(stored.paper, **values), as_of, since)  # type: ignore[arg-type]  # named after Paper's own


def _later(name: str, stored: Known, incoming: Known) -> tuple[Known, datetime | None]:
    before, now = stored.heard(name), incoming.heard(name)
    if now is None or (before is not None and now < before):
        return stored, before
    return incoming, now
