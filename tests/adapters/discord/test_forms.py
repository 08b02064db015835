"""Forms: five inputs in one, others by a line that marks them, and what they are filled with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from simcord.backend.models import Interaction

from adapters.discord import Discord
from adapters.discord.inputs import held_values, input_for, read_input
from bot.chat.arguments import Argument
from bot.chat.bot import Bot
from bot.chat.commands import Blank, Param
from bot.chat.kinds import (
    Choice,
    Days,
    Kind,
    Lookup,
    Number,
    Role,
    TimeOfDay,
    Upload,
    Where,
    Words,
    YesNo,
)
from bot.chat.views import Button, Buttons, View
from bot.features import ALL
from bot.models import Place
from tests.conftest import add_outlets, changed
from tests.form import arrange
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_limits import refused
from tests.rigs.discord_people import filled, join, text


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
    labels = [one for one in form["components"] if one["type"] == 18]
    return form, {one["component"]["custom_id"]: one["component"] for one in labels}


@pytest.mark.usefixtures("adapter")
async def test_a_command_alone_opens_a_form_with_its_first_five(rig):
    ada = join(rig, "ada")
    ada.type("arrange")
    form, inputs = await opened(rig)
    assert list(inputs) == ["number", "papers", "order", "where", "zone"]
    assert [name for name, one in inputs.items() if one.get("required")] == ["number"]
    assert {name: inputs[name]["value"] for name in ("number", "zone")} == {
        "number": "3",
        "zone": "Europe/Berlin",
    }
    assert chosen(inputs["papers"]) == ["5"]
    assert (inputs["order"]["type"], chosen(inputs["order"])) == (21, ["upvotes"])
    assert (inputs["where"]["type"], inputs["where"]["required"]) == (8, False)
    sent = ada.send(form, number="4", papers="2", order="new", where=str(ada.channel), zone="")
    said = f"number=4 papers=2 order=new where={ada.channel} zone= topics= code=no"
    assert text(await ada.sees(sent)) == said.replace("_", "\\_")
    ada.type("arrange")
    form, _ = await opened(rig)
    assert "where=me" in text(await ada.sees(ada.send(form, number="4", where="")))


def chosen(component: dict[str, Any]) -> list[str]:
    return [one["value"] for one in component["options"] if one.get("default")]


def test_every_kind_of_argument_has_an_input_of_its_own():
    kinds: dict[str, tuple[Kind, str, int]] = {
        "time": (TimeOfDay(), "9:00", 4),
        "days": (Days(), "mon,fri", 22),
        "month": (Days(), "15", 4),
        "few": (Number(1, 10), "5", 3),
        "many": (Number(0, 100_000), "5", 4),
        "one": (Choice((("a", "First"), ("b", "Second"))), "b", 21),
        "open": (Choice((("a", "First"), ("b", "Second"))), "", 3),
        "sure": (YesNo(), "yes", 23),
        "either": (YesNo(), "", 3),
        "place": (Where(), "7", 8),
        "alone": (Where(), "me", 8),
        "role": (Role(), "7", 6),
        "named": (Where(), "#papers", 4),
        "tags": (Lookup("tag", many=True), "memory", 4),
        "long": (Words(long=True), "one\ntwo", 4),
        "file": (Upload(), "", 19),
    }
    for name, (kind, value, drawn) in kinds.items():
        argument = Argument("something", lambda text, _: text, "for example", kind)
        param = Param(name, "what it is", name, "", argument, required=False, named=True)
        made = input_for(Blank(param, value)).to_component_dict()
        assert made["type"] == drawn, name
        assert refused("POST", "/interactions/1/2/callback", modal(made)) == ""
        holding = filled(drawn, value)
        held = held_values([{"custom_id": name, **holding}])[name]
        assert read_input(param, held) == value, name


def modal(component: dict[str, Any]) -> dict[str, Any]:
    """Return the callback that opens a form with an input."""
    label = {"type": 18, "label": "Label", "component": component}
    return {"type": 9, "data": {"title": "Form", "custom_id": "f", "components": [label]}}


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
    assert (form["title"], list(inputs)) == ("Further", ["topics", "code"])
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
    assert (where["type"], where["autocomplete"]) == (3, True)
    ada = join(rig, "ada")
    answer = await ada.sees(ada.type("arrange", number="4", where=str(ada.channel)))
    assert f"where={ada.channel}" in text(answer)


@pytest.mark.usefixtures("adapter")
async def test_a_time_zone_that_is_not_known_is_asked_for(rig, bot, adapter):
    add_outlets(bot, adapter)
    ada = join(rig, "ada")
    role = rig.backend.create_role(ada.guild or 0, "manager", permissions=1 << 4)
    rig.backend.add_member_role(ada.guild or 0, ada.id, role.id)
    ada.type("subscribe")
    form, inputs = await opened(rig)
    assert list(inputs) == ["where", "when", "zone", "topics", "layout"]
    assert inputs["when"]["value"] == "Every day at 9:00"
    assert [name for name, one in inputs.items() if one.get("required")] == ["zone"]
    assert inputs["where"]["default_values"] == [{"id": ada.channel, "type": "channel"}]
    filled_in = {"where": str(ada.channel), "when": "every morning at nine", "zone": "berlin"}
    said = text(await ada.sees(ada.send(form, None, topics="diffusion", **filled_in)))
    assert "Every day at 9\\:00, Europe/Berlin time" in said
    assert "about diffusion" in said
    again = ada.type("subscribe")
    await rig.until(lambda: again.modal)
    form, inputs = await opened(rig)
    assert list(inputs) == ["where", "when", "topics", "layout"]
    assert form["components"][0]["type"] == 10  # what will happen
    assert "until you pause or end them" in form["components"][0]["content"]


async def test_more_options_are_forms_of_what_they_are_about(rig, bot, adapter):
    add_outlets(bot, adapter)
    ada = join(rig, "ada")
    card = await ada.sees(ada.type("subscribe", where="me", zone="berlin"))
    form = await corrects(rig, ada.press(card, "When"))
    assert names(form) == ["every", "at", "zone", "day"]  # no days: it comes daily
    card = await ada.sees(ada.send(form, every="weekly", at="8:30", zone="Europe/Berlin"))
    assert "Every Monday at 8\\:30" in text(card)
    form = await corrects(rig, ada.press(card, "When"))
    assert names(form) == ["every", "on", "at", "zone", "day"]
    form = await corrects(rig, ada.press(card, "Which papers"))
    assert form["title"] == "Which papers"
    assert names(form) == ["topics", "without", "votes", "code"]
    form = await corrects(rig, ada.press(card, "How it looks"))
    assert names(form) == ["layout", "papers", "order", "quiet", "repeats"]


async def test_options_are_named_as_discord_shows_them(rig, bot, adapter):
    add_outlets(bot, adapter)
    ada = join(rig, "ada")
    role = rig.backend.create_role(ada.guild or 0, "manager", permissions=1 << 4)
    rig.backend.add_member_role(ada.guild or 0, ada.id, role.id)
    said = text(await ada.sees(ada.type("subscribe", every="daily", at="9")))
    assert "**zone** `Berlin`" in said
    said = text(await ada.sees(ada.type("subscribe", every="weekly", on="mon,tue", zone="berlin")))
    assert "**on** `mon`" in said
    assert "**every** `days`" in said
    said = text(await ada.sees(ada.type("find", query="votes:many")))
    assert "votes\\:50" in said  # these are words that people type into the search


async def test_a_wrong_input_is_asked_for_again_with_the_others_as_they_were(rig, bot, adapter):
    add_outlets(bot, adapter)
    ada = join(rig, "ada")
    role = rig.backend.create_role(ada.guild or 0, "manager", permissions=1 << 4)
    rig.backend.add_member_role(ada.guild or 0, ada.id, role.id)
    ada.type("subscribe")
    form, _ = await opened(rig)
    filled_in = {"topics": "diffusion", "where": str(ada.channel), "when": "daily at 25:99"}
    refusal = await ada.sees(ada.send(form, None, **filled_in, zone="berlin"))
    assert "isn’t a time of day" in text(refusal)
    form = await corrects(rig, ada.press(refusal, "Correct it"))
    assert names(form) == ["when"]
    said = text(await ada.sees(ada.send(form, when="daily at 17:30")))
    assert "Every day at 17\\:30, Europe/Berlin time" in said
    assert "about diffusion" in said
    refusal = await ada.sees(ada.type("edit", number=1, zone="nowhere"))
    form = await corrects(rig, ada.press(refusal, "Correct it"))
    assert names(form) == ["zone"]  # which stands under “more” otherwise
    assert "17\\:30, America" in text(await ada.sees(ada.send(form, zone="new york")))


async def corrects(rig: DiscordRig, asked: Interaction) -> dict[str, Any]:
    form: dict[str, Any] = await rig.until(lambda: asked.modal)
    return form


def names(form: dict[str, Any]) -> list[str]:
    """Return the names of the inputs of a form."""
    return [one["component"]["custom_id"] for one in form["components"] if one["type"] == 18]
