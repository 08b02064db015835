"""A view survives being written down, whatever its blocks are."""

import json
from typing import get_args

import pytest
from hypothesis import Phase, find, given, settings

from bot.chat.view_json import BLOCKS, SPANS, freeze, thaw
from bot.chat.views import Block, Button, Item, Moment, Span, View, line
from tests.conftest import NOW
from tests.contract.views import BLOCK, MOMENT, SPAN, VIEWS

VIEW = View((Item(("T",), buttons=(Button("Save", "save 1", turns=True),), number=1, paper="1"),))

# the first that is found will do: making it small takes a hundred times as long
ANY = settings(phases=[Phase.generate])


@given(VIEWS)
def test_a_view_comes_back_as_it_was(view):
    assert thaw(json.loads(json.dumps(freeze(view)))) == view


def test_a_button_that_turns_the_page_still_does():
    assert thaw(freeze(VIEW)) == VIEW


def test_every_kind_of_block_and_span_can_be_read():
    assert set(BLOCKS) == {kind.__name__ for kind in get_args(Block)}
    assert set(SPANS) | {"str"} == {kind.__name__ for kind in get_args(Span)}


@pytest.mark.parametrize("kind", get_args(Block))
def test_the_generated_views_have_every_kind_of_block(kind):
    assert isinstance(find(BLOCK, lambda block: isinstance(block, kind), settings=ANY), kind)


@pytest.mark.parametrize("kind", get_args(Span))
def test_the_generated_views_have_every_kind_of_span(kind):
    assert isinstance(find(SPAN | MOMENT, lambda span: isinstance(span, kind), settings=ANY), kind)


def test_a_moment_and_an_arrangement_come_back():
    view = View((line("Next: ", Moment("tomorrow", NOW)),), arranged="cards")
    assert thaw(json.loads(json.dumps(freeze(view)))) == view
