"""Where the bot can post at Discord, who manages a place, and what proves a message arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from simcord.backend.models import Channel, User
from simcord.backend.models.channel import Overwrite
from simcord.enums import ChannelType, OverwriteType

from adapters.discord import messages as posting
from bot.chat.outlet import Membership
from bot.chat.views import Button, Buttons, View, line
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place
from tests.conftest import HEBB, digest
from tests.rigs.discord import DiscordRig, Fault
from tests.rigs.discord_people import Member, join, text

VIEW = digest(date(2026, 5, 29), [HEBB], 1)
MANAGERS = "people who may manage the channel"
POSTS = "POST /channels/*/messages"
MANAGE_CHANNELS, MANAGE_GUILD, ADMINISTRATOR, MANAGE_THREADS = 1 << 4, 1 << 5, 1 << 3, 1 << 34
READ_HISTORY, CREATE_THREADS = 1 << 16, 1 << 35


def channel(rig: DiscordRig, kind: int = ChannelType.TEXT, **fields: Any) -> Channel:
    guild = next(iter(rig.backend.guilds.values()))
    return rig.backend.create_channel(guild.id, "papers", type=kind, **fields)


def at(channel: Channel, more: str = "") -> Place:
    return Place("discord", str(channel.guild_id), f"{channel.id}{more}")


def member(rig: DiscordRig, permissions: int = 0) -> User:
    """Let a person into the server, with a role that has these permissions."""
    guild = next(iter(rig.backend.guilds.values()))
    user = rig.backend.make_user("ada")
    role = rig.backend.create_role(guild.id, "role", permissions=permissions)
    rig.backend.add_member(guild.id, user.id, roles=[role.id])
    return user


def person(rig: DiscordRig, user: User) -> Person:
    return Person("discord", str(next(iter(rig.backend.guilds))), str(user.id))


@pytest.mark.parametrize(
    ("permissions", "manages"),
    [
        (0, False),
        (MANAGE_THREADS, False),
        (MANAGE_CHANNELS, True),
        (MANAGE_GUILD, True),
        (ADMINISTRATOR, True),
    ],
)
async def test_who_may_manage_a_channel_manages_its_digests(rig, adapter, permissions, manages):
    ada = person(rig, member(rig, permissions))
    there = channel(rig)
    assert await adapter.membership(ada, at(there)) == Membership(
        manages, MANAGERS, name=f"#{there.name}"
    )


async def test_a_member_has_the_name_that_the_server_knows(rig, adapter):
    user = member(rig)
    stranger = Person("discord", person(rig, user).tenant, "123")
    assert await adapter.name(person(rig, user)) == user.name
    assert [await adapter.name(one) for one in (stranger, replace(stranger, tenant=""))] == ["", ""]


async def test_a_channel_can_have_managers_of_its_own(rig, adapter):
    user = member(rig)
    theirs = channel(
        rig, overwrites=[Overwrite(user.id, OverwriteType.MEMBER, allow=MANAGE_CHANNELS)]
    )
    assert (await adapter.membership(person(rig, user), at(theirs))).manages
    assert not (await adapter.membership(person(rig, user), at(channel(rig)))).manages


async def test_a_thread_is_managed_by_who_may_manage_threads(rig, adapter):
    thread = rig.backend.create_thread(channel(rig).id, "on papers", rig.backend.bot_user.id)
    assert (await adapter.membership(person(rig, member(rig, MANAGE_THREADS)), at(thread))).manages
    assert not (await adapter.membership(person(rig, member(rig)), at(thread))).manages


async def test_discord_is_asked_once_a_minute_who_a_person_is(rig, adapter):
    ada, here = person(rig, member(rig)), at(channel(rig))
    for _ in range(3):
        await adapter.membership(ada, here)
    assert len(rig.requests("GET /guilds/*/members/*")) == 1


async def test_nobody_manages_what_is_not_of_their_server(rig, adapter):
    ada = member(rig, ADMINISTRATOR)
    other = rig.backend.create_guild("Other", owner_id=ada.id)
    there = rig.backend.create_channel(other.id, "papers")
    assert not (await adapter.membership(person(rig, ada), at(there))).manages
    stranger = rig.backend.make_user("stranger")
    assert not (await adapter.membership(person(rig, stranger), at(channel(rig)))).manages
    disguised = Place("discord", person(rig, ada).tenant, str(there.id))
    with pytest.raises(DeliveryError, match="no longer exists"):
        await adapter.membership(person(rig, ada), disguised)


async def test_a_conversation_is_its_persons_own(rig, adapter):
    user, other = member(rig), member(rig)
    ada = person(rig, user)
    own = Membership(manages=True, managers="the person whom it is with", own=True)
    me = await adapter.place("me", ada)
    assert (me.address, me.private) == (f"@{user.id}", True)
    assert await adapter.membership(ada, me) == own
    dm = rig.backend.get_dm_channel(user.id)
    there = Place("discord", "", str(dm.id))
    assert await adapter.membership(Person("discord", "", str(user.id)), there) == own
    assert not (await adapter.membership(Person("discord", "", str(other.id)), there)).manages
    assert not (await adapter.membership(person(rig, other), me)).own
    assert await adapter.place(str(dm.id), ada) == me


async def test_a_channel_is_named_as_discord_writes_it(rig, adapter):
    ada, here = person(rig, member(rig)), channel(rig)
    thread = rig.backend.create_thread(here.id, "on papers", rig.backend.bot_user.id)
    link = f"https://discord.com/channels/{here.guild_id}/{here.id}"
    for words in (f"<#{here.id}>", str(here.id), link, "#papers", "papers"):
        assert await adapter.place(words, ada) == at(here)
    assert await adapter.place(f"<#{thread.id}>", ada) == at(thread)


async def test_a_forum_is_named_with_its_tags(rig, adapter):
    tags = [
        {"id": str(n), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for n, name in [(7, "News"), (8, "Papers")]
    ]
    ada, forum = person(rig, member(rig)), channel(rig, ChannelType.FORUM, available_tags=tags)
    assert await adapter.place(f"<#{forum.id}>:papers, 7", ada) == at(forum, ":7,8")
    with pytest.raises(UsageError, match="The tags of that channel: News, Papers"):
        await adapter.place(f"{forum.id}:other", ada)


async def offered(rig, ada: Member, typed: str) -> list[tuple[str, str]]:
    """Return what completes a place, with the values."""
    record = ada.complete("subscribe", "where", typed)
    await rig.until(lambda: record.responded)
    return [(one["name"], one["value"]) for one in record.autocomplete_choices or ()]


@pytest.mark.usefixtures("adapter")
async def test_places_are_completed_with_threads_and_the_tags_of_forums(rig):
    ada = join(rig, "Ada")
    guild, backend = ada.guild or 0, rig.backend
    tags = [
        {"id": str(n), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for n, name in [(7, "News"), (8, "Papers")]
    ]
    forum = backend.create_channel(guild, "reading", type=ChannelType.FORUM, available_tags=tags)
    thread = backend.create_thread(ada.channel, "on reading", backend.bot_user.id)
    usual = [("Here", "here"), ("Just me, in direct messages", "me")]
    names = [name for name, _ in await offered(rig, ada, "")]
    assert names[:2] == [name for name, _ in usual]
    assert {"#papers", "#reading", "#on reading"} <= set(names)
    assert await offered(rig, ada, "#read") == [
        ("#reading", str(forum.id)),
        ("#on reading", str(thread.id)),
    ]
    assert await offered(rig, ada, "ju") == usual[1:]
    assert await offered(rig, ada, "reading:p") == [("#reading: Papers", f"{forum.id}:8")]
    assert await offered(rig, ada, "nothing like it") == []
    alone = Member(rig, ada.id, backend.get_dm_channel(ada.id).id, None)
    assert await offered(rig, alone, "") == usual


@pytest.mark.usefixtures("adapter")
async def test_places_that_the_person_or_the_bot_cannot_use_are_not_offered(rig):
    ada = join(rig, "Ada")
    guild, backend = ada.guild or 0, rig.backend
    for name, overwrite in {
        "secret": Overwrite(ada.id, OverwriteType.MEMBER, deny=1 << 10),
        "read-only": Overwrite(backend.bot_user.id, OverwriteType.MEMBER, deny=1 << 11),
    }.items():
        backend.create_channel(guild, f"board {name}", overwrites=[overwrite])
    assert await offered(rig, ada, "board") == []


async def test_what_is_no_place_for_it_is_said(rig, adapter):
    ada = person(rig, member(rig))
    elsewhere = rig.backend.create_channel(rig.backend.create_guild("Other").id, "papers")
    hidden = [Overwrite(int(ada.tenant), OverwriteType.ROLE, deny=1 << 10)]
    for words, sentence in {
        "nowhere": "no channel “nowhere” here",
        "99": "That channel no longer exists",
        f"<#{elsewhere.id}>": "That channel is not in this server",
        str(channel(rig, ChannelType.CATEGORY).id): "sent to a category",
        str(channel(rig, overwrites=hidden).id): "allow it View Channel",
    }.items():
        with pytest.raises(UsageError, match=sentence):
            await adapter.place(words, ada)


async def test_a_message_has_one_thread_however_often_it_is_asked_for(rig, adapter):
    here = channel(rig)
    head = await adapter.send(at(here), VIEW, "head")
    thread = await adapter.thread(head, "Papers of the day")
    assert await adapter.thread(head, "Papers of the day") == thread
    made = rig.backend.channels[int(thread.address)]
    assert (made.parent_id, made.name) == (here.id, "Papers of the day")
    assert (
        rig.requests("POST /channels/*/messages/*/threads")[0]["auto_archive_duration"]
        == 3 * 24 * 60
    )
    part = await adapter.send(thread, VIEW, "part")
    assert part.place == await adapter.thread(part, "x") == thread


async def test_a_thread_that_may_not_be_made_says_what_is_lacking(rig, adapter):
    guild = next(iter(rig.backend.guilds.values()))
    head = await adapter.send(at(here := channel(rig)), VIEW, "head")
    rig.backend.set_overwrite(here.id, Overwrite(guild.id, OverwriteType.ROLE, deny=CREATE_THREADS))
    with pytest.raises(DeliveryError, match="allow it Create Public Threads") as caught:
        await adapter.thread(head, "x")
    assert caught.value.permanent
    rig.faults.append(Fault("POST /channels/*/threads", 0))
    with pytest.raises(DeliveryError) as caught:
        await adapter.thread(head, "x")
    assert not caught.value.permanent
    assert not caught.value.ambiguous  # asking again gives the same thread


async def test_a_digest_to_one_person_is_about_the_server_that_it_comes_from(rig, adapter, bot):
    user = member(rig)
    me = await adapter.place("me", person(rig, user))
    started = rig.backend.clock.now()
    shown = View((*VIEW.blocks, Buttons((Button("Pause", "status"),))))
    rig.faults.append(Fault(POSTS, 0, after=True))
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(me, shown, "k")
    assert caught.value.ambiguous
    assert await adapter.find(me, "other", started) is None
    sent = await adapter.send(me, shown, "k")
    assert await adapter.find(me, "k", started) == sent
    dm = rig.backend.get_dm_channel(user.id)
    assert sent.place == await adapter.thread(sent, "x") == Place("discord", "", str(dm.id))
    (message,) = rig.backend.messages[dm.id].values()
    assert "Hebbian" in text(message)
    assert f":{me.tenant}:status" in str(message.components)
    assert await bot.services.store.tenant("discord", "").messages.papers(
        str(dm.id), sent.message
    ) == (HEBB.id,)


@pytest.mark.parametrize("status", [0, 502, -1])
@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_what_was_said_is_proven_however_the_answer_was_lost(
    rig, adapter, monkeypatch, status, kind
):
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(posting, "LOOK_PAUSES_SECONDS", ())
    monkeypatch.setattr(posting, "utc_now", rig.backend.clock.now)
    here = channel(rig, kind)
    posts = POSTS if kind == ChannelType.TEXT else "POST /channels/*/threads"
    rig.faults += [Fault(posts, status, after=True)] * 5  # discord.py asks again, too
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(at(here), VIEW, "k")
    assert caught.value.ambiguous
    rig.faults.clear()
    monkeypatch.undo()
    monkeypatch.setattr(posting, "utc_now", rig.backend.clock.now)
    found = await adapter.find(at(here), "k", rig.backend.clock.now())
    assert found is not None
    assert await adapter.send(at(here), VIEW, "k") == found


@pytest.mark.parametrize("status", [0, 503])
async def test_what_was_not_said_is_certainly_not_there(rig, adapter, monkeypatch, status):
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)
    here = channel(rig)
    rig.faults.append(Fault(POSTS, status))
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(at(here), VIEW, "k")
    assert caught.value.ambiguous
    assert await adapter.find(at(here), "k", rig.backend.clock.now()) is None


async def test_a_forum_post_is_not_made_twice(rig, adapter, monkeypatch):
    monkeypatch.setattr(posting, "utc_now", rig.backend.clock.now)
    monkeypatch.setattr(posting, "LOOK_PAUSES_SECONDS", ())
    forum = channel(rig, ChannelType.FORUM)
    rig.faults.append(Fault("POST /channels/*/threads", 0, after=True))
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(at(forum), VIEW, "k")
    assert caught.value.ambiguous
    sent = await adapter.send(at(forum), VIEW, "k")
    assert await adapter.send(at(forum), VIEW, "other") != sent
    assert len([one for one in rig.backend.channels.values() if one.parent_id == forum.id]) == 2
    assert await adapter.find(at(forum), "k", rig.backend.clock.now()) == sent


async def test_a_forum_post_is_found_after_it_was_closed(rig, adapter):
    forum = channel(rig, ChannelType.FORUM)
    sent = await adapter.send(at(forum), VIEW, "k")
    rig.backend.channels[int(sent.place.address)].thread_metadata.archived = True
    assert await adapter.find(at(forum), "k", rig.backend.clock.now()) == sent


async def test_it_is_found_however_much_was_said_since(rig, adapter):
    here = channel(rig)
    before = rig.backend.clock.now()
    sent = await adapter.send(at(here), VIEW, "first")
    for number in range(120):
        rig.backend.create_message(here.id, rig.backend.bot_user.id, content=f"later {number}")
    assert await adapter.find(at(here), "first", before) == sent
    assert await adapter.find(at(here), "never", before) is None


async def test_where_too_much_was_said_nothing_is_certain(rig, adapter, monkeypatch):
    monkeypatch.setattr(posting, "MAX_SEARCHED", 3)
    here = channel(rig)
    for number in range(4):
        await adapter.send(at(here), View((line(str(number)),)), str(number))
    with pytest.raises(DeliveryError) as caught:
        await adapter.find(at(here), "0", rig.backend.clock.now())
    assert caught.value.ambiguous


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("GET /channels/*/messages", 403, code=50001), (True, False, None)),
        (Fault("GET /channels/*/messages", 404, code=10003), (True, False, None)),
        (Fault("GET /channels/*/messages", 429, wait=300.0), (False, False, 300.0)),
        (Fault("GET /channels/*/messages", 503, times=5), (False, True, None)),
    ],
)
async def test_a_channel_that_cannot_be_read_proves_nothing(rig, adapter, fault, kind, monkeypatch):
    here = channel(rig)
    rig.faults.append(fault)
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(DeliveryError) as caught:
        await adapter.find(at(here), "k", rig.backend.clock.now())
    error = caught.value
    assert (error.permanent, error.ambiguous, error.retry_after) == kind


async def test_it_puts_reactions_under_a_message_in_order(rig, adapter, bot):
    here = channel(rig)
    await adapter.send(at(here), replace(VIEW, reactions=("1️⃣", "2️⃣", "🔖")), "k")
    (message,) = rig.backend.messages[here.id].values()
    await rig.until(lambda: len(message.reactions) == 3)
    assert [one.emoji for one in message.reactions] == ["1️⃣", "2️⃣", "🔖"]
    me = str(rig.backend.bot_user.id)
    assert (
        await bot.services.store.tenant("discord", str(here.guild_id)).shelf.ids(me) == ()
    )  # its own mean nothing


async def test_reactions_that_it_may_not_put_keep_nothing_back(rig, adapter):
    here = channel(rig)
    rig.faults.append(Fault("PUT /channels/*/reactions/*", 403, code=50013))
    await adapter.send(at(here), replace(VIEW, reactions=("1️⃣", "2️⃣")), "k")
    await rig.until(lambda: rig.requests("PUT /channels/*/reactions/*"))
    assert not rig.faults
    assert len(rig.backend.messages[here.id]) == 1
