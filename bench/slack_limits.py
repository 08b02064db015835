"""Counts the limits of Slack that generated papers, forms and digests break: there should be none.

    python bench/slack_limits.py [--number 10000]

Each is drawn with the newer blocks and without.
"""

# ruff: noqa: T201  # a program, which prints

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters.slack.forms import Form, redraw_form
from adapters.slack.render import fallback_text, render
from adapters.slack.requests import Request
from adapters.slack.web import NEWER
from bot import cards
from bot.calendar.schedule import Schedule
from bot.chat.commands import Blank
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.tallies import Tally, with_tallies
from bot.chat.views import Arrangement, View
from bot.digests.layout import views as messages
from bot.digests.selection import Digest
from bot.features import ALL
from bot.models import MAX_PAPERS, DigestOptions, Layout, Person, Place
from bot.papers import Account, Paper
from tests.contract.views import MARKUP
from tests.rigs.slack_rules import broken_rules, broken_rules_of_modal, texts

ME, HERE = Person("slack", "T1", "U1"), Place("slack", "T1", "C1")
COMMANDS = [one for one in map(command, ALL) if one.params]
DAY = date(2026, 5, 22)
VALUES = ("", "9:00", "mon,fri", "last", "3", "yes", "daily", "here", "me", "other", "C1")

Broken = Iterator[str]  # the limits that something breaks


def main() -> None:
    """Draw as many of each kind as asked for, and say what was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=10_000, help="of each kind")
    number = parser.parse_args().number
    kinds: dict[str, Callable[[random.Random], Broken]] = {
        "papers": of_papers,
        "digests": of_digest,
        "forms": of_form,
    }
    for name, broken_by in kinds.items():
        chance, started = random.Random(1), time.process_time()
        broken = [rule for _ in range(number) for rule in broken_by(chance)]
        took = time.process_time() - started
        print(f"{name:<8} {number} drawn in {took:.1f} s, {len(broken)} limits broken", broken[:3])


def of_papers(chance: random.Random) -> Broken:
    """Draw a card, or a list of up to twelve papers."""
    paper = any_paper(chance)
    several = View(cards.items([paper] * chance.randint(1, 12), ()))
    view = cards.card(paper, kept=False) if chance.random() < 0.5 else several
    yield from of_view(replace(view, arranged=chance.choice(get_args(Arrangement))))


def of_digest(chance: random.Random) -> Broken:
    """Draw the messages of a digest, as they are posted and with what people did since."""
    papers = tuple(any_paper(chance) for _ in range(chance.randint(0, MAX_PAPERS)))
    options = DigestOptions(
        Schedule("daily", time_of_day(9), "UTC"), layout=chance.choice(get_args(Layout))
    )
    late = frozenset(paper.id for paper in papers if chance.random() < 0.3)
    because = {paper.id: any_paper(chance) for paper in papers if chance.random() < 0.3}
    tally = Tally(chance.randrange(2000), chance.randrange(2000), (any_text(chance, 3),) * 3)
    for view in messages(Digest(options, DAY, DAY, papers, 99, late, because=because)):
        yield from of_view(with_tallies(view, dict.fromkeys(view.papers, tally)))


def of_form(chance: random.Random) -> Broken:
    """Draw the form of a command with anything in its inputs."""
    known = chance.choice(COMMANDS)
    held = (*VALUES, any_text(chance, 60), any_text(chance, 1) * 99)
    blanks = [Blank(param, chance.choice(held)) for param in known.params]
    wrong = (chance.choice(known.params).name, any_text(chance, 60))
    asked = Form(Intent(known.name, ME, HERE), Request(ME, HERE), {}, {})
    error = wrong if chance.random() < 0.5 else ("", "")
    modal = redraw_form(replace(asked, open=chance.random() < 0.5, error=error), blanks)
    yield from broken_rules_of_modal(modal) if modal else ("no form",)


def of_view(view: View) -> Broken:
    """Draw a view with the newer blocks and without."""
    for newer in ((), NEWER):
        made = render(view, "x", newer=newer)
        yield from broken_rules(made, newer=bool(newer))
        if '"emoji": true' in json.dumps(made) or is_markup(made):
            yield "text that is read as markup"
    if "<" in fallback_text(view):
        yield "a notification that is read as markup"


def is_markup(blocks: list[dict[str, Any]]) -> bool:
    """Return whether Slack would read text as markup that is none."""
    try:
        list(texts(blocks))
    except AssertionError:
        return True
    return False


def any_text(chance: random.Random, most: int) -> str:
    """Make up words, some of them markup, mentions or very long."""
    words = ("word", "Übermaß", "模型", "x" * 90, *MARKUP)
    return " ".join(chance.choices(words, k=chance.randint(0, most)))


def any_paper(chance: random.Random) -> Paper:
    """Make up a paper with markup, mentions and too much in its fields."""
    many = chance.choice((0, 1, 3, 30, 664))
    return Paper(
        f"2605.{chance.randrange(10**5):05}",
        any_text(chance, chance.choice((3, 60))),
        tuple(any_text(chance, 3) for _ in range(many)),
        abstract=any_text(chance, chance.choice((50, 1000))),
        summary=any_text(chance, chance.choice((0, 40))),
        keywords=tuple(any_text(chance, 3) for _ in range(chance.randint(0, 12))),
        organization=Account("org", any_text(chance, 4)) if chance.random() < 0.5 else None,
        submitter=Account("ada", any_text(chance, 2)) if chance.random() < 0.5 else None,
        daily=DAY,
        upvotes=chance.choice((None, 0, 10**9)),
        comments=chance.choice((None, 2)),
        code=chance.choice((None, "https://example.org/code")),
        thumbnail=chance.choice((None, "https://example.org/1.png")),
    )


if __name__ == "__main__":
    main()
