"""Hugging Face's own search, over real sockets: merged, marked, saved, and never waited for."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.chat.bot import Bot
from bot.chat.views import Item, plain
from bot.library import remote_search as online
from bot.library.cooldown import REST
from bot.library.library import Library
from bot.library.remote_search import (
    KEPT_FOR,
    WAIT,
    AnswerCache,
    Merged,
    asked,
    finds_little,
    fitting,
    fused,
    reads_like_a_question,
)
from bot.papers import Paper
from bot.search import Index, parse
from bot.sources.hugging_face import HuggingFace
from tests.conftest import ADA, DIFFUSION, HEBB, HERE, MANY, TODAY, building
from tests.rigs.hugging_face import CUT_OFF, PAGE, Fault, Site, huge, hugging_face, item, reply

ROOT = Path(__file__).parents[2]
QUESTION = "how do synapses learn without a teacher?"
THEIRS = [f"2605.29{number:03}" for number in range(40)]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 29, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hugging_face() as site:
        site.finds = [item(number, TODAY) for number in range(3)]
        yield site


@pytest.fixture
async def bot(home: Path, site: Site, clock: Clock) -> AsyncIterator[Bot]:
    async with building(home, clock, site.address, ask_hugging_face=True) as app:
        await app.services.library.add([HEBB, DIFFUSION, *MANY], clock.now)
        yield app.bot


@pytest.fixture
def ask(bot):
    async def ask(words):
        return await bot.handle(bot.read(words, ADA, HERE))

    return ask


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        "what is mamba?",
        "how to compress the cache",
        "How do I make diffusion models faster",
        "papers about agents that use tools without fine-tuning",
        "something that moves robots from simulation to the real world",
        "I am looking for work on watermarks",
        "is there any work on watermarking text",
        "which models can read charts",
        "can’t we do without a teacher",
    ],
)
def test_who_asks_or_describes_reads_like_a_question(text):
    assert reads_like_a_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "why?",
        "what now",
        "mixture of experts",
        "hebbian learning without labels",
        "3d gaussian splatting of dynamic scenes",
        "Scaling Laws for Neural Language Models",
        "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        "is" * 5000,
        "的 " * 50,
    ],
)
def test_who_remembers_words_does_not(text):
    assert not reads_like_a_question(text)


def test_little_is_found_where_few_papers_say_it_all_and_no_title_does():
    assert finds_little("synapses wired", [HEBB])
    assert finds_little("labels", [HEBB])
    assert finds_little("", [])
    assert finds_little("anything", [])
    assert finds_little("weather", [DIFFUSION, *MANY[:4]])
    for meant in (
        "learning without labels",
        "learn without lab",
        "hebb",
        "lovelace hebbian",
        "ada lovelace",
    ):
        assert not finds_little(meant, [HEBB])
    assert not finds_little("transformers", MANY[:5])


async def test_only_the_filters_apply_to_what_was_found_by_its_meaning():
    async def fits(words: str, paper: Paper = DIFFUSION) -> bool:
        return bool(await fitting(parse(words, TODAY), [paper]))

    assert await fits("x org:analytical", HEBB)
    for words in (
        "anything at all",
        'x "diffusion models"',
        "x after:2026-05",
        "-survey x",
        "x OR weather",
    ):
        assert await fits(words), words
    for words in (
        "x OR y",
        'x "models diffusion"',
        "x org:nvidia",
        "x after:2027",
        "x -weather",
        "x votes:41",
    ):
        assert not await fits(words), words


def test_what_is_asked_has_the_words_and_none_of_the_filters():
    words = 'how do "graph networks" learn author:"ada lovelace" '
    words += 'org:x after:2025 -survey -"y z" has:code votes:5'
    assert asked(parse(words, TODAY)) == "how do graph networks learn"
    assert (
        asked(parse('diffusion OR "flow matching" for images', TODAY))
        == "for images diffusion flow matching"
    )
    assert asked(parse("author:hinton after:2025", TODAY)) == ""


def test_ranks_are_fused_by_what_each_is_worth():
    assert fused("abc", "cd") == ("c", "a", "b", "d")
    assert fused("ab", "ba") == ("a", "b")
    assert fused("", "xy") == ("x", "y")
    assert fused("xy", "") == ("x", "y")
    assert fused("aab", "b") == ("b", "a")
    assert fused() == ()


async def test_a_question_is_asked_there_too_and_what_came_is_marked_and_kept(bot, ask, site):
    view = await ask(f"find {QUESTION}")
    assert view.papers == (HEBB.id, *THEIRS[:3])
    assert site.searches == [QUESTION]
    items = [block for block in view.blocks if isinstance(block, Item)]
    assert [any("From Hugging Face" in spans for spans in one.lines) for one in items] == [
        False,
        True,
        True,
        True,
    ]
    assert [paper["online"] for paper in view.data["papers"]] == [False, True, True, True]
    assert view.data["total"] == 4
    assert (await bot.services.library.papers(THEIRS[:1]))[0].title == "Paper 0 of 2026-05-29"
    site.finds = []
    again = await bot.services.library.search("paper 0 of 2026-05-29", limit=5)
    assert again.papers[0].id == THEIRS[0]
    assert not again.online


async def test_where_little_is_found_there_is_more_and_where_enough_is_nobody_is_asked(ask, site):
    assert (await ask("find zebra stripes")).papers == tuple(THEIRS[:3])
    assert (await ask("find weather")).papers == (DIFFUSION.id, *THEIRS[:3])
    assert site.searches == ["zebra stripes", "weather"]
    await ask("find transformers number")
    await ask("find hebbian learning without labels")
    await ask("find hebbian learning wihtout lables")
    await ask("find author:noether")
    await ask("find transformers why do they number? sort:new")
    assert len(site.searches) == 2


async def test_what_was_corrected_here_was_asked_there_as_typed(ask, site):
    said = plain(await ask("find weahter"))
    assert "Showing results for weather, and Hugging Face’s for what you typed\n" in said
    assert site.searches == ["weahter"]


async def test_a_paper_that_both_find_stands_first_and_is_ours(ask, site):
    site.finds = [item(1, TODAY), item(1, TODAY, id=DIFFUSION.id, title=DIFFUSION.title)]
    view = await ask("find weather")
    assert view.papers == (DIFFUSION.id, THEIRS[1])
    assert [paper["online"] for paper in view.data["papers"]] == [False, True]


async def test_filters_apply_to_what_comes_from_there_and_are_not_sent(ask, site):
    site.finds = [
        item(1, TODAY, summary="Robots, at last.", githubRepo="https://github.com/a/b"),
        item(2, TODAY, publishedAt="2025-01-01T00:00:00.000Z"),
        item(3, TODAY, title="A survey"),
        item(4, TODAY, organization={"name": "nvidia", "fullname": "NVIDIA"}, upvotes=900),
    ]
    for words, papers in (
        ("zebra after:2026", [1, 3, 4]),
        ("zebra -survey", [1, 2, 4]),
        ("zebra org:nvidia", [4]),
        ("zebra has:code", [1]),
        ("zebra votes:100", [4]),
        ('zebra "robots at last"', [1]),
        ("zebra author:nobody", []),
    ):
        assert [int(id_[-3:]) for id_ in (await ask(f"find {words}")).papers] == papers, words
    assert {search.partition(" ")[0] for search in site.searches} == {"zebra"}
    assert not any(":" in search or "-" in search for search in site.searches)


async def test_further_pages_go_on_where_the_first_ended_although_what_came_is_found_here_now(
    bot, ask, site, clock
):
    site.finds = [item(number, TODAY, title=f"Synapses {number}") for number in range(40)]
    seen: list[str] = []
    for page in range(1, 6):
        view = await ask(f"find {QUESTION} page:{page}")
        assert view.data["total"] == 21
        seen += view.papers
        await bot.services.library.add(
            [Paper(f"{page}", "How synapses learn without a teacher")], clock.now
        )
    assert len(seen) == len(set(seen)) == 21
    assert set(seen) == {HEBB.id, *THEIRS[:20]}
    assert len(site.searches) == 1
    assert (await ask(f"find {QUESTION}")).papers == tuple(seen[:5])
    clock.now += KEPT_FOR
    assert (await ask(f"find {QUESTION}")).data["total"] > 21
    assert len(site.searches) == 2


async def test_where_the_first_page_stood_alone_so_do_the_further_ones(bot, ask, site, clock):
    await bot.services.library.add(
        [Paper(f"{n}", f"How synapses {n} learn without a teacher") for n in range(9)], clock.now
    )
    site.fail(reply({}, 503), times=5)
    first = await ask(f"find {QUESTION}")
    site.faults.clear()
    clock.now += REST
    second = await ask(f"find {QUESTION} page:2")
    assert len(site.searches) == 1
    assert len({*first.papers, *second.papers}) == 10
    assert (await ask(f"find {QUESTION}")).data["total"] == 13


LIMITED = reply([], 429, RateLimit='"api";r=0;t=200')


@pytest.mark.parametrize(
    "fault",
    [
        reply({}, 500),
        reply({}, 400),
        LIMITED,
        PAGE,
        CUT_OFF,
        reply({"error": 1}),
        reply(b"[" * 90_000),
        huge(20_000),
        Fault.BOMB,
        Fault.RESET,
    ],
    ids=["500", "400", "429", "page", "cut off", "no list", "deep", "huge", "bomb", "reset"],
)
async def test_whatever_goes_wrong_there_the_answer_here_stands_and_they_are_left_alone(
    ask, site, clock, fault
):
    site.fail(fault, times=5)
    assert (await ask(f"find {QUESTION}")).papers == (HEBB.id,)
    site.faults.clear()
    assert (await ask(f"find {QUESTION}")).papers == (HEBB.id,)
    assert (await ask("find zebra")).papers == ()
    assert len(site.searches) == (
        2 if fault is Fault.RESET else 1
    )  # aiohttp sends that again itself
    clock.now += REST
    site.requests.clear()
    view = await ask(f"find {QUESTION}")
    # they said how long to wait, and their clock is not ours
    assert (len(view.papers), len(site.searches)) == ((1, 0) if fault is LIMITED else (4, 1))


async def test_items_that_are_no_papers_are_left_out(ask, site):
    site.finds = [None, 7, {"paper": {}}, item(1, TODAY, title="<!here> *x*")]
    view = await ask("find zebra")
    assert view.papers == (THEIRS[1],)
    assert "<!here> *x*" in plain(view)


async def test_nobody_waits_longer_than_a_moment_and_then_not_at_all(ask, site, monkeypatch):
    monkeypatch.setattr(online, "WAIT", 0.05)
    site.latency = 30
    assert (await ask(f"find {QUESTION}")).papers == (HEBB.id,)
    site.latency = 0
    assert (await ask("find zebra stripes")).papers == ()
    assert len(site.searches) == 1
    assert WAIT == 1.5


async def test_a_trickle_is_no_answer(ask, site, monkeypatch):
    monkeypatch.setattr(online, "WAIT", 0.2)
    site.fail(Fault.TRICKLE)
    assert (await ask(f"find {QUESTION}")).papers == (HEBB.id,)


async def test_lists_that_failed_leave_the_search_alone_too_and_it_does_not_stop_them(
    bot, ask, site
):
    site.fill(TODAY)
    site.fail(reply({}, 503), times=1)
    await ask(f"find {QUESTION}")
    assert (await bot.services.library.between(TODAY, TODAY, limit=5)).remark == ""
    site.fail(reply({}, 503), times=100)
    found = await bot.services.library.between(date(2026, 5, 1), TODAY, limit=5)
    assert "has a problem" in found.remark
    site.faults.clear()
    await ask("find zebra")
    assert len(site.searches) == 1


async def test_completions_shelves_and_half_titles_ask_nobody(bot, ask, site):
    await bot.suggest("paper", "paper", "zebra stripes", ADA)
    await ask(f"saved {QUESTION}")
    await ask(f"shelf {QUESTION}")
    await ask("paper zebra stripes")
    await ask("save hebbian")
    assert site.searches == []


async def test_a_library_that_is_not_to_ask_does_not(tmp_path, bot, site, clock):
    store = bot.services.store
    async with (
        HuggingFace(site.address) as source,
        await Index.open(tmp_path / "another.sqlite3", store.identity) as index,
    ):
        library = Library(store, index, source, clock)
        found = await library.search(QUESTION, limit=5, online=True)
    assert [paper.id for paper in found.papers] == [HEBB.id]
    assert site.searches == []


async def test_many_at_once_get_the_same_answer(ask, site):
    site.latency = 0.02
    views = await asyncio.gather(*(ask(f"find {QUESTION}") for _ in range(20)))
    assert {view.papers for view in views} == {(HEBB.id, *THEIRS[:3])}


def test_of_several_answers_to_the_same_the_first_stands_unless_it_failed(clock):
    memory, query = AnswerCache(clock), parse("zebra", TODAY)
    failed, first, second = Merged(failed=True), Merged(("1",)), Merged(("2",))
    assert memory.keep(query, failed) is failed
    assert memory.keep(query, first) is first
    assert memory.keep(query, second) is memory.get(query) is first
    clock.now += KEPT_FOR
    assert memory.get(query) is None
    assert memory.keep(query, second) is second


async def test_only_so_many_answers_are_remembered(ask, site):
    for n in range(online.REMEMBERED + 10):
        await ask(f"find zebra{n}")
    site.requests.clear()
    await ask(f"find zebra{online.REMEMBERED + 9}")
    assert site.searches == []
    await ask("find zebra0")
    assert site.searches == ["zebra0"]


def test_a_name_server_that_says_nothing_keeps_no_program_from_ending(tmp_path):
    """Run the whole program, whose name lookups take longer than this test may."""
    code = (
        "import socket, sys, time; from bot.__main__ import main; "
        "socket.getaddrinfo = lambda *_, **__: time.sleep(600); "
        "sys.exit(main(['find', 'how do synapses learn without a teacher']))"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "Nothing found" in done.stdout
