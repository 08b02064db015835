"""How long to wait before asking again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.rate_limit import asked_for

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"RateLimit": '"api";r=0;t=55'}, 55),
        ({"RateLimit": '"api"; r=0; t=55'}, 55),
        ({"RateLimit": '"api";r=1;t=55'}, 0),
        ({"RateLimit": '"pages";r=0;t=20, "api";r=0;t=55, "more";r=9;t=300'}, 55),
        ({"RateLimit": "nonsense"}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7 ", "RateLimit": '"api";r=0;t=55'}, 55),
        ({"Retry-After": "Wed, 20 May 2026 12:00:30 GMT"}, 30),
        ({"Retry-After": "Wed, 20 May 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "Wed, 20 May 2026 12:00:30"}, 30),
        ({"Retry-After": "-7"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "99999999999999999999"}, 0),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_read(headers: dict[str, str], seconds: float):
    assert asked_for(headers, NOW) == seconds


@given(st.text(), st.text())
def test_no_header_breaks_it(retry_after: str, rate_limit: str):
    assert asked_for({"Retry-After": retry_after, "RateLimit": rate_limit}, NOW) >= 0
