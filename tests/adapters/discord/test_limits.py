"""Whatever papers, digests and forms there are: Discord takes each, and nothing gets lost.

`pytest --hypothesis-profile=many tests/adapters/discord/test_limits.py` tries 10,000 of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from simcord.components import validate_components, walk_components

from adapters.discord.custom_ids import MAX_LINE, Press
from adapters.discord.forms import form, purpose
from adapters.discord.render import render
from adapters.discord.requests import Request
from bot import cards
from bot.calendar.schedule import Schedule
from bot.chat.command_table import CommandTable
from bot.chat.commands import Blank, Param
from bot.chat.intents import Intent
from bot.chat.tallies import Tally, with_tallies
from bot.chat.views import Button, Buttons, View, with_lines
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.features import ALL
from bot.features.subscription_card import card, item
from bot.models import DigestOptions, Layout, Order, Person, Place, Subscription
from bot.papers import Account, Paper
from tests.contract.views import MARKUP, WORDS
from tests.rigs.discord_limits import refused
from tests.rigs.discord_markdown import markup

# a few at each run of all tests, as many as the profile says in one of their own
FEW = (
    settings(max_examples=30) if settings.get_current_profile_name() == "unhurried" else settings()
)
OURS = {"heading", "small", "strong", "code", "link", "address"}
V2 = 1 << 15
ROLE = "1456074443980800099"

ANYTHING = st.one_of(WORDS, st.sampled_from(MARKUP), st.text(max_size=300))
PAPER = st.builds(
    Paper,
    id=st.integers(1, 99_999).map("2401.{:05}".format),
    title=st.one_of(ANYTHING, st.text("word *_[]", min_size=1).map(lambda text: text * 50)),
    authors=st.one_of(st.lists(WORDS, max_size=12), st.just(["An Author"] * 664)).map(tuple),
    abstract=st.one_of(
        ANYTHING, st.text("long *_`[]<@1> ", min_size=20).map(lambda text: text * 500)
    ),
    summary=ANYTHING,
    keywords=st.lists(WORDS, max_size=9).map(tuple),
    organization=st.one_of(st.none(), st.builds(Account, st.just("org"), WORDS)),
    submitter=st.one_of(st.none(), st.builds(Account, st.just("one"), WORDS)),
    published=st.one_of(st.none(), st.dates()),
    daily=st.one_of(st.none(), st.dates()),
    upvotes=st.one_of(st.none(), st.integers(0, 10**6)),
    comments=st.one_of(st.none(), st.integers(0, 10**6)),
    code=st.one_of(st.just(""), st.just("https://github.com/a/b_c")),
    stars=st.one_of(st.none(), st.integers(0, 10**6)),
    project=st.one_of(st.just(""), st.just("https://example.org/" + "x" * 3000)),
    thumbnail=st.one_of(
        st.just(""), st.just("https://example.org/1.png"), st.just("/relative.png"), WORDS
    ),
)
PAPERS = st.lists(PAPER, min_size=1, max_size=10, unique_by=lambda paper: paper.id)
SCHEDULE = st.builds(
    Schedule, st.sampled_from(["daily", "weekdays"]), st.just(time(9)), st.just("Asia/Kolkata")
)
OPTIONS = st.builds(
    DigestOptions,
    SCHEDULE,
    order=st.sampled_from(get_args(Order)),
    topics=ANYTHING,
    without=ANYTHING,
    votes=st.integers(0, 10**5),
    code=st.booleans(),
    layout=st.sampled_from(get_args(Layout)),
    ping=st.sampled_from(["", ROLE]),
    publish=st.booleans(),
)
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 29)
HERE, ME = Place("discord", "1" * 19, "2" * 19), Person("discord", "1" * 19, "3" * 19)
COMMANDS = CommandTable.of(ALL).commands


def check(view: View) -> None:
    """Render as a message of another server is, and have Discord's rules look at it."""
    lines = {one.line: f"again {number}" for number, one in enumerate(view.buttons)}
    folded = with_lines(view, {key: kept for key, kept in lines.items() if len(key) > MAX_LINE})
    made: list[dict[str, Any]] = render(folded, "1" * 20).to_components()
    validate_components(made, flags=V2)
    mentions = {"parse": [], "roles": [ROLE]} if view.ping else {"parse": []}
    body = {"components": made, "flags": V2, "allowed_mentions": mentions}
    assert refused("POST", "/channels/1/messages", body) == ""
    texts = [one["content"] for one in walk_components(made) if one["type"] == 10]
    assert sum(map(len, texts)) <= 4000
    for text in "\n".join(texts).removeprefix(f"<@&{ROLE}>\n").split("\n"):
        assert {kind for run in markup(text) for kind in run.kinds} <= OURS
    assert list(_lines(made)) == [one.line for one in folded.buttons]


def _lines(made: list[dict[str, Any]]) -> Iterator[str]:
    for one in walk_components(made):
        ids = [option["value"] for option in one["options"]] if one["type"] == 3 else []
        ids += [one["custom_id"]] if one["type"] == 2 and "custom_id" in one else []
        for press in map(Press.read, ids):
            assert press
            yield press.line


@FEW
@given(PAPERS, OPTIONS)
def test_every_digest_fits(papers, options):
    because = {papers[0].id: papers[-1]} if options.order == "for-me" else {}
    digest = Digest(options, FIRST, LAST, tuple(papers), 500, because=because)
    tallies = {paper.id: Tally(10**6, 10**6, ("*Ada* <@1>", "Bob" * 30)) for paper in papers}
    for view in views(digest):
        check(view)
        check(with_tallies(view, tallies))


@FEW
@given(PAPERS, st.booleans())
def test_every_card_and_list_of_papers_fits(papers, kept):
    check(cards.card(papers[0], kept=kept, votes=3))
    ids = [paper.id for paper in papers[::2]]
    turns = Buttons((Button("Back", "find x page:1", turns=True), Button("More", "find x page:3")))
    check(View((*cards.items(papers, ids, 21), turns), title="A list"))


@FEW
@given(OPTIONS, st.integers(1, 10**9))
def test_every_subscription_fits(options, number):
    one = Subscription(number, HERE, ME, options, datetime(2026, 5, 29, tzinfo=UTC))
    check(card(one, "in #papers", "Asia/Tokyo", "Subscribed."))
    check(card(replace(one, watch=True), "here", "", "Watching."))
    check(View(tuple(item(replace(one, id=n), "here", "") for n in range(20)), title="20"))


@FEW
@given(st.sampled_from(sorted(COMMANDS)), st.data())
def test_every_form_fits(name, data):
    command = COMMANDS[name]
    values = {one.name: data.draw(st.one_of(st.just(""), *_values(one))) for one in command.params}
    asked = data.draw(st.permutations(command.params).map(lambda some: some[:7]))
    blanks = [Blank(one, values[one.name]) for one in asked]
    title = data.draw(st.one_of(st.just(""), ANYTHING))
    made = form(blanks, Request(Intent(name, ME, HERE), name), purpose(command), title)
    if blanks:
        assert made
        body = {"type": 9, "data": made.to_dict()}
        assert refused("POST", "/interactions/1/2/callback", body) == ""


def _values(param: Param) -> list[st.SearchStrategy[str]]:
    few = [st.sampled_from(param.choices)] if param.choices else []
    return [st.sampled_from(MARKUP), st.text(max_size=3000), *few]
