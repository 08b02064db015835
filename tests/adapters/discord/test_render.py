"""Views as components: within Discord's limits, nothing dropped, nothing escapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from simcord.components import validate_components, walk_components

from adapters.discord.custom_ids import Kind, Press
from adapters.discord.limits import Line, fit_lines
from adapters.discord.render import render
from bot import cards
from bot.chat.views import (
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Picture,
    Strong,
    Text,
    View,
    line,
    note,
)
from bot.text import visible
from tests.conftest import HEBB, MANY, digest
from tests.contract.views import VIEWS, words
from tests.rigs.discord_limits import refused
from tests.rigs.discord_markdown import markup, texts

OURS = {"heading", "small", "strong", "code", "link", "address"}
V2 = 1 << 15


def components(view: View) -> list[dict[str, Any]]:
    """Render, and have Discord's rules look at it."""
    made: list[dict[str, Any]] = render(view).to_components()
    validate_components(made, flags=V2)
    assert refused("POST", "/channels/1/messages", {"components": made, "flags": V2}) == ""
    return made


def lines(made: list[dict[str, Any]]) -> list[str]:
    return [
        line
        for one in walk_components(made)
        if one["type"] == 10
        for line in one["content"].split("\n")
    ]


def kinds(made: list[dict[str, Any]]) -> list[int]:
    return [one["type"] for one in walk_components(made)]


@settings(deadline=None)  # a busy machine is no failure
@given(VIEWS)
def test_nothing_is_dropped_nothing_is_too_long_and_nothing_escapes(view):
    made = components(view)
    shown = "\n".join(texts(made)).replace(" (link)", "")
    for word in filter(None, (visible(one).strip() for one in words(view))):
        assert word in shown or ("…" in shown and word[:10] in shown)
    for one in lines(made):
        assert {kind for run in markup(one) for kind in run.kinds} <= OURS
    for character in "\x1b\u202e\u200b":
        assert character not in str(made)
    assert [press.line for press in presses(made)] == [*_lines(view)]


def test_a_digest_of_five_has_room_for_every_thumbnail_and_button():
    papers = [replace(HEBB, id=f"2605.0000{n}") for n in range(5)]
    made = components(digest(date(2026, 5, 29), papers, 40))
    assert len(kinds(made)) <= 40
    assert kinds(made).count(11) == 5
    assert made[0]["accent_color"] == 0xFFD21E


def test_buttons_below_all_become_a_menu_where_that_makes_room_for_pictures():
    papers = cards.items([replace(HEBB, id=f"2605.0000{n}") for n in range(5)], kept=())
    buttons = Buttons(tuple(Button(f"Day {n}", f"day {n}") for n in range(5)))
    made = components(View((note("above"), *papers, buttons), title="Title"))
    assert (kinds(made).count(11), kinds(made).count(2), kinds(made).count(3)) == (5, 15, 1)


def test_a_single_button_stands_beside_its_text():
    item = Item(("A paper",), (("by Ada",),), (Button("Save", "save 1"),))
    made = components(View((item, item, Buttons((Button("More", "find x page:2"),)))))
    sections = [one for one in walk_components(made) if one["type"] == 9]
    assert [one["accessory"]["label"] for one in sections] == ["Save", "Save"]
    assert 14 not in kinds(made)


def test_where_there_is_no_room_thumbnails_go_from_the_last_one_up():
    items = cards.items([replace(HEBB, id=f"2605.0000{n}") for n in range(5)], kept=())
    buttons = Buttons(tuple(Button(str(n), f"find x page:{n}", turns=True) for n in range(5)))
    made = components(View((note("above"), *items, note("below"), buttons), title="Title"))
    assert len(kinds(made)) <= 40
    assert kinds(made).count(11) == 3
    assert kinds(made).count(2) == 20


def test_where_there_are_many_items_their_buttons_become_menus():
    made = components(View((*cards.items(MANY[:10], kept=()), Buttons((Button("Help", "help"),)))))
    assert kinds(made).count(3) == 10
    assert kinds(made).count(2) == 1
    assert made[0]["components"][1]["components"][0]["placeholder"] == "Save · Details · Similar"


def test_where_there_are_far_too_many_the_rest_is_counted():
    made = components(
        View(tuple(Buttons((Button(f"Number {n}", f"day {n}"),)) for n in range(1000)))
    )
    assert "… and 525 more buttons that don't fit in a message." in "\n".join(texts(made))
    made = components(View(tuple(line(f"This is line {n} of very many") for n in range(1000))))
    said = "\n".join(texts(made))
    left = said.count("This is line")
    assert f"… and {1000 - left:,} more lines that don't fit in a message." in said


