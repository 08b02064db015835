"""Days of papers with growing votes, and what watches should tell of them, decided one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.calendar.schedule import Schedule
from bot.digests.topics import selector
from bot.digests.watches import FOLLOWED, MAX_A_DAY
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Account, Paper
from bot.search.ranking.matcher import Subject, subject

WORDS = (
    "diffusion attention robot video speech graph memory agent policy token vision language "
    "retrieval alignment planning sparse quantum protein weather music"
).split()
NAMES = [f"{first} {last}" for first in ("Ada", "Emmy", "Alan") for last in ("Li", "Noether", "Ho")]
HOUSES = [Account(name.lower(), name) for name in ("Nvidia", "Analytical", "DeepMind")]


def generate_days(first: date, days: int, seed: int) -> dict[date, tuple[Paper, ...]]:
    """Make the lists of some days, a few dozen papers each."""
    chance = random.Random(seed)
    return {
        day: tuple(_paper(chance, day, number) for number in range(chance.randint(3, 8)))
        for day in (first + timedelta(days=n) for n in range(days))
    }


def _paper(chance: random.Random, day: date, number: int) -> Paper:
    id_ = f"{day:%y%m}.{day.day:02}{number:03}"
    code = f"https://github.com/owner/repo{chance.randrange(20)}" if chance.random() < 0.4 else None
    return Paper(
        id_,
        " ".join(chance.sample(WORDS, 4)),
        tuple(chance.sample(NAMES, 2)),
        organization=chance.choice([None, *HOUSES]),
        daily=day,
        published=day,
        upvotes=chance.choice((0, 1, 3)),
        code=code,
    )


def grow(chance: random.Random, paper: Paper) -> Paper:
    """Return a paper with the votes that it has some hours later."""
    return replace(paper, upvotes=(paper.upvotes or 0) + chance.choice((0, 0, 1, 4, 15)))


def generate_watches(count: int, places: int, schedule: Schedule, seed: int) -> list[Subscription]:
    """Make watches of all kinds in some places, each asking for something else there."""
    chance = random.Random(seed)
    found: dict[tuple[str, DigestOptions], Subscription] = {}
    while len(found) < count:
        options = DigestOptions(
            schedule,
            topics=_topics(chance),
            votes=chance.choice((0, 0, 5, 20)),
            without=chance.choice(("", "", "", "quantum")),
        )
        place = Place("chat", "T", f"room {chance.randrange(places)}")
        person = Person("chat", "T", "ada")
        made = datetime(2026, 6, 1, tzinfo=UTC)
        found[place.address, options] = Subscription(0, place, person, options, made, watch=True)
    return list(found.values())


def _topics(chance: random.Random) -> str:
    word, other = chance.sample(WORDS, 2)
    choices = (
        word,
        f"{word} {other}",
        f"{word} OR {other}",
        f'author:"{chance.choice(NAMES)}"',
        f"org:{chance.choice(HOUSES).handle}",
        f"github.com/owner/repo{chance.randrange(20)}",
        f"{word} votes:{chance.choice((3, 10, 30))}",
        f"{word} has:code, org:{chance.choice(HOUSES).handle} {other}",
    )
    return chance.choice(choices)


@dataclass
class Expected:
    """What is to be told at each sync: pairs of a watch and a paper, decided one by one."""

    watches: Sequence[Subscription]
    matched: set[tuple[int, str]] = field(default_factory=set)
    had: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))
    held: dict[int, list[tuple[date, str]]] = field(default_factory=lambda: defaultdict(list))

    subjects: dict[str, Subject] = field(default_factory=dict)

    def begin(self, papers: Sequence[Paper], today: date) -> None:
        """Take note of what is there before."""
        self.matched |= set(self._matching(papers, today))

    def sync(self, papers: Sequence[Paper], today: date) -> set[tuple[int, str]]:
        """Return what is told after a sync that found these papers."""
        said = set(self._summaries(today))
        by_id = {paper.id: paper for paper in papers}
        new = defaultdict(list)
        for number, id_ in self._matching(papers, today):
            if (number, id_) not in self.matched:
                self.matched.add((number, id_))
                new[number].append(by_id[id_])
        for watch in self.watches:
            fresh = [one for one in new[watch.id] if one.id not in self.had[watch.place]]
            self.had[watch.place] |= {one.id for one in fresh}
            for one in sorted(fresh, key=lambda paper: (-(paper.upvotes or 0), paper.id)):
                if self.told[watch.id, today] < MAX_A_DAY:
                    self.told[watch.id, today] += 1
                    said.add((watch.id, one.id))
                else:
                    self.held[watch.id].append((today, one.id))
        return said

    def _summaries(self, today: date) -> Iterator[tuple[int, str]]:
        for number, some in self.held.items():
            yield from ((number, id_) for day, id_ in some if day < today)
            self.held[number] = [(day, id_) for day, id_ in some if day >= today]

    def _matching(self, papers: Sequence[Paper], today: date) -> Iterator[tuple[int, str]]:
        followed = [one for one in papers if one.daily and one.daily >= today - FOLLOWED]
        for watch in self.watches:
            wanted = selector(watch.options, today)
            yield from ((watch.id, one.id) for one in followed if wanted.matches(self._read(one)))

    def _read(self, paper: Paper) -> Subject:
        """Make a paper ready to be matched; only its votes change."""
        known = self.subjects.get(paper.id) or subject(paper)
        self.subjects[paper.id] = replace(known, paper=paper)
        return self.subjects[paper.id]
