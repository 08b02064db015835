from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.arguments import Argument, choice, number
from bot.chat.kinds import Choice, Days, TimeOfDay, YesNo
from bot.chat.signatures import command, shared
from bot.chat.views import View, line
from bot.errors import UsageError
from bot.features import shelf, subscriptions

TODAY = date(2026, 5, 29)
WORD = Argument("a word", lambda text, _: text, "diffusion")
DAY = Argument(
    "a day",
    lambda text, today: today if text == "today" else date.fromisoformat(text),
    "2026-05-29",
)
TIME = Argument("a time", lambda text, _: text, "9:00", TimeOfDay())
DAYS = Argument("days", lambda text, _: text, "mon", Days(), depends=("every", ("weekly",)))
ORDER = choice({"new": "Newest", "votes": "Most votes"})


async def look_up(
    ctx: object,
    day: Annotated[date, DAY],
    words: Annotated[str, WORD] = "",
    *,
    sort: Literal["new", "votes"] = "new",
    page: Annotated[int, number(1, 9)] = 1,
) -> View:
    """Look something up.

    day: the day to look at
    words: what to look for
    sort: what comes first
    page: which page
    """
    return View((line(repr((ctx, day, words, sort, page))),))


LOOK_UP = command(look_up)


def test_name_help_and_arguments_are_read_off_the_function():
    assert (LOOK_UP.name, LOOK_UP.help, LOOK_UP.shared) == ("look-up", "Look something up", False)
    assert [(p.name, p.required, p.named, p.help) for p in LOOK_UP.params] == [
        ("day", True, False, "the day to look at"),
        ("words", False, False, "what to look for"),
        ("sort", False, True, "what comes first"),
        ("page", False, True, "which page"),
    ]
    assert LOOK_UP.usage == "look-up DAY [WORDS] [sort:new|votes] [page:PAGE]"


def test_a_command_can_be_answered_for_all_to_see():
    @shared
    async def look(ctx: object) -> View:
        """Look something up."""
        return View((line(repr(ctx)),))

    assert command(look).shared


def test_a_whole_number_says_its_bounds():
    assert {
        param.name: param.argument.bounds for param in LOOK_UP.params if param.argument.bounds
    } == {"page": (1, 9)}


def test_typed_words_are_shared_out_to_the_arguments():
    assert LOOK_UP.split('2026-05-28 "two words" page:2 and more SORT:votes') == {
        "day": "2026-05-28",
        "words": '"two words" and more',
        "page": "2",
        "sort": "votes",
    }
    assert LOOK_UP.split("  ") == {}


def test_what_is_quoted_after_a_name_belongs_to_it():
    assert LOOK_UP.split('x sort:"two words" author:"ada lovelace"') == {
        "day": "x",
        "sort": "two words",
        "words": 'author:"ada lovelace"',
    }
    assert LOOK_UP.split("x sort:'a \"b c\"'")["sort"] == 'a "b c"'
    assert LOOK_UP.split('x sort:"not closed') == {"day": "x", "sort": "not", "words": "closed"}


def test_arguments_become_typed_values():
    args = LOOK_UP.split("today some words page:2 sort:VOTES")
    assert LOOK_UP.bind(args, TODAY) == {
        "day": TODAY,
        "words": "some words",
        "page": 2,
        "sort": "votes",
    }


def test_what_a_form_would_ask_for_is_named():
    assert [p.name for p in LOOK_UP.missing({"words": "x"})] == ["day"]
    assert LOOK_UP.missing({"day": "today"}) == ()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({}, "“look-up” needs a day (for example 2026-05-29)."),
        ({"day": "today", "page": "0"}, "“0” isn’t a number from 1 to 9."),
        ({"day": "today", "page": "²"}, "“²” isn’t a number from 1 to 9."),
        ({"day": "today", "page": "1e3"}, "“1e3” isn’t a number from 1 to 9."),
        ({"day": "today", "sort": "up"}, "“up” isn’t one of new or votes."),
        (
            {"day": "today", "colour": "red"},
            "“look-up” takes no more words, but was given “red”.",
        ),
        ({"day": "x" * 2001}, "That is 2,001 characters; the limit is 2,000."),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_sentence(args, sentence):
    with pytest.raises(UsageError) as refused:
        LOOK_UP.bind(args, TODAY)
    assert str(refused.value) == sentence


