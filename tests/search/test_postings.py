"""Lists have what the papers have, also as segments are built, merged and lose papers."""

import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.papers import Account, Paper
from bot.search import Hits, Phrase, Query
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index import arrays, postings, schema, segments, vocabulary
from bot.search.index.arrays import Mask
from bot.search.index.documents import SEPARATOR, document, write
from bot.search.index.postings import ALIAS, KEYWORD, LAST_PLACE, MAX_SEGMENT_ROWS, PERSON, build
from bot.search.index.schema import Fields
from bot.search.index.segment_merge import MERGE_FACTOR, merge_segments
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import interpret
from bot.search.ranking import bm25, row_subset, scoring
from bot.search.ranking.context import SearchContext
from bot.search.ranking.executor import PageRange, execute
from bot.search.ranking.scoring import plan_scoring, score_segment

VOCABULARY = (
    "graph graphs graphed network networks the of pre-training deep tokens token 学習 ada "
    "lovelace (LLMs)"
).split()


def some(rnd: random.Random, most: int) -> str:
    return " ".join(rnd.choices(VOCABULARY, k=rnd.randint(0, most)))


def paper(rnd: random.Random, number: int) -> Paper:
    return Paper(
        f"2501.{number:05}",
        f"{some(rnd, 6)} number{number} of{number % 3}",
        tuple(
            dict.fromkeys(
                f"{rnd.choice('Ada Alan Emmy Graph'.split())} {some(rnd, 1)}" for _ in range(3)
            )
        ),
        some(rnd, 30),
        keywords=tuple(some(rnd, 2) for _ in range(rnd.randint(0, 2))),
        organization=rnd.choice([None, Account("graph-lab", "The Deep Lab")]),
        upvotes=rnd.randrange(50),
    )


def spoken(
    title: str = "", people: str = "", keywords: str = "", aliases: str = "", abstract: str = ""
) -> Fields:
    return title, people, keywords, aliases, abstract


def places(said: Fields) -> dict[str, int]:
    """Return the best place of each word of title, names, keywords and aliases."""
    best: dict[str, int] = {}
    for n, (field, elsewhere) in enumerate(zip(said, (0, PERSON, KEYWORD, ALIAS), strict=False)):
        for at, word in enumerate(field.split()):
            if word != SEPARATOR:
                best[word] = min(best.get(word, 255), elsewhere if n else min(at, LAST_PLACE))
    return best


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32), rows=st.sets(st.integers(0, 300), min_size=1, max_size=25))
def test_the_lists_say_what_a_plain_count_says(seed: int, rows: set[int]):
    rnd = random.Random(seed)
    papers = [(row, document(paper(rnd, row)).fields) for row in sorted(rows)]
    content = postings.build(papers)
    heads: dict[str, dict[int, int]] = defaultdict(dict)
    bodies: dict[str, set[int]] = defaultdict(set)
    counted: Counter[str] = Counter()
    for row, said in papers:
        spelt = set(" ".join(said).split()) - {SEPARATOR}
        counted.update(spelt)
        for word, place in places(said).items():
            heads[word][row] = place
        for word in spelt - FUNCTION_WORDS:
            bodies[stem(word)].add(row)
        assert content.title_lengths[row] == len(said[0].split())
    listed = {
        word: dict(zip(one[0].tolist(), one[1].tolist(), strict=True))
        for word, one in content.head.by_word().items()
    }
    assert listed == heads
    assert {
        root: set(found.tolist()) for root, (found, _) in content.body.by_word().items()
    } == bodies
    assert content.paper_counts == counted
    for root, (found, impacts) in content.body.by_word().items():
        assert found.tolist() == sorted(bodies[root])
        assert impacts.min() > 0


def test_a_paper_that_says_nothing_has_no_lists():
    content = postings.build([(3, spoken())])
    assert (content.head.by_word(), content.body.by_word(), content.paper_counts) == ({}, {}, {})
    assert content.title_lengths.tolist() == [0, 0, 0, 0]


def test_a_word_far_down_a_long_title_is_still_of_the_title():
    content = postings.build([(0, spoken(" ".join(f"w{n}" for n in range(300)), "w299"))])
    impacts = {word: int(one[0]) for word, (_, one) in content.head.by_word().items()}
    assert (impacts["w7"], impacts["w249"], impacts["w299"]) == (7, LAST_PLACE, LAST_PLACE)
    assert content.title_lengths.tolist() == [255]


def test_the_last_row_of_the_longest_segment_is_listed():
    content = postings.build([(0, spoken("first")), (MAX_SEGMENT_ROWS - 1, spoken("last"))])
    assert content.head.by_word()["last"][0].tolist() == [MAX_SEGMENT_ROWS - 1]
    assert content.body.by_word()["last"][0].tolist() == [MAX_SEGMENT_ROWS - 1]
    assert len(content.title_lengths) == MAX_SEGMENT_ROWS


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[[str], sqlite3.Connection]]:
    with ExitStack() as stack:

        def connect(name: str) -> sqlite3.Connection:
            connection = sqlite3.connect(tmp_path / name, isolation_level=None)
            stack.enter_context(closing(connection))
            schema.prepare(connection, "a database")
            return connection

        yield connect


