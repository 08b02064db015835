"""The terminal keeps the contract; nothing can go wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.terminal import HERE, ME, Terminal
from bot.chat.views import without_buttons
from tests.contract.outlets import EVERYTHING, AdapterContract, Failure, FarChat


class FarTerminal(FarChat):
    """What is printed."""

    def __init__(self, printed: pytest.CaptureFixture[str]) -> None:
        super().__init__(HERE, frozenset(), person=ME, name="here")
        self.printed, self.seen = printed, ""

    def texts(self) -> list[str]:
        self.seen += self.printed.readouterr().out
        return re.split(r"(?<=\n\n)(?=One\n)", self.seen)

    def fail(self, failure: Failure) -> None:
        raise NotImplementedError


@pytest.fixture
def far(capsys: pytest.CaptureFixture[str]) -> FarTerminal:
    return FarTerminal(capsys)


@pytest.fixture
def outlet(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


class TestTerminal(AdapterContract):
    """The contract, for the terminal; into a pipe there are no buttons."""

    everything = without_buttons(EVERYTHING)
