"""A share of the seeds that `make soak` runs by the thousand."""

import pytest

from tests.planted import find
from tests.simulation import simulate


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_digest_comes_once_in_order_and_where_it_belongs(seed: int):
    figures = simulate(seed, days=20)
    assert figures.bad == []
    assert figures.digests


def test_a_seed_gives_the_same_course_again():
    assert str(simulate(7, days=10)) == str(simulate(7, days=10))


BUGS = ["no_proof", "wrong_channel", "gives_up_at_once", "no_mondays", "words_of_another"]


@pytest.mark.parametrize("bug", BUGS)
def test_the_simulation_finds_bugs_that_are_put_in_on_purpose(bug: str):
    found = find(bug)
    assert 1 <= found.seeds <= 10, found.by