async def greet(ctx: object) -> View:
    """Greet."""
    return View((line(f"Hello {ctx}"),))


def test_a_command_without_arguments_refuses_words():
    with pytest.raises(UsageError, match="“greet” takes no more words, but was given “you there”"):
        command(greet).bind(command(greet).split("you there"), TODAY)


async def unexplained(ctx: object, word: Annotated[str, WORD]) -> View:
    """Do something."""
    return View((line(f"{ctx} {word}"),))


async def plan(
    ctx: object,
    *,
    at: Annotated[str, TIME] = "9:00",
    on: Annotated[str, DAYS] = "",
    order: Annotated[str, ORDER] = "votes",
    quiet: bool = False,
) -> View:
    """Plan something.

    at: Time [9:00] – as in 9:00, 17:30 or 9am
    on: Days

    More:
    order: Sort by [most votes]
    quiet: say nothing where there is nothing to say, and so on and on and on
    """
    return View((line(repr((ctx, at, on, order, quiet))),))


def test_an_argument_has_a_kind_a_label_a_default_and_a_group():
    at, on, order, quiet = command(plan).params
    assert (at.label, at.default, at.kind, at.group) == ("Time", "9:00", TimeOfDay(), "first")
    assert (on.label, on.default, on.kind, on.group) == ("Days", "", Days(), "first")
    assert (order.label, order.default, order.group) == ("Sort by", "most votes", "more")
    assert order.kind == Choice((("new", "Newest"), ("votes", "Most votes")))
    assert order.choices == ("new", "votes")
    assert (quiet.label, quiet.kind, quiet.choices) == ("Quiet", YesNo(), ("yes", "no"))
    assert quiet.help.startswith("say nothing where")


def test_an_argument_can_be_of_use_only_beside_another():
    at, on, *_ = command(plan).params
    assert at.applies({})
    assert on.applies({"every": "weekly"})
    assert not on.applies({"every": "daily"})


def test_what_is_wrong_names_its_argument():
    for args, wrong in (({"order": "up"}, "order"), ({"at": "x" * 2001}, "at"), ({"x": "y"}, "")):
        with pytest.raises(UsageError) as refused:
            command(plan).bind(args, TODAY)
        assert refused.value.argument == wrong
    with pytest.raises(UsageError) as refused:
        LOOK_UP.bind({}, TODAY)
    assert refused.value.argument == "day"


def test_an_argument_must_be_explained():
    with pytest.raises(ValueError, match="the docstring explains no word"):
        command(unexplained)


@given(st.text())
def test_any_words_are_bound_or_refused(words):
    bound: dict[str, object] = {"day": TODAY}
    with suppress(UsageError):
        bound = LOOK_UP.bind(LOOK_UP.split(words), TODAY)
    assert isinstance(bound["day"], date)


def test_the_last_words_stay_as_they_were_typed(bot):
    note = bot.commands["note"]
    assert note.split("""2605.1 'a "b", c'""") == {"paper": "2605.1", "text": """'a "b", c'"""}
    assert note.split("2605.1 a  private:yes “b”\nc") == {
        "paper": "2605.1",
        "text": "a “b”\nc",
        "private": "yes",
    }


@pytest.mark.parametrize(
    "args",
    [
        {"paper": "half a title", "private": "yes"},
        {"paper": "?", "private": "yes"},
        {},
    ],
)
def test_a_line_is_written_that_reads_as_the_same_arguments(args):
    save = command(shelf.save)
    assert save.split(save.write(args).removeprefix("save")) == args


def test_what_no_line_can_hold_is_not_written():
    subscribe = command(subscriptions.subscribe)
    assert subscribe.write({"topics": "where:me", "where": "here"}) == ""
    assert subscribe.write({"without": 'it\'s "big"'}) == ""
    assert subscribe.write({"without": '"big models"', "at": "?"}) == (
        "subscribe at:? without:'\"big models\"'"
    )


def test_any_argument_is_marked_by_its_name_as_one_to_be_asked_for():
    subscribe = command(subscriptions.subscribe)
    marked = subscribe.split("at:9:00 topics:?")
    assert marked == {"at": "9:00", "topics": "?"}
    assert [param.name for param in subscribe.asked(marked)] == ["topics"]
    assert subscribe.split("topics:diffusion") == {"topics": "topics:diffusion"}
