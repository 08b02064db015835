"""Subscription cards. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.calendar.zones import load_zone
from bot.cards import day_name
from bot.chat.views import Button, Buttons, Item, Moment, Spans, Strong, View, line
from bot.digests.topic_text import describe
from bot.features import digest_options as wording
from bot.models import Subscription


def card(
    one: Subscription, where: str, zone: str, said: str, without: Collection[str] = ()
) -> View:
    """Show a subscription with its buttons, but those for options that are of no use there.

    `zone` is the reader's, "" if unknown.
    """
    if one.watch:
        shown = replace(_watch_item(one, where, (), without), buttons=())
        stop = Button("Stop watching", f"unwatch {one.id}")
        buttons = Buttons((*_watch_buttons(one, without), stop))
        return View((line(said), shown, buttons), data={"subscription": record(one)})
    subjects = {
        subject: _blanks(names, without)
        for subject, names in wording.SUBJECTS.items()
        if _blanks(names, without)
    }
    choices = (
        Button("Preview", f"preview {one.id}"),
        *(Button(subject, f"edit {one.id} {blanks}") for subject, blanks in subjects.items()),
        switch(one),
        Button("Unsubscribe", f"unsubscribe {one.id}"),
    )
    shown = replace(item(one, where, zone, without=without), buttons=())
    return View((line(said), shown, Buttons(choices)), data={"subscription": record(one)})


def item(
    one: Subscription,
    where: str,
    zone: str,
    history: tuple[Spans, ...] = (),
    without: Collection[str] = (),
) -> Item:
    """Show a subscription among others, but options that are of no use there."""
    if one.watch:
        return _watch_item(one, where, history, without)
    schedule, options = wording.when(one.options.schedule), one.options
    lines: list[Spans] = [
        (schedule,),
        (wording.which(options, by_meaning="closeness" not in without),),
        (wording.looks(options),),
        next_time(one, zone),
    ]
    buttons = (
        Button("Edit", f"edit {one.id}"),
        Button("Preview", f"preview {one.id}"),
        switch(one),
    )
    title = (Strong(f"Subscription {one.id}"), f" · {where}")
    return Item(title, (*lines, *history), buttons)


def headline(one: Subscription, zone: str) -> tuple[Spans, ...]:
    """Say in two lines what comes when; `zone` is the reader's, "" if unknown."""
    if one.watch:
        return ((describe(one.options),), (_watch_state(one),))
    return ((wording.when(one.options.schedule),), next_time(one, zone))


def _watch_item(
    one: Subscription, where: str, history: tuple[Spans, ...], without: Collection[str]
) -> Item:
    title = (Strong(f"Watch {one.id}"), f" · {where}")
    closeness = "" if "closeness" in without else wording.closeness(one.options)
    wanted = ", ".join(filter(None, [describe(one.options), closeness]))
    return Item(title, ((wanted,), (_watch_state(one),), *history), _watch_buttons(one, without))


def _watch_state(one: Subscription) -> str:
    if one.paused:
        return f"Paused: {one.paused}"
    repeats = ", also if it was posted there before" if one.options.repeats else ""
    return f"A message when a paper arrives or gets its votes{repeats}; many come in one summary."


def _watch_buttons(one: Subscription, without: Collection[str]) -> tuple[Button, ...]:
    edit = Button("Edit", f"edit {one.id} {_blanks(wording.OF_WATCHES, without)}")
    return (edit, Button("Preview", f"preview {one.id}"), switch(one))


def _blanks(names: Sequence[str], without: Collection[str]) -> str:
    useful = [name for name in names if name not in without]
    return " ".join(f"{name}:?" for name in useful[: wording.MAX_INPUTS])


def switch(one: Subscription) -> Button:
    """Offer to stop the digests, or to let them come again."""
    return (
        Button("Resume", f"resume {one.id}") if one.paused else Button("Pause", f"pause {one.id}")
    )


def next_time(one: Subscription, zone: str) -> Spans:
    """Say when the next digest comes, by the clock of a zone, or by its own."""
    if one.paused or one.next_due is None:
        return (f"Paused: {one.paused}" if one.paused else "Paused",)
    text = moment(one.next_due, zone or one.options.schedule.zone)
    return "Next: ", Moment(text, one.next_due)


def moment(at: datetime, zone: str) -> str:
    """Write a moment by the clock of a zone: "Saturday 30 May 2026, 9:00 (Europe/Berlin)"."""
    there = at.astimezone(load_zone(zone))
    return f"{there:%A} {day_name(there.date())}, {there.hour}:{there:%M} ({zone})"


def record(one: Subscription) -> dict[str, object]:
    """Return a subscription as JSON values."""
    return {
        "number": one.id,
        "watch": one.watch,
        "options": one.options.to_json(),
        "next": one.next_due.isoformat() if one.next_due else None,
        "paused": one.paused or None,
    }
