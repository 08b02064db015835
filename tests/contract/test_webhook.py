"""Web hooks keep the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.webhook import Webhook
from bot.models import Place
from bot.settings.platforms import WebhookSettings
from tests.contract.outlets import Failure, Far, OutletContract
from tests.rigs.webhook import SECRET, Receiver, lose, receiver, status


class FarHook(Far):
    """Somebody's server."""

    def __init__(self, there: Receiver) -> None:
        super().__init__(Place("webhook", "", "team"))
        self.there = there

    def texts(self) -> list[str]:
        return [message["text"] for message in self.there.taken]

    def fail(self, failure: Failure) -> None:
        match failure:
            case Failure.REFUSED:
                self.there.refusals.append(status(404))
            case Failure.BUSY:
                self.there.refusals.append(status(429))
            case Failure.BROKEN:
                self.there.refusals.append(status(500))
            case Failure.LOST:
                self.there.answers.append(lose)


@pytest.fixture
async def far() -> AsyncIterator[FarHook]:
    async with receiver() as there:
        yield FarHook(there)


@pytest.fixture
def outlet(far: FarHook) -> Webhook:
    return Webhook(WebhookSettings({"team": far.there.url}, SECRET))


class TestWebhook(OutletContract):
    """The contract, for web hooks."""
