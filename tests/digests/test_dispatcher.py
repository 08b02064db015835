"""The outbox keeps its promise: each message once, in order, whatever the platform does."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digests.delivery import LEASE, LONGEST, UNSETTLED
from bot.errors import StoreError
from bot.models import Place
from bot.store.deliveries import Delivery
from tests.rigs.outbox import DAY, World, in_a_world
from tests.rigs.platform import PLATFORM, Fault, one_after_the_other
from tests.rigs.virtual import Clock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NONCE = timedelta(minutes=2)


def heads(world: World, address: str = "C1") -> list[str]:
    return [text.partition("\n")[0] for text in world.platform.texts(address)]


async def claim(world: World) -> Delivery:
    (ready,) = await world.store.delivery_queue.ready([PLATFORM], world.now(), 10)
    claimed = await world.store.deliveries.claim(ready.id, world.now(), LEASE)
    assert claimed
    return claimed


@in_a_world()
async def test_the_parts_of_a_digest_come_in_order_and_it_is_sent(world: World):
    await world.digest(await world.subscribe(), "head", "one", "two")
    await world.work(MINUTE)
    assert heads(world) == ["head", "one", "two"]
    assert await world.digests() == [("sent", "")]


@in_a_world()
async def test_threaded_parts_stand_in_the_thread_of_the_head_which_is_asked_for_once(world: World):
    await world.digest(await world.subscribe(), "head", "one", "two", threaded=True)
    await world.work(MINUTE)
    assert (heads(world), heads(world, "C1/1")) == (["head"], ["one", "two"])
    assert world.platform.asked.count("thread head") == 1


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.RESET, Fault.TAKEN_LATE, Fault.SLOW])
def test_what_was_taken_is_not_said_again(fault: Fault):
    @in_a_world()
    async def scenario(world: World):
        world.platform.fault = one_after_the_other([fault])
        await world.digest(await world.subscribe(), "head", "one")
        await world.work(10 * MINUTE)
        assert heads(world) == ["head", "one"]
        assert await world.digests() == [("sent", "")]

    scenario()


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.LOST, Fault.BUSY, Fault.BROKEN])
def test_what_was_not_taken_is_said_later(fault: Fault):
    @in_a_world()
    async def scenario(world: World):
        world.platform.fault = one_after_the_other([fault])
        await world.digest(await world.subscribe(), "head", "one")
        await world.work(10 * MINUTE)
        assert heads(world) == ["head", "one"]

    scenario()


@in_a_world(repeatable=NONCE)
async def test_where_a_key_is_known_again_the_message_is_repeated_and_nothing_is_looked_for(
    world: World,
):
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe())
    await world.work(5 * MINUTE)
    assert world.platform.asked == ["send C1", "send C1"]
    assert heads(world) == ["head"]


@in_a_world(repeatable=NONCE)
async def test_where_the_clock_was_set_back_a_message_is_looked_for_and_not_repeated(world: World):
    world.platform.now = Clock()

    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe())

    def set_back() -> None:
        world.now.ahead = -HOUR

    asyncio.get_running_loop().call_later(3, set_back)
    await world.work(2 * HOUR)
    assert world.platform.asked == ["send C1", "find C1"]
    assert heads(world) == ["head"]


@in_a_world(repeatable=NONCE)
async def test_what_another_process_sent_before_this_one_began_is_looked_for(world: World):
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe())
    await world.work(timedelta(seconds=5))
    await world.work(MINUTE)
    assert world.platform.asked == ["send C1", "find C1"]
    assert heads(world) == ["head"]


@in_a_world(repeatable=NONCE)
async def test_a_repeat_that_is_told_to_wait_or_refused_does_not_forget_what_may_be_there(
    world: World,
):
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST, Fault.REFUSED])
    await world.digest(await world.subscribe())
    await world.work(3 * HOUR)
    assert world.platform.asked[:4] == ["send C1", "send C1", "send me ada", "find C1"]
    assert heads(world) == ["head"]


@in_a_world()
async def test_what_an_earlier_process_may_have_sent_is_proven_when_its_lease_has_ended(
    world: World,
):
    await world.digest(await world.subscribe())
    claimed = await claim(world)
    await world.work(MINUTE)
    assert heads(world) == []
    await world.client.send(claimed.place, _view_of(claimed), claimed.key)
    await world.work(5 * MINUTE)
    assert heads(world) == ["head"]
    assert await world.states() == {0: "sent"}


@in_a_world()
async def test_who_has_lost_the_lease_changes_nothing(world: World):
    await world.digest(await world.subscribe())
    first = await claim(world)
    await asyncio.sleep(LEASE.total_seconds())
    second = await claim(world)
    assert (first.suspect, second.suspect) == (False, True)
    assert second.fence == first.fence + 1
    assert not await world.store.deliveries.finish(first, "C1", "1", world.now())
    assert not await world.store.deliveries.postpone(first, world.now(), "late", None)
    assert await world.store.deliveries.finish(second, "C1", "2", world.now())


@in_a_world()
async def test_a_process_that_was_stopped_does_not_begin_to_send(world: World):
    await world.digest(await world.subscribe(), "head", "one", threaded=True)

    def stopped(request: str, _: Place) -> Fault:
        if request == "thread":
            world.now.ahead = LEASE  # the process sees nothing of the time for which it is stopped
        return Fault.NONE

    world.platform.fault = stopped
    await world.work(MINUTE)
    assert heads(world, "C1/1") == ["one"]
    assert [attempts for _, _, attempts, _ in await world.rows()] == [1, 2]


@in_a_world()
async def test_what_cannot_be_proven_is_uncertain_and_whoever_subscribed_is_asked(world: World):
    world.platform.silent.add("C1")
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe(), "head", "one")
    await world.work(10 * MINUTE)
    assert heads(world) == ["head"]
    assert await world.states() == {-2: "sent", 0: "uncertain", 1: "pending"}
    (doubt,) = await world.store.delivery_reports.uncertain(PLATFORM, "T1")
    (asked,) = world.platform.texts("me ada")
    assert f"→ It is there: resolve {doubt.id} there" in asked
    assert f"→ Post it: resolve {doubt.id} post" in asked


@pytest.mark.parametrize(
    ("there", "stands"), [(True, ["head", "one"]), (False, ["head", "head", "one"])]
)
def test_the_word_of_a_person_settles_it(there, stands):
    @in_a_world()
    async def scenario(world: World):
        world.platform.silent.add("C1")
        world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
        await world.digest(await world.subscribe(), "head", "one", threaded=True, grace=HOUR)
        await world.work(2 * HOUR)
        (doubt,) = await world.store.delivery_reports.uncertain(PLATFORM, "T1")
        resolve = world.store.delivery_reports.resolve
        assert not await resolve(PLATFORM, "T2", doubt.id, there=there, now=world.now())
        assert await resolve(PLATFORM, "T1", doubt.id, there=there, now=world.now())
        assert not await resolve(PLATFORM, "T1", doubt.id, there=there, now=world.now())
        await world.work(MINUTE)
        thread = "C1" if there else "C1/3"  # of what somebody else found, the thread is not known
        assert [*heads(world), *(heads(world, thread) if not there else [])] == stands
        assert await world.digests() == [("sent", "")]

    scenario()


@in_a_world()
async def test_a_place_that_refuses_is_told_of_once_tried_each_hour_and_never_deleted(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    subscription = await world.subscribe()
    await world.digest(subscription)
    await world.work(5 * HOUR + 30 * MINUTE, longest=600)
    assert world.platform.asked.count("send C1") == 6
    (told,) = world.platform.texts("me ada")
    assert "could not be posted. The bot is not in that channel." in told
    assert "After 3 days without success the subscription pauses." in told
    world.platform.fault = one_after_the_other([])
    await world.work(HOUR)
    assert heads(world) == ["head"]
    known = await world.store.subscriptions.get(subscription.id)
    assert known
    assert (known.refused, known.paused) == (None, "")


@in_a_world()
async def test_a_place_that_takes_messages_again_gets_at_once_what_it_refused(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address[0] == "C" else Fault.NONE
    for address in ("C1", "C1/2", "C1:news", "C12"):
        await world.digest(await world.subscribe(address))
    worker = world.worker()
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(60)
    world.platform.fault = one_after_the_other([])
    await worker.reopened(Place(PLATFORM, "T2", "C1"))
    await asyncio.sleep(5)
    assert [heads(world, one) for one in ("C1", "C1/2", "C1:news", "C12")] == [[], [], [], []]
    await worker.reopened(Place(PLATFORM, "T1", "C1"))
    await asyncio.sleep(5)
    task.cancel()
    there = [heads(world, one) for one in ("C1", "C1/2", "C1:news", "C12")]
    assert there == [["head"], ["head"], ["head"], []]


@in_a_world()
async def test_what_a_place_refused_is_tried_at_the_start_and_when_a_person_wants_it(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    subscription = await world.subscribe()
    await world.digest(subscription)
    await world.work(MINUTE)
    await world.work(MINUTE)
    assert world.platform.asked.count("send C1") == 2
    world.platform.fault = one_after_the_other([])
    worker = world.worker(longest=600)
    assert await worker.retry(subscription.id)
    assert not await worker.retry(subscription.id)
    await world.work(MINUTE)
    assert heads(world) == ["head"]
    assert "→ Try now: digest 1" in world.platform.texts("me ada")[0]


@in_a_world(repeatable=timedelta(days=1))
async def test_a_place_that_refuses_again_after_it_took_something_is_told_of_again(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    subscription = await world.subscribe()
    await world.digest(subscription)
    await world.work(MINUTE)
    again = replace(subscription, refused=None)
    await world.store.tenant(PLATFORM, "T1").subscriptions.change(again)
    await world.work(2 * HOUR)
    assert len(world.platform.texts("me ada")) == 2


@in_a_world()
async def test_where_whoever_subscribed_was_forgotten_nobody_is_told(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    await world.digest(await world.subscribe())
    await world.store.tenant(PLATFORM, "T1").personal.forget("ada", world.now())
    await world.work(MINUTE)
    assert {state for part, state in (await world.states()).items() if part < 0} == {"dead"}
    assert not any(asked.startswith("send me") for asked in world.platform.asked)


@in_a_world()
async def test_a_place_that_has_refused_for_days_has_its_subscription_paused(world: World):
    world.platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    subscription = await world.subscribe()
    for ahead in range(4):
        await world.digest(subscription, day=DAY + timedelta(days=ahead))
        await world.work(timedelta(days=1), longest=3600)
    known = await world.store.subscriptions.get(subscription.id)
    assert known
    assert (
        known.paused
        == "The channel has refused everything for 3 days: The bot is not in that channel."
    )
    assert len(world.platform.texts("me ada")) == 1
    assert {state for state, _ in await world.digests()} == {"skipped"}


@in_a_world()
async def test_a_digest_that_is_too_late_is_skipped_with_a_reason_and_its_papers_are_new_again(
    world: World,
):
    world.platform.fault = lambda *_: Fault.DOWN
    subscription = await world.subscribe()

    async def had() -> frozenset[str]:
        return (await world.store.digest_history.posted([subscription.place], ["2605.00001"]))[
            subscription.place
        ]

    await world.digest(subscription, "head", "one", grace=HOUR)
    assert await had() == {"2605.00001"}
    await world.work(HOUR)
    world.platform.fault = one_after_the_other([])
    await world.work(HOUR)
    assert heads(world) == []
    assert await world.states() == {0: "dead", 1: "dead"}
    ((state, reason),) = await world.digests()
    assert state == "skipped"
    assert reason.startswith("It could not be posted in time")
    assert await had() == set()


@in_a_world()
async def test_what_may_be_there_is_proven_even_when_it_is_too_late_to_send(world: World):
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe(), grace=timedelta(seconds=5))
    await world.work(5 * MINUTE)
    assert heads(world) == ["head"]
    assert await world.digests() == [("sent", "")]


@in_a_world()
async def test_a_later_part_that_is_too_late_is_given_up_alone(world: World):
    world.platform.fault = lambda _, place: Fault.DOWN if "/" in place.address else Fault.NONE
    await world.digest(await world.subscribe(), "head", "one", "two", threaded=True, grace=HOUR)
    await world.work(HOUR)
    world.platform.fault = one_after_the_other([])
    await world.work(HOUR)
    assert await world.states() == {0: "sent", 1: "dead", 2: "dead"}
    assert await world.digests() == [("sent", "")]


@in_a_world()
async def test_a_place_is_left_alone_for_as_long_as_it_wants(world: World):
    world.platform.retry_after = 600.0
    world.platform.fault = one_after_the_other([Fault.BUSY])
    first, second = await world.subscribe(), await world.subscribe()
    await world.digest(first, "first")
    await world.digest(second, "second")
    await world.work(9 * MINUTE)
    assert world.platform.asked == ["send C1"]
    await world.work(3 * MINUTE)
    assert heads(world) == ["first", "second"]


@in_a_world()
async def test_a_workspace_rests_when_two_of_its_places_want_to_and_holds_up_no_other(world: World):
    world.platform.retry_after = 3600.0
    world.platform.fault = lambda _, place: Fault.BUSY if place.tenant == "T1" else Fault.NONE
    for n in range(100):
        await world.digest(await world.subscribe(f"C{n}"))
    await world.digest(await world.subscribe("D1", "T2"))
    await world.work(30 * MINUTE)
    assert len(heads(world, "D1")) == 1
    assert sum(asked.startswith("send C") for asked in world.platform.asked) <= 8
    world.platform.fault = one_after_the_other([])
    await world.work(HOUR)
    assert len(world.platform.log) == 101


@in_a_world()
async def test_a_slow_workspace_holds_up_no_other(world: World):
    world.platform.fault = lambda _, place: Fault.LOST if place.tenant == "T1" else Fault.NONE
    for n in range(100):
        await world.digest(await world.subscribe(f"C{n}"))
    for n in range(20):
        await world.digest(await world.subscribe(f"D{n}", "T2"))
    await world.work(timedelta(seconds=10))
    assert len(world.platform.log) == 20


@in_a_world()
async def test_a_platform_is_given_no_more_than_it_takes_in_a_second(world: World):
    world.client.pace = 5.0
    for n in range(50):
        await world.digest(await world.subscribe(f"C{n}"))
    await world.work(MINUTE)
    times = [message.at for message in world.platform.log]
    assert len(times) == 50
    assert (
        max(sum(start <= at < start + timedelta(seconds=1) for at in times) for start in times) <= 6
    )
    assert times[-1] - times[0] < timedelta(seconds=11)


@in_a_world()
async def test_who_is_told_to_stop_finishes_what_is_under_way(world: World):
    async def slowly(*_: object) -> None:
        await asyncio.sleep(5)

    await world.digest(await world.subscribe(), "head", "one")
    original = world.client.send

    async def send(place, view, key):
        await slowly()
        return await original(place, view, key)

    world.client.send = send  # type: ignore[method-assign]
    await world.work(timedelta(seconds=2))
    assert await world.states() == {0: "sent", 1: "pending"}


@in_a_world()
async def test_a_locked_database_is_told_once_a_minute_and_nothing_is_lost(world: World):
    await world.digest(await world.subscribe(), "head", "one")
    world.database.trouble = StoreError("The database is held by another program.")
    await world.work(30 * timedelta(seconds=1))
    assert heads(world) == []
    world.database.trouble = None
    await world.work(MINUTE)
    assert heads(world) == ["head", "one"]


@in_a_world()
async def test_what_was_sent_while_the_database_was_locked_is_noted_afterwards(world: World):
    await world.digest(await world.subscribe())
    working = asyncio.create_task(world.work(2 * MINUTE))
    await asyncio.sleep(0.15)
    assert await world.states() == {0: "sending"}
    world.database.trouble = StoreError("There is no room left on the disk.")
    await asyncio.sleep(30)
    world.database.trouble = None
    await working
    assert world.platform.asked == ["send C1"]
    assert await world.states() == {0: "sent"}


@pytest.mark.parametrize("jump", [-HOUR, timedelta(days=1)], ids=["back", "forward"])
def test_a_clock_that_is_set_doubles_nothing(jump):
    @in_a_world(repeatable=NONCE)
    async def scenario(world: World):
        world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
        await world.digest(await world.subscribe(), grace=timedelta(days=2))
        await world.work(timedelta(seconds=2))
        world.now.ahead = jump
        await world.work(2 * HOUR)
        assert heads(world) == ["head"]
        assert await world.states() == {0: "sent"}

    scenario()


@in_a_world()
async def test_what_is_found_again_shows_its_papers(world: World):
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe())
    await world.work(5 * MINUTE)
    assert await world.store.tenant(PLATFORM, "T1").messages.papers("C1", "1") == ("2605.00001",)


@in_a_world()
async def test_health_counts_what_is_overdue_and_what_is_uncertain(world: World):
    world.platform.silent.add("C1")
    world.platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    await world.digest(await world.subscribe(), "head", "one")
    due = world.now()
    await world.work(20 * MINUTE)
    health = await world.worker().health(world.now())
    assert (health.overdue, health.uncertain) == (1, 1)
    assert health.oldest
    assert abs(health.oldest - due) < timedelta(seconds=1)


def _view_of(claimed: Delivery):
    from bot.chat.view_json import thaw

    return thaw(claimed.view)


@in_a_world()
async def test_a_digest_that_waits_is_not_posted_once_its_subscription_is_paused(world: World):
    subscription = await world.subscribe()
    await world.digest(subscription, "head", "one")
    await world.store.subscriptions.pause(subscription.id, "by Ada")
    await world.work(MINUTE)
    assert heads(world) == []
    assert await world.digests() == [("skipped", "The subscription was paused.")]


@in_a_world()
async def test_the_last_digest_that_was_posted_is_known_with_the_time_that_it_was_due(world: World):
    subscription, due = await world.subscribe(), world.now()
    for ahead in range(3):
        due = world.now()
        await world.digest(subscription, day=DAY + timedelta(days=ahead))
        await world.work(HOUR)
    last = (await world.store.digest_history.last_posted(PLATFORM, "T1"))[subscription.id]
    assert (last.day, last.due) == (DAY + timedelta(days=2), due)


@pytest.mark.parametrize(("margin", "attempts"), [(-2, 2), (2, 1)])
def test_a_request_begins_only_if_its_lease_outlasts_it(margin: int, attempts: int):
    @in_a_world()
    async def scenario(world: World):
        await world.digest(await world.subscribe(), "head", "one", threaded=True)
        before = LEASE - LONGEST - UNSETTLED - timedelta(seconds=margin)

        def take_time(request: str, _: Place) -> Fault:
            if request == "thread":
                world.now.ahead = before  # since the claim
            return Fault.NONE

        world.platform.fault = take_time
        await world.work(MINUTE)
        assert [row[2] for row in await world.rows()] == [1, attempts]
        assert [*heads(world), *heads(world, "C1/1")] == ["head", "one"]

    scenario()


@in_a_world()
async def test_a_place_that_asks_for_a_rest_of_weeks_is_asked_again_after_a_day(world: World):
    world.platform.retry_after = timedelta(weeks=3).total_seconds()
    world.platform.fault = one_after_the_other([Fault.BUSY])
    await world.digest(await world.subscribe(), grace=timedelta(days=3))
    await world.work(timedelta(hours=23), longest=3600)
    assert heads(world) == []
    await world.work(timedelta(hours=2), longest=3600)
    assert heads(world) == ["head"]


@in_a_world()
async def test_a_search_that_has_to_wait_holds_up_no_other_message_and_sends_nothing_twice(
    world: World,
):
    for number in range(2):
        await world.digest(await world.subscribe(f"C{number}"), "one")
    world.platform.retry_after = 60.0
    sends, finds = iter([Fault.ANSWER_LOST] * 2), iter([Fault.BUSY] * 6)

    def fault(asked: str, _: Place) -> Fault:
        return next({"send": sends, "find": finds}.get(asked, iter(())), Fault.NONE)

    world.platform.fault = fault
    await world.work(timedelta(minutes=1))
    assert [world.platform.asked.count(f"find C{number}") for number in range(2)] == [1, 1]
    await world.digest(await world.subscribe("C0"), "two")
    await world.work(timedelta(seconds=10))
    assert world.platform.texts("C0")[1:] == [world.platform.texts("C0")[-1]]
    assert "two" in world.platform.texts("C0")[-1]
    await world.work(timedelta(minutes=10))
    assert [len(world.platform.texts(f"C{number}")) for number in range(2)] == [2, 1]


@in_a_world()
async def test_a_place_that_asks_for_a_pause_has_it_from_every_process(world: World):
    for number in range(4):
        await world.digest(await world.subscribe("C1"), f"one {number}")
    world.platform.fault = one_after_the_other([Fault.BUSY])
    workers = [asyncio.create_task(world.worker().run()) for _ in range(2)]
    await asyncio.sleep(20)
    before = len(world.platform.texts("C1"))
    assert before <= 1  # the other process may have asked at the same moment
    assert world.platform.asked.count("send C1") == 1 + before
    await asyncio.sleep(60)
    for one in workers:
        one.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert sorted(world.platform.texts("C1")) == sorted(set(world.platform.texts("C1")))
    assert len(world.platform.texts("C1")) == 4
