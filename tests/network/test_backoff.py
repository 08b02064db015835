from hypothesis import given
from hypothesis import strategies as st

from bot.network.backoff import Backoff

BACKOFF = Backoff(5, 900)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pauses_grow_to_a_bound(failures, luck):
    pause = BACKOFF.pause(failures, luck)
    assert 2.5 <= pause <= BACKOFF.pause(failures + 1, luck) <= 900


def test_a_pause_doubles_and_is_as_long_as_was_asked_for():
    assert [BACKOFF.pause(n, 1.0) for n in (0, 1, 2, 3, 8, 9, 1000)] == [
        5,
        5,
        10,
        20,
        640,
        900,
        900,
    ]
    assert BACKOFF.pause(1, 0.0) == 2.5
    assert BACKOFF.pause(1, 1.0, asked=99.0) == 99.0
