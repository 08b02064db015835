"""An outlet with `send` alone keeps the contract, and can be subscribed to."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest

from bot.chat.bot import Bot
from bot.chat.outlet import Outlet
from bot.chat.views import View, plain
from bot.errors import DeliveryError
from bot.models import Place, Sent
from tests.conftest import ADA, BOB, HERE, NOW, add_outlets, changed
from tests.contract.outlets import Failure, Far, OutletContract


class Board(Outlet):
    """A notice board in memory: all that a new outlet has to be."""

    platform = "board"

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.failures: deque[Failure] = deque()

    async def send(self, place: Place, view: View, key: str) -> Sent:
        failure = self.failures.popleft() if self.failures else None
        if failure in {None, Failure.LOST}:
            self.notices.append(plain(view))
        if failure:
            permanent, ambiguous, wait = failure.meaning
            after = 300.0 if wait else None
            raise DeliveryError(
                "It fell down.", permanent=permanent, ambiguous=ambiguous, retry_after=after
            )
        return Sent(place, key)


class FarBoard(Far):
    """Whoever stands before the board."""

    def __init__(self, board: Board) -> None:
        super().__init__(Place("board", "", "hall"))
        self.board = board

    def texts(self) -> list[str]:
        return self.board.notices

    def fail(self, failure: Failure) -> None:
        self.board.failures.append(failure)


@pytest.fixture
def outlet() -> Board:
    return Board()


@pytest.fixture
def far(outlet: Board) -> FarBoard:
    return FarBoard(outlet)


class TestBoard(OutletContract):
    """The contract, for the smallest outlet."""


async def test_it_is_subscribed_to_by_admins_and_gets_what_is_due(bot: Bot, outlet: Board):
    add_outlets(bot, outlet)
    bot = changed(bot, admins=frozenset({ADA.id}))
    line = "subscribe where:board:hall at:9 zone:UTC"
    assert "PAPERBOY_ADMINS" in plain(await bot.handle(bot.read(line, BOB, HERE)))
    assert "in board:hall" in plain(await bot.handle(bot.read(line, ADA, HERE)))
    (due,) = await bot.services.store.subscriptions.due(["board"], NOW + timedelta(days=1), 10)
    assert (due.place, due.person.id) == (Place("board", "", "hall"), "")
