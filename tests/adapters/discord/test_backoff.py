"""How soon the gateway is dialled again, and how often in a day."""

from __future__ import annotations

from itertools import pairwise

from adapters.discord.backoff import ReconnectBackoff, SessionStarts


def test_after_any_outage_the_gateway_is_dialled_within_fifteen_seconds():
    backoff, starts = ReconnectBackoff(), SessionStarts(lambda: 0.0)
    assert max(backoff.delay() for _ in range(200)) + starts.pause() <= 15
    assert ReconnectBackoff().delay() <= 2


def test_a_day_of_failures_stays_within_the_sessions_that_discord_allows():
    now, day, started = [0.0], 86_400.0, []
    starts = SessionStarts(lambda: now[0])
    while now[0] < 3 * day:
        now[0] += starts.reserve()
        started.append(now[0])
        now[0] += 0.5  # and fails at once
    for first in started:
        assert sum(first <= one < first + day for one in started) <= 1000
    assert all(b - a > 4.999 for a, b in pairwise(started))
