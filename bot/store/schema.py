"""The tables as they are now; `migrations` brings a database of any earlier version there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    true,
)

# The newest migration. It stands here so that opening a database that is up to date need not import
# Alembic.
HEAD = "0018"
# not Alembic's own name, by which databases of other programs would pass for ours
VERSION_TABLE = "paperboy_version"


class Instant(TypeDecorator[datetime]):
    """An aware moment, in UTC on both sides. SQLite has no time zones: a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Bring the moment into UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Give back the time zone that SQLite did not keep."""
        return (
            value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC) if value is not None else None
        )


class TextTuple(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts, as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _: Dialect) -> list[str]:
        """Make a list."""
        return list(value or ())

    def process_result_value(self, value: list[str] | None, _: Dialect) -> tuple[str, ...]:
        """Make a tuple again."""
        return tuple(value or ())


class InstantsByName(TypeDecorator[Mapping[str, datetime]]):
    """A few named moments, as a JSON object of ISO dates."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, datetime] | None, _: Dialect
    ) -> dict[str, str]:
        """Write the moments out."""
        return {name: moment.isoformat() for name, moment in (value or {}).items()}

    def process_result_value(self, value: dict[str, str] | None, _: Dialect) -> dict[str, datetime]:
        """Read them again."""
        return {name: datetime.fromisoformat(moment) for name, moment in (value or {}).items()}


class JsonObject(TypeDecorator[Mapping[str, Any]]):
    """JSON values by name."""

    impl = JSON(none_as_null=True)
    cache_ok = True


