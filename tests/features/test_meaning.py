"""What people see of the search by meaning."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import App, open_app
from bot.chat.views import View, plain
from bot.cli import model
from bot.errors import SettingsError
from bot.papers import Paper
from bot.semantic.errors import ModelError
from bot.settings import Settings, sqlite_in
from tests.conftest import ADA, HERE, NOBODY, NOW
from tests.rigs.models import write_model
from tests.rigs.waiting import eventually

PAPERS = (
    Paper("2605.00001", "An Automobile", abstract="It has four of them."),
    Paper("2605.00002", "Vehicle with Wheels", abstract="It moves."),
    *(Paper(f"2605.1{n:04}", f"Something Else {n}", abstract="Of no kind.") for n in range(40)),
)


@asynccontextmanager
async def running(home: Path, folder: Path) -> AsyncIterator[App]:
    """Run an app with a few papers and a model, which embeds them in the background."""
    options = {"ask_hugging_face": False, "model": str(folder)}
    async with open_app(Settings(home, sqlite_in(home), NOBODY, **options)) as app:  # type: ignore[arg-type]
        await app.services.library.add(PAPERS, NOW)
        embedding = asyncio.create_task(app.services.library.keep_embedding())
        yield app
        embedding.cancel()
        await asyncio.gather(embedding, return_exceptions=True)


async def ask(app: App, text: str) -> View:
    return await app.bot.handle(app.bot.read(text, ADA, HERE))


async def test_a_paper_in_other_words_says_that_it_is_close_in_meaning(tmp_path: Path):
    async with running(tmp_path, write_model(tmp_path / "tiny")) as app:
        library = app.services.library

        async def has_both() -> bool:
            return (await library.search("automobile", limit=5)).total == 2

        await eventually(has_both)
        view = await ask(app, "find automobile")
        assert view.papers == ("2605.00001", "2605.00002")
        assert plain(view).count("Close in meaning") == 1
        records: list[dict[str, object]] = view.data["papers"]  # type: ignore[index, assignment]
        assert [paper["by_meaning"] for paper in records] == [False, True]


async def test_status_says_why_searches_go_by_words_only(tmp_path: Path):
    async with running(tmp_path, tmp_path / "nowhere") as app:

        async def tells() -> bool:
            return "Searching by words only: There is no model" in plain(await ask(app, "status"))

        await eventually(tells)
        assert (await ask(app, "find automobile")).papers == ("2605.00001",)


async def test_all_papers_are_prepared_at_once_if_a_person_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    settings = Settings(tmp_path, sqlite_in(tmp_path), NOBODY, ask_hugging_face=False)
    asked = argparse.Namespace(what="prepare", name=None)
    async with open_app(settings) as app:
        await app.services.library.add(PAPERS, NOW)
    with pytest.raises(SettingsError, match="Set PAPERBOY_MODEL first"):
        await model.main(settings, asked)
    tiny = replace(settings, model=str(write_model(tmp_path / "tiny")))
    assert await model.main(tiny, asked) == 0
    assert capsys.readouterr().out == "Searches go by meaning: 42 papers.\n"
    async with open_app(tiny) as app:
        assert (await app.services.library.search("automobile", limit=5)).by_meaning
    with pytest.raises(ModelError, match="There is no model"):
        await model.main(replace(settings, model=str(tmp_path / "nowhere")), asked)
