"""Papers as people name them in commands: ids, links, titles, cite keys."""

from dataclasses import replace

import pytest

from bot.chat.views import Outcome, plain
from bot.exchange import Entry, write
from bot.features.paper_references import has_title
from tests.conftest import DIFFUSION, HEBB, MANY

WRONG_ID = "9999.99999"


@pytest.mark.parametrize(
    "line",
    [
        f"{verb} {WRONG_ID}{rest}"
        for verb, rest in [
            *(("find", ""), ("paper", ""), ("similar", ""), ("save", ""), ("unsave", "")),
            *(("read", ""), ("note", " try this"), ("tag", " memory"), ("vote", ""), ("share", "")),
        ]
    ],
)
async def test_what_looks_like_an_id_is_never_searched_as_words(ask, line):
    view = await ask(line)
    assert view.outcome is Outcome.REFUSED
    assert f"There is no paper {WRONG_ID}. Check the id" in plain(view)


@pytest.mark.parametrize("link", ["https://alphaxiv.org/abs/{}", "doi:10.48550/arXiv.{}", "({})."])
async def test_a_paper_is_saved_by_any_link(ask, link):
    assert "Hebbian Learning" in plain(await ask(f"save {link.format(HEBB.id)}"))


async def test_what_changes_something_takes_a_title_and_no_guess(ask):
    for words in ("hebbian learn", "Diffusion models for weather.", "DIFFUSION weath"):
        assert (await ask(f"save {words}")).outcome is Outcome.DONE, words
    for words in ("synapses without a teacher", "backpropagation hebbian"):
        view = await ask(f"save {words}")
        assert "Which one do you mean?" in plain(view), words
        assert view.data["candidates"][0]["id"] == HEBB.id
    assert (await ask("paper synapses without a teacher")).data["paper"]["id"] == HEBB.id


async def test_a_cite_key_finds_the_paper_that_was_exported_under_it(ask):
    papers = [HEBB, DIFFUSION, *MANY]
    keys = [
        line[6:-1]
        for line in write("bibtex", [Entry(paper) for paper in papers]).splitlines()
        if line.startswith("@misc{")
    ]
    assert keys[:2] == ["lovelace2026hebbian", "richardson2026diffusion"]
    for key, paper in zip(keys[:2], papers[:2], strict=True):
        assert (await ask(f"paper @{key}")).data["paper"]["id"] == paper.id
        assert [one["id"] for one in (await ask(f"find @{key}")).data["papers"]] == [paper.id]
    assert [one["id"] for one in (await ask(f"find @{keys[5]}")).data["papers"]] == [papers[5].id]


async def test_a_key_that_nothing_was_exported_under_is_searched_as_words(ask):
    assert (await ask("find @hebbian")).data["papers"][0]["id"] == HEBB.id


def test_a_title_is_known_however_it_is_written_and_none_is_no_title():
    assert has_title(HEBB.title.upper() + "!", HEBB)
    assert not has_title(DIFFUSION.title, HEBB)
    assert not has_title("?", replace(HEBB, title="!"))
