"""Reactions are written down before they are worked off, each message on its own."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat import reaction_inbox
from bot.chat.bot import Bot
from bot.chat.views import Item, Outcome, View
from bot.models import Person, Place, ReactionEvent
from tests.conftest import HEBB, NOW, changed
from tests.rigs.waiting import eventually

ADA = Person("chat", "T", "ada", "Ada")
ROOM = Place("chat", "T", "room", "#papers")
SHOWN = View((Item(("T",), paper=HEBB.id),))
EVENT = ReactionEvent(ROOM, "m1", "🔖", ADA, added=True, at=NOW)


async def shelf(bot: Bot) -> tuple[str, ...]:
    return tuple(await bot.services.store.tenant("chat", "T").shelf.ids(ADA.id))


async def test_what_is_written_down_is_worked_off_later_where_the_process_ended(bot, clock):
    await bot.shown(ROOM, "m1", SHOWN)
    assert await bot.reactions.log(EVENT)
    await bot.reactions.finish("chat")
    assert await shelf(bot) == ()  # somebody may be at it
    clock.now += timedelta(minutes=2)
    await bot.reactions.finish("chat")
    assert await shelf(bot) == (HEBB.id,)
    clock.now += timedelta(minutes=2)
    assert await bot.services.store.reaction_events.waiting("chat", clock.now, 10) == ()


async def test_what_is_done_is_written_down_no_more(bot, clock):
    await bot.shown(ROOM, "m1", SHOWN)
    key = await bot.reactions.log(EVENT)
    view = await bot.react(EVENT, key)
    assert view
    assert view.outcome is Outcome.DONE
    assert await bot.services.store.reaction_events.waiting("chat", clock.now, 10) == ()


@pytest.mark.parametrize("change", [{"by_bot": True}, {"emoji": "🎉"}])
async def test_bots_and_other_emoji_mean_nothing_and_are_not_written_down(bot, change):
    await bot.shown(ROOM, "m1", SHOWN)
    event = replace(EVENT, **change)
    assert await bot.reactions.log(event) == ""
    assert await bot.react(event) is None
    assert await shelf(bot) == ()


async def test_a_reaction_that_comes_before_its_message_is_recorded_waits_for_it(bot):
    reacting = asyncio.create_task(bot.react(replace(EVENT, own=True)))
    while not bot.reactions._recorded:  # noqa: ASYNC110, SLF001  # it has looked, and found nothing
        await asyncio.sleep(0)
    await bot.shown(ROOM, "m1", SHOWN)
    view = await reacting
    assert view
    assert await shelf(bot) == (HEBB.id,)


async def test_one_to_a_message_that_is_not_recorded_means_nothing_in_the_end(bot, monkeypatch):
    monkeypatch.setattr(reaction_inbox, "EARLY_SECONDS", 0.01)
    assert await bot.react(replace(EVENT, own=True)) is None
    assert not bot.reactions._recorded  # noqa: SLF001  # nothing is left behind


async def test_one_message_is_slow_and_another_does_not_wait(bot, monkeypatch):
    for message in ("m1", "m2"):
        await bot.shown(ROOM, message, SHOWN)
    slow, run = asyncio.Event(), bot.reactions._run  # noqa: SLF001

    async def waiting(words: str, person: Person, place: Place) -> View:
        if person.id == ADA.id:
            await slow.wait()
        view: View = await run(words, person, place)
        return view

    monkeypatch.setattr(bot.reactions, "_run", waiting)
    first = asyncio.create_task(bot.react(EVENT))
    bob = replace(ADA, id="bob")
    assert await bot.react(replace(EVENT, message="m2", person=bob))
    second = asyncio.create_task(bot.react(replace(EVENT, person=bob)))
    turns = bot.reactions._turns  # noqa: SLF001
    await eventually(lambda: any(wanted > 1 for wanted in turns.wanted.values()))
    assert not second.done()
    slow.set()
    await asyncio.gather(first, second)
    assert not bot.reactions._turns.locks  # noqa: SLF001  # none is left behind


@pytest.mark.parametrize(("emoji", "verb"), [("🔖", "save"), ("👍", "vote")])
async def test_what_was_done_by_hand_before_stays_when_a_reaction_is_taken_away(bot, emoji, verb):
    async def done() -> bool:
        tenant = bot.services.store.tenant("chat", "T")
        voted: bool = await tenant.votes.voted(ADA.id, HEBB.id)
        return voted if verb == "vote" else HEBB.id in await shelf(bot)

    await bot.shown(ROOM, "m1", SHOWN)
    await bot.handle(bot.read(f"{verb} {HEBB.id}", ADA, ROOM))
    on, off = (
        replace(EVENT, emoji=emoji, at=None),
        replace(EVENT, emoji=emoji, at=None, added=False),
    )
    assert await bot.reactions.receive(on)
    assert await bot.reactions.receive(off) is None
    assert await done()
    await bot.handle(bot.read(f"un{verb} {HEBB.id}", ADA, ROOM))
    assert await bot.reactions.receive(on)
    assert await done()
    assert await bot.reactions.receive(off)
    assert not await done()


async def test_what_fails_is_done_a_minute_later_without_another_event(bot, clock, monkeypatch):
    await bot.shown(ROOM, "m1", SHOWN)
    run, failed = bot.reactions._run, View((), outcome=Outcome.FAILED)  # noqa: SLF001

    async def failing(*_: object) -> View:
        return failed

    monkeypatch.setattr(bot.reactions, "_run", failing)
    assert await bot.reactions.receive(replace(EVENT, at=None)) is failed
    monkeypatch.setattr(bot.reactions, "_run", run)
    clock.now += timedelta(minutes=2)
    await bot.reactions.finish("chat")
    assert await shelf(bot) == (HEBB.id,)


async def test_events_of_one_message_are_written_down_in_their_order(bot):
    await bot.shown(ROOM, "m1", SHOWN)
    changes = [replace(EVENT, at=None, added=n % 2 == 0) for n in range(9)]
    await asyncio.gather(*map(bot.reactions.receive, changes))
    assert await shelf(bot) == (HEBB.id,)


async def test_of_two_processes_the_one_with_the_later_event_decides(bot, monkeypatch):
    other, slow, begun = changed(bot), asyncio.Event(), asyncio.Event()
    run = bot.reactions._run  # noqa: SLF001
    await bot.shown(ROOM, "m1", SHOWN)

    async def waiting(words: str, person: Person, place: Place) -> View:
        begun.set()
        await slow.wait()
        view: View = await run(words, person, place)
        return view

    monkeypatch.setattr(bot.reactions, "_run", waiting)
    adding = asyncio.create_task(bot.react(EVENT))
    await begun.wait()
    await other.react(replace(EVENT, added=False, at=NOW + timedelta(seconds=1)))
    slow.set()
    await adding
    assert await shelf(bot) == ()
