"""Whatever happens to a request that writes, people see its message once.

Each writing request meets an answer that is lost or wrong after Discord did what was asked, or
comes late; where a delivery is uncertain, what follows is what the dispatcher does: it looks, and
sends again what it does not find.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import pytest
from simcord.backend.models import Channel
from simcord.enums import ChannelType

from adapters.discord import Discord, messages
from bot.chat.outlet import Sent
from bot.chat.views import Button, Buttons, Field, View, line
from bot.errors import DeliveryError
from bot.models import Place
from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, Fault
from tests.rigs.discord_people import Member, join, labels, text

LATE = float(os.environ.get("PAPERBOY_LATE", "0.3"))  # seconds; 20 for the figures
FAULTS = {
    "500": (500, 0.0),
    "502": (502, 0.0),
    "503": (503, 0.0),
    "504": (504, 0.0),
    "reset": (0, 0.0),
    "late": (200, LATE),
}
VIEW = View((line("A paper"), Buttons((Button("More", "status"),))), title="Papers")
PLACES = {
    "text": ChannelType.TEXT,
    "announcements": ChannelType.NEWS,
    "voice": ChannelType.VOICE,
    "forum": ChannelType.FORUM,
    "thread": None,
    "forum post": None,
    "direct": None,
}


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordRig]:
    """Give a Discord with a server, whose clock is also the adapter's."""
    async with DiscordRig().serving() as rig:
        rig.backend.create_guild("Team")
        monkeypatch.setattr(messages, "utc_now", rig.backend.clock.now)
        yield rig


@pytest.fixture
async def ada(rig: DiscordRig, adapter: Discord) -> Member:  # noqa: ARG001  # connected first
    """Give a person in a channel."""
    return join(rig, "Ada")


def fault(name: str, request: str) -> Fault:
    status, late = FAULTS[name]
    return Fault(request, status, after=True, late=late)


def place(rig: DiscordRig, kind: str) -> Place:
    """Make a place of a kind."""
    guild = next(iter(rig.backend.guilds.values()))
    if kind == "direct":
        return Place("discord", str(guild.id), f"@{join(rig, 'Ada').id}", private=True)
    channel_type = PLACES[kind] or (ChannelType.FORUM if "forum" in kind else ChannelType.TEXT)
    channel: Channel = rig.backend.create_channel(guild.id, "papers", type=channel_type)
    if PLACES[kind] is None:
        me = rig.backend.bot_user.id
        channel = rig.backend.create_thread(channel.id, "a thread", me)
    return Place("discord", str(guild.id), str(channel.id))


def posted(rig: DiscordRig, words: str) -> int:
    """Count the messages of the bot that say something, wherever they stand."""
    every = [one for channel in rig.backend.messages.values() for one in channel.values()]
    return sum(words in text(one) for one in every)


async def deliver(adapter: Discord, where: Place, since: datetime) -> Sent:
    """Deliver as the dispatcher does."""
    for _ in range(5):
        try:
            return await adapter.send(where, VIEW, "key")
        except DeliveryError as error:
            assert error.ambiguous  # noqa: PT017  # what follows depends on it
        if found := await adapter.find(where, "key", since):
            return found
    raise AssertionError("never delivered")


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("broken", FAULTS)
async def test_a_delivery_stands_there_once(rig, adapter, kind, broken):
    where, since = place(rig, kind), rig.backend.clock.now()
    posts = "POST /channels/*/threads" if kind == "forum" else "POST /channels/*/messages"
    rig.faults.append(fault(broken, posts))
    sent = await deliver(adapter, where, since)
    assert not rig.faults
    assert posted(rig, "A paper") == 1
    assert await adapter.find(where, "key", since) == sent


@pytest.mark.parametrize("broken", FAULTS)
async def test_a_forum_post_is_asked_for_once(rig, adapter, broken):
    rig.faults.append(fault(broken, "POST /channels/*/threads"))
    await deliver(adapter, place(rig, "forum"), rig.backend.clock.now())
    assert len(rig.requests("POST /channels/*/threads")) == 1


async def test_a_forum_post_that_discord_takes_after_its_error_stands_there_once(
    rig, adapter, monkeypatch
):
    monkeypatch.setattr(messages, "LOOK_PAUSES_SECONDS", (0.1, 0.4, 0.5))
    where, since = place(rig, "forum"), rig.backend.clock.now()
    rig.faults.append(Fault("POST /channels/*/threads", 504, taken=0.3))
    sent = await adapter.send(where, VIEW, "key")
    assert posted(rig, "A paper") == 1
    assert await adapter.find(where, "key", since) == sent
    assert len(rig.requests("POST /channels/*/threads")) == 1


@pytest.mark.parametrize("broken", FAULTS)
async def test_a_message_gets_one_thread(rig, adapter, broken):
    sent = await adapter.send(place(rig, "text"), VIEW, "key")
    rig.faults.append(fault(broken, "POST /channels/*/threads"))
    try:
        thread = await adapter.thread(sent, "Papers")
    except DeliveryError as error:
        assert not error.ambiguous  # noqa: PT017  # asking again gives the same one
        thread = await adapter.thread(sent, "Papers")
    threads = [one for one in rig.backend.channels.values() if getattr(one, "parent_id", None)]
    assert [str(one.id) for one in threads] == [thread.address]


