"""When digests are due and what they cover, reckoned without the product's help."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from bot.calendar.schedule import Schedule

NEW_YORK = ZoneInfo("America/New_York")
ROLLS_OVER = timedelta(hours=2, minutes=30)  # before midnight there, the next day's list begins
DAY = timedelta(days=1)


def due_on(schedule: Schedule, day: date) -> datetime | None:
    """Return when a digest of a local date is due; None if there is none."""
    last_of_month = (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    belongs = {
        "daily": True,
        "weekdays": day.weekday() < 5,
        "weekly": day.weekday() == schedule.on[0],
        "monthly": day.day == min(schedule.on[0], last_of_month.day),
    }
    zone = ZoneInfo(schedule.zone)
    noon = datetime.combine(day, clock(12), zone)
    if not belongs[schedule.every] or noon.astimezone(UTC).astimezone(zone).date() != day:
        return None
    return noon.replace(hour=schedule.at.hour, minute=schedule.at.minute).astimezone(UTC)


def last_list(due: datetime) -> date:
    """Return the day whose list ends a digest of the day before."""
    there = due.astimezone(NEW_YORK).replace(tzinfo=None) + ROLLS_OVER
    return there.date() - DAY


def here(schedule: Schedule, moment: datetime) -> date:
    """Return the local date of a moment."""
    return moment.astimezone(ZoneInfo(schedule.zone)).date()
