"""Watches: searches, people, organisations and repositories whose new papers are told at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from bot import cards
from bot.calendar.schedule import Schedule
from bot.chat.outlet import Membership
from bot.chat.views import Block, Button, Buttons, Outcome, Strong, View, line, note
from bot.digests.topic_text import split
from bot.errors import UsageError
from bot.features import digest_options as wording
from bot.features.arguments import QUERY, SUBSCRIPTION, TOPICS, WHERE
from bot.features.digest_options import CLOSENESS, Changes
from bot.features.email_confirmation import ask_for_code
from bot.features.pages import Page, listing
from bot.features.permissions import (
    MAX_SUBSCRIPTIONS,
    find_destination,
    find_manageable,
    find_membership,
    own_zone,
    place_name,
    team_subscriptions,
    visible_subscriptions,
)
from bot.features.services import Context
from bot.features.subscription_card import card, item, record
from bot.features.subscription_rules import check_closeness, useless_options
from bot.models import Closeness, DigestOptions, Place, Subscription
from bot.text import count, listed, shorten

if TYPE_CHECKING:
    from bot.papers import Paper

MAX_IN_PLACE = 50
FOLLOWED_DAYS = 30  # after a paper was listed
MAX_LISTED = 20
MAX_SEARCH = 80  # characters of a search that a button watches
MAX_PREVIEWED = 5
EVERYTHING = "Watch what? Add a search, a name or a repository, as in watch author:hinton."
WATCHES = Button("My watches", "watches")


async def watch(
    ctx: Context,
    search: Annotated[str, QUERY],
    *,
    where: Annotated[str, WHERE] = "me",
    without: Annotated[str, TOPICS] = "",
    closeness: Annotated[Closeness, CLOSENESS] = "close",
    repeats: bool = False,
) -> View:
    """Get a message whenever a new paper matches a search, or gains the votes you name.

    search: Search – as for find: words, author:, org:, votes:; or the address of a repository
    where: Where to post [just you] – here, me (just you), or a channel
    without: Searches to leave out – comma-separated
    closeness: How close in meaning [close] – for three words or more, with a language model
    repeats: Also papers posted there before? [no]
    """
    said: Changes = {
        "topics": search,
        "without": without or "none",
        "closeness": closeness,
        "repeats": repeats,
    }
    check_closeness(ctx, said)
    destination = await find_destination(ctx, where)
    place, there = destination.place, destination.there
    if not destination.is_open:
        raise UsageError(
            f"Only {there.managers} can watch for a channel. Leave out where: to be told yourself.",
            argument="where",
        )
    wanted = await _wanted(ctx, said, destination.zone_source)
    await _check_room(ctx, place, wanted)
    if destination.unconfirmed:
        return await ask_for_code(ctx, place, line_of(wanted, place.address.partition(":")[2]))
    new = Subscription(0, place, destination.owner, wanted, ctx.now, watch=True)
    made, there_already = await ctx.services.watches.add(new)
    matching = count(there_already, "paper matches", "papers match")
    sentence = f"Watching. Of the last {FOLLOWED_DAYS} days, {matching} already."
    without_use = useless_options(ctx, place)
    return card(made, place_name(ctx, place, there), "", sentence, without_use)


async def _wanted(ctx: Context, said: Changes, there: Membership | None) -> DigestOptions:
    """Return what a watch looks for. Raises UsageError."""
    zone = await own_zone(ctx, there) or "UTC"
    usual = DigestOptions(Schedule("daily", wording.USUAL_TIME, zone))
    wanted = wording.apply(said, usual, ctx.bot.today())
    if not wanted.topics:
        raise UsageError(EVERYTHING, argument="search")
    return wanted


async def watches(ctx: Context) -> View:
    """List what you watch, and what is watched here."""
    found = [(one, where) for one, where in await visible_subscriptions(ctx) if one.watch]
    if not found:
        nothing = line("Nothing is watched yet. Search, and press *Watch this search*.")
        return View((nothing,), outcome=Outcome.NOTHING, data={"watches": []})
    blocks: list[Block] = [
        item(one, where, "", without=useless_options(ctx, one.place))
        for one, where in found[:MAX_LISTED]
    ]
    if len(found) > MAX_LISTED:
        blocks.append(note(f"… and {len(found) - MAX_LISTED:,} more."))
    data = {"watches": [record(one) for one, _ in found]}
    return View(tuple(blocks), title=count(len(found), "watch", "watches"), data=data)


async def unwatch(ctx: Context, number: Annotated[int | None, SUBSCRIPTION] = None) -> View:
    """Stop watching.

    number: Number of the watch [the only one]
    """
    known = await find_manageable(ctx, number) if number is not None else await _only_one(ctx)
    if isinstance(known, View):
        return known
    if not known.watch:
        raise UsageError(f"Subscription {known.id} is no watch. Type “unsubscribe {known.id}”.")
    return await remove(ctx, known)


async def change(ctx: Context, known: Subscription, changes: Changes) -> Subscription:
    """Change what a watch looks for. Raises UsageError for what only digests have."""
    if others := [name for name in changes if name not in wording.OF_WATCHES]:
        raise UsageError(
            f"A watch has no {others[0]}:. Change {listed(wording.OF_WATCHES, 'or')}.",
            argument=others[0],
        )
    wanted = wording.apply(changes, known.options, ctx.bot.today())
    if not wanted.topics:
        raise UsageError(EVERYTHING, argument="topics")
    changed = replace(known, options=wanted)
    await ctx.services.watches.change(changed)
    return changed


async def remove(ctx: Context, known: Subscription) -> View:
    """End a watch, and offer to bring it back."""
    await ctx.subscriptions(known.place).remove(known.id)
    there = await find_membership(ctx, known.place)
    where = "me" if there and there.own else "here" if known.place == ctx.place else ""
    again = [Button("Undo", line_of(known.options, where))] if where else []
    said = line("No longer watching: ", Strong(known.options.topics), ".")
    return View((said, Buttons((*again, WATCHES))), data={"removed": known.id})


async def preview(ctx: Context, known: Subscription) -> View:
    """Show which papers of the last weeks a watch matches."""
    from bot.digests.topics import only_by_meaning  # start-up time: searching takes long to import

    found: tuple[Paper, ...] = await ctx.services.watches.matching(known.options)
    matching = count(len(found), "paper matches", "papers match")
    told = f"Of the last {FOLLOWED_DAYS} days, {matching} watch {known.id}."
    shown = found[:MAX_PREVIEWED]
    edit = Button("Edit", f"edit {known.id}")
    close = only_by_meaning(known.options, shown, ctx.bot.today())
    page = Page(
        f"preview {known.id}",
        above=(note(told),),
        buttons=(edit, WATCHES),
        remarks=dict.fromkeys(close, (cards.CLOSE_IN_MEANING,)),
    )
    return await listing(ctx, shown, len(shown), page)


def watch_button(ctx: Context, search: str, label: str = "Watch this search") -> tuple[Button, ...]:
    """Offer to watch a search where messages can be sent; () where that is not so."""
    # a comma would separate two searches, and a watch has no order
    meant = re.sub(r"(?i)\bsort:\S+", "", " ".join(split(search))).strip()
    if ctx.person.platform not in ctx.services.outlets or not 0 < len(meant) <= MAX_SEARCH:
        return ()
    return (Button(label, f"watch {meant}"),)


def name_buttons(ctx: Context, paper: Paper) -> tuple[Button, ...]:
    """Offer to watch the first author and the organisation of a paper."""
    buttons: tuple[Button, ...] = ()
    if paper.authors and '"' not in (name := paper.authors[0]):
        buttons += watch_button(ctx, f'author:"{name}"', f"Watch {shorten(name, 30)}")
    if (house := paper.organization) and '"' not in house.name:
        buttons += watch_button(ctx, f'org:"{house.name}"', f"Watch {shorten(house.name, 30)}")
    return buttons


def line_of(options: DigestOptions, where: str) -> str:
    """Write the command that watches with these options."""
    without = f" without:'{options.without}'" if options.without else ""
    repeats = " repeats:yes" if options.repeats else ""
    votes = f" votes:{options.votes}" if options.votes else ""
    code = " has:code" if options.code else ""
    close = f" closeness:{options.closeness}" if options.closeness != "close" else ""
    return f"watch {options.topics}{votes}{code}{without}{close}{repeats} where:{where}"


async def _check_room(ctx: Context, place: Place, options: DigestOptions) -> None:
    """Refuse what is watched already, and one too many."""
    every = [one for one in await team_subscriptions(ctx) if one.watch]
    there = [one for one in every if one.place == place]
    for one in there:
        if one.options == options:
            raise UsageError(f"That is watched already: watch {one.id}.")
    if len(there) >= MAX_IN_PLACE or len(every) >= MAX_SUBSCRIPTIONS:
        raise UsageError(
            f"There are {len(there)} watches in that place: remove one first (see “watches”)."
        )


async def _only_one(ctx: Context) -> Subscription | View:
    found = [one for one, _ in await visible_subscriptions(ctx) if one.watch]
    if not found:
        raise UsageError("Nothing is watched here.")
    if len(found) == 1:
        return await find_manageable(ctx, found[0].id)
    shown = found[:MAX_LISTED]
    buttons = [Button(shorten(one.options.topics, 40), f"unwatch {one.id}") for one in shown]
    blocks: list[Block] = [line("Which one?"), *(Buttons((button,)) for button in buttons)]
    return View(tuple(blocks), outcome=Outcome.NOTHING, data={"numbers": [one.id for one in found]})
