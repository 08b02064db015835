"""Slash commands, completions, buttons, forms and the menu of a message, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time, timedelta

import pytest
from simcord.components import walk_components

from adapters.discord.tree import GROUPS, path
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.models import DigestOptions, Person, Place, Subscription
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, labels, text
from tests.rigs.waiting import eventually

ID = "2605.00001"


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig):
        yield rig


@pytest.fixture
def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel."""
    return join(rig, "Ada")


async def test_every_command_is_registered_in_its_group_with_its_options(rig, bot):
    await rig.until(lambda: rig.backend.commands[None])
    registered = {(name, kind): one for (name, kind), one in rig.backend.commands[None].items()}
    slash = {name: one for (name, kind), one in registered.items() if kind == 1}
    assert {"find", "today", "save", "subscribe", "help", *GROUPS} <= set(slash)
    subcommands = {
        (name, one["name"]): one
        for name in GROUPS
        for one in slash[name]["options"]
        if one["type"] == 1
    }
    assert all(path(name) in subcommands or name in slash for name in bot.commands)
    assert max(len(slash[name]["options"]) for name in GROUPS) <= 25
    assert ("Save paper", 3) in registered
    assert ("Saved papers", 2) in registered
    options = {one["name"]: one for one in subcommands["shelf", "mine"]["options"]}
    assert [choice["value"] for choice in options["sort"]["choices"]] == [
        "new",
        "votes",
        "title",
        "touched",
    ]
    assert (
        options["page"]["type"],
        options["page"]["min_value"],
        options["page"]["max_value"],
    ) == (4, 1, 10_000)
    assert slash["save"]["options"][0] == {
        "name": "paper",
        "description": "Paper – its arXiv id, a link, or words from the title",
        "required": True,
        "type": 3,
        "max_length": 2000,
        "autocomplete": True,
    }
    for one in (*slash.values(), registered["Save paper", 3]):
        assert (one["contexts"], one["integration_types"]) == ([0, 1, 2], [0, 1])


async def test_commands_are_registered_again_only_when_they_changed(rig, bot):
    def registered(times: int) -> bool:
        return len(rig.requests("PUT */commands")) == times

    await rig.until(lambda: registered(1))
    async with connect(bot, rig):
        await rig.until(lambda: len(rig.requests("GET */commands")) == 2)
        assert registered(1)
    commands = rig.backend.commands[None]
    del commands["shelf", 1]["contexts"]  # what a version before may have left out
    async with connect(bot, rig):
        await rig.until(lambda: registered(2))
    commands = rig.backend.commands[None]
    commands["old", 1] = {"name": "old", "type": 1, "description": "Gone since"}
    async with connect(bot, rig):
        await rig.until(lambda: registered(3))
    assert ("old", 1) not in rig.backend.commands[None]


async def test_an_answer_is_private_and_acknowledged_before_it_is_known(rig, ada):
    seen = await ada.sees(ada.type("find", query="hebian lerning"))
    assert "Showing results for **hebbian learning**" in text(seen)
    assert "[Hebbian Learning Without Labels](https://huggingface.co/papers/2605.00001)" in text(
        seen
    )
    assert list(labels(seen))[:3] == ["Save", "Details", "Similar"]
    assert seen.is_ephemeral
    callback = rig.requests("POST /interactions/*/callback")[-1]
    assert (callback["type"], callback["data"]["flags"]) == (5, 64)


async def test_everybody_sees_what_is_shared_and_can_react_to_it(ada, bot):
    seen = await ada.sees(ada.type("share", paper=ID))
    assert not seen.is_ephemeral
    (sent,) = await eventually(lambda: bot.recent("discord", bot.now() - timedelta(1)))
    assert (sent.message, sent.place.address) == (str(seen.id), str(ada.channel))


async def test_options_become_arguments(ada):
    await ada.sees(ada.type("save", paper=ID))
    await ada.sees(ada.type("save", paper="2605.00002"))
    shelf = text(await ada.sees(ada.type("saved", sort="title", page=1)))
    assert shelf.index("Diffusion") < shelf.index("Hebbian")


