"""Measures Slack: how soon people are answered, and whether reactions are lost.

    python bench/slack.py [load] [reactions] [--home FOLDER] [--seconds 60] [--people 50]

The bot runs as a process of its own over the real SDK; the Slack that it talks to is the one of the
tests. `--home` is a folder that papers were imported into; without it the sample's are taken.
"""

# ruff: noqa: T201  # a program, which prints

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import random
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters.slack import Slack
from bench.lag import watched
from bot.bootstrap import App, Sources, build_app
from bot.chat.outlet import Outlet
from bot.cli.demo import bring_sample
from bot.search import Index
from bot.settings import Settings, sqlite_in
from bot.settings.platforms import SlackSettings
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Store
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, TEAM, Message, SlackRig, eventually

NOBODY = "http://127.0.0.1:9"
SAMPLE_DAY = datetime(2026, 5, 22, 22, tzinfo=UTC)
FIND = (
    *("find attnetion sparse", "find diffusion", "find agents benchmrk", "find 2605.19577"),
    *("find video generation year:2025", "find author:hinton", "find large langage models"),
)
OTHERS = (
    *("day 2026-05-22", "day 2026-05-20", "paper 2605.19577", "similar 2605.19577"),
    *("save 2605.19577", "saved", "help", "status", "shelf"),
)
TYPED = ("attent", "attention is all", "diffusion mod", "large lang", "refinforcement lerning")
SWITCH_SECONDS = 0.001  # as `paperboy` sets it
PERIOD = 2.0  # seconds between two commands of a person
REACTIONS_PER_SECOND = 20.0
TYPING_PERIOD = 1.0  # seconds between two completions


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", help="load, reactions; both if left out")
    parser.add_argument("--home", type=Path, help="a folder that papers were imported into")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--serve", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        await serve(*args.serve)
        return
    what = args.what or ["load", "reactions"]
    if "load" in what:
        await load(args.home, args.people, args.seconds)
    if "reactions" in what:
        await reactions(args.events)


# --- the bot's process ---


