"""What many tests need: papers, and a bot over a real store and index, whose source is out of reach."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.chat.bot import Bot
from bot.chat.views import View
from bot.digests.layout import views
from bot.digests.schedule import Schedule
from bot.digests.selection import Digest
from bot.digests.subscriptions import DigestOptions
from bot.features import ALL
from bot.library.library import Library
from bot.models import Person, Place
from bot.papers import Account, Paper
from bot.search import Index
from bot.settings import sqlite_in
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Store

NOW = datetime(2026, 5, 29, 15, 0, tzinfo=UTC)
TODAY = date(2026, 5, 29)
NOBODY = "http://127.0.0.1:9"  # the discard service's port, where nothing answers

ADA = Person("terminal", "", "ada", "Ada")
BOB = Person("terminal", "", "bob", "Bob")
HERE = Place("terminal", "", "here")

HEBB = Paper(
    "2605.00001",
    "Hebbian Learning Without Labels",
    authors=("Ada Lovelace", "Charles Babbage", "Mary Somerville", "George Boole"),
    abstract="Synapses that fire together are made to wire together, without a teacher.",
    summary="Local learning rules get close to backpropagation.",
    keywords=("plasticity", "local learning"),
    organization=Account("analytical", "Analytical Society"),
    submitter=Account("akhaliq", "AK"),
    published=date(2026, 5, 27),
    daily=TODAY,
    upvotes=120,
    comments=3,
    code="https://github.com/analytical/hebb",
    stars=1200,
    project="https://hebb.example.org/",
    thumbnail="https://cdn.example.org/1.png",
)
DIFFUSION = Paper(
    "2605.00002",
    "Diffusion Models for Weather",
    authors=("Lewis Richardson",),
    abstract="Forecasts are drawn from noise, one step at a time.",
    published=date(2026, 5, 20),
    daily=date(2026, 5, 28),
    upvotes=40,
    code="https://github.com/someone/weather",
    code_matched=True,
)
MANY = tuple(
    Paper(
        f"2605.1{n:04}",
        f"Transformers and the Number {n}",
        ("Emmy Noether",),
        daily=TODAY,
        upvotes=n,
    )
    for n in range(12)
)


def digest(day: date, papers: Sequence[Paper], total: int) -> View:
    """Show papers of a day as a channel gets them in one message."""
    wishes = DigestOptions(Schedule("daily", time(9), "UTC"), layout="full")
    return views(Digest(wishes, day, day, tuple(papers), total))[0]


Ask = Callable[..., Awaitable[View]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest tests first, so that no worker is busy with one after all others are done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a new database, made once for all tests."""
    folder = tmp_path_factory.mktemp("store")

    async def make() -> None:
        await (await Store.open(sqlite_in(folder))).close()

    asyncio.run(make())
    return folder / "paperboy.sqlite3"


@pytest.fixture
def home(tmp_path: Path, empty_store: Path) -> Path:
    """Return a folder with a new database; copying one takes a fifth of the time of making one."""
    shutil.copy(empty_store, tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Bot]:
    """Open a bot over the papers of a folder; its source is out of reach."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(sqlite_in(folder)))
        index = await Index.open(folder / "index.sqlite3", store.identity)
        stack.push_async_callback(index.close)
        source = await stack.enter_async_context(
            HuggingFace(NOBODY, patience=Patience(pause=0.001, tries=1))
        )
        library = Library(store, index, source, lambda: NOW)
        yield Bot(ALL, library, store, lambda: NOW)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a few papers in a database and an index, filled once for all tests."""
    folder = tmp_path_factory.mktemp("stocked")

    async def fill() -> None:
        async with opened(folder) as bot:
            await bot.library.add([HEBB, DIFFUSION, *MANY], NOW)

    asyncio.run(fill())
    return folder


@pytest.fixture
async def bot(tmp_path: Path, stocked: Path) -> AsyncIterator[Bot]:
    """Give a bot that knows a few papers, whose source is out of reach."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    async with opened(tmp_path) as bot:
        yield bot


@pytest.fixture
def ask(bot: Bot) -> Ask:
    """Give a way to type a line at the bot."""

    async def ask(words: str, person: Person = ADA) -> View:
        return await bot.handle(bot.read(words, person, HERE))

    return ask
