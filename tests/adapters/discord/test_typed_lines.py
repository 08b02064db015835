"""Direct messages and mentions are command lines, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from simcord.backend.models import Message

from bot.chat.bot import Bot
from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import Member, join, labels, text


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig):
        yield rig


@pytest.fixture
def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel."""
    return join(rig, "Ada")


def say(ada: Member, channel: int, content: str) -> Message:
    message: Message = ada.rig.backend.create_message(channel, ada.id, content)
    return message


async def told(rig: DiscordRig, ada: Member) -> Message:
    """Return the newest direct message of the bot, once there is one."""
    direct = rig.backend.get_dm_channel(ada.id).id
    mine = rig.backend.bot_user.id

    def newest() -> Any:
        return [one for one in rig.backend.messages[direct].values() if one.author_id == mine][-1:]

    (message,) = await rig.until(newest)
    return message  # type: ignore[no-any-return]


async def test_words_in_a_direct_message_are_searched_for_and_its_buttons_work(rig, ada):
    direct = rig.backend.get_dm_channel(ada.id).id
    say(ada, direct, "hebian lerning")
    seen = await told(rig, ada)
    assert "Showing results for **hebbian learning**" in text(seen)
    alone = Member(rig, ada.id, direct, None)
    await alone.sees(alone.press(seen, "Save"))
    await rig.until(lambda: "Saved ✓" in list(labels(seen)))


async def test_a_slip_is_asked_about(rig, ada):
    say(ada, rig.backend.get_dm_channel(ada.id).id, "fnd hebbian")
    seen = await told(rig, ada)
    assert list(labels(seen)) == ["Run find hebbian", "Search for these words", "Help"]


async def test_a_file_comes_with_the_answer(rig, ada):
    direct = rig.backend.get_dm_channel(ada.id).id
    alone = Member(rig, ada.id, direct, None)
    await alone.sees(alone.type("save", paper=HEBB.id))
    say(ada, direct, "export to:my.bib")
    await rig.until(lambda: rig.files)

    async def comes() -> bool:
        return [one["filename"] for one in (await told(rig, ada)).attachments] == ["my.bib"]

    await rig.until(comes)


async def test_a_mention_is_answered_to_the_person_alone_about_the_server(rig, ada, bot):
    say(ada, ada.channel, f"<@{rig.backend.bot_user.id}> save {HEBB.id}")
    assert "Saved: **Hebbian" in text(await told(rig, ada))
    entries = await bot.services.store.tenant("discord", str(ada.guild)).shelf.entries(
        str(ada.id), [HEBB.id]
    )
    assert entries[HEBB.id].place == "#papers"
    assert len(rig.backend.messages[ada.channel]) == 1


async def test_other_messages_bots_and_its_own_are_no_command_lines(rig, ada):
    other = rig.backend.make_user("another bot", bot=True)
    rig.backend.add_member(ada.guild, other.id)
    mention = f"<@{rig.backend.bot_user.id}>"
    say(ada, ada.channel, "find hebbian")
    rig.backend.create_message(ada.channel, other.id, f"{mention} find hebbian")
    say(ada, ada.channel, f"{mention} status")  # handled after the ones before
    seen = await told(rig, ada)
    assert "Papers" in text(seen)
    assert len(rig.backend.messages[seen.channel_id]) == 1
    assert len(rig.backend.messages[ada.channel]) == 3
