"""A share of the kills that `make soak` does by the hundred."""

import pytest

from tests.crash import campaign
from tests.rigs.postgresql import Server


@pytest.mark.slow
async def test_a_process_can_be_killed_or_stopped_anywhere():
    figures = await campaign(runs=24, seed=1, share=8)
    assert figures.bad == []
    assert figures.kills == 24
    assert figures.stops >= 4


@pytest.mark.slow
async def test_on_postgresql_too(postgresql: Server):
    figures = await campaign(runs=12, seed=2, share=16, server=postgresql)
    assert figures.bad == []
    assert figures.kills == 12
    assert figures.stops >= 2