@pytest.mark.parametrize("broken", FAULTS)
async def test_a_conversation_begins_once(rig, adapter, broken):
    rig.faults.append(fault(broken, "POST /users/@me/channels"))
    where = place(rig, "direct")
    try:
        await adapter.send(where, VIEW, "key")
    except DeliveryError as error:
        assert not error.ambiguous  # noqa: PT017  # nothing was sent yet
        await adapter.send(where, VIEW, "key")
    assert posted(rig, "A paper") == 1


CALLBACK, EDIT = "POST /interactions/*/callback", "PATCH /webhooks/*"


@pytest.mark.parametrize("request_", [CALLBACK, EDIT])
@pytest.mark.parametrize("broken", FAULTS)
async def test_an_answer_is_shown_once(rig, ada, broken, request_):
    rig.faults.append(fault(broken, request_))
    seen = await ada.sees(ada.type("paper", paper=HEBB.id))
    assert not rig.faults
    assert HEBB.title in text(seen)
    assert posted(rig, HEBB.title) == 1


@pytest.mark.parametrize("request_", [CALLBACK, EDIT])
@pytest.mark.parametrize("broken", FAULTS)
async def test_a_shared_answer_is_shown_once(rig, ada, bot, broken, request_):
    rig.faults.append(fault(broken, request_))
    seen = await ada.sees(ada.type("share", paper=HEBB.id))
    assert (posted(rig, HEBB.title), seen.is_ephemeral) == (1, False)
    known = bot.services.store.tenant("discord", str(ada.guild)).messages
    await rig.until(lambda: known.papers(str(ada.channel), str(seen.id)))


@pytest.mark.parametrize("request_", [CALLBACK, EDIT])
@pytest.mark.parametrize("broken", FAULTS)
async def test_a_file_comes_once(rig, ada, broken, request_):
    await ada.sees(ada.type("save", paper=HEBB.id))
    rig.faults.append(fault(broken, request_))
    seen = await ada.sees(ada.type("export", to="my.bib"))
    assert [one["filename"] for one in seen.attachments] == ["my.bib"]
    assert not rig.requests("POST /webhooks/*")


@pytest.mark.parametrize(
    ("label", "request_"),
    [("More", CALLBACK), ("Save", CALLBACK), ("Save", EDIT), ("Details", CALLBACK)],
)
@pytest.mark.parametrize("broken", FAULTS)
async def test_a_press_is_answered_once(rig, ada, broken, label, request_):
    seen = await ada.sees(ada.type("find", query="transformers"))
    rig.faults.append(fault(broken, request_))
    answer = await ada.sees(ada.press(seen, label))
    await rig.until(lambda: not rig.faults)
    match label:
        case "More":
            assert "6–10" in text(answer)
        case "Save":
            await rig.until(lambda: "Saved ✓" in list(labels(seen)))
        case _:
            assert answer.id != seen.id
            assert "Abstract" in text(answer) or "Emmy Noether" in text(answer)
    own = [one for one in rig.backend.messages[ada.channel].values() if text(one)]
    assert len(own) == (2 if label == "Details" else 1)


@pytest.mark.parametrize("broken", FAULTS)
async def test_a_form_opens_and_is_answered_once(rig, ada, adapter, broken):
    where = Place("discord", str(ada.guild), str(ada.channel))
    sent = await adapter.send(where, View((Field("Search", "find"),)), "form")
    message = rig.backend.get_message(ada.channel, int(sent.message))
    rig.faults.append(fault(broken, CALLBACK))
    asked = ada.press(message, "Search")
    modal = await rig.until(lambda: asked.modal)
    await rig.until(lambda: not rig.faults)
    rig.faults.append(fault(broken, EDIT))
    assert "Hebbian" in text(await ada.sees(ada.send(modal, rest="hebbian")))
    assert posted(rig, HEBB.title) == 1


@pytest.mark.parametrize("broken", FAULTS)
async def test_a_person_is_told_about_a_reaction_once(rig, ada, bot, broken):
    seen = await ada.sees(ada.type("share", paper=HEBB.id))
    known = bot.services.store.tenant("discord", str(ada.guild)).messages
    await rig.until(lambda: known.papers(str(ada.channel), str(seen.id)))
    direct = rig.backend.get_dm_channel(ada.id).id
    rig.faults.append(fault(broken, f"POST /channels/{direct}/messages"))
    ada.react(seen)
    await rig.until(lambda: not rig.faults)
    await rig.until(still(lambda: len(rig.backend.messages[direct])))
    assert len(rig.backend.messages[direct]) == 1


def still(count: Callable[[], int]) -> Callable[[], bool]:
    """Return a check that something has not changed for twenty looks."""
    seen: list[int] = []

    def holds() -> bool:
        seen.append(count())
        return len(seen) > 20 and len(set(seen[-20:])) == 1

    return holds
