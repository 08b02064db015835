"""What many tests need: papers, and a bot over a real store and index, with no network."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from inspect import signature
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from bot.bootstrap import App, Sources, build_app
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.commands import Handler
from bot.chat.views import View
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.features import ALL
from bot.features.services import Context, Services
from bot.models import DigestOptions, Person, Place
from bot.papers import Account, Paper
from bot.search import Index
from bot.semantic.model import Model
from bot.semantic.model_folder import find_model
from bot.settings import Settings, sqlite_in
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Store
from bot.store.database_url import read_address
from bot.store.move import Move, open_both
from bot.store.schema import VERSION_TABLE, metadata
from tests.rigs.postgresql import Server, shared, unavailable

# on a busy machine everything takes long, and nothing is wrong
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(  # pytest --hypothesis-profile=many
    "many", hypothesis.settings.get_profile("unhurried"), max_examples=10_000
)
hypothesis.settings.load_profile("unhurried")

NOW = datetime(2026, 5, 29, 15, 0, tzinfo=UTC)
TODAY = date(2026, 5, 29)
NOBODY = "http://127.0.0.1:9"  # the discard service's port, where nothing answers

ADA = Person("terminal", "", "ada", "Ada")
BOB = Person("terminal", "", "bob", "Bob")
HERE = Place("terminal", "", "here")

TABLES = [one.name for one in metadata.sorted_tables if one.name not in {"store", VERSION_TABLE}]
EMPTY = (
    f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY; "
    "UPDATE store SET revision = 0, watched = 0, watch_changes = 0"
)

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
    options = DigestOptions(Schedule("daily", time(9), "UTC"), layout="full")
    return views(Digest(options, day, day, tuple(papers), total))[0]


Ask = Callable[..., Awaitable[View]]


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Run two workers a core: half of a test's time is spent waiting, for disks and processes."""
    cores = yield
    return cores + min(cores, 8)


def pytest_collection_finish() -> None:
    """Have the garbage collector never look again at what was imported: that is most of all."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest tests first, so that no worker ends long after the others."""
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


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def building(
    folder: Path,
    clock: Callable[[], datetime],
    endpoint: str = NOBODY,
    url: str = "",
    **options: Any,
) -> AsyncIterator[App]:
    """Build an app over a store and an index in a folder; `options` are settings."""
    settings = Settings(
        folder, url or sqlite_in(folder), endpoint, **{"ask_hugging_face": False, **options}
    )
    model = Model(find_model(settings.model, folder)) if settings.model else None
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(settings.database_url))
        index = await stack.enter_async_context(
            await Index.open(folder / "index.sqlite3", store.identity, model)
        )
        source = await stack.enter_async_context(
            HuggingFace(endpoint, settings.hf_token, patience=Patience(pause=0.001, tries=1))
        )
        yield build_app(settings, Sources(store, index, source), clock=clock)


def add_outlets(bot: Bot, *outlets: Any) -> None:
    """Let the bot post to some more platforms."""
    bot.services.outlets.update({one.platform: one for one in outlets})


def changed(bot: Bot, features: Sequence[Handler] = ALL, **services: Any) -> Bot[Services]:
    """Return the bot with other commands, or other services."""
    return Bot(features, replace(bot.services, **services), bot.ports, Context)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a few papers in a database and an index, filled once for all tests."""
    folder = tmp_path_factory.mktemp("stocked")

    async def fill() -> None:
        async with building(folder, lambda: NOW) as app:
            await app.services.library.add([HEBB, DIFFUSION, *MANY], NOW)

    asyncio.run(fill())
    return folder


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands, to be moved."""
    return Clock()


@pytest.fixture
async def bot(
    tmp_path: Path, stocked: Path, clock: Clock, request: pytest.FixtureRequest
) -> AsyncIterator[Bot]:
    """Give a bot that knows a few papers, whose source is out of reach."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    both = "stocked_url" in request.fixturenames
    url = request.getfixturevalue("stocked_url") if both else ""
    async with building(tmp_path, clock, url=url) as app:
        yield app.bot


@pytest.fixture(scope="session")
def postgresql_stocked(postgresql: Server, stocked: Path) -> str:
    """Return the name of a database with the same papers, under the same identity."""
    name = postgresql.create_database()
    source, target = read_address(sqlite_in(stocked)), read_address(postgresql.url(name))

    async def fill() -> None:
        async with open_both(source, target) as (here, there):
            await Move(here, there, lambda *_: None).run(NOW)

    asyncio.run(fill())
    return name


@pytest.fixture
def stocked_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a database with a few papers, "" for the file in the folder."""
    if dialect == "sqlite":
        yield ""
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.copy_database(request.getfixturevalue("postgresql_stocked"))
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ask(bot: Bot) -> Ask:
    """Give a way to type a line at the bot."""

    async def ask(words: str, person: Person = ADA) -> View:
        return await bot.handle(bot.read(words, person, HERE))

    return ask


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server of all workers, started by the first test that needs one."""
    if trouble := unavailable():
        pytest.skip(trouble)
    folder = tmp_path_factory.getbasetemp()
    with shared(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_store(postgresql: Server) -> str:
    """The name of a database with a store, which a test empties first."""
    name = postgresql.create_database()

    async def fill() -> None:
        async with await Store.open(postgresql.url(name)):
            pass

    asyncio.run(fill())
    return name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of a `url` on both databases, unless it looks into SQLite's file."""
    if metafunc.definition.get_closest_marker("both_databases") and _has_bot(metafunc):
        metafunc.fixturenames += ["dialect", "stocked_url"]
    if "dialect" in metafunc.fixturenames:
        dialects = ("sqlite",) if "file" in metafunc.fixturenames else ("sqlite", "postgresql")
        metafunc.parametrize("dialect", dialects)


def _has_bot(metafunc: pytest.Metafunc) -> bool:
    return (
        "bot" in metafunc.fixturenames and "tmp_path" not in signature(metafunc.function).parameters
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return SQLite's file."""
    return tmp_path / "paperboy.sqlite3"


@pytest.fixture
def url(dialect: str, request: pytest.FixtureRequest) -> str:
    """Return the address of a database without rows, on SQLite also without a file."""
    if dialect == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('file')}"
    server: Server = request.getfixturevalue("postgresql")
    database: str = request.getfixturevalue("postgresql_store")
    server.run(EMPTY, database)
    return server.url(database)


@pytest.fixture
def filled_url(dialect: str, url: str, request: pytest.FixtureRequest) -> str:
    """Return the address of a database whose tables are there."""
    if dialect == "sqlite":
        request.getfixturevalue("home")
    return url
