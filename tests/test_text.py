from hypothesis import given
from hypothesis import strategies as st

from bot.text import clean, count, listed, shorten, visible


def test_line_breaks_and_runs_of_spaces_become_one_space():
    assert clean("Attention\n  Is\tAll\u2028You\x00Need ") == "Attention Is All You Need"


def test_characters_that_nobody_sees_are_left_out():
    assert clean("pay\u200bpal \u202egnp.exe\u202c \ufeff\ud800x\u00ad") == "paypal gnp.exe x"


@given(st.text())
def test_clean_text_is_one_line_that_can_be_stored_and_stays_as_it_is(text):
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert cleaned.isprintable() or not any(c in cleaned for c in "\n\r\t\x1b\u202e\u200b")


@given(st.text())
def test_visible_text_keeps_its_spaces(text):
    assert visible(text).count(" ") >= text.count(" ")
    assert "\x1b" not in visible(text)


def test_text_is_cut_at_a_word_boundary():
    assert shorten("Attention is all you need", 18) == "Attention is all…"
    assert shorten("Attention is all you need", 13) == "Attention is…"
    assert shorten("Attention", 9) == "Attention"


@given(st.text(), st.integers(0, 50))
def test_text_is_never_longer_than_asked_for(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert (short == text) == (len(text) <= limit)


def test_words_are_counted_and_listed_as_a_sentence_does():
    assert [count(1, "paper"), count(2500, "paper"), count(2, "entry", "entries")] == [
        "1 paper",
        "2,500 papers",
        "2 entries",
    ]
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")] == [
        "",
        "a",
        "a and b",
        "a, b or c",
    ]
