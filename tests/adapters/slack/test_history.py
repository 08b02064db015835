"""Apps from outside Slack's Marketplace read a conversation once a minute; nothing comes twice."""

from datetime import timedelta

import pytest

from adapters.slack import history
from adapters.slack.backfill import backfill
from bot.calendar.clock import utc_now
from bot.chat.views import Item, View, line
from bot.errors import DeliveryError
from tests.conftest import HEBB
from tests.rigs.slack import TEAM

VIEW = View((line("A paper"),))
A_MINUTE = 60.0


class Seconds:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds(rig, monkeypatch):
    """Let Slack limit the app; give its clock, and ours."""
    seconds = Seconds()
    rig.minutes = seconds
    monkeypatch.setattr(history, "monotonic", seconds)
    return seconds


async def post_with_lost_answer(rig, slack, place, key):
    rig.faults["chat.postMessage"] = ["lost"]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(place, VIEW, key)
    assert caught.value.ambiguous


async def wait_of(slack, place, key):
    """Look for a message; return the seconds that the search has to wait."""
    with pytest.raises(DeliveryError, match=r"about once a minute|asks the bot to wait") as caught:
        await slack.find(place, key, utc_now() - timedelta(minutes=1))
    assert not caught.value.permanent
    return caught.value.retry_after


def readings(rig):
    return [method for method, _ in rig.calls].count("conversations.history")


async def test_searches_take_turns_and_each_finds_its_message(rig, slack, place, seconds):
    keys = ["k1", "k2", "k3"]
    for key in keys:
        await post_with_lost_answer(rig, slack, place("C1"), key)
    since = utc_now() - timedelta(minutes=1)
    assert await slack.find(place("C1"), "k1", since)
    assert await wait_of(slack, place("C1"), "k2") == A_MINUTE
    assert readings(rig) == 2
    assert [await wait_of(slack, place("C1"), key) for key in keys] == [60, 120, 180]
    assert readings(rig) == 2  # Slack is not even asked
    for key in ("k2", "k3"):
        seconds.now += A_MINUTE
        assert await slack.find(place("C1"), key, since)
    assert len([one for one in rig.messages if one.channel == "C1"]) == 3


async def test_a_long_search_goes_on_where_it_had_to_wait(rig, slack, place, seconds):
    await post_with_lost_answer(rig, slack, place("C1"), "k")
    for number in range(35):
        await slack.send(place("C1"), VIEW, f"later {number}")
    for _ in range(2):
        assert await wait_of(slack, place("C1"), "k") <= A_MINUTE
        seconds.now += A_MINUTE
    assert await slack.find(place("C1"), "k", utc_now() - timedelta(minutes=1))


async def test_an_app_of_the_workspace_s_own_is_not_limited(rig, slack, place):
    for number in range(20):
        await post_with_lost_answer(rig, slack, place("C1"), f"k{number}")
        assert await slack.find(place("C1"), f"k{number}", utc_now() - timedelta(minutes=1))
    rig.faults["conversations.history"] = [
        {"status": 429, "error": "ratelimited", "retry_after": 0}
    ]
    assert await wait_of(slack, place("C1"), "k1") == 0
    for number in range(20):
        assert await slack.find(place("C1"), f"k{number}", utc_now() - timedelta(minutes=1))


async def test_missed_reactions_are_found_while_searches_wait(rig, slack, place, bot, seconds):
    await post_with_lost_answer(rig, slack, place("C1"), "k1")
    await slack.find(place("C1"), "k1", utc_now() - timedelta(minutes=1))
    assert await wait_of(slack, place("C1"), "k1") == A_MINUTE
    await slack.send(place("C1"), View((Item(("A paper",), paper=HEBB.id),)), "k2")
    rig.messages[-1].reactions["bookmark"] = ["U1"]
    await backfill(bot, slack._client.web, slack._client.people)  # noqa: SLF001
    assert await bot.services.store.tenant("slack", TEAM).shelf.ids("U1") == (HEBB.id,)
    assert seconds.now == 1000
