"""The checker: holds what people can read against a reckoning of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.models import Subscription
from tests.rigs.virtual import START
from tests.simulation.calendar import DAY, due_on, first_days, last_list
from tests.simulation.contents import ContentChecker
from tests.simulation.notices import NoticeChecker

if TYPE_CHECKING:
    from tests.simulation.world import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GOOD_QUARTERS = 12  # of an hour in which something ran in good weather: a digest goes then
BOUND = timedelta(minutes=30)  # within which everything is out when nothing fails
# how much later than its grace a message can come: the clock was behind by up to 3 hours, and an
# attempt under way ends
AFTER_GRACE = 3 * HOUR + 20 * MINUTE
LATEST = 10 * DAY  # for which it is certain what a digest before considered
Span = tuple[datetime, datetime]
Id = tuple[int, date, int]


class Checker:
    """Looks at one world in the end; `told` is what the store says that it has not posted."""

    def __init__(self, world: World, told: set[Any]) -> None:
        self._world, self._told = world, told
        self._standing = world.standing()
        self._there = {one for one, _ in self._standing}
        self._by_id = {one.id: one for one in world.subscriptions}
        self._figures = world.figures

    async def check(self) -> None:
        """Note each promise that was not kept."""
        world, figures = self._world, self._figures
        figures.messages = len(self._standing)
        figures.mails = len(world.relay.log)
        figures.asked = len(world.asked)
        keys = Counter(message.key for message in (*world.platform.log, *world.relay.log))
        figures.doubled = [self._named(key, "twice") for key, n in keys.items() if n > 1]
        ids = Counter(one for one, _ in self._standing)
        seed = f"seed {world.seed}"
        figures.doubled += [f"{seed}: {one} in two ways" for one, n in ids.items() if n > 1]
        self._check_places()
        self._check_order()
        self._check_times()
        for one in world.subscriptions:
            self._check_digests(one)
        NoticeChecker(world).check()
        figures.wrong = ContentChecker(world, self._told).check()

    def _named(self, key: str, what: object) -> str:
        known = self._world.keys.get(key)
        return f"seed {self._world.seed}: {known.id if known else key} {what}"

    def _check_places(self) -> None:
        """Look that each message is in its channel, or in the thread of its head."""
        world = self._world
        heads = {one[:2]: message for one, message in self._standing if one[2] == 0}
        for one, message in self._standing:
            place, head = self._by_id[one[0]].place, heads.get(one[:2])
            threaded = world.keys[message.key].threaded
            thread = f"{place.address}/{head.id}" if head else place.address
            # of a message that a person answered for, the thread is not known
            if threaded and (*one[:2], 0) not in world.answered:
                fits = message.place.address == thread
            else:
                fits = message.place.address in {place.address, thread}
            if not fits or message.place.tenant != place.tenant:
                self._figures.misplaced.append(self._named(message.key, message.place.address))

    def _check_order(self) -> None:
        """Look that parts come in order, and digests in the order of their dates."""
        world = self._world
        last: dict[tuple[int, date], int] = {}
        newest: dict[int, date] = {}
        for (subscription, day, part), message in self._standing:
            one = (subscription, day, part)
            late = day < newest.get(subscription, day) and part == 0 and one not in world.answered
            if late or part < last.get((subscription, day), -1):
                self._figures.disordered.append(self._named(message.key, ""))
            last[subscription, day] = part
            # what is asked for comes at once
            if (subscription, day) not in world.asked:
                newest[subscription] = max(day, newest.get(subscription, day))

    def _check_times(self) -> None:
        """Look that each message was due or asked for, and came in time."""
        world = self._world
        for one, message in self._standing:
            subscription = self._by_id[one[0]]
            grace = subscription.options.grace
            asked, _ = world.asked.get(one[:2], (None, None))
            due = due_on(subscription.options.schedule, one[1])
            moments = [at for at in (due, asked) if at and at <= message.at + MINUTE]
            if not moments:
                self._figures.needless.append(self._named(message.key, f"at {message.at}"))
            elif self._is_answered(one[:2]):
                continue
            elif message.at > max(moments) + grace + AFTER_GRACE:
                self._figures.late.append(self._named(message.key, f"at {message.at}"))
            elif message.at > max(*moments, world.calm) + BOUND:
                self._figures.late.append(self._named(message.key, f"at {message.at}, when calm"))

    def _is_answered(self, digest: tuple[int, date]) -> bool:
        return any((*digest, part) in self._world.answered for part in range(10))

    def _check_digests(self, one: Subscription) -> None:
        """Look that each digest is there, unless something speaks against it."""
        world, figures = self._world, self._figures
        previous: tuple[date, datetime] | None = None
        silent = False  # whether the one before was
        for day, due in self._due(one):
            digest = (one.id, day)
            if not self._is_expected(one, due):
                previous, silent = (day, due), False
                continue
            figures.digests += 1
            if digest in self._told:
                figures.skipped += 1
                self._check_reason(one, day, due)
                silent = False
            elif one.options.quiet and self._is_empty(one, day, due, previous):
                figures.quiet += 1
                silent = self._check_silence(one, day, due, previous, silent=silent)
            else:
                self._check_parts(one, day)
                silent = False
            previous = (day, due)
        for digest in world.granted:
            if digest[0] == one.id and digest not in self._told:
                self._check_parts(one, digest[1])

    def _check_parts(self, one: Subscription, day: date) -> None:
        """Look that all parts of a digest are there; two processes can have made different ones."""
        there = (message for id_, message in self._standing if id_[:2] == (one.id, day))
        first = next(there, None)
        parts = len(self._world.keys[first.key].whole) if first else 1
        gone = self._there | self._told
        missing = [n for n in range(parts) if (one.id, day, n) not in gone]
        if missing:
            self._figures.lost.append(f"seed {self._world.seed}: {one.id} {day} {missing}")

    def _is_expected(self, one: Subscription, due: datetime) -> bool:
        away = any(begin <= due <= until for begin, until in self._world.away[one.id])
        return not away

    def _is_empty(
        self, one: Subscription, day: date, due: datetime, previous: tuple[date, datetime] | None
    ) -> bool:
        """Tell whether the lists since the digest before are empty, and it is not the first."""
        if not any(id_[0] == one.id and id_[1] < day for id_ in self._there):
            return False
        last = last_list(due)
        before = [last_list(previous[1])] if previous else []
        before += [
            last_list(at)
            for (subscription, _), (at, _) in self._world.asked.items()
            if subscription == one.id and at < due
        ]
        first = min(last, max(before) + DAY)
        if previous and any(previous[1] < until <= due for _, until in self._world.away[one.id]):
            first = first_days(one.options.schedule, last)  # what was missed in a pause stays away
        days = [first + n * DAY for n in range((last - first).days + 1)]
        return not any(self._world.library.of(one_day) for one_day in days)

    def _check_silence(
        self,
        one: Subscription,
        day: date,
        due: datetime,
        previous: tuple[date, datetime] | None,
        *,
        silent: bool,
    ) -> bool:
        """Look that nothing is said where all there was is known to have been considered."""
        world = self._world
        asked = any(
            subscription == one.id and abs(at - due) < LATEST
            for (subscription, _), (at, _) in world.asked.items()
        )
        # what was given up is covered by one that comes later
        given_up = any(
            id_[0] == one.id and timedelta() < day - id_[1] < LATEST for id_ in self._told
        )
        if previous is None or asked or given_up or world.away[one.id]:
            return False
        head = (one.id, previous[0], 0)
        if not silent and (head not in self._there or self._is_answered(head[:2])):
            return False
        recently = any(
            id_[0] == one.id and timedelta() < day - id_[1] < 5 * LATEST for id_ in self._there
        )
        if recently and (one.id, day, 0) in self._there:
            self._figures.needless.append(f"seed {world.seed}: {one.id} {day} says nothing new")
        return recently

    def _check_reason(self, one: Subscription, day: date, due: datetime) -> None:
        """Look that a digest was skipped because of the weather, or because nothing ran."""
        world = self._world
        asked, _ = world.asked.get((one.id, day), (due, None))
        # one that was asked for may come after one of the same date that had nothing to say
        due = asked if (one.id, day) in world.granted else min(due, asked)
        quarters = int(one.options.grace / (15 * MINUTE))
        moments = [due + n * 15 * MINUTE for n in range(quarters)]
        good = sum(
            _within(at, world.alive)
            and not _within(at, world.behind)
            and not world.weather.hinders(one.place, (at - START) / HOUR)
            and not any(due <= paused_at <= at for paused_at, _ in world.away[one.id])
            for at in moments
        )
        # an address that refuses one message pauses its subscription
        paused = one.place.is_mail and any(
            refusal.place == one.place and due - 9 * HOUR < refusal.at < due + one.options.grace
            for refusal in world.refusals
        )
        if good >= GOOD_QUARTERS and not paused and not self._is_answered((one.id, day)):
            name = f"seed {world.seed}: {one.id} {day}"
            self._figures.lost.append(f"{name} skipped for no reason")

    def _due(self, one: Subscription) -> list[tuple[date, datetime]]:
        """Return the dates whose digest is due before the calm, and when."""
        found, day = [], one.made.date() - timedelta(days=2)
        end = self._world.calm
        while day <= end.date() + timedelta(days=2):
            due = due_on(one.options.schedule, day)
            if due and one.made < due < end:
                found.append((day, due))
            day += DAY
        return found


def _within(at: datetime, spans: Iterable[Span]) -> bool:
    return any(begin <= at < end for begin, end in spans)
