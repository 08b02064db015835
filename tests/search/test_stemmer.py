"""Words with the same stem are found for each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import tokenize


@pytest.mark.parametrize(
    "words",
    [
        "network networks networked networking",
        "study studies studied studying",
        "pathology pathological pathologies",
        "flexible flexibly",
        "relate related relating",
        "learn learned learning learns",
        "lernen",
        "normalisation normalization normalise normalized normalisers",
        "incentivise incentivizing incentivisation",
        "behaviours behavior",
        "modelling modeling models",
        "centre centers",
        "analyse analyzing analysis analyses",
        "dialogues dialog",
        "precise precision",
        "supervise supervision",
        "as",
        "cs",
        "学",
    ],
)
def test_endings_make_no_difference(words: str):
    assert len({stem(word) for word in words.split()}) == 1


def test_words_of_two_letters_are_left_alone():
    assert [stem(word) for word in ("as", "cs", "学")] == ["as", "cs", "学"]


@given(st.text())
def test_any_word_has_a_stem(text: str):
    assert all(stem(word) for word in tokenize(text))


def test_threads_may_stem_at_once():
    words = [f"number{n}ing{ending}" for n in range(300) for ending in ("s", "ed", "ations")]
    alone = [stem(word) for word in words]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: [stem(word) for word in each], [words] * 8))
    assert found == [alone] * 8
