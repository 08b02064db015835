"""A view that is longer than a message comes in several, with nothing left out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.parts import CONTINUED, split
from bot.chat.views import Button, Buttons, Item, Strong, View, line, plain
from tests.contract.views import VIEWS, words

HELP = View(
    (Item((Strong("Commands"),), tuple((f"command {n}",) for n in range(44))),), title="Help"
)


def shorter_than(limit):
    return lambda view: len(plain(view)) <= limit


def text(views):
    """Return all that is read, without spaces and the titles that are said again."""
    blocks = [
        replace(one, title=()) if isinstance(one, Item) and CONTINUED in one.title else one
        for view in views
        for one in view.blocks
    ]
    said = words(View(tuple(blocks), title="".join(view.title for view in views)))
    return "".join("".join(said).split())


def test_a_view_that_fits_stays_whole():
    assert split(HELP, shorter_than(10_000)) == (HELP,)


def test_a_long_list_goes_on_in_a_second_message_under_its_title():
    first, second = split(HELP, shorter_than(400))
    assert first.title == "Help"
    (above,), (below,) = first.blocks, second.blocks
    assert isinstance(above, Item)
    assert isinstance(below, Item)
    assert (above.lines[-1], below.lines[0]) == (("command 21",), ("command 22",))
    assert below.title == (Strong("Commands"), CONTINUED)


def test_what_goes_with_the_whole_answer_is_there_once():
    view = View(
        (line("a" * 30), line("b" * 30), Buttons((Button("More", "list"),))),
        data={"a": 1},
        reactions=("👍",),
    )
    parts = split(view, shorter_than(40))
    assert [part.data for part in parts] == [{"a": 1}, *[None] * (len(parts) - 1)]
    assert [part.reactions for part in parts] == [*[()] * (len(parts) - 1), ("👍",)]


def test_a_paper_is_shown_once_so_that_its_number_stays_its_own():
    paper = Item(("Title",), (("word " * 40,), ("more " * 40,)), number=1, paper="2605.00001")
    parts = split(View((paper,)), shorter_than(120))
    assert [part.papers for part in parts] == [("2605.00001",), *[()] * (len(parts) - 1)]


def test_a_word_without_end_is_cut_and_one_character_is_not():
    assert len(split(View((line("x" * 100),)), shorter_than(30))) == 4
    assert split(View((line("x"),)), shorter_than(0)) == (View((line("x"),)),)


@given(VIEWS, st.integers(60, 200))
def test_nothing_is_lost_and_each_part_is_shorter(view, limit):
    parts = split(view, shorter_than(limit))
    assert text(parts) == text([view])
    assert [button for part in parts for button in part.buttons] == list(view.buttons)
    for part in parts:
        assert shorter_than(limit)(part) or len(part.blocks) <= 1
