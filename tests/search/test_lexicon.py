"""The words in memory: those that are known, begin alike, or are a slip or two away."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.search.index.lexicon import FREQUENT_PAPERS, MAX_SLIP_CHARS, Lexicon, build_lexicon

WORDS = {
    "learn": 5, "learned": 2, "learning": 90, "learnings": 1, "lemming": 3, "model": 40,
    "models": 70, "yearning": 7, "ł": 1, "学": 3, "習": 2, "привет": 4, "приветы": 6,
    "gpt4": 8, "gpt5": 9,
}  # fmt: skip


def lexicon(counts: dict[str, int]) -> Lexicon:
    known = sorted(counts)
    return build_lexicon(known, [counts[word] for word in known])


@pytest.fixture(scope="module")
def known() -> Lexicon:
    return lexicon(WORDS)


def test_known_words_are_counted_and_others_are_not(known: Lexicon):
    assert known.paper_counts([*WORDS, "lear", "learningss", "", "zz", "学習"]) == WORDS


def test_longer_words_that_begin_with_it_come_by_their_papers(known: Lexicon):
    assert known.completions("learn", 9) == [("learning", 90), ("learned", 2), ("learnings", 1)]
    assert known.completions("le", 2) == [("learning", 90), ("learn", 5)]
    assert known.completions("привет", 9) == [("приветы", 6)]
    assert known.completions("models", 9) == known.completions("x", 9) == []


def test_all_words_that_begin_alike_are_listed(known: Lexicon):
    assert known.with_prefix("learn") == ["learn", "learned", "learning", "learnings"]
    assert known.with_prefix("学") == ["学"]
    assert list(known.with_prefix("zzz")) == []


def test_a_slip_is_a_letter_more_less_another_or_two_swapped(known: Lexicon):
    for typed in ("learnin", "learrning", "leaning", "laerning", "leatning"):
        assert ("learning", 1, 90) in known.neighbours(typed, 1)
    assert sorted(known.neighbours("gpt6", 1)) == [("gpt4", 1, 8), ("gpt5", 1, 9)]
    assert known.neighbours("превет", 1) == [("привет", 1, 4)]
    assert known.neighbours("learning", 0) == [("learning", 0, 90)]


def test_a_slip_in_a_word_that_is_not_typed_to_its_end_is_seen(known: Lexicon):
    # of "learnings", "lernign" is more than two slips away
    for typed in ("lernin", "laern", "learb", "leearn", "lerni"):
        assert known.near_completions(typed, 1) == [("learning", 90)]
    assert known.near_completions("превет", 9) == [("приветы", 6), ("привет", 4)]
    assert known.near_completions("xyz", 9) == []
    assert known.near_completions("yearn", 9) == [("yearning", 7)]


def test_a_lexicon_without_words_knows_none():
    empty = build_lexicon([], [])
    assert empty.paper_counts(["a"]) == {}
    assert empty.completions("a", 3) == empty.near_completions("abcd", 3) == []
    assert empty.neighbours("abc", 2) == []
    assert list(empty.with_prefix("a")) == []


LETTERS = st.text("abcdeö学9", min_size=1, max_size=9)


@settings(max_examples=150, deadline=None)
@given(
    counts=st.dictionaries(LETTERS, st.integers(1, 99), max_size=60),
    word=LETTERS,
    slips=st.sampled_from([1, 2]),
)
def test_words_near_are_those_of_a_plain_comparison(counts: dict[str, int], word: str, slips: int):
    plain = {(other, OSA.distance(word, other), papers) for other, papers in counts.items()}
    near = lexicon(counts).neighbours(word, slips)
    assert len(near) == len(set(near))
    assert set(near) == {
        one for one in plain if one[1] <= slips and (slips == 1 or one[0][0] == word[0])
    }
    frequent = lexicon(counts).neighbours(word, 1, frequent=True)
    assert set(frequent) == {one for one in plain if one[1] <= 1 and one[2] > FREQUENT_PAPERS}


@settings(max_examples=150, deadline=None)
@given(counts=st.dictionaries(LETTERS, st.integers(1, 99), max_size=60), start=LETTERS)
def test_words_begun_with_a_slip_are_those_of_a_plain_comparison(
    counts: dict[str, int], start: str
):
    def begun(word: str) -> bool:
        cuts = {word[: len(start) + more] for more in (-1, 0, 1)}
        return word[0] == start[0] and any(OSA.distance(start, cut) <= 1 for cut in cuts)

    plain = {(word, papers) for word, papers in counts.items() if begun(word)}
    assert set(lexicon(counts).near_completions(start, 99)) == plain
    longer = {
        (word, papers)
        for word, papers in counts.items()
        if word.startswith(start) and word != start
    }
    assert set(lexicon(counts).completions(start, 99)) == longer


def test_words_of_any_length_are_compared_up_to_the_longest_that_anybody_types():
    rnd = random.Random(3)
    words = {"".join(rnd.choices("abc", k=size)): size for size in range(1, MAX_SLIP_CHARS + 6)}
    known = lexicon(words)
    for word in words:
        found = known.neighbours(word[:MAX_SLIP_CHARS], 2)
        assert all(
            OSA.distance(word[:MAX_SLIP_CHARS], other) == slips <= 2 for other, slips, _ in found
        )
        assert (word in [other for other, *_ in found]) == (len(word) <= MAX_SLIP_CHARS)


def test_a_word_too_long_for_slips_has_no_neighbours():
    assert build_lexicon(["a" * 30], [1]).neighbours("a" * 30, 1, frequent=True) == []
