"""When a digest is due, by a local clock. Pure; keyed on the local date.

Every local date that exists has one moment at most, whatever the clocks do: where an hour comes
twice it is the first, where it is left out it is as long after midnight as the clock would have
shown. The data is that of `tzdata`, not the machine's.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.calendar.zones import load_zone

Every: TypeAlias = Literal["daily", "weekdays", "days", "weekly", "monthly"]

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKING = (0, 1, 2, 3, 4)
NOON = time(12)
FEED_ZONE = "America/New_York"
ROLL_OVER = time(21, 30)  # there, the list of the next day begins
EARLY = time(15)  # there; by then a list of a working day has most of its papers and votes
EARLY_PROBE = datetime(2026, 1, 1, tzinfo=UTC)
# days ahead within which there is a next digest: the longest rhythm is a month, and a date can be
# left out
FURTHEST = 400


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day in a zone (its IANA name), on some days.

    `on` are days of the week from 0 for Monday, for "days" and "weekly"; for "monthly" it is the
    day of the month, the last where a month is shorter.
    """

    every: Every
    at: time
    zone: str
    on: tuple[int, ...] = ()

    def meant(self, day: date) -> bool:
        """Tell whether a digest belongs to a local date."""
        match self.every:
            case "daily":
                return True
            case "weekdays":
                return day.weekday() in WORKING
            case "days":
                return day.weekday() in self.on
            case "weekly":
                return day.weekday() == (self.on or (0,))[0]
            case "monthly":
                return day.day == min((self.on or (1,))[0], monthrange(day.year, day.month)[1])

    @property
    def early(self) -> bool:
        """Whether the list of the day has few votes at that time: before 15:00 in New York."""
        _, due = self.after(EARLY_PROBE)
        there = due.astimezone(load_zone(FEED_ZONE)).time()
        return there < EARLY or there >= ROLL_OVER

    def due(self, day: date) -> datetime | None:
        """Return the moment in UTC for a local date; None if it has no digest or does not exist."""
        zone = load_zone(self.zone)
        if not self.meant(day) or not _exists(day, zone):
            return None
        return datetime.combine(day, self.at, zone).replace(fold=0).astimezone(UTC)

    def after(self, moment: datetime) -> tuple[date, datetime]:
        """Return the first digest due later than a moment: its local date and when."""
        start = moment.astimezone(load_zone(self.zone)).date() - timedelta(days=1)
        return next((day, due) for day, due in self._from(start) if due > moment)

    def following(self, day: date, moment: datetime) -> tuple[date, datetime]:
        """Return the first digest due later than a moment whose local date is later than `day`."""
        while True:
            next_day, moment = self.after(moment)
            if next_day > day:
                return next_day, moment

    def until(self, moment: datetime, first: date) -> tuple[date, datetime] | None:
        """Return the last digest due by a moment, on the local date `first` or later, or None."""
        today = moment.astimezone(load_zone(self.zone)).date()
        for back in range(FURTHEST):
            day = today + timedelta(days=1 - back)
            if day < first:
                return None
            if (due := self.due(day)) and due <= moment:
                return day, due
        return None

    def _from(self, first: date) -> Iterator[tuple[date, datetime]]:
        for ahead in range(FURTHEST):
            day = first + timedelta(days=ahead)
            if due := self.due(day):
                yield day, due


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Tell whether a zone has a date: some have left one out, when they crossed the date line."""
    noon = datetime.combine(day, NOON, zone)
    return noon.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == noon.replace(tzinfo=None)
