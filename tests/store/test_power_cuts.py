"""A share of the power cuts that `make soak` does by the hundred."""

import pytest

from tests.power_cuts import campaign
from tests.rigs import disk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not disk.available(), reason="strace is not here, or may not trace"),
]


def test_a_power_cut_takes_nothing_that_was_told_and_doubles_nothing():
    figures = campaign(cuts=6, seed=1)
    assert figures.bad == []
    assert figures.saves
    assert figures.posts


def test_power_cuts_show_a_database_that_is_not_synced():
    assert campaign(cuts=6, seed=2, careless=True).bad
