"""The one door: an intent comes in, a view goes out.

Adapters hear something, make an `Intent` of it, ask `Bot.handle` and render the `View` that they
get.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.chat.commands import Blank, Command, Handler, command
from bot.chat.intents import Intent
from bot.chat.outlet import Adapter, Sent
from bot.chat.reactions import Reactions, same_emoji
from bot.chat.uploads import with_files
from bot.chat.views import Button, Buttons, Outcome, Text, View, line, with_lines
from bot.clock import utc_now
from bot.errors import PaperboyError, UnknownCommand, UsageError
from bot.library.tenants import Tenants
from bot.models import Person, Place
from bot.text import clean, listed, shorten
from bot.zones import find_zones

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.search import Suggestion
    from bot.search.query.completion import Kind
    from bot.store import Store, Tenant

log = logging.getLogger(__name__)

AGAIN = "again"  # asks for a line that was kept under a key
CLOCKS = timedelta(minutes=1)  # that a platform's clock and ours may differ
TICK = timedelta(microseconds=1)
USUAL_REACTIONS = Reactions()
MOST_SUGGESTIONS = 25  # the shortest menu: Discord's autocompletion


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with: who asks, where, when, and what the bot has."""

    bot: Bot
    person: Person
    place: Place
    now: datetime

    @property
    def library(self) -> Library:
        """The papers, for all tenants."""
        return self.bot.library

    @property
    def tenant(self) -> Tenant:
        """What belongs to the people of this tenant, and to no other."""
        return self.bot.store.tenant(self.person.platform, self.person.tenant)

    @property
    def alone(self) -> bool:
        """Whether there is no team: people who talk with the bot outside of any are strangers to each other."""
        return self.place.private and not self.person.tenant


