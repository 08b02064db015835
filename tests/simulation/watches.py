"""Looks that each watch tells of each paper once, in its place, and of nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.models import Place, Subscription
from tests.rigs.platform import Message
from tests.simulation.arrivals import VOTES, Arrival, matches

if TYPE_CHECKING:
    from tests.simulation.world import World

_TITLES = re.compile(r"Study \d+ of \w+")
NAMED = 20  # papers of a summary
CATCH_UP = timedelta(days=5)  # a sync, a summary, and a place that takes nothing for a while


@dataclass(frozen=True)
class WatchNote:
    """What a message of a watch has to say, and when that was decided."""

    at: datetime
    watch: int
    day: date
    text: str
    papers: tuple[str, ...]


class WatchChecker:
    """Holds the messages of watches against the papers that came."""

    def __init__(self, world: World, gone: set[str]) -> None:
        self._world, self._gone = world, gone  # the keys of messages that were given up
        self._figures = world.figures
        self._arrivals = {one.id: one for one in world.arrivals.all}
        # when a place was told of a paper, and by which watch
        self._told: dict[tuple[Place, str], list[tuple[datetime, int]]] = defaultdict(list)

    def check(self) -> None:
        """Note each promise that was not kept."""
        notes = self._world.watch_notes
        messages = [(notes[one.key], one) for one in self._world.platform.log if one.key in notes]
        self._figures.watched = len(messages)
        for note, message in messages:
            self._check_message(note, message)
        given_up = {
            (self._place(notes[key].watch), paper)
            for key in self._gone & notes.keys()
            for paper in notes[key].papers
        }
        for watch in self._world.watches:
            for one in self._world.arrivals.all:
                self._check_paper(watch, one, given_up=(watch.place, one.id) in given_up)

    def _place(self, number: int) -> Place:
        return next(one.place for one in self._world.watches if one.id == number)

    def _name(self, watch: int, what: str) -> str:
        return f"seed {self._world.seed}: watch {watch} {what}"

    def _check_message(self, note: WatchNote, message: Message) -> None:
        watch = next(one for one in self._world.watches if one.id == note.watch)
        if message.place != watch.place:
            self._figures.misplaced.append(self._name(watch.id, message.place.address))
        titles = [self._arrivals[paper].title for paper in note.papers[:NAMED]]
        if message.text != note.text or _TITLES.findall(note.text) != titles:
            self._figures.wrong.append(self._name(watch.id, f"says {message.text[:80]!r}"))
        for paper in note.papers:
            self._told[watch.place, paper].append((note.at, watch.id))

    def _check_paper(self, watch: Subscription, one: Arrival, *, given_up: bool) -> None:
        told = self._told[watch.place, one.id]
        ours = [at for at, number in told if number == watch.id]
        name = self._name(watch.id, one.id)
        if len(ours) > 1:
            self._figures.doubled.append(f"{name} twice")
        if not watch.options.repeats and ours and any(at < ours[0] for at, _ in told):
            self._figures.doubled.append(f"{name} was told there by another")
        elsewhere = told and not watch.options.repeats
        expected = self._expected(watch, one)
        if expected and not ours and not elsewhere and not given_up:
            self._figures.lost.append(f"{name} is not told")
        if expected is False and ours:
            self._figures.needless.append(f"{name} is told")

    def _expected(self, watch: Subscription, one: Arrival) -> bool | None:
        """Tell whether a watch has to tell of a paper; None where both is right."""
        world, arrivals = self._world, self._world.arrivals
        keys = [(one.id, n) for n in (0, VOTES) if matches(watch.options, one, n)]
        heard = [arrivals.offered[key] for key in keys if key in arrivals.offered]
        if not heard:
            return False
        saved = [arrivals.saved[key] for key in keys if key in arrivals.saved]
        if not saved:
            return None  # a sync that heard of it was killed, and none asked again
        if min(saved) < watch.made:
            return False  # it was there before
        first = min(heard)
        paused = any(
            begin <= first + CATCH_UP and first <= until for begin, until in world.away[watch.id]
        )
        return None if paused or first < watch.made or first > world.calm else True
