"""Messages that everyone sees show who saved their papers: in place, in time, and not too often."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.chat.tallies import Tally, live_view, with_tallies
from bot.chat.views import Item, View, line, plain
from bot.digests.live_counts import EditPace, LiveCounts
from bot.errors import DeliveryError
from bot.models import Person, Place
from bot.store import Store
from tests.conftest import DIFFUSION, HEBB, NOW, add_outlets
from tests.rigs.chat import Chat
from tests.rigs.virtual import Clock, Direct, empty, virtually
from tests.rigs.waiting import eventually

TEAM = ("chat", "T1")
CHANNEL = Place(*TEAM, "C1", "#papers")
ADA, BOB = Person(*TEAM, "ada", "Ada"), Person(*TEAM, "bob", "Bob")
SHOWN = View((line("Two papers"), Item(("Hebb",), paper=HEBB.id), Item(("D",), paper="2605.00002")))


@dataclass
class Wall(Chat):
    """A platform whose messages can be changed; `edits` are what they were changed to, and when."""

    edits: list[tuple[float, Sent, str]] = field(default_factory=list)
    refusals: list[DeliveryError] = field(default_factory=list)

    async def edit(self, sent: Sent, view: View) -> bool:
        if self.refusals:
            raise self.refusals.pop()
        self.edits.append((asyncio.get_running_loop().time(), sent, plain(view)))
        return True


@pytest.fixture
def wall(bot: Bot) -> Wall:
    """Give a platform that the bot is connected to."""
    wall = Wall({}, {}, people={"ada": "Ada", "bob": "Bob"})
    add_outlets(bot, wall)
    return wall


async def says(bot: Bot, person: Person, words: str) -> None:
    await bot.handle(bot.read(words, person, CHANNEL))


async def running(bot: Bot) -> asyncio.Task[None]:
    return asyncio.create_task(bot.services.live_counts.run())


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@dataclass
class SlowWall(Wall):
    """One whose first change arrives late."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def edit(self, sent: Sent, view: View) -> bool:
        self.begun.set()
        await self.goes_on.wait()
        return await super().edit(sent, view)


async def test_of_two_processes_the_slower_leaves_no_old_count(bot, wall):
    slow = SlowWall({}, {}, people=wall.people, edits=wall.edits)
    other = LiveCounts(bot.services.store, {"chat": slow}, bot.now, EditPace(0.0))
    await bot.shown(CHANNEL, "1", SHOWN, live=True)
    await says(bot, ADA, f"save {HEBB.id}")
    theirs = asyncio.create_task(other.run())
    await slow.begun.wait()
    await says(bot, BOB, f"save {HEBB.id}")
    ours = await running(bot)
    await eventually(lambda: any("🔖 2" in text for _, _, text in wall.edits))
    slow.goes_on.set()
    await eventually(lambda: len(wall.edits) == 3)
    texts = [text for _, _, text in wall.edits]
    assert ["🔖 2" in text for text in texts] == [True, False, True]
    await ended(ours)
    await ended(theirs)


async def test_saves_and_votes_show_up_where_the_paper_stands(bot, wall):
    task = await running(bot)
    await bot.shown(CHANNEL, "1", SHOWN, live=True)
    await says(bot, ADA, f"save {HEBB.id}")
    (_, sent, text) = (await eventually(lambda: wall.edits))[0]
    assert sent == Sent(CHANNEL, "1")
    assert text == "Two papers\n\nHebb\n🔖 1 · Ada\n\nD"
    await ended(task)


async def test_what_is_private_or_hidden_never_appears(bot, wall):
    await bot.shown(CHANNEL, "1", SHOWN, live=True)
    await says(bot, ADA, f"save {HEBB.id} private:yes")
    await says(bot, BOB, f"save {HEBB.id}")
    await says(bot, BOB, f"vote {HEBB.id}")
    await says(bot, ADA, f"vote {HEBB.id}")
    await says(bot, BOB, "privacy names:off")
    task = await running(bot)
    assert "Hebb\n👍 1\n" in (await eventually(lambda: wall.edits))[0][2]
    await ended(task)
    await says(bot, BOB, "privacy names:on")
    await says(bot, ADA, "forget-me sure:yes")
    wall.edits.clear()
    task = await running(bot)  # as after a restart
    assert "Hebb\n🔖 1 · 👍 1 · Bob\n" in (await eventually(lambda: wall.edits))[0][2]
    await ended(task)
    wall.edits.clear()
    task = await running(bot)
    await bot.shown(CHANNEL, "2", View((Item(("D",), paper=DIFFUSION.id),)), live=True)
    await says(bot, ADA, f"vote {DIFFUSION.id}")
    await eventually(lambda: wall.edits)
    assert [one[1].message for one in wall.edits] == ["2"]  # the other says what it should
    await ended(task)