class Bot:
    """The commands over one store and one library."""

    def __init__(
        self,
        features: Sequence[Handler],
        library: Library,
        store: Store,
        now: Callable[[], datetime] = utc_now,
        reactions: Reactions = USUAL_REACTIONS,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        self.commands: dict[str, Command] = {c.name: c for c in map(command, features)}
        self.library = library
        self.store = store
        self.now = now
        self.reactions = reactions
        self.admins = admins  # the ids of people who manage every place
        self.adapters: dict[
            str, Adapter
        ] = {}  # by platform: those that are connected, or try to be
        from bot.digests.planner import (
            Planner,  # start-up time: whoever makes a bot has a store open already
        )

        self.planner = Planner(self)
        self.tenants = Tenants(self)
        self.at_length = (
            asyncio.Lock()
        )  # for what keeps a processor busy for seconds: one after the other
        self._reacting = asyncio.Lock()

    def read(self, words: str, person: Person, place: Place) -> Intent:
        """Make an intent of a typed line; no line at all asks for help."""
        name, _, rest = words.strip().removeprefix("/").partition(" ")
        name = clean(name).lower() or "help"
        known = self.commands.get(name)
        return Intent(name, person, place, known.split(rest) if known else {"": rest})

    async def unfold(self, intent: Intent) -> Intent:
        """Return what a folded line means, with what a form has added to it; any other intent is itself.

        So is one whose line is not kept, or cannot be had now: handling it says so.
        """
        try:
            return await self._unfolded(intent)
        except PaperboyError:
            return intent

    async def form(self, intent: Intent) -> tuple[Blank, ...]:
        """Return what a form asks for before the intent can be handled, the most important first.

        That is what is required and not there, what is marked with a `?` as in "edit 3 at:?", and
        everything where a command that is best asked for in a form is given nothing at all.
        """
        known = self.commands.get(intent.command)
        asked = known.asked(intent.args) if known else ()
        if not known or not known.form or not asked:
            return tuple(Blank(param) for param in asked)
        try:
            values = await known.form(self._context(intent), intent.args)
        except PaperboyError:  # handling the intent says so, unless it cannot be handled yet
            return tuple(map(Blank, known.missing(intent.args)))
        return tuple(Blank(param, values.get(param.name, "")) for param in asked)

    def adapter(self, platform: str) -> Adapter:
        """Return the adapter of a platform; UsageError where it is not connected here."""
        if platform not in self.adapters:
            raise UsageError(
                "Nothing can be posted from here: start “paperboy run”, and ask there."
            )
        return self.adapters[platform]

    async def handle(self, intent: Intent) -> View:
        """Do what is wanted; whatever happens, there is a view to show."""
        try:
            intent = await self._unfolded(intent)
            wanted = self._command(intent)
            if await self.tenants.gone(intent.person.platform, intent.person.tenant):
                raise UsageError(
                    "Paperboy was removed from there: nothing is kept until it is invited again."
                )
            args = wanted.bind(await with_files(wanted, intent), self.today())
            return await wanted.handler(self._context(intent), **args)
        except UnknownCommand as error:
            return self._unknown(intent, error)
        except UsageError as error:
            help_button = Buttons((Button("How it works", f"help {intent.command}"),))
            return View((line(str(error)), help_button), outcome=Outcome.REFUSED)
        except PaperboyError as error:
            log.info("%s: %s", intent.command, error)  # the person reads it in the view
            return View((line(str(error)),), outcome=Outcome.FAILED)
        except Exception:
            log.exception("%s failed", intent.command)
            sorry = "Something went wrong here, not with what you asked. It is in the log; please try again."
            return View((line(sorry),), outcome=Outcome.FAILED)

    async def shown(self, place: Place, message: str, view: View) -> None:
        """Remember which papers a message shows, so that a reaction to it finds them."""
        if view.papers:
            tenant = self.store.tenant(place.platform, place.tenant)
            await tenant.messages.record(place.address, message, view.papers, self.now())

    async def react(
        self,
        place: Place,
        message: str,
        emoji: str,
        person: Person,
        added: bool,  # noqa: FBT001  # the platforms tell it as one event with this flag
        at: datetime | None = None,
    ) -> View | None:
        """Do what a reaction to a message means; None where it means nothing, is repeated, or was overtaken.

        `at` is when it was made, where the platform says so: events that come late or in another
        order change nothing. Without it, what is there already cannot be added, nor taken away what
        is not. Where the view is FAILED, nothing is noted, and the same event can be given again.
        """
        tenant = self.store.tenant(place.platform, place.tenant)
        emoji, key = same_emoji(emoji), (place.address, message, same_emoji(emoji), person.id)
        from bot.store.reactions import Reaction  # start-up time: the store is open already

        async with (
            self._reacting
        ):  # one after the other: the next has to find what the last one left
            if await self.tenants.gone(place.platform, place.tenant):
                return None
            forgotten = await tenant.personal.forgotten(person.id) if at else None
            if at and forgotten and at <= forgotten:
                return None
            papers = await tenant.messages.papers(place.address, message)
            meant = self.reactions.line_for(emoji, papers, added=added)
            last = await tenant.reactions.last(*key) if meant else None
            if not meant or (
                last
                and (last.at > at or last == Reaction(added, at) if at else last.present == added)
            ):
                return None
            view = await self.handle(self.read(meant, person, place))
            if view.outcome is not Outcome.FAILED:
                await tenant.reactions.record(*key, Reaction(added, at or self.now()))
            return view

    async def sweep(
        self,
        place: Place,
        message: str,
        present: Collection[tuple[str, Person]],
        asked: datetime | None = None,
    ) -> None:
        """Make up for reactions that were missed; `present` are all that a message has now, each with its person.

        `asked` is when the platform was asked for them: what was heard of since then is left as it
        is.
        """
        asked = asked or self.now()
        there = {(same_emoji(emoji), person.id): person for emoji, person in present}
        reactions = self.store.tenant(place.platform, place.tenant).reactions
        known = await reactions.present(
            place.address, message, {person.id for _, person in present}
        )
        for emoji, person_id in known ^ there.keys():
            last = await reactions.last(place.address, message, emoji, person_id)
            if last and last.at > asked:
                continue
            # the platform's clock and ours differ: what it tells next must not seem older than this
            at = max(asked - CLOCKS, last.at + TICK) if last else asked - CLOCKS
            person = there.get((emoji, person_id)) or Person(
                place.platform, place.tenant, person_id
            )
            await self.react(place, message, emoji, person, (emoji, person_id) in there, at)

    async def recent(self, platform: str, since: datetime, limit: int = 1000) -> tuple[Sent, ...]:
        """Return the messages that show papers and were sent since then, newest first: those to sweep."""
        found = await self.store.messages.recent(platform, since, limit)
        return tuple(Sent(Place(platform, one.tenant, one.address), one.message) for one in found)

    async def fold(self, view: View, place: Place, longest: int) -> View:
        """Return the view with no button line of more than `longest` characters: a longer one is kept under a key."""
        keep = self.store.tenant(place.platform, place.tenant).lines.keep
        folded = {
            b.line: f"{AGAIN} {await keep(b.line)}" for b in view.buttons if len(b.line) > longest
        }
        return with_lines(view, folded) if folded else view

    async def suggest(
        self, command: str, param: str, text: str, person: Person | None = None
    ) -> tuple[Suggestion, ...]:
        """Complete an argument from what was typed of it, best first, at most 25; () where nothing fits.

        What only a team knows is told to a person of it.
        """
        from bot.search import (
            Suggestion,  # start-up time: whoever completes has the index open already
        )

        known = self.commands.get(command)
        wanted = next((p for p in known.params if p.name == param), None) if known else None
        if wanted is None:
            return ()
        text = shorten(clean(text), 200)
        match wanted.argument.suggest:
            case "":
                names = wanted.choices
            case "command":
                names = tuple(self.commands)
            case "tag":
                return await self._tags(text, person) if person else ()
            case "place":
                return ()
            case "zone":
                return tuple(Suggestion(name, name) for name in find_zones(text)[:MOST_SUGGESTIONS])
            case kind:
                return await self._complete(kind, text, person)
        fitting = [Suggestion(name, name) for name in names if name.startswith(text.lower())]
        return tuple(fitting[:MOST_SUGGESTIONS])

    def today(self) -> date:
        """Return the day that the feed is at."""
        return self.library.today()

    def _context(self, intent: Intent) -> Context:
        return Context(self, intent.person, intent.place, self.now())

    async def _unfolded(self, intent: Intent) -> Intent:
        if intent.command != AGAIN:
            return intent
        kept = self.store.tenant(intent.place.platform, intent.place.tenant).lines
        line = await kept.get(clean(intent.args.get("", "")))
        if line is None:
            raise UnknownCommand("That button is from another time; ask again.")
        meant = self.read(line, intent.person, intent.place)
        added = {name: text for name, text in intent.args.items() if name}
        return replace(meant, args={**meant.args, **added}, files=intent.files)

    def _command(self, intent: Intent) -> Command:
        if known := self.commands.get(intent.command):
            return known
        raise UnknownCommand(f"There is no command “{shorten(intent.command, 40)}”.")

    def _unknown(self, intent: Intent, error: UnknownCommand) -> View:
        near = get_close_matches(intent.command, self.commands, n=3)
        words = shorten(clean(" ".join([intent.command, *intent.args.values()])), 200)
        hint = f" Did you mean {listed(near, 'or')}?" if near else ""
        buttons = [
            Button(name.capitalize(), name)
            for name in near
            if not self.commands[name].missing(intent.args)
        ]
        buttons += [] if intent.command == AGAIN else [Button("Find it", f"find {words}")]
        buttons.append(Button("Help", "help"))
        return View((Text((str(error) + hint,)), Buttons(tuple(buttons))), outcome=Outcome.REFUSED)

    async def _tags(self, text: str, person: Person) -> tuple[Suggestion, ...]:
        """Complete the last of several tags with what the team uses."""
        from bot.search import (
            Suggestion,  # start-up time: whoever completes has the index open already
        )

        done, comma, begun = text.rpartition(",")
        tags = self.store.tenant(person.platform, person.tenant).tags
        found = await tags.used(person.id, begun.strip().lower(), MOST_SUGGESTIONS)
        before = f"{done}{comma} " if comma else ""
        return tuple(Suggestion(f"{before}{tag}", f"{before}{tag}") for tag in found)

    async def _complete(
        self, kind: Kind, text: str, person: Person | None
    ) -> tuple[Suggestion, ...]:
        asker = (person.platform, person.tenant, person.id, kind) if person else None
        try:
            return await self.library.suggest(kind, text, MOST_SUGGESTIONS, asker=asker)
        except PaperboyError as error:
            log.warning("suggesting a %s: %s", kind, error)
            return ()
