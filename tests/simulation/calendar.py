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


def next_due(schedule: Schedule, moment: datetime) -> datetime:
    """Return when the next digest after a moment is due."""
    days = (moment.date() + n * DAY for n in range(-1, 40))
    return next(due for day in days if (due := due_on(schedule, day)) and due > moment)


def last_list(due: datetime) -> date:
    """Return the day whose list ends a digest of the day before."""
    there = due.astimezone(NEW_YORK).replace(tzinfo=None) + ROLLS_OVER
    return there.date() - DAY


def first_days(schedule: Schedule, last: date) -> date:
    """Return the first day of the first digest of a subscription, which ends with a day."""
    if schedule.every == "monthly":
        end = last + DAY
        there = [end - n * DAY for n in range(28, 32)]
        same = [day for day in there if day.month != end.month and day.day == end.day]
        return (same or [end.replace(day=1) - DAY])[0]
    return last - 6 * DAY if schedule.every == "weekly" else last


def written(first: date, last: date) -> str:
    """Write the days that a digest covers, as its title does."""
    if first == last:
        return f"{last:%A} {last.day} {last:%B %Y}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def here(schedule: Schedule, moment: datetime) -> date:
    """Return the local date of a moment."""
    return moment.astimezone(ZoneInfo(schedule.zone)).date()