async def test_a_message_that_is_gone_is_left_alone_and_an_outage_is_sat_out(
    bot, wall, monkeypatch
):
    monkeypatch.setattr("bot.digests.live_counts.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("bot.digests.live_counts.POLL_SECONDS", 0.02)
    wall.refusals = [DeliveryError("gone", permanent=True), DeliveryError("down", ambiguous=True)]
    messages = bot.services.store.tenant(*TEAM).messages
    await bot.shown(CHANNEL, "1", SHOWN, live=True)
    await says(bot, ADA, f"save {HEBB.id}")
    task = await running(bot)
    await eventually(lambda: not wall.refusals)

    async def is_over() -> bool:
        return await messages.live_one("C1", "1") is None

    await eventually(is_over)
    assert wall.edits == []
    assert await messages.papers("C1", "1") == (HEBB.id, DIFFUSION.id)  # reactions still count
    await ended(task)


def test_only_what_a_team_sees_is_live():
    assert live_view(CHANNEL, SHOWN)
    assert live_view(CHANNEL, View((line("no paper"),))) is None
    assert live_view(Place("chat", "", "C1"), SHOWN) is None
    assert live_view(Place(*TEAM, "D1", private=True), SHOWN) is None


def test_a_tally_names_the_first_and_counts_the_others():
    assert str(Tally(5, 0, ("Ada", "Bob", "Cy", "Dee"))) == "🔖 5 · Ada, Bob, Cy and 2 others"
    assert str(Tally(2, 1, ())) == "🔖 2 · 👍 1"
    assert with_tallies(SHOWN, {HEBB.id: Tally()}) == SHOWN


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 3)), max_size=300))
def test_the_pace_is_kept_whatever_happens(events):
    pace, now, edits = EditPace(), 0.0, []
    for number, passed in events:
        now += passed
        sent = Sent(CHANNEL, str(number))
        if not pace.wait(sent, now):
            pace.note(sent, now)
            edits.append((now, sent))
    for index, (at, sent) in enumerate(edits):
        assert sum(at - 59.999 < earlier for earlier, _ in edits[: index + 1]) <= 40
        same = [earlier for earlier, one in edits[:index] if one == sent]
        assert not same or at - same[-1] > 4.999


def test_twenty_reactions_a_second_stay_within_the_limits_and_end_right():
    async def storm() -> None:
        clock = Clock()
        database = empty()
        store = Store(Direct(database), "identity")
        await store.papers.save([HEBB, DIFFUSION], NOW)
        tenant, wall, draw = store.tenant(*TEAM), Wall({}, {}), random.Random(1)
        counts = LiveCounts(store, {"chat": wall}, clock)
        for n in range(60):
            shown = live_view(CHANNEL, SHOWN)
            await tenant.messages.record("C1", str(n), SHOWN.numbered_papers, clock(), shown)
        for n in range(20):
            await tenant.people.know(f"p{n}", f"Hidden {n}")
            await tenant.people.hide(f"p{n}", hidden=True)
        task = asyncio.create_task(counts.run())
        for _ in range(20 * 60):
            number, paper = draw.randrange(200), draw.choice([HEBB.id, DIFFUSION.id])
            person, is_private = f"p{number}", number % 5 == 0
            if not await tenant.shelf.save(person, paper, clock(), private=is_private):
                await tenant.shelf.remove(person, paper)
            counts.note(*TEAM, [paper])
            await asyncio.sleep(0.05)
        await asyncio.sleep(150)
        times = [at for at, _, _ in wall.edits]
        assert max(sum(at - 59.999 < other <= at for other in times) for at in times) <= 40
        for n in range(60):
            own = [at for at, sent, _ in wall.edits if sent.message == str(n)]
            assert all(after - before > 4.999 for before, after in pairwise(own))
        saves = [
            sum(int(one.person[1:]) >= 20 for one in (await tenant.shelf.keepers([paper]))[paper])
            for paper in SHOWN.papers
        ]
        assert all(saves)
        assert not any("Hidden" in text for _, _, text in wall.edits)
        last = {sent.message: text for _, sent, text in wall.edits}
        assert len(last) == 60
        wanted = f"Two papers\n\nHebb\n🔖 {saves[0]}\n\nD\n🔖 {saves[1]}"
        assert set(last.values()) == {wanted}
        await ended(task)

    virtually(storm())
