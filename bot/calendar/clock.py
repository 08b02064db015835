"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Tell the time: the one place that asks the clock."""
    return datetime.now(UTC)


def offset_of(date_header: str) -> timedelta | None:
    """Return how far ahead of ours a server's clock is, by the Date of an answer just received.

    None for a header that is no date.
    """
    from email.utils import parsedate_to_datetime  # start-up time: only the doctor asks

    try:
        there = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    return there.astimezone(UTC) - utc_now()
