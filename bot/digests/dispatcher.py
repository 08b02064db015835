"""The dispatcher: plans what is due, delivers what is ready, and waits for what is next.

Each place gets one message at a time, and each workspace a few: a slow one holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeAlias

from bot.chat.outlet import Outlet
from bot.digests.delivery import DeliveryWorker
from bot.digests.pace import Pace, SharedPace
from bot.errors import PaperboyError, StoreError
from bot.models import PAUSE_AFTER, Place
from bot.pulse import Pulse
from bot.store import Store
from bot.store.delivery_queue import Ready
from bot.store.delivery_reports import Health
from bot.store.paces import Paces

log = logging.getLogger(__name__)

# makes digests of what is due, says so with each that can be sent, and returns when there is more
Plan: TypeAlias = Callable[[Callable[[], None]], Awaitable[datetime | None]]
Workspace: TypeAlias = tuple[str, str]

PLANNING, DELIVERING = "planning", "delivering"  # the loops, as `Pulse` knows them
MAX_AT_ONCE = 500
PER_WORKSPACE = 8
GLANCE = 1000  # messages looked at together
BREATH = 0.25  # seconds between two looks, so that one look finds more
REST, LONGEST_BREATH = 5.0, 2.0  # times as long as a look that took long, and seconds at most
TO_FINISH = 10.0  # seconds that attempts under way have when told to stop
# within which two places that ask for a pause speak for their workspace
TOGETHER = timedelta(minutes=1)
COMPLAIN_EVERY = 60.0  # seconds between two log lines about the database


async def nothing_to_plan(_: Callable[[], None]) -> datetime | None:
    """Plan nothing."""
    return None


@dataclass(frozen=True, slots=True)
class DispatcherOptions:
    """Options of the dispatcher.

    A subscription pauses after its place refused everything for `pause_after`. `luck`, from 0 to 1,
    spreads retries. `longest` is the seconds between two looks for what other processes left.
    `pulse` is told of each look. `paces` are shared with other processes, where there can be some.
    """

    pause_after: timedelta = PAUSE_AFTER
    luck: Callable[[], float] = random.random
    longest: float = 15.0
    pulse: Pulse | None = None
    paces: Paces | None = None


USUAL_OPTIONS = DispatcherOptions()


class Dispatcher:
    """Delivers to the outlets that are connected here, until cancelled."""

    def __init__(
        self,
        store: Store,
        outlets: Mapping[str, Outlet],
        clock: Callable[[], datetime],
        plan: Plan = nothing_to_plan,
        options: DispatcherOptions = USUAL_OPTIONS,
    ) -> None:
        self._queue = store.delivery_queue
        self._reports = store.delivery_reports
        self._outlets = outlets
        self._now = clock
        self._plan = plan
        self._longest = options.longest
        self._pulse = options.pulse or Pulse()
        self._worker = DeliveryWorker(
            store, clock, options.pause_after, self._defer_place, options.luck
        )
        self._shared = options.paces
        self._paces: dict[str, Pace] = {}
        self._waiting: dict[Workspace, deque[Ready]] = {}
        self._at_work: dict[Place, int] = {}  # the message that is under way for each place
        # messages at work, or begun since we last asked what is ready
        self._begun: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # of the tasks, those that wait for their turn
        self._queued: set[asyncio.Task[None]] = set()
        self._crowd: Counter[Workspace] = Counter()
        self._resting: dict[Workspace, dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
        self._due, self._changed = asyncio.Event(), asyncio.Event()
        self._complaint: tuple[str, float] | None = None  # the last one, and when it was made
        self._stopping = False
        self._retried = False

    async def run(self) -> None:
        """Deliver until cancelled; attempts under way then have a few seconds to finish."""
        self._stopping = self._retried = False
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._repeat(PLANNING, self._plan_due, self._due))
                tasks.create_task(self._repeat(DELIVERING, self._start_ready, self._changed))
        finally:
            await self._let_finish()

    async def reopened(self, place: Place) -> None:
        """Send at once what a place, or a thread in it, refused: it takes messages again."""
        if await self._queue.retry_place(place, self._now()):
            self.look()

    async def retry(self, number: int) -> bool:
        """Send at once what waits for a subscription; False if nothing does. Raises StoreError."""
        waits = await self._queue.retry_subscription(number, self._now()) > 0
        if waits:
            self.look()
        return waits

    def look(self) -> None:
        """Look for ready messages at once."""
        self._changed.set()

    def wake(self) -> None:
        """Look for due digests and ready messages at once."""
        self._due.set()
        self._changed.set()

    async def health(self, now: datetime) -> Health:
        """Count the messages that are overdue or uncertain. Raises StoreError."""
        return await self._reports.health(list(self._outlets), now)

    async def _repeat(
        self, loop: str, look: Callable[[], Awaitable[datetime | None]], woken: asyncio.Event
    ) -> None:
        while True:
            woken.clear()
            wait, good = self._longest, False
            began = asyncio.get_running_loop().time()
            try:
                then = await look()
                if then is not None:
                    wait = min(wait, (then - self._now()).total_seconds())
                good = True
            except StoreError as error:
                self._complain(error)
                wait = 1.0
            except PaperboyError as error:
                log.warning("digests: %s", error)
            except Exception:
                log.exception("digests could not be planned or delivered")
            self._pulse.beat(loop, good=good)
            took = asyncio.get_running_loop().time() - began
            try:
                async with asyncio.timeout(max(wait, 0.0)):
                    await woken.wait()
            except TimeoutError:
                pass
            await asyncio.sleep(max(BREATH, min(REST * took, LONGEST_BREATH)))

    async def _plan_due(self) -> datetime | None:
        then = await self._plan(self.look)
        self.look()
        return then

    async def _start_ready(self) -> datetime | None:
        now = self._now()
        platforms = list(self._outlets)
        if not self._retried:  # while we were away, a place may have taken messages again
            await self._queue.retry_refused(platforms, now)
            self._retried = True
        self._waiting = {}
        self._begun = set(self._at_work.values())  # what the answer may still call ready
        for ready in await self._queue.ready(platforms, now, GLANCE):
            self._waiting.setdefault(_workspace(ready.place), deque()).append(ready)
        workspaces = list(self._waiting)
        if self._shared:
            random.shuffle(workspaces)  # other processes begin with others
        for workspace in workspaces:
            self._fill(workspace)
        return await self._queue.next_change(platforms, now)

    def _fill(self, workspace: Workspace) -> None:
        waiting = self._waiting.get(workspace, deque())
        while (
            waiting and self._crowd[workspace] < PER_WORKSPACE and len(self._at_work) < MAX_AT_ONCE
        ):
            ready = waiting.popleft()
            if ready.place not in self._at_work and ready.id not in self._begun:
                self._begin(ready)

    def _begin(self, ready: Ready) -> None:
        self._crowd[_workspace(ready.place)] += 1
        self._at_work[ready.place] = ready.id
        self._begun.add(ready.id)
        task = asyncio.create_task(self._deliver(ready))
        for tasks in (self._tasks, self._queued):
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda _: self._end(ready))

    def _end(self, ready: Ready) -> None:
        workspace = _workspace(ready.place)
        del self._at_work[ready.place]
        self._crowd[workspace] -= 1
        if not self._crowd[workspace]:
            del self._crowd[workspace]
        if not self._stopping:
            self._fill(workspace)
            self.look()

    async def _deliver(self, ready: Ready) -> None:
        try:
            pace = self._pace(ready.place.route)
            await pace.turn()
            if task := asyncio.current_task():
                self._queued.discard(task)
            if not await self._worker.deliver(ready.id, self._outlets):
                pace.give_back()  # another process was quicker
        except StoreError as error:
            self._complain(error)
        except Exception:
            log.exception("delivery %d failed", ready.id)

    def _pace(self, platform: str) -> Pace:
        if platform not in self._paces:
            outlet = self._outlets.get(platform)
            per_second = outlet.pace if outlet else None
            if per_second and self._shared:
                shared = SharedPace(platform, per_second, self._shared, self._now)
                self._paces[platform] = shared
            else:
                self._paces[platform] = Pace(per_second)
        return self._paces[platform]

    async def _defer_place(self, place: Place, then: datetime) -> None:
        """Leave a place alone until then, or its whole workspace if two places ask for that."""
        now, resting = self._now(), self._resting[_workspace(place)]
        for address in [
            address for address, (told, _) in resting.items() if not told <= now < told + TOGETHER
        ]:
            del resting[address]
        resting[place.address] = (now, then)
        everywhere = len(resting) > 1
        longest = max(until for _, until in resting.values()) if everywhere else then
        await self._queue.postpone_place(place, longest, everywhere=everywhere)

    async def _let_finish(self) -> None:
        self._stopping = True
        for task in self._queued:
            task.cancel()
        if tasks := tuple(self._tasks):
            _, slow = await asyncio.wait(tasks, timeout=TO_FINISH)
            for task in slow:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _complain(self, error: StoreError) -> None:
        before = self._complaint
        if before is None or before[0] != str(error) or monotonic() - before[1] >= COMPLAIN_EVERY:
            self._complaint = (str(error), monotonic())
            log.error("digests wait: %s", error)


def _workspace(place: Place) -> Workspace:
    return place.platform, place.tenant
