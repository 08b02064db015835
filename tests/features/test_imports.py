"""Files of other programs on their way to a shelf: looked up, saved, and told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from bot.chat.bot import Bot
from bot.chat.intents import Intent
from bot.chat.views import View, plain
from bot.exchange import Entry, write
from bot.features import shelf_import
from bot.features.import_report import ImportProgress, summary
from bot.features.lookups import BURST, Lookups
from bot.library.library import Library
from bot.models import Person, Place, Sent
from bot.papers import Paper
from tests.conftest import DIFFUSION, HEBB, HERE, add_outlets, building
from tests.rigs.chat import Chat
from tests.rigs.hugging_face import PAGE, Site, hugging_face
from tests.rigs.virtual import virtually

ANN = Person("chat", "T1", "ann", "Ann")
ROOM = Place("chat", "T1", "C1")
DAY = date(2024, 5, 7)
THEIRS = f"Paper 1 of {DAY}"  # as the rig names it


@dataclass
class Talk(Chat):
    """A chat in which messages are seen, and changed where `edits`."""

    seen: list[str] = field(default_factory=list)
    edits: bool = True

    async def send(self, place: Place, view: View, key: str) -> Sent:
        self.seen.append(plain(view))
        return Sent(place, key)

    async def edit(self, sent: Sent, view: View) -> bool:  # noqa: ARG002  # the protocol's arguments
        self.seen.append(f"changed: {plain(view)}")
        return self.edits


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hugging_face() as site:
        site.fill(DAY, papers=9)
        yield site


@pytest.fixture
async def bot(home: Path, site: Site, clock) -> AsyncIterator[Bot]:
    async with building(home, clock, site.address, ask_hugging_face=True) as app:
        await app.services.library.add([HEBB, DIFFUSION], clock.now)
        yield app.bot


@pytest.fixture
def talk(bot) -> Talk:
    talk = Talk({}, {})
    add_outlets(bot, talk)
    return talk


async def keep(bot, text, person=ANN, place=ROOM):
    return await bot.handle(Intent("keep-from", person, place, {"text": text}))


async def ended(bot: Bot) -> None:
    while bot.services.jobs.has((ANN.platform, ANN.tenant, ANN.id)):  # noqa: ASYNC110  # it tells no one
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "title",
    [
        "Hebbian learning without labels",
        "{Hebbian} {Learning} without Labels.",
        "Hebbian Learning–Without\u2010Labels",
        "<i>Hebbian</i>&nbsp;Learning: Without Labels",
        "Hebbian Learning Without L\\'abels",
    ],
)
async def test_a_title_is_found_however_it_is_written(bot, title):
    view = await keep(bot, f"@misc{{a, title={{{title}}}}}")
    assert view.data["kept"] == 1


async def test_another_title_is_not_taken_for_one(bot, site):
    site.finds = []
    view = await keep(bot, "@misc{hebb24, title={Hebbian Learning With Labels}}")
    assert (view.data["kept"], view.data["not_found"]) == (0, ["Hebbian Learning With Labels"])
    assert "hebb24 – Hebbian Learning With Labels: no paper with this title" in plain(view)


async def test_hugging_face_is_asked_for_titles_and_ids_once(bot, site):
    text = f"title,arxiv\n{THEIRS.upper()},\n,2405.07002\nNo Such Paper at All,\n,2405.99999\n"
    view = await keep(bot, text)
    assert (view.data["kept"], view.data["not_asked"]) == (2, [])
    assert view.data["not_found"] == ["No Such Paper at All", "2405.99999"]
    asked = len(site.requests)
    again = await keep(bot, text)
    assert (again.data["kept"], again.data["there"]) == (0, 2)
    assert again.data["not_found"] == view.data["not_found"]
    assert len(site.requests) == asked


async def test_what_cannot_be_asked_for_goes_on_the_next_time(bot, site):
    site.answer = lambda _: PAGE
    text = f"title,arxiv\n{THEIRS},\n,2405.07002\n,{HEBB.id}\n"
    view = await keep(bot, text)
    assert (view.data["kept"], len(view.data["not_asked"])) == (1, 2)
    assert "Import the same again later, and it goes on." in plain(view)
    site.answer = None
    again = await keep(bot, text)
    assert (again.data["kept"], again.data["there"], again.data["not_asked"]) == (2, 1, [])


async def test_a_damaged_entry_gives_its_id_up_or_is_told_of(bot):
    text = (
        f"@misc{{a, keywords={{x, {{y}},\n eprint={{{HEBB.id}}}\n}}\n"
        f"@misc{{b, eprint={{{DIFFUSION.id}}}}}\n@misc{{lost, year={{2024\n"
    )
    view = await keep(bot, text)
    assert (view.data["kept"], view.data["not_read"]) == (2, ["lost"])
    assert "1 entry not read" in plain(view)
    assert "lost: damaged, and no id in it" in plain(view)


async def test_a_long_import_goes_on_as_a_job_whose_message_ends_as_the_report(
    bot, talk, monkeypatch
):
    monkeypatch.setattr(shelf_import, "ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(shelf_import, "SHOW_SECONDS", 0.0)
    view = await keep(bot, "\n".join([HEBB.id, *(f"2405.0700{n}" for n in range(9))]))
    assert (view.data["kept"], view.data["pending"]) == (2, 8)
    assert "8 more entries are being looked up" in plain(view)
    refused = await keep(bot, "2405.08001\n2405.08002")
    assert "Another import of yours is still going on" in plain(refused)
    await ended(bot)
    assert talk.seen[0].startswith("Importing: 2 of 10 entries looked up.")
    assert talk.seen[-1].startswith("changed: Imported 10 papers.")
    assert (await bot.handle(bot.read("saved", ANN, ROOM))).data["total"] == 10


async def test_where_messages_cannot_be_changed_the_report_is_another_one(bot, talk, monkeypatch):
    monkeypatch.setattr(shelf_import, "ANSWER_SECONDS", 0.0)
    talk.edits = False
    await keep(bot, "2405.07001\n2405.07002")
    await ended(bot)
    assert talk.seen[-1].startswith("Imported 2 papers.")


async def test_a_person_who_waits_sees_how_far_it_is(bot):
    steps: list[tuple[int, int]] = []
    intent = Intent(
        "keep-from",
        ANN,
        HERE,
        {"text": "2405.07001\n2405.07002"},
        progress=lambda *n: steps.append(n),
    )
    assert (await bot.handle(intent)).data["kept"] == 2
    assert steps == [(1, 2), (2, 2)]


def test_requests_are_spread_out_after_the_first_ones():
    """On a clock that jumps to what is next: 100 at once, then one every two seconds."""

    class Nothing:
        async def paper(self, _: str) -> None:
            return None

    async def ask() -> list[float]:
        loop, times = asyncio.get_running_loop(), []
        lookups = Lookups(cast("Library", Nothing()), pause=2)
        for number in range(BURST + 3):
            await lookups.remote(Paper(f"2405.{number:05}", ""))
            times.append(loop.time())
        return times

    assert virtually(ask()) == [0] * BURST + [2, 4, 6]


async def test_tags_of_other_programs_become_tags(bot):
    keywords = "Computer Science - Learning, #Memory, " + "x" * 99
    await keep(bot, f"@misc{{a, eprint={{{HEBB.id}}}, keywords={{{keywords}}}}}")
    view = await bot.handle(bot.read("export format:json", ANN, ROOM))
    assert view.file is not None
    assert '"computer-science---learning"' in view.file.content
    assert '"memory"' in view.file.content
    assert "xxx" not in view.file.content


@pytest.mark.parametrize(
    ("new", "known", "said"),
    [
        (1, 0, "Imported 1 paper."),
        (340, 1, "Imported 340 papers. 1 was already on your shelf."),
        (2, 12, "Imported 2 papers. 12 were already on your shelf."),
        (0, 1, "Nothing new: the paper is already on your shelf."),
        (0, 2, "Nothing new: both papers are already on your shelf."),
        (0, 30, "Nothing new: all 30 papers are already on your shelf."),
        (0, 0, "No papers were imported."),
    ],
)
def test_the_first_sentence_counts(new, known, said):
    assert summary(ImportProgress(new=new, known=known)) == said


@pytest.mark.slow
async def test_six_thousand_entries_are_imported_within_a_minute(bot, clock):
    papers = [
        Paper(f"2401.{n:05}", f"Paper Number {n}", abstract="words " * 200) for n in range(6000)
    ]
    await bot.services.library.add(papers, clock.now)
    text = write("bibtex", [Entry(paper) for paper in papers])
    started = asyncio.get_running_loop().time()
    assert (await keep(bot, text)).data["kept"] == 6000
    assert asyncio.get_running_loop().time() - started < 60
