"""What is known and what is heard become one paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.papers import Account, Paper
from bot.store.paper_merge import Known, merge

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
ATTENTION = Paper(
    "1706.03762", "Attention", upvotes=10, summary="Transformers.", authors=("Vaswani",)
)


def merged(*heard: tuple[Paper, datetime]) -> Paper:
    """What is known after hearing of a paper several times."""
    first, *rest = (Known(paper, at) for paper, at in heard)
    for known in rest:
        first = merge(first, known)
    return first.paper


def test_the_later_word_stands_whichever_comes_first():
    old, new = (
        (ATTENTION, JANUARY),
        (replace(ATTENTION, upvotes=99, title="Attention Is All You Need"), MARCH),
    )
    assert merged(old, new) == merged(new, old) == new[0]


def test_the_incoming_word_stands_when_both_are_of_one_moment():
    again = replace(ATTENTION, upvotes=11)
    assert merged((ATTENTION, JANUARY), (again, JANUARY)) == again


def test_what_a_later_word_lacks_is_not_blanked():
    assert merged((ATTENTION, JANUARY), (Paper(ATTENTION.id, "Attention!"), MARCH)) == replace(
        ATTENTION, title="Attention!"
    )


def test_nothing_and_false_are_known():
    assert merged((ATTENTION, JANUARY), (replace(ATTENTION, upvotes=0), MARCH)).upvotes == 0


def test_an_earlier_word_fills_the_gaps():
    bare = Paper(ATTENTION.id, "Attention!")
    assert merged((bare, MARCH), (ATTENTION, JANUARY)) == replace(ATTENTION, title="Attention!")


def test_of_two_that_fill_a_gap_the_later_stands():
    bare = Paper(ATTENTION.id, "Attention")
    first, second = replace(bare, summary="First."), replace(bare, summary="Second.")
    for order in permutations([(first, JANUARY), (second, FEBRUARY), (bare, MARCH)]):
        assert merged(*order).summary == "Second."


def test_a_code_link_brings_its_own_mark_and_stars():
    matched = replace(ATTENTION, code="https://github.com/a/a", code_matched=True, stars=500)
    own = replace(ATTENTION, code="https://github.com/b/b")
    assert merged((matched, JANUARY), (own, MARCH)) == own
    assert merged((own, JANUARY), (matched, MARCH)) == matched


def test_stars_are_kept_while_the_code_link_stays_the_same():
    starred = replace(ATTENTION, code="https://github.com/a/a", stars=500)
    assert merged((starred, JANUARY), (replace(starred, stars=None), MARCH)) == starred


def test_stars_of_another_link_are_not_taken():
    old, new = (
        replace(ATTENTION, code="https://github.com/a/a", stars=500),
        replace(ATTENTION, code="https://github.com/b/b"),
    )
    assert merged((new, MARCH), (old, JANUARY)).stars is None


texts = st.sampled_from(["", "a", "b"])
numbers = st.sampled_from([None, 0, 1, 2])
words = st.sampled_from([(), ("a",), ("b", "c")])
accounts = st.sampled_from([None, Account("a", "A"), Account("b", "B")])


@st.composite
def heard(draw: st.DrawFn) -> list[tuple[Paper, datetime]]:
    """Report a paper up to five times, at different moments; an old code link never returns."""
    hours = draw(st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True))
    moved = draw(st.integers(0, 9))
    return [
        (draw(versions(f"https://github.com/{hour >= moved}")), JANUARY + timedelta(hours=hour))
        for hour in hours
    ]


@st.composite
def versions(draw: st.DrawFn, code: str) -> Paper:
    paper = Paper(
        "1706.03762",
        draw(st.sampled_from(["A", "B"])),
        authors=draw(words),
        summary=draw(texts),
        organization=draw(accounts),
        upvotes=draw(numbers),
        comments=draw(numbers),
        project=draw(st.sampled_from([None, "https://a.org", "https://b.org"])),
    )
    if draw(st.booleans()):
        return paper
    return replace(paper, code=code, code_matched=draw(st.booleans()), stars=draw(numbers))


@given(heard(), st.randoms())
def test_the_order_of_hearing_does_not_matter(heard: list[tuple[Paper, datetime]], random):
    shuffled = random.sample(heard, len(heard))
    assert merged(*shuffled) == merged(*heard)


@given(heard())
def test_hearing_everything_again_changes_nothing(heard: list[tuple[Paper, datetime]]):
    assert merged(*heard, *heard) == merged(*heard)


@given(heard())
def test_nothing_known_is_ever_lost(heard: list[tuple[Paper, datetime]]):
    after = merged(*heard)
    for paper, _ in heard:
        assert not (paper.summary and not after.summary)
        assert not (paper.upvotes is not None and after.upvotes is None)
        assert not (paper.code and not after.code)
