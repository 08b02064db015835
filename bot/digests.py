"""What goes into a digest: the papers of a day that matter most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import cards
from bot.papers import Paper
from bot.text import count
from bot.views import Block, Button, Buttons, View, note

MOST_PAPERS = 5


def digest(day: date, papers: Sequence[Paper], total: int) -> View:
    """Show the first papers of a day as a channel gets them; `total` is how many the day had."""
    shown = papers[:MOST_PAPERS]
    blocks: list[Block] = [
        note(f"The {len(shown)} most upvoted of {count(total, 'paper')} on Hugging Face Daily Papers."),
        *cards.items(shown, kept=()),
        Buttons((Button(f"All {total:,} of the day", f"day {day}"), Button("Trending", "trending"))),
    ]
    return View(tuple(blocks), title=f"Daily Papers · {day:%A} {cards.day_name(day)}")
