"""Papers that Hugging Face lacks: indexed with the operator's token, and submitted by a person."""

from __future__ import annotations

import json
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import pytest

from bot.chat.views import Outcome, plain
from tests.conftest import ADA, DIFFUSION, HEBB, HERE, NOW, TODAY, building
from tests.rigs.hugging_face import Site, hugging_face, item, reply

SUBMIT = "https://huggingface.co/papers/submit"
NEW = "2605.20007"


@pytest.fixture
async def site():
    async with hugging_face() as site:
        yield site


@asynccontextmanager
async def asking(folder, stocked, site: Site, token: str = "hf_secret"):
    """Give a way to type at a bot that asks this site, with a token or without."""
    shutil.copytree(stocked, folder, dirs_exist_ok=True)
    async with building(folder, lambda: NOW, site.address, hf_token=token) as app:
        bot = app.bot

        async def ask(words: str):
            return await bot.handle(bot.read(words, ADA, HERE))

        yield ask


def unlisted(**more) -> dict[str, object]:
    """Make what the site says of a paper that is on none of its lists."""
    known = cast("dict[str, object]", item(7, date(2026, 5, 20), **more)["paper"])
    return {name: value for name, value in known.items() if name != "submittedOnDailyAt"}


async def test_a_paper_that_hugging_face_lacks_is_indexed_with_a_press(tmp_path, stocked, site):
    site.arxiv[NEW] = {"paper": unlisted()}
    async with asking(tmp_path, stocked, site) as ask:
        view = await ask(f"paper {NEW}")
        assert f"Hugging Face has no paper {NEW}" in plain(view)
        assert view.outcome is Outcome.NOTHING
        (button,) = view.buttons
        assert button.label == "Index it"
        shown = await ask(button.line)
        assert "Hugging Face has indexed this paper." in plain(shown)
        assert shown.data["paper"]["id"] == NEW
        assert (await ask(f"find {NEW}")).data["papers"][0]["id"] == NEW
        again = await ask(button.line)
        assert "Hugging Face has this paper already." in plain(again)
    (post,) = [one for one in site.requests if one.method == "POST"]
    assert post.path == "/api/papers/index"
    assert json.loads(post.body) == {"arxivId": NEW}
    assert post.headers["authorization"] == "Bearer hf_secret"


async def test_without_a_token_nothing_is_offered_that_needs_one(tmp_path, stocked, site):
    async with asking(tmp_path, stocked, site, token="") as ask:
        assert (await ask(f"paper {NEW}")).buttons == ()
        assert "the operator sets HF_TOKEN" in plain(await ask(f"index-paper {NEW}"))
    assert [one for one in site.requests if one.method == "POST"] == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (reply({}, 404), "finds no paper 2605.20007 on arXiv"),
        (reply({}, 403), "check HF_TOKEN"),
        (reply({}, 400), "rejects this request"),
        (reply(b"", 202), "is indexing 2605.20007. Ask for it in a minute."),
    ],
)
async def test_an_answer_other_than_done_is_explained(tmp_path, stocked, site, answer, sentence):
    site.answer = lambda asked: answer if asked.method == "POST" else site.api(asked)
    async with asking(tmp_path, stocked, site) as ask:
        assert sentence in plain(await ask(f"index-paper {NEW}"))


async def test_what_is_no_id_is_not_asked_for(tmp_path, stocked, site):
    async with asking(tmp_path, stocked, site) as ask:
        assert "isn’t an arXiv id" in plain(await ask("index-paper attention"))
    assert site.requests == []


@pytest.mark.parametrize(("days", "offered"), [(0, True), (14, True), (15, False)])
async def test_a_paper_on_no_list_can_be_submitted_for_fourteen_days(
    tmp_path, stocked, site, days: int, offered
):
    published = f"{TODAY - timedelta(days=days)}T00:00:00.000Z"
    site.indexed[NEW] = {"paper": unlisted(publishedAt=published)}
    async with asking(tmp_path, stocked, site) as ask:
        assert (SUBMIT in plain(await ask(f"paper {NEW}"))) is offered


async def test_a_paper_that_was_listed_is_not_offered_again(ask):
    assert SUBMIT not in plain(await ask(f"paper {HEBB.id}"))


async def test_an_unknown_paper_can_be_submitted_while_its_month_may_be_new_enough(
    tmp_path, stocked, site
):
    async with asking(tmp_path, stocked, site) as ask:
        assert SUBMIT in plain(await ask(f"paper {NEW}"))
        assert SUBMIT not in plain(await ask("paper 2603.00001"))
        assert SUBMIT not in plain(await ask("paper cs/0603001"))


async def test_upvote_leads_to_the_papers_page(ask):
    assert f"Upvote ({DIFFUSION.url})" in plain(await ask(f"paper {DIFFUSION.id}"))
    assert replace(DIFFUSION, id="mine").url is None
