"""A digest that pings a role, or is published for those who follow an announcement channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from simcord.backend.models import Channel, Role
from simcord.backend.models.channel import Overwrite
from simcord.enums import ChannelType, OverwriteType

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.chat.views import Outcome, View, plain
from bot.models import Person, Place
from tests.adapters.discord.test_digests import at_nine, posted
from tests.conftest import add_outlets
from tests.rigs.discord import DiscordRig, Fault, connect

MANAGE_CHANNELS, MENTION_EVERYONE = 1 << 4, 1 << 17
POSTS, PUBLISHES = "POST /channels/*/messages", "POST /channels/*/messages/*/crosspost"

Say = Callable[..., Awaitable[View]]


@pytest.fixture
async def adapter(rig: DiscordRig, bot: Bot) -> AsyncIterator[Discord]:
    """Give the adapter, connected."""
    async with connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        yield adapter


def channel(rig: DiscordRig, kind: int = ChannelType.TEXT, **fields: Any) -> Channel:
    guild = next(iter(rig.backend.guilds))
    return rig.backend.create_channel(guild, "papers", type=kind, **fields)


def role(rig: DiscordRig, **fields: Any) -> Role:
    return rig.backend.create_role(next(iter(rig.backend.guilds)), "readers", **fields)


@pytest.fixture
def say(rig: DiscordRig, bot: Bot, adapter: Discord) -> Say:  # noqa: ARG001  # it has to be there
    """Give a way to say something as a manager with more permissions, in a channel."""
    guild = next(iter(rig.backend.guilds))

    async def say(words: str, there: Channel, permissions: int = 0) -> View:
        user = rig.backend.make_user("ada")
        manager = role(rig, permissions=MANAGE_CHANNELS | permissions)
        rig.backend.add_member(guild, user.id, roles=[manager.id])
        person = Person("discord", str(guild), str(user.id))
        place = Place("discord", str(guild), str(there.id))
        return await bot.handle(bot.read(words, person, place))

    return say


SUBSCRIBE = "subscribe at:9 zone:berlin day:yesterday papers:2"


async def test_a_digest_pings_the_one_role_that_anyone_may_mention(rig, bot, clock, say):
    there, readers = channel(rig), role(rig, mentionable=True)
    view = await say(f"{SUBSCRIBE} ping:<@&{readers.id}>", there)
    assert "Subscribed." in plain(view)
    assert "pings a role" in plain(view)
    assert any(one.label == "Who is told" for one in view.buttons)
    async with at_nine(bot, clock):
        await rig.until(lambda: len(posted(rig)) == 3)
    head, *cards = rig.requests(POSTS)
    assert head["allowed_mentions"] == {"parse": [], "roles": [readers.id]}
    assert [one["allowed_mentions"] for one in cards] == [{"parse": []}] * 2
    assert posted(rig)[0].startswith(f"<@&{readers.id}>\n## Daily Papers")


async def test_a_role_that_not_anyone_may_mention_needs_permissions_of_both(rig, say):
    ours = Overwrite(rig.backend.bot_user.id, OverwriteType.MEMBER, deny=MENTION_EVERYONE)
    there, readers = channel(rig, overwrites=[ours]), role(rig)
    words = f"{SUBSCRIBE} ping:{readers.id}"
    refused = await say(words, there)
    assert plain(refused).startswith("You may not mention that role.")
    refused = await say(words, there, MENTION_EVERYONE)
    assert (refused.outcome, refused.argument) == (Outcome.REFUSED, "ping")
    assert plain(refused).startswith("Paperboy may not mention that role.")
    link = plain(refused).partition("(https")[2].partition(")\n")[0]
    asked = parse_qs(urlsplit(f"https{link}").query)
    assert int(asked["permissions"][0]) & MENTION_EVERYONE
    assert asked["guild_id"] == [str(there.guild_id)]
    assert "Subscribed." in plain(await say(words, channel(rig), MENTION_EVERYONE))


async def test_everyone_no_role_and_a_conversation_cannot_be_pinged(rig, say):
    there = channel(rig)
    for words in (f"ping:{there.guild_id}", "ping:123456789"):
        refused = await say(f"{SUBSCRIBE} {words}", there, MENTION_EVERYONE)
        assert plain(refused).startswith("Choose one role of this server, and not @everyone.")
    refused = await say(f"{SUBSCRIBE} where:me ping:{role(rig).id}", there, MENTION_EVERYONE)
    assert plain(refused).startswith("A role can only be pinged in a channel of its server.")


async def test_a_digest_in_an_announcement_channel_is_published_once(rig, bot, clock, say):
    news = channel(rig, ChannelType.NEWS)
    assert plain(await say(f"{SUBSCRIBE} publish:yes", channel(rig))).startswith(
        "Only messages in an announcement channel can be published."
    )
    rig.faults.append(Fault(PUBLISHES, 0))  # the answer is lost
    assert "published for followers" in plain(await say(f"{SUBSCRIBE} publish:yes", news))
    async with at_nine(bot, clock):
        await rig.until(lambda: len(posted(rig)) == 3)
    assert len(rig.requests(PUBLISHES)) == 2
    head = next(one for one in rig.backend.messages[news.id].values())
    assert head.flags & 3  # published
    assert "Not published" not in plain(await say("subscriptions", news))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(PUBLISHES, 429, wait=3000), "Not published: Discord lets a channel publish ten"),
        (Fault(PUBLISHES, 403, code=50013), "Not published: Paperboy may not post there"),
    ],
)
async def test_what_cannot_be_published_is_posted_all_the_same(
    rig, bot, clock, say, fault, sentence
):
    news = channel(rig, ChannelType.NEWS)
    await say(f"{SUBSCRIBE} publish:yes", news)
    rig.faults.append(fault)
    async with at_nine(bot, clock):
        await rig.until(lambda: len(posted(rig)) == 3)
    assert sentence in plain(await say("subscriptions", news))
