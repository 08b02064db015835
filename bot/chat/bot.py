"""The one door: an intent comes in, a view goes out.

Adapters turn what people do into an `Intent`, call `Bot.handle`, and render the `View` that it
returns.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic

from bot.chat.budgets import TooMuch
from bot.chat.command_table import AGAIN, CommandTable
from bot.chat.commands import ASKED, Blank, Command, EarlyAnswer, Handler
from bot.chat.intents import PAGE_SIZE, Intent, Progress
from bot.chat.ports import Ports
from bot.chat.reaction_inbox import ReactionInbox
from bot.chat.tallies import live_view
from bot.chat.uploads import read_uploads
from bot.chat.views import Button, Buttons, Link, Outcome, View, line, note, with_lines
from bot.errors import PaperboyError, UnknownCommand, UsageError
from bot.models import Person, Place, ReactionEvent, Sent, Suggestion
from bot.text import clean, shorten

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # an adapter knows the door and not what stands behind it: a plain `Bot` is one of anything
    S = TypeVar("S", default=Any)
else:
    from typing import TypeVar

    S = TypeVar("S")

log = logging.getLogger(__name__)

MAX_SUGGESTIONS = 25  # the shortest menu: Discord's autocompletion


@dataclass(frozen=True, slots=True)
class Context(Generic[S]):
    """What a command works with: who asks, where, when, and what it can use."""

    bot: Bot[S]
    services: S
    person: Person
    place: Place
    now: datetime
    progress: Progress | None = None
    page_size: int = PAGE_SIZE

    @property
    def alone(self) -> bool:
        """Whether there is no team: people who talk with the bot outside of any are strangers."""
        return self.place.private and not self.person.tenant


class Bot(Generic[S]):
    """The commands, over services that the door itself does not know."""

    def __init__(
        self,
        features: Sequence[Handler],
        services: S,
        ports: Ports,
        context: Callable[[Bot[S], S, Person, Place, datetime], Context[S]] = Context,
    ) -> None:
        self._table = CommandTable.of(features)
        self.commands = self._table.commands
        self.services = services
        self.ports = ports
        self.tenants = ports.tenants
        self.places = ports.places
        self.now = ports.clock
        self.today = ports.today
        self._make_context = context
        self.reactions = ReactionInbox(ports, self._run)

    def read(self, words: str, person: Person, place: Place) -> Intent:
        """Make an intent of a typed line; words that begin with no command are searched for."""
        return self._table.read(words, person, place)

    async def unfold(self, intent: Intent) -> Intent:
        """Return what a folded line means, with what a form has added to it.

        Any other intent is itself, and so is one whose line is unknown: handling it says so.
        """
        try:
            return await self._unfolded(intent)
        except PaperboyError:
            return intent

    async def form(self, intent: Intent) -> tuple[Blank, ...]:
        """Return what a form asks for before the intent can be handled.

        These are arguments that are required and missing, those marked with a `?` as in
        "edit 3 at:?", and all but rare ones if a command that has a form is given none.
        """
        known = self.commands.get(intent.command)
        asked = known.asked(intent.args) if known else ()
        if not known or not known.form or not asked:
            return tuple(Blank(param) for param in asked)
        try:
            values = await known.form(self._context(intent), intent.args)
        except PaperboyError:  # handling the intent says so, unless it cannot be handled yet
            return tuple(map(Blank, known.missing(intent.args)))
        order = {name: number for number, name in enumerate(values)}
        asked = tuple(sorted(asked, key=lambda param: order.get(param.name, len(order))))
        return tuple(Blank(param, values.get(param.name, "")) for param in asked)

    async def handle(self, intent: Intent) -> View:
        """Run the command of an intent; whatever happens, there is a view to show."""
        file_bytes = sum(max(1, file.size) for file in intent.files.values())
        try:
            async with self.ports.budgets.command(intent.person, file_bytes):
                return await self._handle(intent)
        except TooMuch as error:
            return View((line(str(error)),), outcome=Outcome.FAILED)

    async def _handle(self, intent: Intent) -> View:
        try:
            intent = await self._unfolded(intent)
            wanted = self._command(intent)
            if await self.tenants.gone(intent.person.platform, intent.person.tenant):
                raise UsageError("Paperboy was removed from here. Invite it again to use it.")
            uploads = await read_uploads(wanted, intent)
            args = wanted.bind(uploads.args, self.today())
            view = await wanted.handler(self._context(intent), **args)
            return replace(view, blocks=(*view.blocks, *map(note, uploads.remarks)))
        except UnknownCommand:
            return self._table.ask_which(intent)
        except EarlyAnswer as early:
            return early.view
        except UsageError as error:
            explanation = Button("How it works", f"help {intent.command}")
            buttons = (*self._correction(intent, error), explanation)
            helps = (line(Link(*error.link)),) if error.link else ()
            blocks = (line(str(error)), *helps, Buttons(buttons))
            return View(blocks, outcome=Outcome.REFUSED, argument=error.argument)
        except PaperboyError as error:
            log.debug("%s: %s", intent.command, error)  # the person reads it in the view
            return View((line(str(error)),), outcome=Outcome.FAILED)
        except Exception:
            log.exception("%s failed", intent.command)
            sorry = (
                "Something went wrong in Paperboy. Please try again; the details are in its log."
            )
            return View((line(sorry),), outcome=Outcome.FAILED)

    async def shown(self, place: Place, message: str, view: View, *, live: bool = False) -> None:
        """Remember which papers a message shows, so that a reaction to it finds them.

        A `live` one shows from then on how many saved them and voted for them. It has to be one
        that everyone in the place sees, of the bot's own, and all of it in `view`.
        """
        if view.papers:
            messages = self.ports.memory.tenant(place.platform, place.tenant).messages
            papers, shown = view.numbered_papers, live_view(place, view) if live else None
            await messages.record(place.address, message, papers, self.now(), shown)
            self.reactions.record(place, message)
            if shown:
                self.ports.live_counts.note(place.platform, place.tenant, view.papers)

    async def react(self, event: ReactionEvent, key: str = "") -> View | None:
        """Do what a reaction means; see `ReactionInbox.handle`."""
        return await self.reactions.handle(event, key)

    async def sweep(
        self,
        place: Place,
        message: str,
        present: Collection[tuple[str, Person]],
        asked: datetime | None = None,
    ) -> None:
        """Make up for reactions that were missed; see `ReactionInbox.sweep`."""
        await self.reactions.sweep(place, message, present, asked)

    async def once(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do work that one of several processes is to do; see `Ports`. Raises StoreError."""
        await self.ports.once(name, work)

    async def recent(self, platform: str, since: datetime, limit: int = 1000) -> tuple[Sent, ...]:
        """Return the messages that show papers and were sent since then, newest first."""
        found = await self.ports.memory.messages.recent(platform, since, limit)
        return tuple(Sent(Place(platform, one.tenant, one.address), one.message) for one in found)

    async def fold(self, view: View, place: Place, longest: int) -> View:
        """Return the view with a short key for each button line over `longest` characters."""
        keep = self.ports.memory.tenant(place.platform, place.tenant).lines.keep
        folded = {
            b.line: f"{AGAIN} {await keep(b.line)}" for b in view.buttons if len(b.line) > longest
        }
        return with_lines(view, folded) if folded else view

    async def suggest(
        self, command: str, param: str, text: str, person: Person | None = None
    ) -> tuple[Suggestion, ...]:
        """Complete an argument from what was typed of it: at most 25 suggestions, best first.

        Without a person, nothing is suggested that only a team knows.
        """
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
            case kind:
                complete = self.ports.completions.get(kind)
                return await complete(text, person) if complete else ()
        fitting = [Suggestion(name, name) for name in names if name.startswith(text.lower())]
        return tuple(fitting[:MAX_SUGGESTIONS])

    def _correction(self, intent: Intent, error: UsageError) -> tuple[Button, ...]:
        """Offer to give the wrong argument again, with all others as they are."""
        known = self.commands.get(intent.command)
        if not known or intent.files or error.argument not in {one.name for one in known.params}:
            return ()
        line = known.write({**intent.args, error.argument: ASKED})
        return (Button("Correct it", line),) if line else ()

    async def _run(self, words: str, person: Person, place: Place) -> View:
        """Run a reaction's line; one that had no turn is worked off later."""
        try:
            async with self.ports.budgets.reaction(person):
                return await self._handle(self.read(words, person, place))
        except TooMuch as error:
            return View((line(str(error)),), outcome=Outcome.FAILED)

    def _context(self, intent: Intent) -> Context[S]:
        who, where = intent.person, intent.place
        context = self._make_context(self, self.services, who, where, self.now())
        return replace(context, progress=intent.progress, page_size=intent.page_size)

    async def _unfolded(self, intent: Intent) -> Intent:
        if intent.command != AGAIN:
            return intent
        kept = self.ports.memory.tenant(intent.place.platform, intent.place.tenant).lines
        line = await kept.get(clean(intent.args.get("", "")))
        if line is None:
            raise UsageError("That button is too old. Run the command again.")
        meant = self.read(line, intent.person, intent.place)
        added = {name: text for name, text in intent.args.items() if name}
        return replace(meant, args={**meant.args, **added}, files=intent.files)

    def _command(self, intent: Intent) -> Command:
        if known := self.commands.get(intent.command):
            return known
        raise UnknownCommand(intent.command)
