"""The platform of the simulation is as the real ones are."""

from __future__ import annotations

import pytest

from bot.calendar.clock import utc_now
from bot.models import Place
from tests.contract.outlets import Failure, Far, OutletContract
from tests.rigs.platform import PLATFORM, Client, Fault, Platform, one_after_the_other

FAULTS = {
    Failure.REFUSED: Fault.REFUSED,
    Failure.BUSY: Fault.BUSY,
    Failure.BROKEN: Fault.DOWN,
    Failure.LOST: Fault.ANSWER_LOST,
}


class FarFake(Far):
    """The simulated platform."""

    def __init__(self) -> None:
        self.platform = Platform(utc_now)
        super().__init__(Place(PLATFORM, "T1", "C1"))

    def texts(self) -> list[str]:
        return [message.text for message in self.platform.log]

    def fail(self, failure: Failure) -> None:
        self.platform.fault = one_after_the_other([FAULTS[failure]])


@pytest.fixture
def far() -> FarFake:
    return FarFake()


@pytest.fixture
def outlet(far: FarFake) -> Client:
    return Client(far.platform)


class TestFake(OutletContract):
    """The contract, for the simulated platform."""
