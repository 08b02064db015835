"""Forms: five inputs in one, others by a line that marks them, and what they are filled with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.chat.views import Button, Buttons, View
from bot.features import ALL
from bot.models import Place
from tests.conftest import changed
from tests.form import arrange
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import join, text


@pytest.fixture
def bot(bot: Bot) -> Bot:
    """Give a bot that knows one command more."""
    return changed(bot, [*ALL, arrange])


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord that serves."""
    async with DiscordRig().serving() as rig:
        yield rig


@pytest.fixture
async def adapter(rig: DiscordRig, bot: Bot) -> AsyncIterator[Discord]:
    """Give the adapter, connected, with a person there."""
    join(rig, "ada")
    async with connect(bot, rig) as adapter:
        yield adapter


async def opened(rig: DiscordRig) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait for a form; return it, and its inputs by their names."""
    callback = "POST /interactions/*/callback"
    await rig.until(lambda: [one for one in rig.requests(callback) if one["type"] == 9])
    form = [one for one in rig.requests(callback) if one["type"] == 9][-1]["data"]
    return form, {one["component"]["custom_id"]: one["component"] for one in form["components"]}


@pytest.mark.usefixtures("adapter")
async def test_a_command_alone_opens_a_form_with_its_first_five(rig):
    ada = join(rig, "ada")
    ada.type("arrange")
    form, inputs = await opened(rig)
    assert list(inputs) == ["number", "papers", "order", "where", "zone"]
    assert {name: one["required"] for name, one in inputs.items() if one["required"]} == {
        "number": True
    }
    assert {name: inputs[name]["value"] for name in ("number", "papers", "zone")} == {
        "number": "3",
        "papers": "5",
        "zone": "Europe/Berlin",
    }
    assert [(one["value"], one.get("default", False)) for one in inputs["order"]["options"]] == [
        ("upvotes", True),
        ("new", False),
    ]
    assert inputs["where"]["type"] == 8
    sent = ada.send(form, number="4", papers="2", order="new", where=str(ada.channel), zone="")
    said = f"number=4 papers=2 order=new where={ada.channel} zone= topics= code=no"
    assert text(await ada.sees(sent)) == said.replace("_", "\\_")


async def test_a_button_opens_a_form_for_what_is_marked(rig, adapter):
    ada = join(rig, "ada")
    view = View((Buttons((Button("Further", "arrange 3 topics:? code:?"),)),))
    sent = await adapter.send(Place("discord", str(ada.guild), str(ada.channel)), view, "k")
    ada.press(rig.backend.get_message(ada.channel, int(sent.message)), "Further")
    form, inputs = await opened(rig)
    assert list(inputs) == ["topics", "code"]
    assert (inputs["topics"]["value"], inputs["topics"]["style"]) == ("one\ntwo", 2)
    answer = await ada.sees(ada.send(form, topics="three", code="yes"))
    assert "number=3 papers=5 order=upvotes where= zone= topics=three code=yes" in text(answer)


async def test_a_line_that_no_button_holds_opens_its_form_too(rig, adapter):
    ada = join(rig, "ada")
    line = f"arrange {'3' * 80} topics:? code:?"
    sent = await adapter.send(
        Place("discord", str(ada.guild), str(ada.channel)),
        View((Buttons((Button("Further", line),)),)),
        "k",
    )
    ada.press(rig.backend.get_message(ada.channel, int(sent.message)), "Further")
    form, inputs = await opened(rig)
    assert (form["title"], list(inputs)) == ("Arrange", ["topics", "code"])
    answer = await ada.sees(ada.send(form, topics="three", code="yes"))
    assert f"number={'3' * 80} papers=5 order=upvotes where= zone= topics=three code=yes" in text(
        answer
    )


@pytest.mark.usefixtures("adapter")
async def test_a_command_for_managers_is_shown_to_them_alone_and_takes_a_channel(rig):
    registered = {one["name"]: one for one in rig.requests("PUT /applications/*/commands")[0]}
    assert registered["arrange"]["default_member_permissions"] == str(1 << 4)
    assert "default_member_permissions" not in registered["find"]
    where = next(one for one in registered["arrange"]["options"] if one["name"] == "where")
    assert where["type"] == 7
    assert {0, 5, 11, 15} <= set(where["channel_types"])
    ada = join(rig, "ada")
    answer = await ada.sees(ada.type("arrange", number="4", where=str(ada.channel)))
    assert f"where={ada.channel}" in text(answer)
