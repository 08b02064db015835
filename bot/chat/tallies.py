"""What a team does with the papers of a message that everyone sees: saves, votes, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.chat.view_json import Json, freeze
from bot.chat.views import Block, Item, View
from bot.models import Place
from bot.text import count, listed

MAX_NAMED = 3  # people who saved a paper


@dataclass(frozen=True, slots=True)
class Tally:
    """How many saved a paper and voted for it; `names` are those of the first who saved it."""

    saves: int = 0
    votes: int = 0
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it as people read it, "" if there is nothing to tell.

        >>> str(Tally(3, 5, ("Ada", "Bob")))
        '🔖 3 · 👍 5 · Ada, Bob and 1 other'
        """
        named = self.names[:MAX_NAMED]
        more = self.saves - len(named)
        people = listed([*named, count(more, "other")] if more else named) if named else ""
        saves = f"🔖 {self.saves:,}" if self.saves else ""
        votes = f"👍 {self.votes:,}" if self.votes else ""
        return " · ".join(filter(None, (saves, votes, people)))


def with_tallies(view: View, tallies: Mapping[str, Tally]) -> View:
    """Return a view with the tally of each paper as the last line about it."""
    return replace(view, blocks=tuple(_with_tally(block, tallies) for block in view.blocks))


def _with_tally(block: Block, tallies: Mapping[str, Tally]) -> Block:
    if not isinstance(block, Item) or not (said := str(tallies.get(block.paper or "", Tally()))):
        return block
    return replace(block, lines=(*block.lines, (said,)))


def live_view(place: Place, view: View) -> Json | None:
    """Return what to store of a message so that its tallies can follow.

    None where nobody but one person reads it, or no team does.
    """
    is_public = bool(place.tenant) and not place.private
    return freeze(view) if is_public and view.papers else None
