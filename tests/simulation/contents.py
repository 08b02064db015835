"""What the messages of a digest have to say: which days, and which papers in which order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.models import DigestOptions, Subscription
from bot.papers import Paper
from tests.rigs.platform import Message
from tests.simulation.calendar import DAY, due_on, first_days, last_list, written

if TYPE_CHECKING:
    from tests.simulation.world import World

_DAYS = re.compile(r"→ All of the(?:se days: days (\S+)| day: day) (\S+)")
_PAPERS = re.compile(r"\bPaper (\d) of (\d{4}-\d\d-\d\d)$", re.MULTILINE)
TITLE = "Daily Papers · "
BEHIND = timedelta(hours=3)  # by which the clock of a process can be, when a person asks
LATER = 3  # digests of which one at least was planned after an earlier one was given up
LONGEST_RHYTHM = timedelta(days=40)
IN_ONE = 5  # papers of a message that tells all of them
Span = tuple[date, date]


class ContentChecker:
    """Holds the messages that people can read against the lists of the feed."""

    def __init__(self, world: World, told: set[Any]) -> None:
        self._world, self._told = world, told
        self.wrong: list[str] = []

    def check(self) -> list[str]:
        """Return the messages that say what they should not."""
        messages: dict[tuple[int, date], dict[int, Message]] = defaultdict(dict)
        for (subscription, day, part), message in self._world.standing():
            messages[subscription, day].setdefault(part, message)
            if message.text != self._world.keys[message.key].text:
                self._note(subscription, day, f"part {part} is not what was planned")
        for one in self._world.subscriptions:
            spans: list[Span] = []
            for day in sorted(day for number, day in messages if number == one.id):
                if span := self._check_digest(one, day, messages[one.id, day]):
                    self._check_span(one, day, spans, span)
                    spans.append(span)
            self._check_left_out(one, spans)
        return self.wrong

    def _note(self, subscription: int, day: date, what: str) -> None:
        self.wrong.append(f"seed {self._world.seed}: {subscription} {day} {what}")

    def _check_digest(self, one: Subscription, day: date, parts: dict[int, Message]) -> Span | None:
        """Look at the messages of a digest, and return the days that it covers."""
        button = next((_DAYS.search(parts[n].text) for n in sorted(parts, reverse=True)), None)
        head = parts.get(0)
        if head and not button:
            button = _DAYS.search(head.text)
        if not head:
            return None  # which is looked at elsewhere
        if not button:  # the message with it was given up
            if head.text.startswith(TITLE):
                return _titled(head.text)
            self._note(one.id, day, "names no days")
            return None
        last = date.fromisoformat(button[2])
        first = date.fromisoformat(button[1]) if button[1] else last
        if head.text.partition("\n")[0] != f"{TITLE}{written(first, last)}":
            self._note(one.id, day, f"covers {first} to {last} and has another title")
        if last not in self._last_days(one, day, head):
            self._note(one.id, day, f"covers days until {last}")
        papers = [paper for n in range((last - first).days + 1) for paper in self._of(first, n)]
        chosen = sorted(papers, key=lambda paper: (-(paper.upvotes or 0), paper.id))
        self._check_papers(one, day, parts, chosen[: one.options.papers])
        if papers and f"\n{min(one.options.papers, len(papers))} of {len(papers)} paper" not in (
            head.text
        ):
            self._note(one.id, day, "counts its papers wrongly")
        return first, last

    def _of(self, first: date, days: int) -> Sequence[Paper]:
        return self._world.library.of(first + days * DAY)

    def _check_papers(
        self, one: Subscription, day: date, parts: dict[int, Message], chosen: Sequence[Paper]
    ) -> None:
        for number, expected in enumerate(_spread(one.options, chosen, whole=one.place.is_mail)):
            if number not in parts:
                continue
            told = [f"{at}-{n}" for n, at in _PAPERS.findall(parts[number].text)]
            if told != [paper.id for paper in expected]:
                self._note(one.id, day, f"part {number} has the papers {told}")

    def _last_days(self, one: Subscription, day: date, head: Message) -> set[date]:
        """Return the days that can end a digest of this date: one, unless a person asked."""
        due = due_on(one.options.schedule, day)
        possible = {last_list(due)} if due else set()
        if (one.id, day) in self._world.asked:
            asked, _ = self._world.asked[one.id, day]
            possible |= {last_list(at) for at in (asked - BEHIND, asked, head.at)}
        return possible

    def _check_span(
        self, one: Subscription, day: date, earlier: Sequence[Span], span: Span
    ) -> None:
        """Look that a digest begins where those before it ended."""
        first, last = span
        skipped = any(id_[0] == one.id and id_[1] < day for id_ in self._told)
        if not earlier and not skipped and first != first_days(one.options.schedule, last):
            self._note(one.id, day, f"is the first and covers days from {first}")
        # a person can ask for a list again; if that is given up, the next digest covers it too
        again = first < last and any(begin <= first <= end for begin, end in earlier)
        asked = any(
            id_[0] == one.id and id_[1] < day and id_[:2] in self._world.asked for id_ in self._told
        )
        if again and not asked and not self._world.away[one.id]:
            self._note(one.id, day, f"covers {first} again")

    def _check_left_out(self, one: Subscription, spans: Sequence[Span]) -> None:
        """Look that each day with papers is covered, if digests of later days are there."""
        told = {begin + n * DAY for begin, end in spans for n in range((end - begin).days + 1)}
        days = (max(told) - min(told)).days if told else 0
        for day in (min(told) + n * DAY for n in range(days)):
            later = sum(begin > day for begin, _ in spans)
            paused = any(
                day - DAY <= until.date() and begin.date() <= day + LONGEST_RHYTHM
                for begin, until in self._world.away[one.id]
            )
            if day not in told and later >= LATER and self._of(day, 0) and not paused:
                self._note(one.id, day, "is a day that no digest covers")


def _titled(text: str) -> Span:
    """Read the days in the title of a digest."""
    first, to, last = text.partition("\n")[0].removeprefix(TITLE).rpartition(" to ")
    if not to:
        last = last.partition(" ")[2]  # without the day of the week
    end = datetime.strptime(f"{last} +0000", "%d %B %Y %z").date()
    if not to:
        return end, end
    year = "" if first[-4:].isdigit() else f" {end.year}"
    return datetime.strptime(f"{first}{year} +0000", "%d %B %Y %z").date(), end


def _spread(
    options: DigestOptions, papers: Sequence[Paper], *, whole: bool
) -> Iterator[Sequence[Paper]]:
    """Return the papers of each message of a digest."""
    if whole or options.layout == "compact":
        yield papers
    elif options.layout == "threaded":
        yield papers
        yield from ([paper] for paper in papers)
    else:
        yield from (papers[n : n + IN_ONE] for n in range(0, max(len(papers), 1), IN_ONE))
