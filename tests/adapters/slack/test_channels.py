"""Where the bot can post in Slack, who manages a place, and how a message is found again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters import slack as slack_adapter
from adapters.slack import history, ids, messages
from bot.chat.outlet import Membership
from bot.chat.views import Item, View, line
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place
from tests.conftest import HEBB
from tests.rigs.slack import BOT, TEAM, eventually

VIEW = View((line("Here it is"),))
MANAGERS = "workspace admins and the person who made the channel"


def person(user):
    return Person("slack", TEAM, user)


@pytest.mark.parametrize(
    ("user", "address", "standing"),
    [
        ("U1", "C1", Membership(manages=False, managers=MANAGERS, zone="Europe/Berlin")),
        ("U2", "C1", Membership(manages=True, managers=MANAGERS)),  # an admin, who has set no zone
        ("U3", "C1", Membership(manages=True, managers=MANAGERS)),  # who made it
        ("U3", "C1/1700000000.000001", Membership(manages=True, managers=MANAGERS)),
        ("U3", "C2", Membership(manages=False, managers=MANAGERS, name="#papers")),
        ("U4", "C1", Membership(manages=False, managers=MANAGERS)),  # an admin of another workspace
        (
            "U1",
            "U1",
            Membership(
                manages=True, managers="the person whom it is with", own=True, zone="Europe/Berlin"
            ),
        ),
        (
            "U1",
            "DU1",
            Membership(
                manages=True, managers="the person whom it is with", own=True, zone="Europe/Berlin"
            ),
        ),
        ("U2", "DU1", Membership(manages=False, managers="the person whom it is with")),
        ("U2", "U1", Membership(manages=False, managers="the person whom it is with")),
    ],
)
async def test_who_manages_a_place(slack, place, user, address, standing):
    assert await slack.membership(person(user), place(address)) == standing


@pytest.mark.parametrize("user", ["U1", "W1"])
async def test_the_address_of_a_person_is_a_place_of_their_own(slack, user):
    assert ids.place(TEAM, user).private
    assert (await slack.membership(person(user), ids.place(TEAM, user))).own
    for words in (user, f"D{user}"):
        assert await slack.place(words, person(user)) == ids.place(TEAM, user)


async def test_slack_is_asked_once_a_minute_who_somebody_is(rig, slack, place):
    for _ in range(3):
        await slack.membership(person("U2"), place("C1"))
    assert [method for method, _ in rig.calls].count("users.info") == 1


@pytest.mark.parametrize("there", [Place("slack", TEAM, "C9"), Place("slack", "T2", "C1")])
async def test_a_place_that_it_cannot_see_has_no_managers_for_it(slack, there):
    with pytest.raises(DeliveryError, match=r"Type /invite @paperboy there\.") as caught:
        await slack.membership(person("U2"), there)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("me", "U1"),
        ("DU1", "U1"),
        ("C1", "C1"),
        ("<#C1|general>", "C1"),
        ("<#C1>", "C1"),
        ("#papers", "C2"),
        ("C1/1700000000.000001", "C1/1700000000.000001"),
        ("https://team.slack.com/archives/C1/p1700000000000001", "C1/1700000000.000001"),
        ("https://team.slack.com/archives/C1/p1700000009000001?thread_ts=1700000000.000001&cid=C1",
         "C1/1700000000.000001"),
    ],
)  # fmt: skip
async def test_a_place_is_named_as_slack_writes_it(slack, place, words, address):
    assert await slack.place(words, person("U1")) == place(address)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("#general", "“#general” is not a channel that I’m in"),
        ("U2", "“U2” is not a channel"),
        ("C9", "it was deleted, or it is private"),
        ("C8", "I’m not in that channel. Type /invite @paperboy"),
        ("DU2", "You can only choose your own"),
    ],
)
async def test_what_is_no_place_for_it_is_said(slack, words, sentence):
    with pytest.raises(UsageError, match=sentence):
        await slack.place(words, person("U1"))


async def test_an_archived_channel_is_no_place(rig, slack):
    rig.channels["C2"] = {"is_archived": True}
    with pytest.raises(UsageError, match="That channel is archived"):
        await slack.place("C2", person("U1"))


async def test_a_message_has_a_thread_or_stands_in_one(rig, slack, place):
    head = await slack.send(place("C1"), VIEW, "head")
    thread = await slack.thread(head, "Papers")
    assert thread == place(f"C1/{head.message}")
    part = await slack.send(thread, VIEW, "part")
    assert rig.messages[1].thread == head.message
    assert part.place == place("C1")  # as a reaction names it
    assert await slack.thread(part, "Papers") == thread


async def test_in_which_thread_a_message_stands_is_still_known_after_a_restart(
    connected, place, rig
):
    async with connected() as slack:
        head = await slack.send(place("C1"), VIEW, "head")
        part = await slack.send(await slack.thread(head, "Papers"), VIEW, "part")
    async with connected() as slack:
        assert (
            await slack.thread(head, "Papers")
            == await slack.thread(part, "Papers")
            == place(f"C1/{head.message}")
        )
        rig.faults["conversations.replies"] = [{"error": "missing_scope"}]
        assert await slack.thread(head, "Papers") == place(f"C1/{head.message}")


async def test_a_conversation_is_written_to_by_the_persons_id(rig, slack, place):
    started = datetime.now(UTC)
    rig.faults["chat.postMessage"] = ["lost"]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(place("U1"), VIEW, "k")
    assert caught.value.ambiguous
    found = await slack.find(place("U1"), "k", started)
    assert found.place == place("DU1")
    assert (await slack.thread(found, "Papers")).address == f"DU1/{found.message}"


@pytest.mark.parametrize("fault", ["lost", "failed", "late"])
@pytest.mark.parametrize("address", ["C1", "C1/1700000000.000001", "U1"])
async def test_what_was_said_is_proven_however_the_answer_was_lost(
    rig, connected, place, monkeypatch, fault, address
):
    if fault == "late":  # for other faults a slow answer of the rig is none
        monkeypatch.setattr(slack_adapter, "TIMEOUT", 0.5)
    async with connected() as slack:
        started = datetime.now(UTC)
        rig.faults["chat.postMessage"] = [fault]
        with pytest.raises(DeliveryError) as caught:
            await slack.send(place(address), VIEW, "k")
        assert caught.value.ambiguous
        found = await slack.find(place(address), "k", started)
        assert (found.message, len(rig.messages)) == (rig.messages[0].ts, 1)


@pytest.mark.parametrize("fault", [503, "drop", {"error": "internal_error"}])
async def test_what_was_not_said_is_certainly_not_there(rig, slack, place, fault):
    started = datetime.now(UTC)
    rig.faults["chat.postMessage"] = [fault]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(place("C1"), VIEW, "k")
    assert caught.value.ambiguous
    assert await slack.find(place("C1"), "k", started) is None


@pytest.mark.parametrize("address", ["C1", "C1/1700000000.000001"])
async def test_it_is_found_however_much_was_said_since(slack, place, address):
    started = datetime.now(UTC)
    sent = await slack.send(place(address), VIEW, "first")
    for number in range(40):
        await slack.send(place(address), VIEW, f"later {number}")
    assert await slack.find(place(address), "first", started) == sent
    assert await slack.find(place(address), "never", started) is None


async def test_where_too_much_was_said_nothing_is_certain(slack, place, monkeypatch):
    monkeypatch.setattr(messages, "MAX_PAGES", 1)
    started = datetime.now(UTC)
    for number in range(history.PAGE_SIZE + 1):
        await slack.send(place("C1"), VIEW, f"{number}")
    with pytest.raises(DeliveryError) as caught:
        await slack.find(place("C1"), "0", started)
    assert caught.value.ambiguous


@pytest.mark.parametrize(
    ("fault", "permanent", "ambiguous", "retry_after"),
    [
        ({"error": "missing_scope"}, True, False, None),
        ({"error": "not_in_channel"}, True, False, None),
        ({"error": "channel_not_found"}, True, False, None),
        ({"error": "thread_not_found"}, True, False, None),
        ({"error": "ratelimited", "status": 429, "retry_after": 7}, False, False, 7),
        (503, False, True, None),
    ],
)
async def test_a_channel_that_cannot_be_read_proves_nothing(
    rig, slack, place, fault, permanent, ambiguous, retry_after
):
    rig.faults["conversations.history"] = [fault]
    with pytest.raises(DeliveryError) as caught:
        await slack.find(place("C1"), "k", datetime.now(UTC))
    error = caught.value
    assert (error.permanent, error.ambiguous, error.retry_after) == (
        permanent,
        ambiguous,
        retry_after,
    )


async def test_it_puts_reactions_under_a_message_in_order(rig, slack, place):
    await slack.send(
        place("C1"), replace(VIEW, reactions=("1️⃣", "🔟", "🔖", "👍", "🫠", ":shipit:")), "k"
    )
    names = ["one", "keycap_ten", "bookmark", "+1", "shipit"]
    await eventually(lambda: len(rig.messages[0].reactions) == len(names))
    assert rig.messages[0].reactions == {
        name: [BOT] for name in names
    }  # what Slack may not know by that name is left out
    assert list(rig.messages[0].reactions) == names


async def test_reactions_that_it_may_not_put_keep_nothing_back(rig, slack, place):
    rig.faults["reactions.add"] = [{"error": "already_reacted"}, {"error": "missing_scope"}]
    await slack.send(place("C1"), replace(VIEW, reactions=("1️⃣", "2️⃣", "3️⃣")), "k")
    await eventually(lambda: [method for method, _ in rig.calls].count("reactions.add") == 2)
    await slack.send(place("C1"), replace(VIEW, reactions=("1️⃣",)), "k2")
    await eventually(lambda: rig.messages[1].reactions)
    assert (len(rig.messages), rig.messages[0].reactions) == (2, {})


async def test_its_own_reactions_mean_nothing(rig, slack, place, bot):
    await slack.send(place("C1"), View((Item((HEBB.title,), paper=HEBB.id),)), "k")
    await rig.react(rig.messages[0], "bookmark", BOT)
    await rig.react(rig.messages[0], "bookmark", "U1")
    await eventually(lambda: len(rig.messages) == 2)
    assert rig.messages[1].person == "U1"
    assert await bot.services.store.tenant("slack", TEAM).shelf.ids(BOT) == ()


async def test_a_message_is_changed_where_it_stands(rig, slack, place):
    sent = await slack.send(place("U1"), VIEW, "k")
    assert await slack.edit(sent, View((line("Done."),)))
    assert [one.seen for one in rig.messages] == ["Done."]
