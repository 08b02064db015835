"""The lists of days, weeks and months, and what is trending."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from bot.calendar.dates import Period
from bot.cards import day_name
from bot.chat.signatures import also_named
from bot.chat.views import Button, View, line, note
from bot.errors import SourceError
from bot.features.arguments import DAY, FIRST_DAY, MONTH, PAGE, SEVERAL_DAYS, WEEK
from bot.features.pages import Page, listing
from bot.features.services import Context

WEEKEND = (5, 6)
EARLIER = 3  # days before today: a weekend, and the day before it


@also_named("latest")
async def today(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show today's papers, most upvotes first.

    page: Page [1]
    """
    now = ctx.library.today()
    trouble = ""
    try:
        await ctx.library.between(now - timedelta(days=EARLIER), now, limit=0)
    except SourceError as error:
        trouble = str(error)
    latest = await ctx.library.latest_day()
    if latest is None and trouble:
        raise SourceError(trouble)
    if latest is None or latest == now:
        return await day(ctx, now, page=page)
    # a weekend, the list has not begun to fill, or it cannot be asked for
    earlier = await day(ctx, latest, page=page)
    said = (
        trouble
        or f"No papers yet for {day_name(now)}; these are from the day before that had some."
    )
    return View((note(said), *earlier.blocks), earlier.title, earlier.outcome, earlier.data)


async def day(ctx: Context, day: Annotated[date, DAY], *, page: Annotated[int, PAGE] = 1) -> View:
    """Show the papers of one day, most upvotes first.

    day: Day – as in 2026-05-29 or yesterday
    page: Page [1]
    """
    return await _days(
        ctx, day, day, page, f"{day:%A} {day_name(day)}", f"day {day}", {"day": day.isoformat()}
    )


async def week(
    ctx: Context, week: Annotated[date | None, WEEK] = None, *, page: Annotated[int, PAGE] = 1
) -> View:
    """Show the papers of one week, most upvotes first.

    week: Week [this week] – as in 2026-W22 or last
    page: Page [1]
    """
    today = ctx.library.today()
    first = week or today - timedelta(days=today.weekday())
    year, number, _ = first.isocalendar()
    name = f"{year}-W{number:02}"
    title = f"Week {number} of {year}, from {day_name(first)}"
    return await _days(
        ctx, first, first + timedelta(days=6), page, title, f"week {name}", {"week": name}
    )


async def month(
    ctx: Context, month: Annotated[date | None, MONTH] = None, *, page: Annotated[int, PAGE] = 1
) -> View:
    """Show the papers of one month, most upvotes first.

    month: Month [this month] – as in 2026-05 or last
    page: Page [1]
    """
    first = month or ctx.library.today().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    name = f"{first:%Y-%m}"
    return await _days(ctx, first, last, page, f"{first:%B %Y}", f"month {name}", {"month": name})


async def days(
    ctx: Context, days: Annotated[Period, SEVERAL_DAYS], *, page: Annotated[int, PAGE] = 1
) -> View:
    """Show the papers of several days, most upvotes first.

    days: Days – as in May 25 to May 29, or last week
    page: Page [1]
    """
    first, last = days.first, days.last
    title = f"{day_name(first)} to {day_name(last)}"
    data = {"first": first.isoformat(), "last": last.isoformat()}
    found = await ctx.library.between(first, last, limit=ctx.page_size, offset=ctx.offset(page))
    nothing = "" if found.total else _nothing(first, last, ctx.library.today())
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            f"days {first} {last}",
            number=page,
            title=title,
            above=(line(nothing),) if nothing else (),
            remark=found.remark,
            buttons=(Button("Trending", "trending"),),
            data=data,
        ),
    )


@also_named("top")
async def trending(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show what’s trending on Hugging Face now.

    page: Page [1]
    """
    found = await ctx.library.trending(limit=ctx.page_size, offset=ctx.offset(page))
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            "trending",
            number=page,
            title="Trending papers",
            remark=found.remark,
            buttons=(Button("Today", "today"),),
        ),
    )


async def _days(
    ctx: Context, first: date, last: date, page: int, title: str, command: str, data: dict[str, str]
) -> View:
    found = await ctx.library.between(first, last, limit=ctx.page_size, offset=ctx.offset(page))
    unit = command.partition(" ")[0]
    before, after = await ctx.library.day_before(first), await ctx.library.day_after(last)
    turns = (
        *(
            [Button(f"Previous {unit}", f"{unit} {_written(unit, before)}", turns=True)]
            if before
            else []
        ),
        *([Button(f"Next {unit}", f"{unit} {_written(unit, after)}", turns=True)] if after else []),
    )
    nothing = "" if found.total else _nothing(first, last, ctx.library.today())
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            command,
            number=page,
            title=title,
            above=(line(nothing),) if nothing else (),
            remark=found.remark,
            buttons=turns or (Button("Trending", "trending"),),
            data=data,
        ),
    )


def _written(unit: str, day: date) -> str:
    """Write the day, or the week or month that it lies in, as the command of that name reads it."""
    match unit:
        case "week":
            year, number, _ = day.isocalendar()
            return f"{year}-W{number:02}"
        case "month":
            return f"{day:%Y-%m}"
        case _:
            return day.isoformat()


def _nothing(first: date, last: date, today: date) -> str:
    if first > today:
        return "That day hasn’t come yet."
    if last < FIRST_DAY:
        return f"The lists begin on {day_name(FIRST_DAY)}."
    if first < last:
        return "No papers on the lists of these days."
    if first.weekday() in WEEKEND:
        return "No papers on this list. There are often none at weekends."
    return "No papers on this list yet." if first == today else "No papers on this list."