async def test_what_is_not_understood_is_answered_too(ada):
    assert "isn’t a day" in text(await ada.sees(ada.type("day", day="the other day")))
    assert "“frobnicate” isn’t a command" in text(await ada.sees(ada.type("frobnicate")))


async def test_commands_are_named_so_that_a_press_types_them(rig, ada):
    await rig.until(lambda: rig.backend.commands[None])
    ids = {name: one["id"] for (name, _), one in rig.backend.commands[None].items()}
    seen = text(await ada.sees(ada.type("help", command="find")))
    assert f"</find:{ids['find']}>\n" in seen
    assert "**query**  Search" in seen
    seen = text(await ada.sees(ada.type("help", command="digest list")))
    assert f"</digest list:{ids['digest']}>" in seen
    assert f"</group nominate:{ids['group']}>" in text(await ada.sees(ada.type("nominated")))
    said = text(await ada.sees(ada.type("pause", number="x")))
    assert f"</digest list:{ids['digest']}> lists them." in said


async def test_help_completes_commands_as_discord_shows_them(rig, ada):
    record = ada.complete("help", "command", "digest li")
    await rig.until(lambda: record.responded)
    assert record.autocomplete_choices == [{"name": "digest list", "value": "subscriptions"}]


async def test_a_persons_menu_shows_what_they_saved_for_all_to_see(rig, ada):
    bob = join(rig, "Bob")
    await bob.sees(bob.type("save", paper=ID))
    await bob.sees(bob.type("save", paper="2605.00002", private="yes"))
    seen = await ada.sees(ada.look_up(bob.id))
    assert seen.is_ephemeral
    assert "Hebbian" in text(seen)
    assert "Diffusion" not in text(seen)
    assert "saved anything here" in text(await ada.sees(ada.look_up(ada.id)))


async def test_completions_show_the_title_and_carry_the_id(rig, ada):
    record = ada.complete("save", "paper", "hebbian")
    await rig.until(lambda: record.responded)
    assert record.autocomplete_choices[0] == {
        "name": "Hebbian Learning Without Labels",
        "value": ID,
    }
    record = ada.complete("save", "paper", "transformers")
    await rig.until(lambda: record.responded)
    assert len(record.autocomplete_choices) == 12
    record = ada.complete("saved", "words", "x")
    await rig.until(lambda: record.responded)
    assert record.autocomplete_choices == []


async def test_a_search_a_day_and_a_subscription_are_completed(rig, ada, bot):
    async def offered(command: str, option: str, typed: str) -> dict[str, object]:
        record = ada.complete(command, option, typed)
        await rig.until(lambda: record.responded)
        return {one["name"]: one["value"] for one in record.autocomplete_choices}

    assert (await offered("find", "query", "hebbian"))["Hebbian Learning Without Labels"] == ID
    assert (await offered("find", "query", "lovel"))["author: Ada Lovelace"] == (
        'author:"Ada Lovelace"'
    )
    assert (await offered("find", "query", "Analyt"))["org: Analytical Society"]
    assert 'noise author:"Ada Lovelace"' in await offered("find", "query", 'noise author:"ada l')
    assert "diffusion votes:50" in await offered("find", "query", "diffusion vo")
    assert (await offered("day", "day", ""))["Yesterday, 28 May 2026"] == "2026-05-28"
    assert next(iter((await offered("day", "day", "wednes")).values())) == "2026-05-27"
    here = Place("discord", str(ada.guild), str(ada.channel))
    person = Person("discord", str(ada.guild), str(ada.id))
    options = DigestOptions(Schedule("daily", time(9), "UTC"), topics="diffusion")
    subscriptions = bot.services.store.tenant("discord", str(ada.guild)).subscriptions
    made = await subscriptions.add(Subscription(0, here, person, options, bot.now()))
    shown = f"{made.id} · Every day at 9:00, UTC time · diffusion"
    assert await offered("edit", "number", "diff") == {shown: made.id}
    assert await offered("digest", "number", "diff") == {shown: str(made.id)}
    bob = join(rig, "Bob")
    record = bob.complete("edit", "number", "")
    await rig.until(lambda: record.responded)
    assert record.autocomplete_choices == []
    assert not rig.refusals


