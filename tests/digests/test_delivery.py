"""What one attempt does with a message that is late, or whose subscription was paused."""

from __future__ import annotations

from datetime import timedelta

from bot.models import Place
from tests.rigs.outbox import World, in_a_world
from tests.rigs.platform import Fault, one_after_the_other

MINUTE = timedelta(minutes=1)


@in_a_world(repeatable=10 * MINUTE)
async def test_a_late_message_is_looked_for_and_not_repeated(world: World):
    world.platform.fault = one_after_the_other([Fault.DOWN])
    await world.digest(await world.subscribe(), grace=timedelta(seconds=8))
    await world.work(5 * MINUTE)
    assert world.platform.log == []
    assert world.platform.asked == ["send C1", "find C1"]
    assert await world.states() == {0: "dead"}


@in_a_world()
async def test_the_rest_of_a_digest_that_has_begun_comes_although_it_is_paused(world: World):
    one = await world.subscribe()
    await world.digest(one, "head", "one")

    def fail(_: str, __: Place) -> Fault:
        return Fault.BUSY if world.platform.log else Fault.NONE

    world.platform.fault = fail
    await world.work(MINUTE / 6)
    assert await world.states() == {0: "sent", 1: "pending"}
    await world.store.subscriptions.pause(one.id, "by Ann")
    world.platform.fault = lambda _, __: Fault.NONE
    await world.work(10 * MINUTE)
    assert await world.states() == {0: "sent", 1: "sent"}
