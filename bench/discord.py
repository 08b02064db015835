"""Measures Discord: how soon people are answered, whether limits hold, whether reactions get lost.

    PAPERBOY_HOME=/tmp/filled paperboy import days.jsonl.xz
    python bench/discord.py /tmp/filled [crowd] [typing] [talk] [render] [reactions] [--seconds 60]

The bot runs as a process of its own over the real SDK; the Discord that it talks to is the one of
the tests.
"""

# ruff: noqa: E402, T201  # a program, which prints

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

sys.path[0] = str(
    Path(__file__).parents[1]
)  # and not this folder, where this file is what "discord" would name

from simcord.backend.models import Interaction, Message
from simcord.components import validate_components, walk_components

from adapters.discord import Discord
from adapters.discord.render import render
from bench.lag import watched
from bot import cards
from bot.bootstrap import open_app
from bot.chat.views import View
from bot.papers import Account, Paper
from bot.settings import Settings, sqlite_in
from bot.settings.platforms import DiscordSettings
from bot.store import Store
from tests.contract.views import MARKUP
from tests.rigs.discord import TOKEN, DiscordRig
from tests.rigs.discord_limits import refused
from tests.rigs.discord_markdown import markup
from tests.rigs.discord_people import Member, join

NOBODY = "http://127.0.0.1:9"  # the discard service: what is measured is ours
OURS = {"heading", "small", "strong", "code", "link", "address"}
COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(
        ("find", {"query": words})
        for words in ("attnetion sparse", "diffusion", "agents benchmrk", "author:hinton")
    ),
    *(("saved", {}), ("help", {}), ("status", {}), ("save", {"paper": "2501.00663"})),
    *((name, {"paper": "llm agents"}) for name in ("paper", "similar")),
)
TYPED = (
    "attention is all you need",
    "diffusion models for video",
    "large language model agents",
    "refinforcement lerning",
)


