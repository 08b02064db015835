"""A digest that goes to a web hook, delivered by a process that is killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from adapters.terminal import HERE, ME
from bot.bootstrap import App
from bot.calendar.clock import utc_now
from bot.chat.views import plain
from bot.models import Person, Place
from bot.papers import Paper
from bot.settings.platforms import WebhookSettings
from tests.conftest import building
from tests.rigs.waiting import eventually
from tests.rigs.webhook import SECRET, Receiver, receiver

# what another process does: deliver, until it is killed
DELIVER = """
import asyncio, sys
from pathlib import Path
from bot.bootstrap import open_app
from bot.settings import Settings, sqlite_in
from bot.settings.platforms import WebhookSettings

async def main(home, url, secret):
    settings = Settings(
        Path(home), sqlite_in(Path(home)), webhooks=WebhookSettings({"team": url}, secret)
    )
    async with open_app(settings) as app:
        await app.services.dispatcher.run()

asyncio.run(main(*sys.argv[1:]))
"""
SUBSCRIBE = "subscribe where:webhook:team at:9 zone:Berlin day:today layout:compact quiet:no"


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as there:
        yield there


@asynccontextmanager
async def app(home: Path, there: Receiver, ahead: timedelta = timedelta()) -> AsyncIterator[App]:
    """Open the app as the prompt does, on a clock that may be ahead."""

    def clock() -> datetime:
        return utc_now() + ahead

    hooks = WebhookSettings({"team": there.url}, SECRET)
    async with building(home, clock, admins=frozenset({ME.id}), webhooks=hooks) as app:
        yield app


async def say(app: App, words: str, person: Person = ME, place: Place = HERE) -> str:
    return plain(await app.bot.handle(app.bot.read(words, person, place)))


async def posted(home: Path, there: Receiver) -> None:
    """Have a digest of a paper posted to the web hook."""
    async with app(home, there) as here:
        today = here.services.library.today()
        await here.services.library.add([Paper("2605.1", "Hebbian", daily=today)], utc_now())
        assert "in webhook:team" in await say(here, SUBSCRIBE)
        assert "on its way" in await say(here, "digest 1")


@asynccontextmanager
async def delivering(here: App) -> AsyncIterator[None]:
    task = asyncio.create_task(here.services.dispatcher.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_only_admins_subscribe_a_web_hook_and_look_after_it(home, there):
    chat = Person("chat", "T1", "bob")
    async with app(home, there) as here:
        said = await say(here, SUBSCRIBE, chat, Place("chat", "T1", "C1"))
        assert "Only people named in PAPERBOY_ADMINS" in said
        wrong = await say(here, "subscribe where:webhook:ops at:9 zone:Berlin")
        assert "There is no webhook “ops”: name webhook:team." in wrong
        assert "Subscription 1 · in webhook:team" in await say(here, SUBSCRIBE)
        assert "for-me" in await say(here, "edit 1 order:for-me")
        for words in ("edit 1 at:10", "pause 1", "resume 1", "preview 1"):
            assert "There is no subscription 1" in await say(here, words, chat)
            assert "no subscription" not in await say(here, words)
        assert "in webhook:team" in await say(here, "subscriptions")
        assert "webhook" not in await say(here, "subscriptions", chat)
        ended = await say(here, "unsubscribe 1")
        assert "Unsubscribed: subscription 1" in ended
        assert "where:webhook:team" in ended


@pytest.mark.parametrize("taken", [True, False])
async def test_a_process_killed_while_it_sends_leaves_a_question_and_no_second_message(
    home: Path,
    there: Receiver,
    taken: bool,  # noqa: FBT001
):
    await posted(home, there)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DELIVER, str(home), there.url, SECRET
    )

    async def kill(_: web.Request) -> web.StreamResponse:
        process.kill()
        await process.wait()
        return web.Response()

    (there.answers if taken else there.refusals).append(kill)
    assert await process.wait() == -9
    async with app(home, there, timedelta(minutes=5)) as here, delivering(here):

        async def asks() -> bool:
            return "can’t tell whether it was posted" in await say(here, "status")

        await eventually(asks)
        assert len(there.taken) == taken
        await say(here, f"resolve 1 {'there' if taken else 'post'}")

        async def sent() -> bool:
            ended = await here.services.store.digest_history.recent(
                "webhook", "", utc_now() - timedelta(days=1), ["sent"]
            )
            return bool(ended)

        await eventually(sent)
    assert [message["papers"][0]["id"] for message in there.taken] == ["2605.1"]


async def test_a_receiver_that_is_down_for_a_moment_gets_its_digest_once(home, there):
    await posted(home, there)

    async def down(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "1"})

    there.refusals.extend([down, down])
    async with app(home, there) as here, delivering(here):
        await eventually(lambda: there.taken)
    assert (len(there.taken), len(there.asked)) == (1, 3)
