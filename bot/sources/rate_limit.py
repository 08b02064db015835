"""How long to wait before the next request: as the server asks, or ever longer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds, and how often to try."""

    # for one answer with all tries; a whole window of the API's limit (500 requests) is 300 s
    total: float = 330.0
    request: float = 60.0  # for one try
    connect: float = 10.0
    read: float = 15.0  # between two pieces of an answer
    pause: float = 0.5  # before the second try, longer before each further one
    tries: int = 4


def asked_for(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds to wait that an answer asks for, in Retry-After or RateLimit."""
    return max(
        _retry_after(headers.get("Retry-After", "").strip(), now),
        _rate_limit(headers.get("RateLimit", "")),
    )


def _retry_after(value: str, now: datetime) -> float:
    # https://www.rfc-editor.org/rfc/rfc9110#field.retry-after: seconds or a date
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value)
    if not value:
        return 0.0
    from email.utils import parsedate_to_datetime  # start-up time: dates are rare here

    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return 0.0
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return max(0.0, seconds)


def _rate_limit(value: str) -> float:
    # draft-ietf-httpapi-ratelimit-headers: `"api";r=0;t=55`, one for each policy, r of them remain,
    # t seconds to go
    waits = [0.0]
    for policy in value.split(","):
        remaining = re.search(r";\s*r=(\d{1,9})(?!\d)", policy, re.ASCII)
        seconds = re.search(r";\s*t=(\d{1,9})(?!\d)", policy, re.ASCII)
        if remaining and seconds and int(remaining[1]) == 0:
            waits.append(float(seconds[1]))
    return max(waits)