class TimedRig(DiscordRig):
    """A Discord that notes when an interaction was acknowledged and answered."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.told: dict[
            str, list[float]
        ] = {}  # by conversation, when its person was told something

    def _answer(  # as its base class
        self, method: str, path: str, body: Any, query: dict[str, str], files: Any = ()
    ) -> Any:
        token = path.split("/")[3] if path.startswith(("/interactions", "/webhooks")) else ""
        (self.acknowledged if path.endswith("/callback") else self.answered).setdefault(
            token, time.perf_counter()
        )
        if method == "POST" and path.endswith("/messages"):
            self.told.setdefault(path.split("/")[2], []).append(time.perf_counter())
        # simcord writes down whatever happens, which a minute of fifty people fills the memory with
        self.asked.clear()
        self.backend.http_requests.clear()
        self.backend.transcript.clear()
        return super()._answer(method, path, body, query, files)


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path, help="a folder that papers were imported into")
    parser.add_argument(
        "what", nargs="*", help="crowd, typing, talk, render, reactions; all of them if left out"
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--serve", metavar="HOST:PORT", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        await serve(args.serve, args.home)
        return
    what = args.what or ["crowd", "typing", "talk", "render", "reactions"]
    with TemporaryDirectory() as folder:
        home = Path(folder, "home")
        shutil.copytree(args.home, home)
        if "crowd" in what:
            await crowd(home, args.people, args.seconds)
        if "typing" in what:
            await typing(home, 20, min(args.seconds, 20))
        if "talk" in what:
            await talk(home, args.people, args.seconds)
        if "render" in what:
            rendering(args.papers)
        if "reactions" in what:
            await reactions(home, args.events)


# --- the bot's process ---


async def serve(at: str, home: Path) -> None:
    """Be the bot until told to stop, then print how late its event loop was."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_app(Settings(home, sqlite_in(home), hf_endpoint=NOBODY)) as app:
        adapter = Discord(DiscordSettings(TOKEN, f"http://{at}/api/v10", f"ws://{at}/gateway/"))
        running = asyncio.create_task(adapter.run(app.bot))
        async with watched() as lags:
            await asyncio.wait(
                {running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    print(json.dumps(lags))


@asynccontextmanager
async def process(rig: DiscordRig, home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a process, from its first READY on."""
    known = len(rig.sessions)
    command = [sys.executable, __file__, str(home), "--serve", rig.at]
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        await rig.until(lambda: len(rig.sessions) > known, 30)
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


# --- people typing and talking ---


async def typing(home: Path, people: int, seconds: float) -> None:
    """Let people type titles, five letters a second; print how soon each letter was completed."""

    def letters(one: Member, step: int) -> Interaction:
        words = TYPED[(step // 20 + one.id) % len(TYPED)]
        return one.complete("save", "paper", words[: step % 20 + 1])

    await _meet("typing", home, people, seconds, 0.2, letters)


async def talk(home: Path, people: int, seconds: float) -> None:
    """Let people give commands, each about once a second, and tell how soon they were served."""

    def command(one: Member, _: int) -> Interaction:
        name, options = random.choice(COMMANDS)
        return one.type(name, **options)

    await _meet("talk", home, people, seconds, 1.0, command)


async def crowd(home: Path, people: int, seconds: float) -> None:
    """Let people give a command every two seconds, type, and react twenty times a second.

    Half of the commands are searches. Tells how soon each was served, and whether all that was
    reacted to is on the shelves in the end.
    """
    rig, chance = TimedRig(), random.Random(4)
    commands: list[tuple[float, Interaction]] = []
    letters: list[tuple[float, Interaction]] = []
    reacted: dict[str, list[float]] = {}
    async with rig.serving(), process(rig, home) as child:
        everyone = [join(rig, f"Person {n}") for n in range(people)]
        shown = await _shown(everyone[0], home)
        await asyncio.sleep(2)
        rig.told.clear()
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_person(one, end, 2.0, _command, commands) for one in everyone),
            *(_person(one, end, 1.0, _letter, letters) for one in everyone[:10]),
            _react_often(rig, everyone, shown, end, chance, reacted),
        )
        await _settle(rig, reacted)
        wrong = await _wrong(home, everyone, shown)
        child.send_signal(signal.SIGTERM)
        printed, _ = await child.communicate()
    used = getrusage(RUSAGE_CHILDREN).ru_utime + getrusage(RUSAGE_CHILDREN).ru_stime
    print(
        f"crowd: {people} people for {seconds:.0f} s, {len(commands):,} commands, the bot used "
        f"{used:.1f} s of processor time, the people and their Discord {_own_seconds():.1f} s"
    )
    _tell_times("acknowledged", rig.acknowledged, commands)
    _tell_times("answered", rig.answered, commands)
    _tell_times("completed", rig.acknowledged, letters)
    tell("reactions", list(_reaction_times(rig.told, reacted)))
    tell("loop lag", json.loads(printed))
    print(
        f"  {wrong} of the shelves' papers wrong after {_count(reacted):,} reactions, of "
        f"{_count(rig.told):,} of which people were told"
    )


def _own_seconds() -> float:
    """Return the processor time of this process; it must not be what is measured."""
    own = getrusage(RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


async def _settle(rig: TimedRig, reacted: dict[str, list[float]]) -> None:
    """Wait until people were told about all reactions, or about no more for some seconds."""
    told, since = -1, time.monotonic()
    while _count(rig.told) < _count(reacted) and time.monotonic() - since < 15:
        if (now := _count(rig.told)) != told:
            told, since = now, time.monotonic()
        await asyncio.sleep(0.1)


def _command(one: Member, _: int) -> Interaction:
    searches = [given for given in COMMANDS if given[0] == "find"]
    others = [given for given in COMMANDS if given[0] not in {"find", "save"}]
    name, options = random.choice(searches if random.random() < 0.5 else others)
    return one.type(name, **options)


def _letter(one: Member, step: int) -> Interaction:
    words = TYPED[(step // 20 + one.id) % len(TYPED)]
    return one.complete("save", "paper", words[: step % 20 + 1])


async def _react_often(  # what the crowd shares
    rig: DiscordRig,
    everyone: list[Member],
    shown: list[tuple[Message, str]],
    end: float,
    chance: random.Random,
    reacted: dict[str, list[float]],
) -> None:
    """Let people react twenty times a second, and note when, by their conversation."""
    while time.monotonic() < end:
        one, (message, _) = chance.choice(everyone), chance.choice(shown)
        there = (found := message.reaction_for("🔖")) is not None and one.id in found.user_ids
        direct = str(rig.backend.get_dm_channel(one.id).id)
        reacted.setdefault(direct, []).append(time.perf_counter())
        one.react(message, added=not there)
        await asyncio.sleep(0.05)


def _count(times: dict[str, list[float]]) -> int:
    return sum(map(len, times.values()))


def _reaction_times(
    told: dict[str, list[float]], reacted: dict[str, list[float]]
) -> Iterator[float]:
    """Yield how soon people were told about each reaction, in milliseconds."""
    for direct, times in reacted.items():
        for at, then in zip(times, told.get(direct, ()), strict=False):
            yield (then - at) * 1000


def _tell_times(name: str, served: dict[str, float], done: list[tuple[float, Interaction]]) -> None:
    tell(name, [(served[r.token] - at) * 1000 for at, r in done if r.token in served])
    if missing := sum(r.token not in served for _, r in done):
        print(f"  {missing} were never {name}")


async def _meet(
    name: str,
    home: Path,
    people: int,
    seconds: float,
    pause: float,
    act: Callable[[Member, int], Interaction],
) -> None:
    rig = TimedRig()
    done: list[tuple[float, Interaction]] = []
    async with rig.serving(), process(rig, home) as child:
        end = time.monotonic() + seconds
        crowd = [join(rig, f"Person {n}") for n in range(people)]
        await asyncio.gather(*(_person(one, end, pause, act, done) for one in crowd))
        await asyncio.sleep(1)
        child.send_signal(signal.SIGTERM)
        printed, _ = await child.communicate()
    print(f"{name}: {people} people for {seconds:.0f} s, {len(done):,} asked")
    tell(
        "acknowledged",
        [(rig.acknowledged[r.token] - at) * 1000 for at, r in done if r.token in rig.acknowledged],
    )
    if rig.answered.keys() & {r.token for _, r in done}:
        tell(
            "answered",
            [(rig.answered[r.token] - at) * 1000 for at, r in done if r.token in rig.answered],
        )
    tell("loop lag", json.loads(printed))


async def _person(
    one: Member,
    end: float,
    pause: float,
    act: Callable[[Member, int], Interaction],
    done: list[tuple[float, Interaction]],
) -> None:
    await asyncio.sleep(random.random() * pause)
    step = 0
    while time.monotonic() < end:
        done.append((time.perf_counter(), act(one, step)))
        step += 1
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))


def tell(name: str, figures: Sequence[float]) -> None:
    """Print the usual percentiles, in milliseconds."""
    cuts = quantiles(figures, n=100)
    at = f"p50 {cuts[49]:.1f}  p95 {cuts[94]:.1f}  p99 {cuts[98]:.1f}  most {max(figures):.1f} ms"
    print(f"  {name:13} {len(figures):6,}  {at}")


# --- rendering ---


def rendering(papers: int) -> None:
    """Render generated papers as cards and lists; count broken limits and outside markup."""
    chance = random.Random(4)
    made = [_paper(chance, n) for n in range(papers)]
    views = [cards.card(one, kept=False, votes=1) for one in made]
    views += [
        View(cards.items(made[n : n + 5], kept=()), title="A list") for n in range(0, papers, 5)
    ]
    started = time.perf_counter()
    layouts = [render(view).to_components() for view in views]  # type: ignore[no-untyped-call]  # the SDK's
    seconds = time.perf_counter() - started
    broken = escaped = 0
    for one in layouts:
        try:
            validate_components(one, flags=1 << 15)
        except Exception:  # noqa: BLE001  # whatever simcord says is wrong
            broken += 1
        broken += bool(refused("POST", "/channels/1/messages", {"components": one}))
        texts = "\n".join(part["content"] for part in walk_components(one) if part["type"] == 10)
        escaped += any(kind not in OURS for run in markup(texts) for kind in run.kinds)
    print(
        f"render: {papers:,} papers in {len(views):,} views, {seconds / len(views) * 1000:.2f} ms "
        "each"
    )
    print(f"  {broken} limits broken, {escaped} views with markup that is not ours")


def _paper(chance: random.Random, number: int) -> Paper:
    def words(most: int) -> str:
        return " ".join(
            chance.choice([*MARKUP, "word", "long-er", "ünïcode", "1.", "x"]) for _ in range(most)
        )

    return Paper(
        f"2401.{number:05}",
        words(chance.choice([1, 5, 12, 200])),
        authors=tuple(words(2) for _ in range(chance.choice([0, 1, 3, 9, 664]))),
        abstract=words(chance.choice([0, 50, 1500])),
        summary=words(chance.choice([0, 20, 60])),
        keywords=tuple(words(1) for _ in range(chance.randrange(9))),
        organization=Account("org", words(2)) if chance.random() < 0.5 else None,
        published=date(2024, 1, 1),
        daily=date(2024, 1, 2),
        upvotes=chance.randrange(10_000),
        comments=chance.randrange(50),
        code="https://github.com/a/b",
        project=chance.choice(["", "https://example.org/" + "x" * 2000]),
        thumbnail=chance.choice(["", "https://example.org/1.png", "/relative.png"]),
    )


# --- reactions ---


async def reactions(home: Path, events: int) -> None:
    """React while connections drop and the bot is killed; compare shelves with the reactions."""
    rig = TimedRig()
    chance = random.Random(4)
    async with rig.serving():
        crowd = [join(rig, f"Person {n}") for n in range(25)]
        async with process(rig, home) as child:
            shown = await _shown(crowd[0], home)
            lost = await _react(rig, crowd, shown, events * 7 // 10, chance)
            child.send_signal(signal.SIGKILL)  # as kill -9 does
            await child.wait()
        rig.sessions.clear()
        lost += await _react(rig, crowd, shown, events * 15 // 100, chance)  # while nobody is there
        async with process(rig, home) as child:
            lost += await _react(
                rig, crowd, shown, events - events * 7 // 10 - events * 15 // 100, chance
            )
            started = time.perf_counter()
            while (  # noqa: ASYNC110  # another process writes
                wrong := await _wrong(home, crowd, shown)
            ) and time.perf_counter() - started < 60:
                await asyncio.sleep(0.2)
            seconds = time.perf_counter() - started
            child.send_signal(signal.SIGTERM)
            await child.communicate()
    kept = sum(len(reaction.user_ids) for message, _ in shown for reaction in message.reactions)
    print(
        f"reactions: {events:,} events on {len(shown)} messages by {len(crowd)} people, {lost:,} "
        "of them repeated"
    )
    print(
        f"  {kept} bookmarks stand, {wrong} of the shelves' papers wrong {seconds:.1f} s after "
        "the last event"
    )


async def _shown(one: Member, home: Path) -> list[tuple[Message, str]]:
    store = await Store.open(sqlite_in(home))
    async with store:
        papers = [paper.id for paper in await _some(store)]
    return [(await one.sees(one.type("share", paper=paper)), paper) for paper in papers]


async def _some(store: Store) -> list[Paper]:
    page = await store.papers.between(date(2025, 5, 19), date(2025, 5, 19), limit=20)
    return list(page.papers)


async def _react(
    rig: DiscordRig,
    crowd: list[Member],
    shown: list[tuple[Message, str]],
    events: int,
    chance: random.Random,
) -> int:
    repeated = 0
    for number in range(events):
        one, (message, _) = chance.choice(crowd), chance.choice(shown)
        reaction = message.reaction_for("🔖")
        there = reaction is not None and one.id in reaction.user_ids
        if chance.random() < 0.3:  # the same event once more
            kind = "MESSAGE_REACTION_ADD" if there else "MESSAGE_REACTION_REMOVE"
            rig.backend._emit_reaction(kind, message, "🔖", one.id)  # noqa: SLF001  # what a replay looks like
            repeated += 1
        else:
            one.react(message, added=not there)
        if number == events // 3:
            rig.drop()
        if number == events * 2 // 3:
            rig.drop(resumable=False)
        await asyncio.sleep(0.01)
    return repeated


async def _wrong(home: Path, crowd: list[Member], shown: list[tuple[Message, str]]) -> int:
    """Count the papers that are on a shelf and should not be, and the other way round."""
    wrong = 0
    store = await Store.open(sqlite_in(home))
    async with store:
        for one in crowd:
            standing = {
                paper
                for message, paper in shown
                for found in [message.reaction_for("🔖")]
                if found and one.id in found.user_ids
            }
            kept = await store.tenant("discord", str(one.guild)).shelf.ids(str(one.id))
            wrong += len(standing ^ set(kept))
    return wrong


if __name__ == "__main__":
    asyncio.run(main())
