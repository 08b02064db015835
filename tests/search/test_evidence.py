"""What is corrected unasked, what is only offered, and what stays as it was typed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers import Paper
from bot.search import Hits, Index, parse
from bot.search.query.query_term import Correction, QueryTerm
from bot.search.query.query_text import quote_words, with_words
from bot.search.query.slips import keeps_numbers, slip_kind
from bot.search.query.word_list import is_word
from bot.search.ranking.executor import name_absent_words

TODAY = date(2025, 6, 1)
# Some words are so frequent that nearly any slip for them is likely, others stand in one paper.
PAPERS = (
    *(Paper(f"2501.{n:05}", f"Learning representation number{n}") for n in range(300)),
    Paper("2502.00001", "Modular reasoning with january data", ("Kaiming He", "Wei Li")),
    Paper("2502.00002", "Learning rate schedules of large models", ("Ada Hejian",)),
    Paper("2502.00003", "A 2025 survey of diffusion with LLaMA3 and 5b tokens", ("Ruoqi Liu",)),
    Paper("2502.00004", "Segment anything with sam", ("Maria Lui",)),
)


@pytest.fixture(scope="module")
def papers() -> Sequence[Paper]:
    return PAPERS


@pytest.fixture
async def index(tmp_path: Path, papers: Sequence[Paper]) -> AsyncIterator[Index]:
    async def changed(after: int, limit: int) -> list[tuple[int, Paper]]:
        return list(enumerate(papers, 1))[after : after + limit]

    async with await Index.open(tmp_path / "index.db", "a database") as index:
        await index.follow(changed, len(papers))
        yield index


async def search(index: Index, text: str) -> Hits:
    return await index.search(parse(text, TODAY), limit=5)


@pytest.mark.parametrize("word", "jaguar polio macular svm zinc maria2 heating kafka".split())
async def test_a_word_that_no_paper_contains_stays_as_it_is(index: Index, word: str):
    hits = await search(index, word)
    assert (hits.total, hits.corrected, hits.absent) == (0, None, (word,))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lerning", "learning"),
        ("learnign", "learning"),
        ("represntation", "representation"),
        ("leaning rate", "learning rate"),
        ("lerning rate schedule", "learning rate schedule"),
        ("kaimng he", "kaiming he"),
        ("ruoqi lui", "ruoqi liu"),
        ("lama3 survey", "llama3 survey"),
        ("liu difusion survey", "liu diffusion survey"),
        ("segmnt anithing", "segment anything"),  # the one is certain, and tells of the other
    ],
)
async def test_a_likely_slip_is_corrected(index: Index, typed: str, meant: str):
    hits = await search(index, typed)
    assert hits.corrected == meant
    assert not hits.absent


SPLATTING = Paper("2503.00001", "Gaussian splatting", (), "Its scaling is gaussian.")
SCALING = tuple(Paper(f"2503.1{n:04}", f"Scaling gaussian number{n}") for n in range(20))


@pytest.mark.parametrize("papers", [(SPLATTING, *SCALING)])
async def test_of_two_words_that_may_be_meant_the_title_has_the_right_one(index: Index):
    assert (await search(index, "gaussian spalting")).corrected == "gaussian splatting"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("diffusionllama3tokens", None), ("surveydiffusionllama3", "survey diffusion llama3")],
)
async def test_three_words_run_together_are_split_where_a_title_has_them_in_a_row(
    index: Index, typed: str, meant: str | None
):
    assert (await search(index, typed)).corrected == meant


@pytest.mark.parametrize("word", ["aardvark", "zygote", "neural", "abaci"])
def test_a_word_of_the_list_is_known_wherever_it_stands_there(word: str):
    assert is_word(word)
    assert not is_word(f"{word}qx")


async def test_a_word_is_never_corrected_into_a_name_unless_the_query_is_one(index: Index):
    for query in ("hebian", "hebian learning", "marai representation"):
        hits = await search(index, query)
        assert "hejian" not in (hits.corrected or "")
        assert "maria" not in (hits.corrected or "")


async def test_a_word_that_nothing_explains_does_not_sink_the_others(index: Index):
    hits = await search(index, "modular xyzzyx reasoning")
    assert hits.ids[:1] == ("2502.00001",)
    assert hits.absent == ("xyzzyx",)


@pytest.mark.parametrize("typed", ['"lerning"', '"lerning" rate', '"ruoqi lui"'])
async def test_what_is_quoted_is_never_corrected(index: Index, typed: str):
    hits = await search(index, typed)
    assert hits.total == 0
    assert hits.corrected is None


@pytest.mark.parametrize("typed", ["2024", "2024 diffusion survey", "llama 65b", "65b", "6b"])
async def test_a_number_is_never_corrected(index: Index, typed: str):
    hits = await search(index, typed)
    assert hits.corrected is None
    assert "2025" not in (hits.suggestion or "")


async def test_a_doubtful_slip_is_offered_and_what_it_finds_is_nearest(index: Index):
    hits = await search(index, "modulxar")
    assert (hits.total, hits.corrected, hits.suggestion) == (0, None, "modular")
    assert hits.nearest == ("2502.00001",)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("laerning", "swapped"),
        ("leatning", "next_key"),
        ("leerning", "other_vowel"),
        ("leaxning", "other_letter"),
        ("learrning", "doubled"),
        ("leartning", "extra_next_key"),
        ("learnxing", "extra_letter"),
        ("lerning", "vowel_left_out"),
        ("leaning", "letter_left_out"),
        ("earning", "first_letter"),
        ("larnning", "two_slips"),
    ],
)
def test_a_slip_is_told_by_what_fingers_did(typed: str, kind: str):
    assert slip_kind(typed, "learning") == kind


def test_a_doubled_letter_typed_once_is_a_kind_of_its_own():
    assert slip_kind("leter", "letter") == "not_doubled"


@given(st.text("abcdeé学9", min_size=1, max_size=9), st.text("abcdeé学9", min_size=1, max_size=9))
def test_any_two_words_have_a_kind(typed: str, meant: str):
    assert slip_kind(typed, meant)


def test_numbers_in_words_are_kept():
    assert keeps_numbers("lama3", "llama3")
    assert not keeps_numbers("llama2", "llama3")
    assert not keeps_numbers("2024", "2024s")


def test_the_list_has_english_and_scientific_words():
    assert all(map(is_word, "jaguar polio macular kafka hamiltonian macroeconomics".split()))
    assert not any(map(is_word, ["lerning", "", "\n", "transfomer", "learning\nlearns"]))


@pytest.mark.parametrize(
    ("query", "corrected", "quoted"),
    [
        ("hebian lerning", "hebian learning", 'hebian "lerning"'),
        ("lerning author:lui has:code", "learning", '"lerning" author:lui has:code'),
        ('"a phrase" lerning -surveyy', "a phrase learning", '"a phrase" "lerning" -surveyy'),
        ("pre-trainin rules", "pre training rules", '"pre-trainin" rules'),
    ],
)
def test_what_was_typed_can_be_searched_as_it_is(query: str, corrected: str, quoted: str):
    assert quote_words(query, corrected) == quoted


def test_other_words_keep_the_filters():
    assert with_words('lerning author:"ada l" -x', "learning") == 'learning author:"ada l" -x'


def term(
    typed: str, corrections: tuple[Correction, ...] = (), offers: tuple[Correction, ...] = ()
) -> QueryTerm:
    return QueryTerm(
        typed, corrections, (), has_more=False, papers=0, weight=1.0, known=False, offers=offers
    )


def test_a_word_that_is_corrected_gets_no_other_offer_too():
    split = Correction(("ler", "ning"), 0.3, 1)
    learning = Correction(("learning",), 0.9, 50, is_slip=True)
    slip = term("lerning", (learning,), (split,))
    absent = term("hebian")
    assert name_absent_words(Hits(), (absent, slip)) == Hits(absent=("hebian",))
    doubted = replace(absent, offers=(Correction(("hebbian",), 0.4, 3, is_slip=True),))
    assert name_absent_words(Hits(), (doubted, slip)).suggestion == "hebbian learning"
