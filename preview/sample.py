"""Views over the three days that come with Paperboy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from bot.bootstrap import Sources, build_app
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import View
from bot.cli.demo import bring_sample, half_remembered
from bot.digests.layout import views as messages
from bot.digests.selection import Digest
from bot.models import DigestOptions, Layout, Person, Place
from bot.search import Index
from bot.settings import Settings, sqlite_in
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Store

NOBODY = (
    "http://127.0.0.1:9"  # the discard service's port: what is shown is the sample and nothing else
)
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)


async def views(person: Person, place: Place) -> Mapping[str, View]:
    """Return a digest, a card, a list, first steps, help, a slip and a pick, for a person."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        store = await stack.enter_async_context(await Store.open(sqlite_in(folder)))
        index = await Index.open(folder / "index.sqlite3", store.identity)
        stack.push_async_callback(index.close)
        source = await stack.enter_async_context(
            HuggingFace(NOBODY, patience=Patience(pause=0.001, tries=1))
        )
        moment = [BEGUN]
        settings = Settings(folder, sqlite_in(folder), ask_hugging_face=False)
        board = _Board(person.platform)
        app = build_app(settings, Sources(store, index, source), [board], clock=lambda: moment[0])
        bot, library = app.bot, app.services.library
        day = await bring_sample(library)
        moment[0] = datetime.combine(day, time(22), UTC)

        async def say(words: str) -> View:
            return await bot.handle(bot.read(words, person, place))

        listing = await library.known(day, day, limit=5)
        options = DigestOptions(Schedule("daily", time(9), "UTC"))
        threaded, (compact,), (full,) = (
            messages(
                Digest(replace(options, layout=layout), day, day, listing.papers, listing.total)
            )
            for layout in get_args(Layout)
        )
        first, second = listing.papers[0], listing.papers[1]
        alike = Digest(
            options,
            day,
            day,
            listing.papers[:2],
            listing.total,
            by_meaning=frozenset({first.id}),
            twins={second.id: listing.papers[2:3]},
        )
        welcome = await say("home")
        for paper in listing.papers[:2]:
            await say(f"save {paper.id}")
        shown = {
            "digest": threaded[0],
            "thread": threaded[1],
            "compact": compact,
            "full": full,
            "meaning": messages(alike)[0],
            "card": await say(f"paper {second.id}"),
            "list": await say(f"find {half_remembered(first.title)}"),
            "saved": await say(f"save {first.id}"),
            "welcome": welcome,
            "home": await say("home"),
            "help": await say("help"),
            "help-group": await say("help save-papers"),
            "help-command": await say("help subscribe"),
            "shelf": await say("saved"),
            "similar": await say(f"similar {first.id}"),
            "for-me": await say("for-me"),
            "subscribed": await say("subscribe diffusion at:9:00 zone:Europe/Berlin"),
            "slip": await say("fnd diffusion"),
        }
        await say(f"nominate {first.id}")
        posted = await say("pick")
        return {**shown, "pick": board.posted[0], "pick-thread": board.posted[1], "posted": posted}


@dataclass
class _Board(Adapter):
    """As much of an adapter as posting something needs."""

    platform: str
    posted: list[View] = field(default_factory=list)

    async def run(self, bot: Bot) -> None:
        pass

    async def place(self, words: str, person: Person) -> Place:
        return Place(person.platform, person.tenant, words)

    async def membership(self, person: Person, place: Place) -> Membership:  # noqa: ARG002  # the protocol's arguments
        return Membership(manages=True)

    async def send(self, place: Place, view: View, key: str) -> Sent:
        self.posted.append(view)
        return Sent(place, key)

    async def thread(self, sent: Sent, name: str) -> Place:
        return replace(sent.place, address=name)
