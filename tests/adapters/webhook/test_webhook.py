"""Web hooks over real HTTP: what is sent, signed and never told, and what each answer means."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from aiohttp import ClientTimeout

from adapters import webhook as module
from adapters.webhook import Webhook
from bot.chat.views import View, line, plain
from bot.errors import DeliveryError
from bot.models import Place
from bot.settings.platforms import WebhookSettings
from tests.conftest import DIFFUSION, HEBB, NOW, digest
from tests.rigs.webhook import SECRET, Answer, Receiver, lose, receiver, stall, status

TEAM = Place("webhook", "", "team")
VIEW = View((line("Here it is"),))


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as there:
        yield there


def hook(there: Receiver, secret: str | None = SECRET) -> Webhook:
    return Webhook(WebhookSettings({"team": there.url}, secret), lambda: NOW)


async def test_a_message_comes_as_text_and_papers_and_signed(there):
    view = digest(date(2026, 5, 29), [HEBB, DIFFUSION], 2)
    sent = await hook(there).send(TEAM, view, "7-2026-05-29-0")
    assert (sent.place, sent.message) == (TEAM, "7-2026-05-29-0")
    assert there.taken == [
        {
            "key": "7-2026-05-29-0",
            "title": view.title,
            "text": plain(view),
            "papers": [
                {
                    "id": one.id,
                    "title": one.title,
                    "url": f"https://huggingface.co/papers/{one.id}",
                }
                for one in (HEBB, DIFFUSION)
            ],
        }
    ]
    assert there.headers[0]["Paperboy-Delivery"] == "7-2026-05-29-0"
    assert int(there.headers[0]["Paperboy-Timestamp"]) == NOW.timestamp()
    assert there.headers[0]["Content-Type"] == "application/json"


async def refused(outlet: Webhook, place: Place = TEAM) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await outlet.send(place, VIEW, "k")
    return error.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(429, Retry_After="7"), (False, False, 7.0)),
        (status(429), (False, False, 60.0)),
        (status(503, Retry_After="3"), (False, False, 3.0)),
        (status(503), (False, True, None)),
        (status(500), (False, True, None)),
        (status(408), (False, True, None)),
        (lose, (False, True, None)),
        (stall, (False, True, None)),
        (status(302, Location="/elsewhere"), (True, False, None)),
        (status(404), (True, False, None)),
        (status(410), (True, False, None)),
    ],
)
async def test_each_answer_says_what_became_of_the_message(
    there, monkeypatch, caplog, answer: Answer, kind: tuple[bool, bool, float | None]
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(module, "TIMEOUT", ClientTimeout(total=0.5))
    there.answers.append(answer)
    error = await refused(hook(there))
    assert (error.permanent, error.ambiguous, error.retry_after) == kind
    assert "“team”" in str(error)
    assert "secret" not in f"{error!r} {error.__cause__} {caplog.text}"
    assert there.asked == ["/hooks/very-secret-path"]


async def test_nobody_at_the_address_is_no_doubt(unused_tcp_port: int):
    settings = WebhookSettings({"team": f"http://127.0.0.1:{unused_tcp_port}/secret"}, SECRET)
    error = await refused(Webhook(settings))
    assert (error.permanent, error.ambiguous) == (False, False)
    assert "Web hook “team”: Can’t reach 127.0.0.1:" in str(error)


async def test_a_name_that_the_settings_lack_is_said(there):
    error = await refused(hook(there), Place("webhook", "", "gone"))
    assert (error.permanent, str(error)) == (True, "PAPERBOY_WEBHOOKS names no “gone”.")


async def test_a_message_cannot_be_looked_up(there):
    with pytest.raises(DeliveryError, match="cannot be looked up") as error:
        await hook(there).find(TEAM, "k", datetime.now(UTC))
    assert error.value.permanent


async def test_settings_show_no_address_and_no_secret(there):
    assert "secret" not in repr(hook(there)._settings)  # noqa: SLF001  # what a log line would show
