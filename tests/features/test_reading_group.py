"""Which paper of several nominated ones the reading group reads."""

from __future__ import annotations

from datetime import timedelta

from bot.models import Person, Place
from bot.papers import Paper
from tests.conftest import DIFFUSION, HEBB, NOW

ROOM = Place("chat", "team", "c1")
ADA, BOB = Person("chat", "team", "ada", "Ada"), Person("chat", "team", "bob", "Bob")


async def test_votes_come_first_then_upvotes_then_the_earliest_nomination(bot, clock):
    twins = [Paper(f"2605.2000{n}", f"Twin {n}", upvotes=5) for n in (2, 1)]
    await bot.services.library.add(twins, NOW)
    for paper in (twins[0].id, twins[1].id, DIFFUSION.id, HEBB.id):
        clock.now += timedelta(minutes=1)
        await bot.handle(bot.read(f"nominate {paper}", ADA, ROOM))
    listed = await bot.handle(bot.read("nominated", ADA, ROOM))
    assert listed.papers == (HEBB.id, DIFFUSION.id, twins[0].id, twins[1].id)
    await bot.handle(bot.read(f"vote {DIFFUSION.id}", BOB, ROOM))
    await bot.handle(bot.read(f"vote {twins[1].id}", BOB, ROOM))
    picked = await bot.handle(bot.read("pick", ADA, ROOM))
    assert picked.data["paper"]["id"] == DIFFUSION.id
    assert (picked.data["votes"], picked.data["tied"]) == (2, [twins[1].id])