metadata = MetaData(
    # SQLite can change a constraint later only if it has a name:
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


version = Table(VERSION_TABLE, MetaData(), Column("version_num", Text))

store = Table(
    "store",
    metadata,
    Column(
        "id",
        Integer,
        CheckConstraint("id = 1", name="single"),
        primary_key=True,
        autoincrement=False,
    ),
    _text("identity"),
    Column("revision", Integer, nullable=False),  # of the paper that changed last
    # the revision up to which watches were matched
    Column("watched", Integer, nullable=False, server_default="0"),
    # how often a watch was made or changed, or papers were matched
    Column("watch_changes", Integer, nullable=False, server_default="0"),
)

papers = Table(
    "papers",
    metadata,
    _text("id", primary_key=True),
    _text("title"),
    Column("authors", TextTuple, nullable=False),
    _text("abstract"),
    _text("summary"),
    Column("keywords", TextTuple, nullable=False),
    Column("organization_handle", Text),
    Column("organization_name", Text),
    Column("submitter_handle", Text),
    Column("submitter_name", Text),
    Column("published", Date),
    Column("daily", Date),
    Column("upvotes", Integer),
    Column("comments", Integer),
    Column("code", Text),
    Column("code_matched", Boolean, nullable=False),
    Column("stars", Integer),
    Column("project", Text),
    Column("thumbnail", Text),
    Column("media", TextTuple, nullable=False),
    Column("as_of", Instant, nullable=False),  # when the newest of what is known was true
    Column(
        "since", InstantsByName, nullable=False
    ),  # the fields last known earlier than that, and when
    Column("revision", Integer, nullable=False),
    Index(None, "daily", "upvotes", "id"),
    Index(None, "revision", unique=True),
)

days = Table(
    "days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("papers", Integer, nullable=False),
    Column("fetched", Instant, nullable=False),
)

syncs = Table(
    "syncs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    _text("failed"),
)

shelf = Table(
    "shelf",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    Column("saved", Instant, nullable=False),
    Column("touched", Instant, nullable=False),  # when the person last did something with it
    Column("read", Instant),
    Column("private", Boolean, nullable=False),  # not seen on the team's shelf
    _text("address"),  # the place where it was kept, and what that is called
    _text("place"),
    Index(None, "platform", "tenant", "person", "saved", "paper"),
    Index(None, "platform", "tenant", "person", "touched", "paper"),
    Index(None, "platform", "tenant", "private", "saved", "paper"),
    Index(None, "platform", "tenant", "private", "touched", "paper"),
    Index(None, "platform", "tenant", "paper", "private"),
)

shelf_states = Table(  # of whoever keeps papers, and of their team, for which the person is ""
    "shelf_states",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
    _text("state"),  # another one, never seen before, after each change
)

notes = Table(
    "notes",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    _text("person", primary_key=True),
    _text("note"),
    Column("private", Boolean, nullable=False),
    Column("written", Instant, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    _text("tag", primary_key=True),
    Index(None, "platform", "tenant", "tag"),
    Index(None, "platform", "tenant", "paper"),
)

people = Table(  # who did something that others of the tenant can see, by name
    "people",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
    _text("name"),
)

hidden_people = Table(  # who is neither counted nor named where everyone looks
    "hidden_people",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
)

nominations = Table(
    "nominations",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    _text("person"),
    Column("nominated", Instant, nullable=False),
)

picks = Table(
    "picks",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("week", Date, primary_key=True),  # its Monday
    Column("paper", Text, ForeignKey(papers.c.id), nullable=False),
    Column("votes", Integer, nullable=False),
    Column("tied", TextTuple, nullable=False),  # the papers that had as many
    _text("person"),
    Column("picked", Instant, nullable=False),
)

forgotten = Table(  # people who asked to be forgotten, by a mark that does not tell who they are
    "forgotten",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("mark", primary_key=True),
    Column("at", Instant, nullable=False),
)

departures = Table(  # the tenants that removed the bot
    "departures",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("at", Instant, nullable=False),
)

installations = Table(  # where the bot is, with a mark of its credential
    "installations",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("credential"),
    Column("refused", Instant),
)

alerts = Table(  # what is wrong, and was told to the admins
    "alerts",
    metadata,
    _text("kind", primary_key=True),
    Column("since", Instant, nullable=False),
)

batches = Table(  # of papers: the revision after each, and a random mark that no other history has
    "batches",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    _text("mark"),
)

messages = Table(
    "messages",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("address", primary_key=True),
    _text("message", primary_key=True),
    Column("papers", TextTuple, nullable=False),
    Column("sent", Instant, nullable=False),
    Column("view", JsonObject),  # of one that shows who saved its papers
    _text("said", server_default=""),  # a digest of what it shows of that
    Index(None, "platform", "sent"),
)

reactions = Table(
    "reactions",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("address", primary_key=True),
    _text("message", primary_key=True),
    _text("emoji", primary_key=True),
    _text("person", primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("at", Instant, nullable=False),  # when the platform says that it was added or taken away
    Column("effect", Boolean, nullable=False, server_default=true()),
)

# those that were heard and are not worked off yet
reaction_events = Table(
    "reaction_events",
    metadata,
    _text("key", primary_key=True),
    _text("platform"),
    _text("tenant"),
    _text("address"),
    _text("message"),
    _text("emoji"),
    _text("person"),
    _text("person_tenant"),
    _text("name"),
    Column("private", Boolean, nullable=False),
    Column("added", Boolean, nullable=False),
    Column("at", Instant),  # as the platform says
    Column("heard", Instant, nullable=False),
    Index(None, "platform", "heard"),
)

# confirmed by a code, or waiting for it
email_addresses = Table(
    "email_addresses",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("person", primary_key=True),
    _text("address", primary_key=True),
    _text("code"),  # its hash, "" once it is confirmed
    _text("line"),  # the command that goes on once it is confirmed
    Column("asked", Instant, nullable=False),
    Column("codes", Integer, nullable=False),  # mailed since `asked`
    Column("tries", Integer, nullable=False),  # wrong ones since the last code
    Column("confirmed", Instant),
    Index(None, "address", "asked"),
)

votes = Table(
    "votes",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    _text("person", primary_key=True),
    Column("voted", Instant, nullable=False),
)

feedback = Table(  # what people say about the papers of their digests
    "feedback",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    Column("paper", Text, ForeignKey(papers.c.id), primary_key=True),
    _text("person", primary_key=True),
    Column("useful", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

lines = Table(
    "lines",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("key", primary_key=True),
    _text("line"),
    Column("kept", Date, default=func.current_date()),  # when a message last had it
    Index(None, "kept"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("platform"),
    _text("tenant"),
    _text("address"),
    _text("person"),
    Column("wishes", JsonObject, nullable=False),
    Column("made", Instant, nullable=False),
    Column("next_date", Date),
    Column("next_due", Instant),
    Column("covered", Date),
    _text("paused"),
    Column("refused", Instant),
    Column("watch", Boolean, nullable=False),
    Index(None, "platform", "next_due"),
    Index(None, "platform", "tenant"),
    sqlite_autoincrement=True,  # the number of one that is gone is never that of another
)

watch_papers = Table(  # each paper that a watch has matched, so that it is told once
    "watch_papers",
    metadata,
    Column(
        "subscription",
        Integer,
        ForeignKey(subscriptions.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    _text("paper", primary_key=True),
    Column("day", Date, nullable=False),  # the local one on which it matched
    _text("state"),
    Index(None, "paper"),
    Index(None, "state", "day"),
)

digests = Table(
    "digests",
    metadata,
    Column(
        "subscription",
        Integer,
        ForeignKey(subscriptions.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("date", Date, primary_key=True),
    _text("state"),
    Column("due", Instant, nullable=False),
    Column("until", Instant, nullable=False),  # after which it is not worth posting
    Column("not_before", Instant, nullable=False),
    Column("first", Date),  # of the days that it covers
    Column("last", Date),
    Column(
        "weighed", TextTuple, nullable=False
    ),  # the papers that it chose from: what comes later is new
    _text("reason"),
    Column("ended", Instant),
    Index(None, "state", "not_before"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription", Integer, nullable=False),
    Column("date", Date, nullable=False),
    Column(
        "part", Integer, nullable=False
    ),  # 0 is the head; those below it tell an admin of trouble
    _text("platform"),
    _text("tenant"),
    _text("address"),
    Column("threaded", Boolean, nullable=False),  # it belongs into the thread of the head
    _text("key", unique=True),
    Column("view", JsonObject, nullable=False),
    _text("state"),
    Column("not_before", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("lease", Instant),
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried", Instant),  # when an attempt began that may have reached the place
    _text("message"),
    _text("sent_to"),  # the address where it stands
    _text("thread"),  # the address of its thread
    _text("trouble"),
    UniqueConstraint("subscription", "date", "part"),
    ForeignKeyConstraint(
        ("subscription", "date"), (digests.c.subscription, digests.c.date), ondelete="CASCADE"
    ),
    Index(None, "state", "not_before"),
    Index(None, "platform", "tenant", "state"),
    sqlite_autoincrement=True,
)

posted = Table(
    "posted",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("address", primary_key=True),
    _text("paper", primary_key=True),
    Column("subscription", Integer, nullable=False),
    Column("date", Date, nullable=False),
    Index(None, "subscription", "date"),
)

polls = Table(  # open ones
    "polls",
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("address"),
    _text("key"),
    Column("papers", TextTuple, nullable=False),  # its answers
    Column("begun", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    _text("message"),
    Index(None, "ends"),
)

leases = Table(  # what one of several processes does for all, and which
    "leases",
    metadata,
    _text("name", primary_key=True),
    _text("holder"),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("done", Instant),  # when what was done last began
)