@pytest.fixture
def connection(connect: Callable[[str], sqlite3.Connection]) -> sqlite3.Connection:
    return connect("index.db")


@pytest.fixture
def reader(connect: Callable[[str], sqlite3.Connection]) -> sqlite3.Connection:
    return connect("index.db")


@pytest.fixture
def other(connect: Callable[[str], sqlite3.Connection]) -> sqlite3.Connection:
    return connect("other.db")


QUERIES = (
    *map(
        Query,
        (
            "graph",
            "networks",
            "ada",
            "number7",
            "number7 graph",
            "deep tok",
            "lovelce",
            "emmy",
            "of2",
            "pre",
        ),
    ),
    *(
        Query(wanted=((term,),))
        for term in (Phrase("graphs"), Phrase("of the", quoted=True), Phrase("deep", "keyword"))
    ),
    *(
        Query(wanted=((term,),))
        for term in (Phrase("token", "abstract"), Phrase("ada", "author"), Phrase("the", "title"))
    ),
    Query("graph", unwanted=(Phrase("network"), Phrase("the deep"))),
    Query(votes=25),
)


def answers(connection: sqlite3.Connection, seen: Snapshot) -> list[Hits]:
    seen.refresh(connection)
    return [execute(connection, seen, query, PageRange(500), None) for query in QUERIES]


def among(hits: Sequence[Hits]) -> list[tuple[int, set[str]]]:
    return [(hit.total, set(hit.ids)) for hit in hits]


