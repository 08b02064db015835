"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Tell the time: the one place that asks the clock."""
    return datetime.now(UTC)
