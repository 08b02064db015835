"""Every command, and every button, menu and form of its answers two levels deep, is answered.

As a manager, a reader and a stranger, in each kind of place: no silence, no
request that Discord would refuse, no error in the log.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from simcord.backend.models import Interaction, Message
from simcord.backend.models.channel import Overwrite
from simcord.components import walk_components
from simcord.enums import ChannelType, OverwriteType

from bot.chat.bot import Bot
from tests.conftest import HEBB, add_outlets
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import COMPONENT, Member, join, text

MANAGE, SEND = 1 << 4, 1 << 11
# what people give for the arguments that a command needs
GIVEN: dict[str, dict[str, str | int]] = {
    "find": {"query": "hebbian"},
    "day": {"day": "2026-05-28"},
    "note": {"paper": HEBB.id, "text": "worth reading"},
    "tag": {"paper": HEBB.id, "tags": "memory"},
    "untag": {"paper": HEBB.id, "tags": "memory"},
    "collect": {"text": HEBB.id},
    "edit": {"number": 1, "at": "10"},
    "pause": {"number": 1},
    "resume": {"number": 1},
    "preview": {"number": 1},
    "resolve": {"message": 1, "found": "there"},
    "unsubscribe": {"number": 1},
}
PLACES = ("channel", "read-only", "thread", "forum post", "direct")
ROLES = ("manager", "reader", "stranger")
WALKS = [(role, kind) for role in ROLES for kind in PLACES]
# all of them, two levels deep, take minutes; everyday tests walk three, one level deep
EVERYDAY = [("manager", "channel"), ("reader", "read-only"), ("stranger", "forum post")]
WHOLE = "PAPERBOY_WALK" in os.environ
MAX_PRESSES = 400  # in one walk


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        yield rig


def in_place(rig: DiscordRig, kind: str, *, manages: bool) -> Member:
    """Let a person be in a kind of place."""
    ada = join(rig, "Ada")
    backend, guild = rig.backend, ada.guild or 0
    if manages:
        role = backend.create_role(guild, "manager", permissions=MANAGE)
        backend.add_member_role(guild, ada.id, role.id)
    if kind == "direct":
        return Member(rig, ada.id, backend.get_dm_channel(ada.id).id, None)
    if kind == "read-only":
        overwrite = Overwrite(guild, OverwriteType.ROLE, deny=SEND)
        backend.set_overwrite(ada.channel, overwrite)
    if kind in {"channel", "read-only"}:
        return ada
    parent = ada.channel
    if kind == "forum post":
        parent = backend.create_channel(guild, "forum", type=ChannelType.FORUM).id
    thread = backend.create_thread(parent, "a thread", backend.bot_user.id)
    return Member(rig, ada.id, thread.id, guild)


class Walk:
    """Presses whatever there is, each thing once, and checks what comes."""

    def __init__(self, rig: DiscordRig, person: Member) -> None:
        self.rig = rig
        self.person = person
        self.pressed: set[str] = set()
        self.answers = 0

    async def follow(self, record: Interaction, levels: int) -> None:
        """Wait for the answer or form that comes, and press what is on it."""
        await self.rig.until(lambda: record.modal or record.token in self.rig.finished, seconds=10)
        self.answers += 1
        if record.modal:
            await self.submit(record.modal, levels)
            return
        message = await self.person.sees(record)
        assert text(message).strip()
        if levels:
            await self.press_all(message, levels - 1)

    async def submit(self, modal: dict[str, Any], levels: int) -> None:
        """Send a form as it opens, and once with nonsense in its text inputs."""
        labels = [one["component"] for one in modal["components"] if "component" in one]
        for nonsense in (False, True):
            filled = {one["custom_id"]: _held(one, nonsense=nonsense) for one in labels}
            await self.follow(self.person.send(modal, None, **filled), levels - 1 if levels else 0)

    async def press_all(self, message: Message, levels: int) -> None:
        """Press each button and choose each option of a message, unless that was done."""
        for data in list(_presses(message)):
            line = str((data.get("values") or [data["custom_id"]])[0]).partition(":")[2]
            if line in self.pressed or len(self.pressed) > MAX_PRESSES:
                continue
            self.pressed.add(line)
            await self.follow(self.person.do(COMPONENT, data, message), levels)


def _presses(message: Message) -> Iterator[dict[str, Any]]:
    for one in walk_components(message.components):
        if one["type"] == 2 and "custom_id" in one:
            yield {"custom_id": one["custom_id"], "component_type": 2}
        for option in one.get("options", ()):
            chosen = {"custom_id": one["custom_id"], "component_type": 3}
            yield {**chosen, "values": [option["value"]]}


def _held(component: dict[str, Any], *, nonsense: bool) -> str:
    """Return what an input holds at first."""
    match component["type"]:
        case 4:
            return "<@1> `x` **y**" if nonsense else component.get("value") or "hebbian"
        case 23:
            return "yes" if component.get("default") else "no"
        case 8:
            return ",".join(str(one["id"]) for one in component.get("default_values") or ())
        case _:
            options = component.get("options") or ()
            return ",".join(one["value"] for one in options if one.get("default"))


@pytest.mark.parametrize(("role", "kind"), WALKS if WHOLE else EVERYDAY)
async def test_whatever_is_pressed_is_answered(rig, bot, caplog, monkeypatch, role, kind):
    caplog.set_level(logging.WARNING)
    person = in_place(rig, kind, manages=role == "manager")
    walk = Walk(rig, person)
    if role == "stranger":  # a person who brings the bot along to a server that did not invite it
        monkeypatch.setattr("discord.Client.get_guild", lambda *_: None)
    for name, command in bot.commands.items():
        needed = {param.name: HEBB.id for param in command.params if param.required}
        options = GIVEN.get(name, needed)
        for given in [options, {}] if options else [{}]:
            await walk.follow(person.type(name, **given), 2 if WHOLE else 1)
    assert walk.answers > len(bot.commands)
    failures = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert not failures
    assert not [one for one in caplog.messages if "not delivered" in one or "refused" in one]
    # in a read-only channel the pick of the week cannot be posted, and that is said
    assert not [one for one in rig.refusals if kind != "read-only" or "50013" not in one]
    print(f"{role} in a {kind}: {walk.answers} answers, {len(walk.pressed)} things pressed")  # noqa: T201