def build_segments(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, least: int, *, compact: bool
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(segments, "MIN_SEGMENT_PAPERS", least)
        patch.setattr(segments, "BULK_PAPERS", 2 * least)
        with connection:
            segments.add_segments(connection)
            merge_segments(connection, compact=compact)


def filled(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, rnd: random.Random
) -> Snapshot:
    """Build one segment of sixty papers."""
    write(connection, [document(paper(rnd, n)) for n in range(60)])
    build_segments(connection, monkeypatch, 60, compact=True)
    seen = Snapshot()
    seen.refresh(connection)
    return seen


def left_over(connection: sqlite3.Connection) -> list[int]:
    """Return the segments that have lists, but are gone."""
    numbers = connection.execute(
        "SELECT DISTINCT key >> ? FROM posting", (segments.SEGMENT_SHIFT,)
    ).fetchall()
    there = {number for (number,) in connection.execute("SELECT number FROM segment")}
    return [number for (number,) in numbers if number not in there]


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_segments_built_in_pieces_answer_as_papers_that_are_read_as_they_are(
    connection: sqlite3.Connection,
    reader: sqlite3.Connection,
    other: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    compact: bool,  # noqa: FBT001
):
    monkeypatch.setattr(arrays, "SHORT_ROWS", 40)  # both kinds of rows
    monkeypatch.setattr(vocabulary, "MAX_LATE_WORDS", -1)  # words are counted to the last paper
    rnd = random.Random(seed)
    kept, there = Snapshot(), 0
    for _ in range(16):
        batch = [paper(rnd, there + n) for n in range(rnd.randint(1, 14))]
        # some that are there already say something else now
        batch += [paper(rnd, rnd.randrange(there)) for _ in range(rnd.randint(0, 6)) if there]
        there += len(batch)
        for each in (connection, other):
            write(each, [document(one) for one in batch])
        build_segments(connection, monkeypatch, 4, compact=compact)
        answers(reader, kept)
        assert left_over(connection) == []
    read = answers(other, Snapshot())
    assert connection.execute("SELECT count(*) FROM segment").fetchone() > (0,)
    build_segments(connection, monkeypatch, 1, compact=compact)
    # what was kept in memory on the way is as good as what is read now
    assert answers(reader, Snapshot()) == answers(reader, kept)
    assert among(answers(reader, kept)) == among(read)
    if compact:
        sizes = [
            size
            for (size,) in connection.execute("SELECT last - first + 1 FROM segment ORDER BY first")
        ]
        assert all(size >= MERGE_FACTOR * sum(sizes[n:]) for n, size in enumerate(sizes, 1))
    counts = dict(connection.execute("SELECT word, papers FROM word WHERE papers > 0"))
    said = connection.execute(
        "SELECT title, people, keywords, aliases, abstract FROM paper JOIN abstract USING (row)"
    )
    assert counts == Counter(
        word for one in said for word in set(" ".join(one).split()) - {SEPARATOR}
    )
    schema.check(connection)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_with_the_rarest_words_are_scored_as_among_all(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, seed: int
):
    seen = filled(connection, monkeypatch, random.Random(seed))
    fewer = 0
    for text in (
        "number7 graph",
        "graph networks deep",
        "ada lovelace tokens",
        "emmy graph number12 lovelce",
        "deep tok",
    ):
        terms = interpret(seen.lexicons, seen.row_count, text.split())
        plan = plan_scoring(terms, thorough=True)
        (segment,) = seen.postings(connection, plan.head_words, plan.body_stems)
        every = score_segment(plan, segment, None, 1)
        with monkeypatch.context() as patch:
            patch.setattr(scoring, "LARGE_SEGMENT_ROWS", 0)
            patch.setattr(scoring, "FEW_ROWS", 1)
            patch.setattr(row_subset, "MAX_SORTED_ROWS", 4 * seed)
            some = score_segment(plan, segment, None, 1)
        if some.rows is None:
            continue
        fewer += len(some.rows) < segment.size
        assert some.scores.tolist() == every.scores[some.rows].tolist()
        assert some.impacts.tolist() == every.impacts[:, some.rows].tolist()
        assert some.scores.max() == every.scores.max()
        complete = np.flatnonzero(plan.contains_all(every.term_scores))
        assert some.rows[plan.contains_all(some.term_scores)].tolist() == complete.tolist()
    assert fewer


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_common_words_count_where_rare_ones_are_or_few_papers_pass(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, seed: int
):
    rnd = random.Random(seed)
    seen = filled(connection, monkeypatch, rnd)
    weights = {stem(word): 1.0 for word in ("lovelace", "graph", "networks", "token", "deep")}
    (segment,) = seen.postings(connection, (), weights)
    rarest = (
        min((segment.body[root] for root in weights), key=lambda found: len(found[0]))[0]
        + segment.first
    )
    passing = np.array([rnd.random() < 0.3 for _ in range(62)])

    def best(passing: Mask | None) -> list[int]:
        context = SearchContext(connection, seen, passing=passing)
        found: list[int] = bm25.bm25_of_stems(context, weights).best(context, 60).tolist()
        return found

    every, passed = best(None), best(passing)
    assert len(rarest) < len(every) > len(passed) > 0
    monkeypatch.setattr(bm25, "MAX_SCORED_PAPERS", 0)
    monkeypatch.setattr(bm25, "MAX_SCORED_SHARE", 0)
    assert [row for row in best(None) if row in rarest] == [row for row in every if row in rarest]
    assert best(passing) == passed
    monkeypatch.setattr(bm25, "MAX_LIKELY_PAPERS", 3)
    assert set(best(None)[:1]) <= set(rarest.tolist())
    assert set(best(passing)) <= set(passed)


def test_words_of_later_papers_are_known_without_reading_all_words_again(
    connection: sqlite3.Connection, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    def add(*titles: str) -> None:
        papers = [Paper(f"2501.{title}", title) for title in titles]
        write(connection, [document(paper) for paper in papers])

    def found(text: str) -> tuple[str, ...]:
        kept.refresh(reader)
        return execute(reader, kept, Query(text), PageRange(5), None).ids

    kept = Snapshot()
    add("anemones", "begonias", "crocuses", "dahlias")
    build_segments(connection, monkeypatch, 4, compact=False)
    assert found("anemnes") == ("2501.anemones",)
    monkeypatch.delattr(vocabulary, "read_lexicon")
    add("edelweiss")
    assert found("edelwiess") == ("2501.edelweiss",)
    # some go into a segment before a search has read them
    add("freesias", "gladioli", "hyacinths")
    build_segments(connection, monkeypatch, 4, compact=False)
    assert connection.execute("SELECT max(last) FROM segment").fetchone() == (8,)
    assert found("edelwiess") == ("2501.edelweiss",)
    assert found("hyacints") == ("2501.hyacinths",)
    add("irises")
    assert found("iriss") == ("2501.irises",)
    assert found("gladiolli") == ("2501.gladioli",)


def test_segments_merge_up_to_the_last_row_that_fits(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    rnd = random.Random(5)
    for first in (1, MAX_SEGMENT_ROWS, MAX_SEGMENT_ROWS + 1):
        # rows far apart, as after many changes
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'paper'")
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('paper', ?)", (first - 1,)
        )
        write(connection, [replace(document(paper(rnd, first)), title=f"row{first}")])
        build_segments(connection, monkeypatch, 1, compact=True)
    ranges = connection.execute("SELECT first, last FROM segment ORDER BY first").fetchall()
    assert ranges == [(1, MAX_SEGMENT_ROWS), (MAX_SEGMENT_ROWS + 1, MAX_SEGMENT_ROWS + 1)]
    for first in (1, MAX_SEGMENT_ROWS, MAX_SEGMENT_ROWS + 1):
        new = Snapshot()
        new.refresh(connection)
        assert execute(connection, new, Query(f"row{first}"), PageRange(5), None).ids == (
            f"2501.{first:05}",
        )
    assert left_over(connection) == []


def test_keywords_and_summaries_lift_no_paper_that_says_the_same():
    texts = [("brain", "", "", "", "a brain ·"), ("brain", "", "brain", "brain", "a brain · brain")]
    body = build(list(enumerate(texts))).body.by_word()
    rows, impacts = body["brain"]
    assert rows.tolist() == [0, 1]
    assert impacts[0] == impacts[1]
