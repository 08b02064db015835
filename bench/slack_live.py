"""Measures live counts in Slack: people react all the time, and public messages follow in place.

    python bench/slack_live.py [--seconds 60] [--rate 20] [--papers 20]

One person saves privately and another has `names:off`: neither may ever appear. Slack's own limits
are at least as wide as ours, which are an edit of a message in 5 s and 40 edits a minute in all.
"""

# ruff: noqa: T201  # a program, which prints

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters.slack import Slack
from bench.slack import SAMPLE_DAY, opened
from bot.chat.bot import Bot
from bot.settings.platforms import SlackSettings
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, TEAM, Message, SlackRig
from tests.rigs.slack_server import Json

PEOPLE = 200
SECRET, HIDDEN = "USECRET", "UHIDDEN"  # who saves privately, and who has names:off
COPIES = 3  # messages about each paper
QUIET_SECONDS = 75.0  # without an edit, after which all is said


class TimedRig(SlackRig):
    """A Slack that notes when which message is changed, and whatever it said."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[tuple[float, str]] = []
        self.said: set[str] = set()

    def _chat_update(self, body: Json) -> Json:
        answer = super()._chat_update(body)
        self.edits.append((time.monotonic(), str(body["ts"])))
        self.said |= {one.seen for one in self.messages if one.ts == body["ts"]}
        return answer


async def main() -> None:
    """Let people react, wait until nothing changes, and tell whether all was kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="reactions a second")
    parser.add_argument("--papers", type=int, default=20, help=f"shared, {COPIES} times each")
    args = parser.parse_args()
    rig = TimedRig()
    rig.people |= {name: {"profile": {"display_name": name}} for name in everyone()}
    await rig.start()
    with TemporaryDirectory() as folder:
        async with running(rig, Path(folder)) as bot:
            shown = await share(rig, bot, args.papers)
            made = await react(rig, shown, args.seconds, args.rate)
            await rest(rig)
            wrong = [paper for paper, one in shown if not await is_right(bot, paper, one)]
    await rig.stop()
    times = [at for at, _ in rig.edits]
    busiest = max((sum(at - 60 < other <= at for other in times) for at in times), default=0)
    leaks = sum(SECRET in said or HIDDEN in said for said in rig.said)
    print(
        f"{made} reactions in {args.seconds:.0f} s on {len(shown)} messages: {len(times)} edits, at "
        f"most {busiest} in a minute, {shortest_gap(rig.edits):.2f} s between two of a message; at "
        f"the end {len(wrong)} messages wrong, {leaks} that named a person who hides, "
        f"{len(rig.trace)} calls refused by the rig"
    )


def everyone() -> Sequence[str]:
    """Return the ids of all people, which are their names too."""
    return (*(f"U{n}" for n in range(100, 100 + PEOPLE)), SECRET, HIDDEN)


@asynccontextmanager
async def running(rig: SlackRig, folder: Path) -> AsyncIterator[Bot]:
    """Run a bot that knows the sample's papers, and keeps counts."""
    slack = Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api"))
    async with opened(folder, outlets=[slack]) as app:
        work = [
            asyncio.create_task(slack.run(app.bot)),
            asyncio.create_task(app.services.live_counts.run()),
        ]
        await rig.until(lambda: len(rig.sockets) >= 2)
        try:
            yield app.bot
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


async def share(rig: SlackRig, bot: Bot, number: int) -> list[tuple[str, Message]]:
    """Share papers in a channel; the two who hide have saved all of them."""
    day = SAMPLE_DAY.date()
    papers = (await bot.services.library.known(day, day, limit=number)).papers
    await rig.ask("privacy names:off", HIDDEN)
    for paper in papers:
        await rig.ask(f"save {paper.id} private:yes", SECRET)
        await rig.ask(f"save {paper.id}", HIDDEN)
    return [
        (paper.id, await rig.ask(f"share {paper.id}")) for _ in range(COPIES) for paper in papers
    ]


async def react(
    rig: SlackRig, shown: list[tuple[str, Message]], seconds: float, rate: float
) -> int:
    """Let people add and take away reactions; return how many."""
    chance, people = random.Random(1), everyone()[:PEOPLE]
    tasks: list[asyncio.Task[object]] = []
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        (_, message), user = chance.choice(shown), chance.choice(people)
        there = message.reactions.setdefault("bookmark", [])
        added = user not in there
        there.append(user) if added else there.remove(user)
        event = rig.reaction(message, "bookmark", user, added=added)
        tasks.append(asyncio.create_task(rig.event(event, patience=60)))
        await asyncio.sleep(max(0.0, now + 1 / rate - time.monotonic()))
    await asyncio.gather(*tasks)
    return len(tasks)


async def rest(rig: TimedRig) -> None:
    """Wait until no message is changed any more."""
    edits = -1
    while edits != len(rig.edits):
        edits = len(rig.edits)
        await asyncio.sleep(QUIET_SECONDS)


async def is_right(bot: Bot, paper: str, message: Message) -> bool:
    """Return whether a message tells of as many people as share its paper, but the hidden one."""
    keepers = (await bot.services.store.tenant("slack", TEAM).shelf.keepers([paper])).get(paper, ())
    shared = sum(one.person != HIDDEN for one in keepers)
    return (f"🔖 {shared}" in message.seen) if shared else ("🔖" not in message.seen)


def shortest_gap(edits: list[tuple[float, str]]) -> float:
    """Return the seconds between the two edits of one message that were closest."""
    by_message: dict[str, list[float]] = defaultdict(list)
    for at, message in edits:
        by_message[message].append(at)
    gaps = (after - before for times in by_message.values() for before, after in pairwise(times))
    return min(gaps, default=0.0)


if __name__ == "__main__":
    asyncio.run(main())
