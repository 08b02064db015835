"""Searches while the index is rebuilt: what it has, then titles from the store, and a note."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.bootstrap import Sources, build_app
from bot.chat.bot import Bot
from bot.chat.views import Outcome, plain
from bot.papers import Paper
from bot.search import Index
from bot.settings import Settings, sqlite_in
from bot.sources.hugging_face import HuggingFace
from bot.store import Store
from tests.conftest import ADA, DIFFUSION, HEBB, HERE, MANY, NOBODY, NOW

REMARK = "The search index is being rebuilt, so these results are provisional."


class Behind(Index):
    """An index that has come as far as one paper."""

    behind = True

    async def follow(self, changed, revision, *, wait=True, mark=None):  # noqa: ARG002
        return await super().follow(changed, min(revision, 1), wait=wait)


@pytest.fixture
async def bot(home: Path) -> AsyncIterator[Bot]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(sqlite_in(home)))
        await store.papers.save([HEBB], NOW)
        index = await stack.enter_async_context(
            await Behind.open(home / "index.sqlite3", store.identity)
        )
        source = await stack.enter_async_context(HuggingFace(NOBODY))
        settings = Settings(home, sqlite_in(home))
        app = build_app(settings, Sources(store, index, source), clock=lambda: NOW)
        library = app.services.library
        await library.search("", limit=1)
        more = [
            Paper("2605.3", "Learning, hebbian or not", upvotes=7),
            Paper("2605.4", "HEBBIAN learning", upvotes=500),
        ]
        await store.papers.save([DIFFUSION, *MANY, *more], NOW)
        yield app.bot


@pytest.fixture
def ask(bot):
    async def ask(words):
        return await bot.handle(bot.read(words, ADA, HERE))

    return ask


async def test_what_the_index_has_comes_first_then_titles_and_a_remark(ask):
    assert (await ask("find hebian lerning")).papers == (HEBB.id, "2605.4", "2605.3")
    view = await ask("find hebbian learning")
    assert view.papers == (HEBB.id, "2605.4", "2605.3")
    assert plain(view).count(REMARK) == 1
    assert (view.data["total"], view.data["provisional"]) == (3, True)


async def test_provisional_pages_put_together_are_the_list(ask):
    pages = [await ask(f"find transformers page:{page}") for page in (1, 2, 3)]
    assert [id_ for view in pages for id_ in view.papers] == [paper.id for paper in reversed(MANY)]
    assert {view.data["total"] for view in pages} == {len(MANY)}


async def test_filters_hold_for_provisional_answers(ask):
    assert (await ask("find hebbian -not votes:100")).papers == (HEBB.id, "2605.4")
    assert (await ask('find "number 3" transformers')).papers == (MANY[3].id,)


async def test_nothing_found_is_provisional_too(ask):
    view = await ask("find zebra 100% _ '; --")
    assert view.outcome is Outcome.NOTHING
    assert REMARK in plain(view)


async def test_shelves_have_what_is_on_them(ask):
    await ask("save 2605.4")
    view = await ask("saved hebbian")
    assert view.papers == ("2605.4",)
    assert REMARK in plain(view)
    assert (await ask("saved transformers")).papers == ()