async def serve(url: str, folder: str) -> None:
    """Be the bot until told to stop, then print how late its event loop was."""
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with opened(Path(folder)) as app:
        gc.freeze()  # as `paperboy` does: what is imported needs no look for garbage
        running = asyncio.create_task(
            Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{url}/api")).run(app.bot)
        )
        async with watched() as lags:
            await asyncio.wait(
                {running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    print(json.dumps(lags))


@asynccontextmanager
async def opened(
    folder: Path, now: datetime = SAMPLE_DAY, outlets: Sequence[Outlet] = ()
) -> AsyncIterator[App]:
    """Build what knows the papers in the folder, or the sample's."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(sqlite_in(folder)))
        index = await Index.open(folder / "index.sqlite3", store.identity)
        stack.push_async_callback(index.close)
        source = await stack.enter_async_context(
            HuggingFace(NOBODY, patience=Patience(pause=0.001, tries=1))
        )
        settings = Settings(folder, sqlite_in(folder), ask_hugging_face=False)
        app = build_app(settings, Sources(store, index, source), outlets, clock=lambda: now)
        library = app.services.library
        if not (await library.status()).papers:
            await bring_sample(library)
        yield app


@asynccontextmanager
async def process(rig: SlackRig, folder: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--serve", rig.url, folder, stdout=asyncio.subprocess.PIPE
    )
    try:
        await eventually(lambda: len(rig.sockets) >= 2)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


# --- people at work ---


@dataclass
class Times:
    """The milliseconds that people waited."""

    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    completed: list[float] = field(default_factory=list)
    reacted: list[float] = field(default_factory=list)


class Listeners:
    """Wakes each person when an answer for them comes, without going through all messages."""

    def __init__(self, rig: SlackRig) -> None:
        self._rig = rig
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._seen = 0

    def expect(self, user: str) -> asyncio.Future[None]:
        """Return what is done once an answer for a person comes."""
        self._waiting[user] = asyncio.get_running_loop().create_future()
        return self._waiting[user]

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            await self._rig.until(lambda: len(self._rig.messages) > self._seen)
            for message in self._rig.messages[self._seen :]:
                waiting = self._waiting.pop(message.person, None)
                if waiting and not waiting.done():
                    waiting.set_result(None)
            self._seen = len(self._rig.messages)


async def load(home: Path | None, people: int, seconds: float) -> None:
    """Let people give commands, type and react for a while, and tell how soon they were served."""
    rig = SlackRig()
    rig.people = {f"U{n}": {"name": f"person {n}"} for n in range(people + 1000)}
    await rig.start()
    times = Times()
    with TemporaryDirectory() as folder:
        if home:
            shutil.copytree(home, folder, dirs_exist_ok=True)
        async with process(rig, folder) as child:
            shown = await shared(rig, folder)
            listeners = Listeners(rig)
            listening = asyncio.create_task(listeners.run())
            end = time.monotonic() + seconds
            *_, made = await asyncio.gather(
                *(person(rig, listeners, f"U{n}", end, times) for n in range(people)),
                typist(rig, end, times),
                reactors(rig, shown, end, times),
            )
            lost = await missing(folder, made)
            listening.cancel()
            child.send_signal(signal.SIGTERM)
            printed, _ = await child.communicate()
    await rig.stop()
    print(
        f"load: {people} people for {seconds:.0f} s, {len(times.answered)} commands, "
        f"{len(times.completed)} completions, {len(times.reacted)} reactions, {lost} of them not "
        f"on the shelf, {len(rig.trace)} calls refused by the rig"
    )
    for name, figures in (*vars(times).items(), ("loop lag", json.loads(printed))):
        print(f"  {name:<13} {spread(figures)}")


async def person(rig: SlackRig, listeners: Listeners, user: str, end: float, times: Times) -> None:
    """Give a command every PERIOD seconds until the end, half of them searches."""
    chance = random.Random(user)
    await asyncio.sleep(chance.uniform(0, PERIOD))
    while (started := time.monotonic()) < end:
        line = chance.choice(FIND if chance.random() < 0.5 else OTHERS)
        answer = listeners.expect(user)
        times.acknowledged.append(await rig.slash(line, user, patience=60) * 1000)
        await answer
        times.answered.append((time.monotonic() - started) * 1000)
        await asyncio.sleep(max(0.0, started + PERIOD - time.monotonic()))


async def typist(rig: SlackRig, end: float, times: Times) -> None:
    """Type into a form until the end."""
    element = {"action_id": "save paper", "type": "external_select"}
    view = {"id": "V0", "blocks": [{"block_id": "paper", "element": element}]}
    for typed in itertools.cycle(TYPED):
        started = time.monotonic()
        if started >= end:
            return
        await rig.suggest(view, typed, patience=60)
        times.completed.append((time.monotonic() - started) * 1000)
        await asyncio.sleep(max(0.0, started + TYPING_PERIOD - time.monotonic()))


async def reactors(
    rig: SlackRig, shown: dict[str, Message], end: float, times: Times
) -> list[tuple[str, str]]:
    """Let people react until the end; return each person with the paper that they save."""
    made = list(itertools.product((f"U{1000 + n}" for n in range(50)), shown))
    random.Random(3).shuffle(made)
    tasks: list[asyncio.Task[None]] = []

    async def react(user: str, paper: str) -> None:
        event = rig.reaction(shown[paper], "bookmark", user, added=True)
        times.reacted.append((await rig.event(event, patience=60))[1] * 1000)

    for user, paper in made:
        if time.monotonic() >= end:
            break
        tasks.append(asyncio.create_task(react(user, paper)))
        await asyncio.sleep(1 / REACTIONS_PER_SECOND)
    await asyncio.gather(*tasks)
    return made[: len(tasks)]


async def missing(folder: str, made: list[tuple[str, str]]) -> int:
    """Return how many of the papers are not on the shelves, after a wait for the last of them."""
    lost = made
    async with await Store.open(sqlite_in(Path(folder))) as store:
        shelf = store.tenant("slack", TEAM).shelf
        for _ in range(100):
            lost = [one for one in lost if one[1] not in await shelf.ids(one[0])]
            if not lost:
                break
            await asyncio.sleep(0.1)
    return len(lost)


def spread(figures: list[float]) -> str:
    """Write the middle, the slow end and the worst, in milliseconds."""
    cuts = quantiles(figures, n=100)
    shown = (("p50", cuts[49]), ("p95", cuts[94]), ("p99", cuts[98]), ("worst", max(figures)))
    return "   ".join(f"{name} {value:7.1f} ms" for name, value in shown)


# --- reactions ---


Told = tuple[str, str, bool, float]


async def reactions(events: int) -> None:
    """Send reactions, some twice and all shuffled, kill the bot, and compare the shelves."""
    chance = random.Random(2)
    rig = SlackRig()
    rig.people = {f"U{n}": {} for n in range(10)}
    await rig.start()
    with TemporaryDirectory() as folder:
        async with process(rig, folder) as child:
            shown = await shared(rig, folder)
            made = make_reactions(chance, list(shown), events)
            told = made + chance.sample(made, int(events * 0.3))
            chance.shuffle(told)
            half = len(told) // 2
            unheard = await tell(rig, shown, told[:half])
            dying = asyncio.create_task(tell(rig, shown, told[half : half + 100]))
            await asyncio.sleep(0.05)
            child.kill()
            unheard += await dying
            await child.wait()
        # nothing is looked up on coming back: what counts is what was told
        rig.faults["reactions.get"] = [{"error": "message_not_found"}] * len(shown)
        async with process(rig, folder):
            lost = await tell(rig, shown, unheard + told[half + 100 :])
        left, wrong = await compare(folder, made)
    await rig.stop()
    print(
        f"reactions: {events} events, {len(told)} told, killed with {len(unheard)} not "
        f"acknowledged and told again, {left} left to be worked off, "
        f"{len(lost)} never acknowledged, {wrong} shelves wrong of 10"
    )


def make_reactions(chance: random.Random, papers: list[str], events: int) -> list[Told]:
    """Make up reactions of ten people, one a second until now."""
    began = time.time() - events
    return [
        (chance.choice(papers), f"U{chance.randrange(10)}", chance.random() < 0.6, began + n)
        for n in range(events)
    ]


async def tell(rig: SlackRig, shown: dict[str, Message], told: list[Told]) -> list[Told]:
    """Send events, twenty at a time; return those that were not acknowledged."""
    unheard: list[Told] = []
    gate = asyncio.Semaphore(20)

    async def one(event: Told) -> None:
        paper, user, added, at = event
        async with gate:
            try:
                made = rig.reaction(shown[paper], "bookmark", user, added=added, at=at)
                await rig.event(made, patience=20)
            except (TimeoutError, ConnectionError, ZeroDivisionError):
                unheard.append(event)  # the last error: no connection to send it over

    await asyncio.gather(*map(one, told))
    return unheard


async def shared(rig: SlackRig, folder: str) -> dict[str, Message]:
    """Let the bot share some papers; return the message of each."""
    async with opened(Path(folder)) as app:
        bot, day = app.bot, SAMPLE_DAY.date()
        papers = (await bot.services.library.known(day, day, limit=20)).papers
        found = {paper.id: await rig.ask(f"share {paper.id}") for paper in papers}
        messages = bot.services.store.tenant("slack", TEAM).messages
        for message in found.values():
            await eventually(lambda message=message: messages.papers(message.channel, message.ts))
        return found


def latest(made: list[Told]) -> dict[tuple[str, str], tuple[float, bool]]:
    """Return when each person last changed the reaction to a paper, and whether it is there."""
    last: dict[tuple[str, str], tuple[float, bool]] = {}
    for paper, user, added, at in made:
        last[user, paper] = max(last.get((user, paper), (0.0, False)), (at, added))
    return last


async def compare(folder: str, made: list[Told]) -> tuple[int, int]:
    """Work off what the processes left, and return how much that was.

    The second number is that of people whose shelf is not what their last reactions say.
    """
    last = latest(made)
    async with opened(Path(folder), SAMPLE_DAY + timedelta(hours=1)) as app:
        bot, store = app.bot, app.services.store
        left = len(await store.reaction_events.waiting("slack", bot.now(), 10_000))
        await bot.reactions.finish("slack")
        wrong = 0
        for user in {user for user, _ in last}:
            due = {paper for (who, paper), (_, added) in last.items() if who == user and added}
            wrong += set(await store.tenant("slack", TEAM).shelf.ids(user)) != due
        return left, wrong


if __name__ == "__main__":
    asyncio.run(main())
