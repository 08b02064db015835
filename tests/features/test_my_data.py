"""A person's data: shown, taken along, forgotten, and gone with a tenant."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.chat.bot import Bot
from bot.chat.intents import Intent
from bot.chat.views import View, plain
from bot.models import Person, Place, ReactionEvent
from tests.conftest import DIFFUSION, HEBB, NOW
from tests.dumped import dump

ANN = Person("slack", "T1", "U-ann-4711", "Ann")
BEN = Person("slack", "T1", "UBEN", "Ben")
ROOM = Place("slack", "T1", "C1", "#papers")
LINES = (
    f"save {HEBB.id}",
    f"note {HEBB.id} try this",
    f"tag {HEBB.id} memory",
    f"read {HEBB.id}",
    f"vote {HEBB.id}",
    f"nominate {DIFFUSION.id}",
    "pick",
)


@pytest.fixture
def say(bot: Bot):
    """Give a way to type a line as somebody."""

    async def say(words: str, person: Person = ANN, place: Place = ROOM) -> View:
        return await bot.handle(bot.read(words, person, place))

    return say


@pytest.fixture
async def lived(bot, say):
    """Let somebody do all that leaves a trace."""
    await bot.shown(ROOM, "M1", await say(f"paper {HEBB.id}", BEN))
    await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=True, at=NOW - timedelta(hours=1)))
    for line in LINES:
        await say(line)
    await bot.services.store.tenant("slack", "T1").lines.keep(
        f"shelf by:<@{ANN.id}> {'words ' * 30}"
    )  # a button of somebody


@pytest.mark.usefixtures("lived")
async def test_forget_me_asks_once_and_then_leaves_no_trace_of_the_person(say, tmp_path):
    assert ANN.id in dump(tmp_path)
    asked = await say("forget-me")
    assert ANN.id in dump(tmp_path)
    (line,) = [button.line for button in asked.buttons if button.label == "Yes, forget me"]
    assert "Deleted everything about you here" in plain(await say(line))
    assert dump(tmp_path).count(ANN.id) == 0
    assert (await say("picks", BEN)).data["total"] == 1  # what the group read stays
    assert "Ann" not in plain(await say("shelf", BEN))


@pytest.mark.usefixtures("lived")
async def test_an_old_reaction_that_comes_again_brings_nothing_back(bot, say, tmp_path):
    await say("forget-me sure:yes")
    old = NOW - timedelta(hours=1)
    assert await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=True, at=old)) is None
    assert await bot.react(ReactionEvent(ROOM, "M1", "👍", ANN, added=True, at=old)) is None
    assert (
        await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=True)) is None
    )  # Discord does not say when
    await bot.sweep(ROOM, "M1", [("🔖", ANN)], NOW + timedelta(hours=1))
    assert dump(tmp_path).count(ANN.id) == 0
    later = NOW + timedelta(minutes=1)
    assert await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=False, at=later))
    assert await bot.react(
        ReactionEvent(ROOM, "M1", "🔖", ANN, added=True, at=later + timedelta(minutes=1))
    )
    assert (await say("saved")).data["total"] == 1  # a new wish is a new beginning


@pytest.mark.usefixtures("lived")
async def test_who_is_forgotten_twice_is_forgotten(bot, say, tmp_path):
    await say("forget-me sure:yes")
    await bot.react(
        ReactionEvent(ROOM, "M1", "🔖", ANN, added=False, at=NOW + timedelta(minutes=1))
    )
    await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=True, at=NOW + timedelta(minutes=2)))
    await say("forget-me sure:yes")
    assert dump(tmp_path).count(ANN.id) == 0


@pytest.mark.usefixtures("lived")
async def test_only_this_tenants_traces_go(bot, say):
    other = Person("slack", "T2", ANN.id, "Ann")
    await say(f"save {HEBB.id}", other, Place("slack", "T2", "C1"))
    await say("forget-me sure:yes")
    assert await bot.services.store.tenant("slack", "T2").shelf.ids(ANN.id) == (HEBB.id,)


@pytest.mark.usefixtures("lived")
async def test_my_data_is_all_of_it_as_json(say):
    view = await say("my-data")
    found = json.loads(view.file.content)
    assert found == view.data
    for table in ("shelf", "notes", "tags", "votes", "people", "reactions", "picks"):
        assert len(found[table]) >= 1, table
    assert found["notes"][0]["note"] == "try this"
    assert [
        rows for rows in (await say("my-data", Person("slack", "T2", ANN.id))).data.values() if rows
    ] == []


@pytest.mark.parametrize(
    ("format_", "suffix"),
    [
        ("bibtex", "bib"),
        ("ris", "ris"),
        ("csv", "csv"),
        ("json", "json"),
        ("csl", "csl.json"),
        ("markdown", "md"),
    ],
)
@pytest.mark.usefixtures("lived")
async def test_an_exported_shelf_is_kept_elsewhere_and_exports_alike(bot, say, format_, suffix):
    file = (await say(f"export format:{format_}")).file
    assert file.name == f"shelf.{suffix}"
    zoe, there = Person("slack", "T9", "U9", "Zoe"), Place("slack", "T9", "C1")
    view = await bot.handle(Intent("keep-from", zoe, there, {"text": file.content}))
    assert (view.data["kept"], view.data["not_found"]) == (1, [])
    assert (await say(f"export format:{format_}", zoe, there)).file == file
    again = await bot.handle(Intent("keep-from", zoe, there, {"text": file.content}))
    assert (again.data["kept"], again.data["there"]) == (0, 1)


async def test_what_is_not_found_is_reported_and_titles_find_papers_too(bot, say):
    text = "id,title\n,diffusion models for weather\n,No Such Paper\nsomething,\n"
    view = await bot.handle(Intent("keep-from", ANN, ROOM, {"text": text}))
    assert view.data == {
        "kept": 1,
        "there": 0,
        "not_found": ["No Such Paper", "something"],
        "not_asked": [],
        "not_read": [],
    }
    assert "2 entries not found" in plain(view)
    assert view.file is None
    assert "No papers found" in plain(await say("keep-from hello"))


async def test_what_could_not_be_asked_for_is_told_apart_with_the_reason_and_in_full_as_a_file(bot):
    ids = [f"2411.{n:05}" for n in range(30)]
    text = "\n".join([*ids, HEBB.id])
    view = await bot.handle(Intent("keep-from", ANN, ROOM, {"text": text}))
    assert (view.data["kept"], view.data["not_found"], view.data["not_asked"]) == (1, [], ids)
    assert "30 entries not looked up yet" in plain(view)
    assert "Can’t reach" in plain(view)
    assert "and 10 more" in plain(view)
    assert (view.file.name, view.file.content.split()) == ("not-found.txt", ids)


async def test_the_name_of_a_file_that_is_not_there_is_no_paper(say):
    assert "There is no file “shelf.bib”." in plain(await say("keep-from shelf.bib"))


async def test_moments_that_no_calendar_has_do_not_stop_a_file(bot, say):
    text = (
        f"id,saved\n{HEBB.id},0001-01-01T00:00:00+14:00\n{DIFFUSION.id},9999-12-31T23:59:59-14:00\n"
    )
    assert (await bot.handle(Intent("keep-from", ANN, ROOM, {"text": text}))).data["kept"] == 2
    assert (await say("saved")).data["total"] == 2


async def test_an_empty_shelf_exports_nothing(say):
    assert "Your shelf is empty." in plain(await say("export"))
