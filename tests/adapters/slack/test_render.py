"""Views as Block Kit: nothing dropped, nothing over a limit, nothing that becomes markup."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.slack.limits import MESSAGE, count_characters, drop_pictures, has_pictures
from adapters.slack.render import fallback_text, fits_message, render
from adapters.slack.web import NEWER
from bot import cards
from bot.calendar.schedule import Schedule
from bot.chat.parts import split
from bot.chat.views import Arrangement, Button, Buttons, Item, Link, Moment, Picture, Text, View
from bot.digests.layout import views as messages
from bot.digests.selection import Digest
from bot.models import DigestOptions, Layout
from bot.papers import Account, Paper
from bot.text import visible
from tests.contract.views import MARKUP, VIEWS, words
from tests.rigs.slack_rules import broken_rules, design_faults, seen, texts

PROSE = st.one_of(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=60),
    st.sampled_from(MARKUP),
)
LONG = st.builds(lambda text, times: f"{text} " * times, PROSE, st.integers(0, 200))
NAMES = st.lists(PROSE, max_size=5)
WEB = st.one_of(st.none(), st.builds("https://example.org/{}".format, st.integers(0, 99)))
COUNTS = st.one_of(st.none(), st.integers(0, 10**9))
PAPERS = st.builds(
    Paper,
    id=st.sampled_from(["2605.00001", "math/0309136"]),
    title=LONG,
    authors=st.builds(lambda names, times: tuple(names * times), NAMES, st.sampled_from([1, 133])),
    abstract=LONG,
    summary=PROSE,
    keywords=NAMES.map(tuple),
    organization=st.one_of(st.none(), st.builds(Account, st.just("org"), PROSE)),
    submitter=st.one_of(st.none(), st.builds(Account, st.just("ada"), PROSE)),
    published=st.one_of(st.none(), st.dates()),
    daily=st.one_of(st.none(), st.dates()),
    upvotes=COUNTS,
    comments=COUNTS,
    code=WEB,
    code_matched=st.booleans(),
    stars=COUNTS,
    project=WEB,
    thumbnail=WEB,
)


ARRANGED = st.sampled_from(get_args(Arrangement))


def in_a_list(papers):
    return View(cards.items(papers, kept=()))


@given(VIEWS)
def test_nothing_is_dropped_and_no_rule_is_broken(view):
    made = render(view, "x")
    assert list(broken_rules(made, newer=False)) == []
    assert_literal(made)
    shown = "".join(texts(made))
    for word in words(view):
        assert visible(word).strip() in shown


@given(VIEWS, ARRANGED)
def test_cards_hide_no_more_than_the_end_of_a_summary(view, arranged):
    made = render(replace(view, arranged=arranged), "x", newer=NEWER)
    assert list(broken_rules(made)) == []
    assert_literal(made)
    shown = "".join(texts(made))
    for word in words(view):  # none is as long as that
        assert visible(word).strip() in shown


@given(
    st.one_of(
        PAPERS.map(lambda paper: cards.card(paper, kept=False)),
        st.lists(PAPERS, max_size=10).map(in_a_list),
    ),
    ARRANGED,
)
def test_any_paper_keeps_to_the_limits(view, arranged):
    for newer in ((), NEWER):
        made = render(replace(view, arranged=arranged), "x", newer=newer)
        assert list(broken_rules(made, newer=bool(newer))) == []
        assert_literal(made)


@given(st.lists(PAPERS, min_size=1, max_size=12), st.sampled_from(get_args(Layout)), ARRANGED)
@example(
    [Paper(f"2605.0000{n}", "A long title " * 150, abstract="Long. " * 60) for n in range(5)],
    "full",
    "list",
)
def test_any_digest_keeps_to_the_limits(papers, layout, arranged):
    day, options = date(2026, 5, 29), DigestOptions(Schedule("daily", time(9), "UTC"))
    made = messages(Digest(replace(options, layout=layout), day, day, tuple(papers), len(papers)))
    are_named = all(visible(cards.title(paper)).strip() for paper in papers)
    for view in made:
        for newer in ((), NEWER):
            blocks = render(replace(view, arranged=arranged), "x", newer=newer)
            assert list(broken_rules(blocks, newer=bool(newer))) == []
            assert not are_named or list(design_faults(blocks)) == []
            assert_literal(blocks)
            assert "not shown" not in seen(blocks)


def assert_literal(made):
    """Nothing may be read as markup, and no name of an emoji either."""
    assert '"emoji": true' not in json.dumps(made)  # texts() sees that mrkdwn is inert
    list(texts(made))
    for block in made:
        for section in block["elements"] if block["type"] == "rich_text" else ():
            assert {element["type"] for element in section["elements"]} <= {"text", "link", "date"}


@given(VIEWS)
def test_a_notification_pings_nobody_and_is_short(view):
    said = fallback_text(view)
    assert 0 < len(said) <= 1600  # 300 characters, each of which may be escaped
    assert not {"<", ">"} & set(said)
    assert "&" not in said.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_a_notification_says_what_there_is():
    papers = [
        Paper(f"2605.0000{n}", title) for n, title in enumerate(("Attention & <All>", "Weather"))
    ]
    assert fallback_text(View(cards.items(papers, ()), title="Daily Papers")) == (
        "Daily Papers: Attention &amp; &lt;All&gt; · Weather"
    )
    assert fallback_text(View((Item(("Commands",)), Text(("What there is",))))) == "What there is"
    assert fallback_text(View(())) == "Paperboy"


def test_a_very_long_abstract_is_shown_whole_in_several_paragraphs():
    paper = Paper(
        "2605.00001",
        "A title",
        tuple(f"Author {n}" for n in range(664)),
        abstract="words in a row " * 700,
    )
    made = render(cards.card(paper, kept=False), "x")
    assert "(664 authors)" in seen(made)
    assert seen(made).replace("\n", "").count("words in a row") == 700
    assert list(broken_rules(made)) == []


@given(st.lists(LONG, min_size=1, max_size=5), st.booleans())
def test_long_text_is_split_and_nothing_is_lost(lines, pictured):
    picture = "https://example.org/1.png" if pictured else None
    view = View((Item((lines[0],), tuple((line,) for line in lines[1:]), picture=picture),))
    parts = [render(part, "x") for part in split(view, fits_message)]
    for made in parts:
        assert list(broken_rules(made)) == []
        assert "not shown" not in seen(made)
    shown = "".join("".join(texts(made)) for made in parts)
    for word in " ".join(lines).split():
        assert visible(word).strip() in shown


def test_what_has_no_room_is_counted_and_the_way_on_stays():
    buttons = (Button("Save", "save 1"), Button("Details", "paper 1"))
    items = tuple(Item((f"Paper {n}",), buttons=buttons) for n in range(40))
    view = View((*items, Buttons((Button("More", "find x page:2"),))))
    made = render(view, "x")
    assert len(made) <= 50
    assert "Paper 15" in seen(made)
    assert "24 more not shown: the message would be too long." in seen(made)
    assert made[-1]["elements"][0]["text"]["text"] == "More"


def test_characters_in_all_are_limited_too():
    view = View(tuple(Text((f"{n} " + "word " * 500,)) for n in range(10)))
    made = render(view, "x")
    assert count_characters(made) <= MESSAGE.characters
    assert "6 more not shown" in seen(made)


def test_pictures_stand_beside_text_and_the_message_does_without_them():
    made = render(
        View((Item(("A title",), (("a line",),), picture="https://example.org/1.png"),)), "x"
    )
    assert [block["accessory"]["image_url"] for block in made] == ["https://example.org/1.png"]
    bare = render(
        View(
            (
                Item(("B",), picture="https://example.org/2.png"),
                Picture("https://example.org/3.png", "A chart"),
            )
        ),
        "x",
    )
    for some in (made, bare):
        assert has_pictures(some)
        assert not has_pictures(drop_pictures(some))
        assert list(broken_rules(drop_pictures(some))) == []
    assert "A chart" in seen(drop_pictures(bare))


@pytest.mark.parametrize(
    ("title", "kinds"),
    [("A title", ["section"]), ("A *bold* title", ["rich_text", "section"])],
)
def test_title_facts_and_summary_of_a_paper_stand_beside_its_picture_and_buttons_below(
    title, kinds
):
    made = render(View((card_of(title, "▲ 3", "It works."),)), "x")
    assert [block["type"] for block in made] == [*kinds, "actions"]
    assert seen(made).index("▲ 3") < seen(made).index("It works.") < seen(made).index("Save")
    assert made[-2]["accessory"]["image_url"] == "https://example.org/1.png"


def test_more_buttons_than_a_row_takes_go_into_further_rows():
    buttons = tuple(Button(f"B{n}", f"save {n}", turns=n == 0) for n in range(60))
    made = render(View((Buttons(buttons),)), "x")
    assert [len(row["elements"]) for row in made] == [25, 25, 10]
    assert [made[0]["elements"][n]["action_id"] for n in (0, 1)] == ["turn.0", "press.1"]
    assert list(broken_rules(made)) == []


def test_one_button_is_primary_and_what_cannot_be_undone_is_red_and_confirmed():
    buttons = (Button("Post now", "digest 1"), Button("Remove", "unsubscribe 1"))
    made = render(View((Item(("A digest",), buttons=buttons), Buttons(buttons[:1]))), "x")
    post, remove = made[1]["elements"]
    assert (post["style"], "confirm" in post) == ("primary", False)
    assert (remove["style"], remove["confirm"]["confirm"]["text"]) == ("danger", "Remove")
    assert remove["accessibility_label"] == "Remove: A digest"
    assert list(broken_rules(made)) == []


def test_saving_is_primary_where_one_paper_is_shown():
    papers = [Paper(f"2605.0000{n}", f"Paper {n}") for n in range(2)]
    card, listed = cards.card(papers[0], kept=False), View(cards.items(papers, ()))
    assert "primary" in str(render(card, "x"))
    assert "primary" not in str(render(listed, "x"))


def card_of(title, *lines, picture="https://example.org/1.png"):
    link = Link(title, "https://example.org/p")
    spans = tuple((one,) for one in lines)
    buttons = (Button("Save", "save 1"), Button("Details", "paper 1"))
    return Item((link,), spans, buttons, 1, "2605.00001", picture)


def test_papers_are_cards_under_or_beside_one_another_where_slack_takes_these():
    papers = tuple(card_of(f"Paper {n}", "Ada · May", "▲ 3", "It works. " * 30) for n in range(3))
    column = render(View(papers, arranged="cards"), "x", newer=NEWER)
    (row,) = render(View(papers, arranged="row"), "x", newer=NEWER)
    assert [block["type"] for block in column] == ["card"] * 3
    assert (row["type"], len(row["elements"])) == ("carousel", 3)
    first, beside = column[0], row["elements"][0]
    assert first["title"]["text"] == "1. <https://example.org/p|Paper 0>"
    assert first["subtitle"]["text"] == "Ada · May · ▲ 3"
    assert first["body"]["text"].endswith("…")
    assert first["icon"] == beside["hero_image"]
    assert len({one["action_id"] for card in row["elements"] for one in card["actions"]}) == 6
    assert not has_pictures(drop_pictures(column))
    assert not has_pictures(drop_pictures([row]))


def test_what_slack_would_read_as_markup_is_no_mrkdwn():
    card, *others = render(
        View((card_of("*Bold* :tada:", "a_b_"), card_of("x" * 160)), arranged="cards"),
        "x",
        newer=NEWER,
    )
    assert (card["title"]["type"], card["body"]["type"]) == ("plain_text", "plain_text")
    assert "card" not in [block["type"] for block in others]


def test_an_item_with_one_button_is_one_block():
    view = View((Item((Link("A title", "https://example.org/1"),), (("Ada",),), _ONE, 2),))
    (section,) = render(view, "x")
    assert section["text"]["text"] == "*2. <https://example.org/1|A title>*\nAda"
    assert section["accessory"]["value"] == "save 1"
    assert len(render(View((Item(("*A* title",), buttons=_ONE),)), "x")) == 2


_ONE = (Button("Save", "save 1"),)


def test_the_rarer_buttons_of_a_long_row_are_in_a_menu_and_the_red_one_is_not():
    names = ("preview", "when", "which", "looks", "pause", "unsubscribe")
    buttons = tuple(Button(name.capitalize(), f"{name} 1") for name in names)
    (row,) = render(View((Buttons(buttons),)), "x")
    *first, menu, last = row["elements"]
    assert [one["value"] for one in first] == ["preview 1", "when 1", "which 1"]
    assert [one["value"] for one in menu["options"]] == ["looks 1", "pause 1"]
    assert (last["value"], last["style"]) == ("unsubscribe 1", "danger")


def test_buttons_that_are_all_of_one_kind_are_in_no_menu():
    buttons = tuple(Button(f"Group {n}", f"help group-{n}") for n in range(5))
    (row,) = render(View((Buttons(buttons),)), "x")
    assert [one["type"] for one in row["elements"]] == ["button"] * 5


def test_what_follows_papers_under_a_heading_is_divided_from_them():
    view = View((*in_a_list([Paper("2605.00001", "A")]).blocks, Text(("More",))), arranged="cards")
    for newer, last in (((), "actions"), (NEWER, "card")):
        kinds = [block["type"] for block in render(view, "x", newer=newer)]
        assert kinds[-3:] == [last, "divider", "rich_text"]


def test_several_blocks_of_a_paper_are_divided_from_those_of_the_next():
    kinds = [block["type"] for block in render(in_a_list([Paper("2605.00001", "A")] * 3), "x")]
    assert kinds.count("divider") == 2
    assert kinds[0] != "divider"


def test_times_are_shown_by_the_clock_of_each_reader():
    at = datetime(2026, 5, 30, 7, tzinfo=UTC)
    (block,) = render(View((Text(("Next: ", Moment("Saturday, 9:00 (Berlin)", at))),)), "x")
    assert block["elements"][0]["elements"][1] == {
        "type": "date",
        "timestamp": 1780124400,
        "format": "{date_long_pretty} at {time}",
        "fallback": "Saturday, 9:00 (Berlin)",
    }
    assert list(broken_rules([block])) == []
