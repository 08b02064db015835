"""Value types that every room shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from bot.calendar.schedule import Schedule

Order: TypeAlias = Literal["upvotes", "trending", "new", "for-me"]
Day: TypeAlias = Literal["today", "yesterday"]
Layout: TypeAlias = Literal["threaded", "compact", "full"]
Closeness: TypeAlias = Literal["words", "close", "wide"]
ShelfSort: TypeAlias = Literal["new", "votes", "title", "touched"]

MAX_PAPERS = 10
MAIL = "email"  # the platform of e-mail, which serves people of all others
PAUSE_AFTER = timedelta(days=3)  # that a place refuses its digests, where no setting says otherwise
# how long after its time one is worth posting
GRACE = {"weekly": timedelta(hours=48), "monthly": timedelta(hours=48)}
USUAL_GRACE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest value of a number that a person may choose."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Person:
    """A person on a platform; `tenant` is the Slack team or Discord guild, "" at the terminal."""

    platform: str
    tenant: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said; `address` is the adapter's own, opaque and storable.

    `name` is what people call it, if the platform tells; a `private` one is a conversation
    with one person.
    """

    platform: str
    tenant: str
    address: str
    name: str = field(default="", compare=False)
    private: bool = field(default=False, compare=False)

    @property
    def is_mail(self) -> bool:
        """Whether it is an e-mail address: "mailto:me@example.org", whatever the platform."""
        return self.address.startswith("mailto:")

    @property
    def route(self) -> str:
        """The platform of the outlet that takes messages there."""
        return MAIL if self.is_mail else self.platform


@dataclass(frozen=True, slots=True)
class ReactionEvent:
    """An emoji that a person put under a message, or took away.

    `at` is when that was, where the platform says so. Those `by_bot` mean nothing. A message of our
    `own` may not be recorded yet.
    """

    place: Place
    message: str
    emoji: str
    person: Person
    added: bool
    at: datetime | None = None
    by_bot: bool = field(default=False, compare=False)
    own: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that stands in a place, by the platform's own id."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers of which people choose any number, open for some hours."""

    question: str
    answers: tuple[str, ...]
    hours: int


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in a place: whether they manage it, who does (in words), their time zone.

    `own` is a conversation of theirs with the bot alone. `zone` is an IANA name, "" where the
    platform does not tell; `name` is what people call the place, as in #papers, "" likewise.
    """

    manages: bool
    managers: str = "its owner"
    own: bool = False
    zone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address of a person; `confirmed` is None while `code`, a hash, waits to be typed.

    `line` is the command that goes on once it is confirmed; `codes` were mailed since `asked`.
    """

    address: str
    code: str
    line: str
    asked: datetime
    codes: int
    confirmed: datetime | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: what is shown, and what it stands for (an id or a name)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """Whether a reaction was there after the last event about it, and when that was.

    One without `effect` changed nothing: what it stands for was done before in another way.
    """

    present: bool
    at: datetime
    effect: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper on a person's shelf.

    `saved`, `touched` and `read` are when it was saved, changed last and marked as read; `address`
    and `place` are where it was saved, as an address and by name.
    """

    paper: str
    person: str
    saved: datetime
    touched: datetime
    read: datetime | None
    private: bool
    address: str
    place: str


@dataclass(frozen=True, slots=True)
class ShelfFilter:
    """A part of a tenant's shelves: of one person or all, only shared, with a tag, read or not."""

    person: str = ""
    shared: bool = False
    tag: str = ""
    read: bool | None = None


@dataclass(frozen=True, slots=True)
class DigestOptions:
    """What a subscriber wants of a digest: each field is an argument of `subscribe` and `edit`.

    `day` is the list that it shows, today's or yesterday's, whose votes have settled. `topics` and
    `without` are searches, separated by commas, of which one has to fit a paper, or none; with a
    language model, `closeness` says how near in meaning is enough for a topic in words. `quiet`
    days without papers say nothing; with `repeats`, what the place has seen may come again. The
    order "for-me" goes by what the person who asked keeps, and so belongs in a conversation of
    theirs. Where the platform can do so, `ping` is the id of a role that is notified, and those who
    follow the channel get what it has to `publish`.
    """

    schedule: Schedule
    papers: Annotated[int, Bounds(1, MAX_PAPERS)] = 5
    order: Order = "upvotes"
    day: Day = "today"
    topics: str = ""
    without: str = ""
    closeness: Closeness = "close"
    votes: Annotated[int, Bounds(0, 100_000)] = 0
    code: bool = False
    layout: Layout = "threaded"
    quiet: bool = True
    repeats: bool = False
    ping: str = ""
    publish: bool = False

    @property
    def grace(self) -> timedelta:
        """How long after its time a digest is still posted."""
        return GRACE.get(self.schedule.every, USUAL_GRACE)

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON values."""
        schedule = {
            **asdict(self.schedule),
            "at": f"{self.schedule.at:%H:%M}",
            "on": list(self.schedule.on),
        }
        return {**asdict(self), "schedule": schedule}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> DigestOptions:
        """Read what `to_json` returned."""
        when = written["schedule"]
        schedule = Schedule(
            when["every"], time.fromisoformat(when["at"]), when["zone"], tuple(when["on"])
        )
        return cls(**{**written, "schedule": schedule})


@dataclass(frozen=True, slots=True)
class Subscription:
    """The digests of one place, and who asked for them.

    A `watch` has no times: it tells of each paper that matches its options soon after it came.
    `next_date` is the local date of the next digest, due at `next_due`; both are None while it is
    `paused`, which says why. `covered` is the last day of the lists that has been dealt with.
    `refused` is since when the place has taken nothing.
    """

    id: int
    place: Place
    person: Person
    options: DigestOptions
    made: datetime
    next_date: date | None = None
    next_due: datetime | None = None
    covered: date | None = None
    paused: str = ""
    refused: datetime | None = None
    watch: bool = False

    def from_now(self, now: datetime, had: date | None) -> Subscription:
        """Return it with the next digest after now, of a later date than the last that it `had`."""
        if self.watch:
            return replace(self, next_date=None, next_due=None)
        day, due = self.options.schedule.following(had or date.min, now)
        return replace(self, next_date=day, next_due=due)
