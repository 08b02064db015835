"""Messages that nobody asked for: where they can go, repeats, and the sentences of failures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from simcord.backend.models import Channel, Message
from simcord.backend.models.channel import Overwrite
from simcord.enums import ChannelType, OverwriteType

from adapters.discord import Discord
from adapters.discord.marks import mark
from adapters.discord.messages import nonce
from bot.chat.views import View, line
from bot.errors import DeliveryError
from bot.models import Place
from tests.conftest import DIFFUSION, HEBB, digest
from tests.rigs.discord import DiscordRig, Fault
from tests.rigs.discord_people import text

VIEW = digest(date(2026, 5, 29), [HEBB, DIFFUSION], 20)
SEND, VIEW_CHANNEL, SEND_IN_THREADS = 1 << 11, 1 << 10, 1 << 38
POSTS = "POST /channels/*/messages"


def channel(rig: DiscordRig, kind: int = ChannelType.TEXT, **fields: Any) -> Channel:
    (guild,) = rig.backend.guilds.values()
    return rig.backend.create_channel(guild.id, "papers", type=kind, **fields)


def at(channel: Channel, more: str = "") -> Place:
    return Place("discord", str(channel.guild_id), f"{channel.id}{more}")


def messages(rig: DiscordRig, channel_id: int) -> list[Message]:
    return list(rig.backend.messages[channel_id].values())


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.NEWS])
async def test_a_digest_goes_to_text_and_announcement_channels(rig, adapter, kind, bot):
    here = channel(rig, kind)
    sent = await adapter.send(at(here), VIEW, "digest-1")
    (message,) = messages(rig, here.id)
    assert (sent.place, sent.message) == (at(here), str(message.id))
    assert "Daily Papers · Friday 29 May 2026" in text(message)
    (asked,) = rig.requests(POSTS)
    assert (asked["nonce"], asked["enforce_nonce"]) == ("digest-1", True)
    assert asked["allowed_mentions"] == {"parse": []}
    assert (
        len(
            await bot.services.store.tenant("discord", str(here.guild_id)).messages.papers(
                str(here.id), sent.message
            )
        )
        == 2
    )


async def test_a_digest_goes_to_a_thread(rig, adapter):
    thread = rig.backend.create_thread(
        channel(rig).id, "papers of the day", rig.backend.bot_user.id
    )
    sent = await adapter.send(at(thread), VIEW, "digest-1")
    assert str(messages(rig, thread.id)[-1].id) == sent.message


async def test_a_digest_is_a_post_of_its_own_in_a_forum(rig, adapter):
    tags = [
        {"id": str(n), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for n, name in [(7, "a"), (8, "b")]
    ]
    forum = channel(rig, ChannelType.FORUM, available_tags=tags)
    sent = await adapter.send(at(forum, ":8"), VIEW, "digest-1")
    post = rig.backend.channels[int(sent.place.address)]
    assert (post.parent_id, post.name, post.applied_tags) == (
        forum.id,
        "Daily Papers · Friday 29 May 2026",
        [8],
    )
    assert sent.place != at(forum)
    again = await adapter.find(at(forum), "digest-1", rig.backend.clock.now())
    assert again == sent
    assert await adapter.find(at(forum), "digest-2", rig.backend.clock.now()) is None


async def test_a_repeat_is_the_same_message(rig, adapter):
    here = channel(rig)
    first = await adapter.send(at(here), VIEW, "digest-1")
    assert await adapter.send(at(here), VIEW, "digest-1") == first
    assert await adapter.send(at(here), VIEW, "digest-2") != first
    assert len(messages(rig, here.id)) == 2


async def test_what_was_said_is_found_again(rig, adapter):
    here = channel(rig)
    before = rig.backend.clock.now()
    assert await adapter.find(at(here), "digest-1", before) is None
    sent = await adapter.send(at(here), VIEW, "digest-1")
    await adapter.send(at(here), VIEW, "digest-2")
    assert await adapter.find(at(here), "digest-1", before) == sent
    rig.backend.clock.advance(3600)
    assert await adapter.find(at(here), "digest-1", rig.backend.clock.now()) is None


async def test_after_a_broken_answer_a_repeat_is_harmless(rig, adapter):
    here = channel(rig)
    rig.faults.append(Fault(POSTS, 0, after=True))
    with pytest.raises(DeliveryError) as error:
        await adapter.send(at(here), VIEW, "digest-1")
    assert error.value.ambiguous
    found = await adapter.find(at(here), "digest-1", rig.backend.clock.now())
    assert await adapter.send(at(here), VIEW, "digest-1") == found
    assert len(messages(rig, here.id)) == 1


async def test_a_rate_limit_is_waited_for_and_the_nonce_stays(rig, adapter):
    here = channel(rig)
    rig.faults += [Fault(POSTS, 429), Fault(POSTS, 502)]
    await adapter.send(at(here), VIEW, "digest-1")
    assert [body["nonce"] for body in rig.requests(POSTS)] == ["digest-1"] * 3
    assert len(messages(rig, here.id)) == 1


@pytest.mark.parametrize(
    ("fault", "sentence", "kind"),
    [
        (
            Fault(POSTS, 429, wait=300.0),
            "Discord asks for a pause of 300 seconds.",
            (False, False, 300.0),
        ),
        (
            Fault(POSTS, 429, via=False, wait=90.0),
            "Discord blocks this address for 90 seconds.",
            (False, False, 90.0),
        ),
        (
            Fault(POSTS, 503),
            "Discord has an internal problem; trying again.",
            (False, True, None),
        ),
        (Fault(POSTS, 0), "The connection to Discord was lost", (False, True, None)),
        (Fault(POSTS, 401), "copy a new one", (True, False, None)),
        (Fault(POSTS, 403, code=50083), "That thread is locked", (True, False, None)),
        (Fault(POSTS, 400, code=50035), "Discord refused the message", (True, False, None)),
    ],
)
async def test_what_fails_says_so_in_a_sentence(rig, adapter, fault, sentence, kind):
    here = channel(rig)
    rig.faults.append(fault)
    with pytest.raises(DeliveryError, match=sentence) as error:
        await adapter.send(at(here), VIEW, "digest-1")
    assert (error.value.permanent, error.value.ambiguous, error.value.retry_after) == kind


async def test_a_missing_permission_is_named(rig, adapter):
    (guild,) = rig.backend.guilds.values()
    here = channel(rig, overwrites=[Overwrite(guild.id, OverwriteType.ROLE, deny=SEND)])
    with pytest.raises(
        DeliveryError, match=r"Paperboy may not post there; allow it Send Messages."
    ) as error:
        await adapter.send(at(here), VIEW, "digest-1")
    assert error.value.permanent
    hidden = channel(rig, overwrites=[Overwrite(guild.id, OverwriteType.ROLE, deny=VIEW_CHANNEL)])
    with pytest.raises(DeliveryError, match="allow it View Channel"):
        await adapter.send(at(hidden), VIEW, "digest-1")
    quiet = channel(rig, overwrites=[Overwrite(guild.id, OverwriteType.ROLE, deny=SEND_IN_THREADS)])
    thread = rig.backend.create_thread(quiet.id, "on papers", guild.owner_id)
    with pytest.raises(DeliveryError, match="allow it Send Messages in Threads"):
        await adapter.send(at(thread), VIEW, "digest-1")


async def test_a_channel_that_is_gone_says_so(rig, adapter):
    here = channel(rig)
    rig.backend.delete_channel(here.id)
    with pytest.raises(
        DeliveryError, match=r"That channel no longer exists; choose another one."
    ) as error:
        await adapter.send(at(here), VIEW, "digest-1")
    assert error.value.permanent
    with pytest.raises(
        DeliveryError, match=r"That channel no longer exists; choose another one."
    ) as error:
        await adapter.find(at(here), "digest-1", rig.backend.clock.now())
    assert error.value.permanent
    with pytest.raises(DeliveryError, match="can't be sent there"):
        await adapter.send(at(channel(rig, ChannelType.CATEGORY)), VIEW, "digest-1")


async def test_before_there_is_a_connection_it_is_to_be_tried_again(rig):
    with pytest.raises(DeliveryError, match="not connected") as error:
        await Discord(rig.settings()).send(at(channel(rig)), VIEW, "digest-1")
    assert error.value.retry_after == 10


async def test_where_discord_is_not_to_be_reached_nothing_was_said(rig, adapter):
    here = at(channel(rig))
    await adapter.send(here, View((line("hello"),)), "one")
    await rig.stop()
    with pytest.raises(DeliveryError, match="Can’t reach") as error:
        await adapter.send(here, VIEW, "digest-1")
    assert not error.value.ambiguous


def test_a_nonce_is_at_most_25_characters_and_a_mark_a_component_id():
    keys = ["short", "x" * 25, "x" * 26, "", "é", "3:2026-05-29:0:" * 9]
    assert [len(nonce(key)) <= 25 for key in keys] == [True] * 6
    assert nonce("short") == "short"
    assert len({nonce(key) for key in keys}) == len({mark(key) for key in keys}) == 6
    assert all(0x10000 <= mark(key) < 2**31 for key in keys)


async def test_a_message_is_changed_where_it_stands(rig, adapter):
    here = channel(rig)
    sent = await adapter.send(at(here), VIEW, "k")
    assert await adapter.edit(sent, View((line("Done."),)))
    (message,) = messages(rig, here.id)
    assert text(message) == "Done."