async def test_pages_turn_in_place(ada):
    seen = await ada.sees(ada.type("find", query="transformers"))
    before = text(seen)
    turned = await ada.sees(ada.press(seen, "More"))
    assert turned.id == seen.id
    assert text(turned) != before
    assert text(await ada.sees(ada.press(turned, "Back"))) == before


async def test_a_page_that_cannot_be_turned_to_leaves_the_one_that_is_shown(ada):
    seen = await ada.sees(ada.type("find", query="transformers"))
    before = text(seen)
    said = await ada.sees(ada.press_id(seen, "t0::day the other day"))
    assert "isn’t a day" in text(said)
    assert (said.id != seen.id, said.is_ephemeral, text(seen)) == (True, True, before)


async def test_save_becomes_saved_where_nobody_else_sees_it(rig, ada):
    seen = await ada.sees(ada.type("find", query="hebbian"))
    await ada.sees(ada.press(seen, "Save"))
    await rig.until(lambda: "Saved ✓" in list(labels(seen)))
    assert list(labels(seen))[:3] == ["Saved ✓", "Details", "Similar"]
    await ada.sees(ada.press(seen, "Saved ✓"))
    await rig.until(lambda: "Save" in list(labels(seen)))
    assert "shelf is empty" in text(await ada.sees(ada.type("saved")))


async def test_two_buttons_of_one_message_change_at_once(rig, ada):
    seen = await ada.sees(ada.type("find", query="transformers"))
    saves = [one for one in walk_components(seen.components) if one.get("label") == "Save"][:3]
    for one in saves:
        ada.press_id(seen, one["custom_id"])
    await rig.until(lambda: list(labels(seen)).count("Saved ✓") == 3)


async def test_a_press_in_a_public_message_is_answered_to_the_presser_alone(rig, ada):
    shared = await ada.sees(ada.type("share", paper=ID))
    bob = join(rig, "Bob")
    seen = await bob.sees(bob.press(shared, "Save"))
    assert seen.is_ephemeral
    assert "Saved: **Hebbian Learning Without Labels**" in text(seen)
    assert next(labels(shared)) == "Save"
    assert "shelf is empty" in text(await ada.sees(ada.type("saved")))


async def test_buttons_outlive_a_restart(bot):
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            ada = join(rig, "Ada")
            seen = await ada.sees(ada.type("find", query="hebbian"))
        async with connect(bot, rig):
            assert "Abstract" in text(await ada.sees(ada.press(seen, "Details")))


async def test_a_form_asks_for_what_a_button_lacks(rig, ada):
    shelf = await ada.sees(ada.type("save", paper=ID)) and await ada.sees(ada.type("home"))
    asked = ada.press(shelf, "Search your shelf")
    modal = await rig.until(lambda: asked.modal)
    assert modal["title"] == "Search your shelf"
    found = await ada.sees(ada.send(modal, rest="hebb"))
    assert "On your shelf: hebb" in text(found)


async def test_a_form_asks_for_what_a_command_lacks(rig, ada):
    asked = ada.type("save", paper=" ")
    modal = await rig.until(lambda: asked.modal)
    purpose, label = modal["components"]
    assert purpose["content"].startswith("Save a paper")
    assert (label["label"], label["component"]["custom_id"]) == ("Paper", "paper")
    assert label["description"] == "Its arXiv id, a link, or words from the title"
    assert "Saved" in text(await ada.sees(ada.send(modal, paper=ID)))


async def test_a_message_is_collected_from_its_menu(rig, ada):
    said = rig.backend.create_message(
        ada.channel, ada.id, f"look: https://arxiv.org/abs/{ID}v2 " + "blah " * 300
    )
    assert "Saved: **Hebbian" in text(await ada.sees(ada.collect(said)))
    card = await ada.sees(ada.type("share", paper="2605.00002"))
    assert "Saved: **Diffusion" in text(await ada.sees(ada.collect(card)))
    empty = rig.backend.create_message(ada.channel, ada.id, "good morning")
    assert "No paper link found" in text(await ada.sees(ada.collect(empty)))


async def test_a_line_too_long_for_a_button_is_kept(ada):
    seen = await ada.sees(ada.type("find", query="transformers author:noether " + "number " * 40))
    assert "More" in list(labels(seen))
    assert "6–10" in text(await ada.sees(ada.press(seen, "More")))


