"""A share of the power cuts that `make soak` does by the hundred."""

import os
import sys
from pathlib import Path

import pytest

from tests.power_cuts import Figures, NothingRecorded, campaign
from tests.rigs import disk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not disk.available(), reason="strace is not here, or may not trace"),
]


@pytest.fixture(autouse=True)
def recorded(tmp_path: Path) -> None:
    """Skip where strace runs, and yet tells nothing of what a process writes."""
    program = f"open({str(tmp_path / 'a')!r}, 'w').close()"
    command = [sys.executable, "-c", program]
    if not disk.record(command, tmp_path, tmp_path / "trace", dict(os.environ)):
        pytest.skip("strace tells nothing here")


def test_a_power_cut_takes_nothing_that_was_told_and_doubles_nothing():
    figures = cut(seed=1)
    assert figures.bad == []
    assert figures.saves
    assert figures.posts


def test_power_cuts_show_a_database_that_is_not_synced():
    assert cut(seed=2, careless=True).bad


def cut(seed: int, *, careless: bool = False) -> Figures:
    try:
        return campaign(cuts=6, seed=seed, careless=careless)
    except NothingRecorded:
        pytest.skip("strace tells nothing here")