def test_a_long_text_is_shortened_at_a_word_and_short_ones_stay():
    made = components(View((line("short and whole"), line("word " * 3000), line("the end"))))
    said = list(texts(made))
    assert said[0] == "short and whole"
    assert said[2] == "the end"
    assert said[1].endswith(" word…")
    assert len(said[1]) > 3500


@pytest.mark.parametrize(
    ("block", "written"),
    [
        (note("small"), "-# small"),
        (
            Item((Link("A", "https://example.org/a"),), ((Strong("by"), " B"),), (), 2),
            "**2.** [A](https://example.org/a)\n**by** B",
        ),
        (Item((Strong("A"),), ((Code("x"),),)), "### **A**\n`x`"),
        (Text(("# 1. x",)), "\\# 1. x"),
    ],
)
def test_blocks_are_written_as_markdown(block, written):
    (container,) = components(View((block,)))
    assert container["components"][0]["content"] == written


def test_a_press_carries_its_line_and_what_it_does():
    view = View(
        (
            Buttons((Button("More", "find x page:2", turns=True), Button("Same", "save 1"))),
            Field("Search", "saved"),
        )
    )
    made = render(view, tenant="42").to_components()
    assert [*presses(made)] == [
        Press(Kind.TURN, "find x page:2", "42"),
        Press(Kind.ANSWER, "save 1", "42"),
        Press(Kind.FIELD, "saved", "42"),
    ]


def test_the_same_line_twice_makes_two_buttons():
    made = components(View((Buttons((Button("One", "help"), Button("Two", "help"))),)))
    assert len({one["custom_id"] for one in walk_components(made) if one["type"] == 2}) == 2


@pytest.mark.parametrize(
    "url",
    ["/relative.png", "ftp://example.org/x", "https://exa mple.org/", "https://[", "x" * 3000],
)
def test_a_picture_that_discord_would_refuse_is_left_to_its_words(url):
    assert "a chart" in "\n".join(texts(components(View((Picture(url, "a chart"),)))))
    assert 11 not in kinds(components(View((Item(("A",), picture=url),))))


def buttons(made: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["label"]: one for one in walk_components(made) if one["type"] == 2}


def test_links_of_a_line_are_buttons_and_outside_addresses_cannot_break_them():
    made = buttons(components(cards.card(HEBB, kept=False, votes=0)))
    assert {made[name]["style"] for name in ("arXiv", "PDF", "Hugging Face")} == {5}
    assert made["arXiv"]["url"] == "https://arxiv.org/abs/2605.00001"
    hostile = Text((Link("a", "https://example.org/" + "x" * 600), " · ", Link("b", "ftp://b")))
    assert not buttons(components(View((hostile,))))
    assert not buttons(components(View((Text((Link("a", "https://a.org"), " and ")),))))


def test_a_message_has_one_primary_button_and_what_is_done_looks_done():
    made = buttons(components(cards.card(HEBB, kept=False, votes=0)))
    assert (made["Save"]["style"], made["Save"]["emoji"]["name"]) == (1, "🔖")
    assert [one["style"] for one in made.values()].count(1) == 1
    assert buttons(components(cards.card(HEBB, kept=True, votes=0)))["Saved ✓"]["style"] == 3
    listed = buttons(components(digest(date(2026, 5, 29), [HEBB, *MANY[:2]], 5)))
    assert 1 not in {one["style"] for one in listed.values()}
    view = View((Buttons((Button("Subscribe", "subscribe"), Button("End", "unsubscribe 1"))),))
    assert {name: one["style"] for name, one in buttons(components(view)).items()} == {
        "Subscribe": 1,
        "End": 4,
    }


def test_lines_without_room_are_counted_in_a_remark_that_has_room():
    texts, remark = fit_lines([Line(("x" * 100,))] * 50, 1000)
    kept = [text for text in texts if text]
    assert remark == f"-# … and {50 - len(kept)} more lines that don't fit in a message."
    assert len("\n".join([*kept, remark])) <= 1000


def test_an_empty_view_is_a_dash():
    assert list(texts(components(View((line("\u200b"),))))) == ["—"]


def presses(made: list[dict[str, Any]]) -> Iterator[Press]:
    for one in walk_components(made):
        ids = [option["value"] for option in one.get("options", ())] or (
            [one["custom_id"]] if one["type"] == 2 and "custom_id" in one else []
        )
        for press in map(Press.read, ids):
            assert press
            yield press


def _lines(view: View) -> Iterator[str]:
    for block in view.blocks:
        match block:
            case Item() | Buttons():
                yield from (button.line for button in block.buttons)
            case Field(_, begun):
                yield begun
            case Text() | Picture():
                pass
