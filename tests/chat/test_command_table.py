from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.chat.command_table import CommandTable, is_slip
from bot.features import ALL
from bot.models import Person, Place

ADA, HERE = Person("chat", "T", "ada"), Place("chat", "T", "here")
WORDS = st.text("abc", max_size=5)
TABLE = CommandTable.of(ALL)


@given(WORDS, WORDS)
@example("ab", "ba")
@example("abc", "ab")
def test_a_slip_is_one_letter_or_two_swapped(typed, meant):
    assert is_slip(typed, meant) == (OSA.distance(typed, meant) == 1)


def test_every_command_and_other_name_leads_to_a_command():
    for name in TABLE.names:
        assert TABLE.read(f"/{name} x", ADA, HERE).command in TABLE.commands


def test_no_word_is_a_slip_of_a_short_command():
    assert TABLE.near("rag") == TABLE.near("dya") == ()
    assert TABLE.near("subscrib") == ("subscribe",)


@given(st.text())
def test_any_line_is_an_intent(words):
    assert TABLE.read(words, ADA, HERE).command