async def test_it_works_alone_with_the_bot_and_in_threads(rig, ada):
    backend = rig.backend
    alone = Member(rig, ada.id, backend.get_dm_channel(ada.id).id, None)
    await alone.sees(alone.type("save", paper=ID))
    assert "Hebbian" in text(await alone.sees(alone.type("saved")))
    assert "empty" in text(
        await ada.sees(ada.type("saved"))
    )  # what is kept in a server stays in the server
    thread = backend.create_thread(ada.channel, "on weather", ada.id)
    within = Member(rig, ada.id, thread.id, ada.guild)
    assert "Diffusion" in text(await within.sees(within.type("paper", paper="2605.00002")))


async def test_a_late_acknowledgement_is_logged_and_the_next_one_works(rig, ada, caplog):
    record = ada.type("status")
    rig.backend.clock.advance(3.1)
    await rig.until(lambda: "too late" in caplog.text)
    assert not record.responded
    assert "Papers" in text(await ada.sees(ada.type("status")))


async def test_an_answer_that_discord_refuses_is_replaced_by_a_sentence(rig, ada):
    rig.faults.append(Fault("PATCH /webhooks/*", 400, code=50035))
    assert "refused to show the answer" in text(await ada.sees(ada.type("status")))


async def test_an_answer_that_discord_refuses_twice_is_a_line_in_the_log(rig, ada, caplog):
    rig.faults.append(Fault("PATCH /webhooks/*", 400, times=2, code=50035))
    ada.type("status")
    await rig.until(lambda: "status: the answer was not delivered: 400" in caplog.text)
    assert "Ignoring exception" not in caplog.text
    assert "Papers" in text(await ada.sees(ada.type("status")))


@pytest.mark.parametrize(
    ("label", "request_", "answered"),
    [
        ("More", "POST /interactions/*/callback", "6–10"),
        ("Save", "PATCH /webhooks/*", "Saved"),
    ],
)
async def test_a_change_that_discord_refuses_is_answered_beside_the_message(
    rig, ada, label, request_, answered
):
    seen = await ada.sees(ada.type("find", query="transformers"))
    rig.faults.append(Fault(request_, 400, code=50035))
    said = await ada.sees(ada.press(seen, label))
    assert said.id != seen.id
    assert said.is_ephemeral
    assert answered in text(said)


@pytest.mark.parametrize("custom_id", ["old-button", "b0:save 1", "", "x:y:z", "bold::save 1"])
async def test_a_button_from_another_time_says_so(rig, ada, custom_id):
    seen = await ada.sees(ada.type("status"))
    for record in (ada.press_id(seen, custom_id), ada.send({"custom_id": custom_id}, rest="hebb")):
        await rig.until(lambda record=record: record.responded)
        said = rig.backend.get_message(ada.channel, record.message_id)
        assert text(said) == "That button is from an earlier version of Paperboy; ask again."
        assert said.is_ephemeral


async def test_a_shelf_comes_as_a_file_in_the_answer_that_only_its_owner_sees(rig, ada):
    await ada.sees(ada.type("save", paper=ID))
    seen = await ada.sees(ada.type("export", to="my.bib"))
    ((name, content),) = rig.files
    assert name == "my.bib"
    assert f"eprint = {{{ID}}}" in content
    assert seen.is_ephemeral
    assert [one["filename"] for one in seen.attachments] == ["my.bib"]
    assert not rig.requests("POST /webhooks/*")


async def test_the_teams_shelf_says_in_which_channel_a_paper_was_kept(ada):
    await ada.sees(ada.type("save", paper=ID))
    assert "papers, 29 May 2026" in text(await ada.sees(ada.type("shelf")))


async def test_what_is_saved_in_a_direct_message_is_private(rig, bot, ada):
    alone = Member(rig, ada.id, rig.backend.get_dm_channel(ada.id).id, None)
    await alone.sees(alone.type("save", paper=ID))
    entries = await bot.services.store.tenant("discord", "").shelf.entries(str(ada.id), [ID])
    assert entries[ID].private
