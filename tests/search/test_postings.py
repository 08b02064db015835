"""The lists say what the papers say, and go on doing so as stretches of them are made, merged and lose papers."""

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
from bot.search import Hits, Query, Term
from bot.search.deadline import Deadline
from bot.search.index import documents as filling
from bot.search.index import postings as lists
from bot.search.index import schema, snapshot
from bot.search.index import segments as stretches
from bot.search.index.documents import BETWEEN, entry
from bot.search.index.postings import KEYWORD, LAST_PLACE, PERSON, TERM
from bot.search.index.schema import Said
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import Speller
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS
from bot.search.ranking import bm25 as questions
from bot.search.ranking import scoring as module
from bot.search.ranking.executor import find
from bot.search.ranking.filters import Mask
from bot.search.ranking.scoring import Weighing, holding

VOCABULARY = "graph graphs graphed network networks the of pre-training deep tokens token 学習 ada lovelace (LLMs)".split()


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
    title: str = "", people: str = "", keywords: str = "", terms: str = "", abstract: str = ""
) -> Said:
    return title, people, keywords, terms, abstract


def places(said: Said) -> dict[str, int]:
    """Return the best place of each word of title, names, keywords and terms."""
    best: dict[str, int] = {}
    for n, (field, elsewhere) in enumerate(zip(said, (0, PERSON, KEYWORD, TERM), strict=False)):
        for at, word in enumerate(field.split()):
            if word != BETWEEN:
                best[word] = min(best.get(word, 255), elsewhere if n else min(at, LAST_PLACE))
    return best


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1 << 32), rows=st.sets(st.integers(0, 300), min_size=1, max_size=25))
def test_the_lists_say_what_a_plain_count_says(seed: int, rows: set[int]):
    rnd = random.Random(seed)
    papers = [(row, entry(paper(rnd, row)).spoken) for row in sorted(rows)]
    made = lists.make(papers)
    heads: dict[str, dict[int, int]] = defaultdict(dict)
    bodies: dict[str, set[int]] = defaultdict(set)
    counted: Counter[str] = Counter()
    for row, said in papers:
        spelt = set(" ".join(said).split()) - {BETWEEN}
        counted.update(spelt)
        for word, place in places(said).items():
            heads[word][row] = place
        for word in spelt - FUNCTION_WORDS:
            bodies[stem(word)].add(row)
        assert made.lengths[row] == len(said[0].split())
    listed = {
        word: dict(zip(one[0].tolist(), one[1].tolist(), strict=True))
        for word, one in made.head.by_word().items()
    }
    assert listed == heads
    assert {root: set(found.tolist()) for root, (found, _) in made.body.by_word().items()} == bodies
    assert made.papers == counted
    for root, (found, marks) in made.body.by_word().items():
        assert found.tolist() == sorted(bodies[root])
        assert marks.min() > 0


def test_a_paper_that_says_nothing_has_no_lists():
    made = lists.make([(3, spoken())])
    assert (made.head.by_word(), made.body.by_word(), made.papers) == ({}, {}, {})
    assert made.lengths.tolist() == [0, 0, 0, 0]


def test_a_word_far_down_a_long_title_is_still_of_the_title():
    made = lists.make([(0, spoken(" ".join(f"w{n}" for n in range(300)), "w299"))])
    marks = {word: int(one[0]) for word, (_, one) in made.head.by_word().items()}
    assert (marks["w7"], marks["w249"], marks["w299"]) == (7, LAST_PLACE, LAST_PLACE)
    assert made.lengths.tolist() == [255]


def test_the_last_row_of_the_longest_stretch_is_listed():
    made = lists.make([(0, spoken("first")), (lists.LONGEST - 1, spoken("last"))])
    assert made.head.by_word()["last"][0].tolist() == [lists.LONGEST - 1]
    assert made.body.by_word()["last"][0].tolist() == [lists.LONGEST - 1]
    assert len(made.lengths) == lists.LONGEST


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
        for term in (Term("graphs"), Term("of the", quoted=True), Term("deep", "keyword"))
    ),
    *(
        Query(wanted=((term,),))
        for term in (Term("token", "abstract"), Term("ada", "author"), Term("the", "title"))
    ),
    Query("graph", unwanted=(Term("network"), Term("the deep"))),
    Query(votes=25),
)


def answers(connection: sqlite3.Connection, seen: Snapshot) -> list[Hits]:
    seen.refresh(connection)
    return [find(connection, seen, query, 500, 0, None) for query in QUERIES]


def among(hits: Sequence[Hits]) -> list[tuple[int, set[str]]]:
    return [(hit.total, set(hit.ids)) for hit in hits]


def fold(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, least: int, *, tidy: bool
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stretches, "FOLD", least)
        patch.setattr(stretches, "BULK", 2 * least)
        with connection:
            stretches.fold(connection, tidy=tidy)


def filled(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, rnd: random.Random
) -> Snapshot:
    """Make one stretch of sixty papers."""
    filling.write(connection, [entry(paper(rnd, n)) for n in range(60)])
    fold(connection, monkeypatch, 60, tidy=True)
    seen = Snapshot()
    seen.refresh(connection)
    return seen


def left_over(connection: sqlite3.Connection) -> list[int]:
    """Return the stretches that have lists, but are no more."""
    numbers = connection.execute(
        "SELECT DISTINCT key >> ? FROM posting", (stretches.STRETCH,)
    ).fetchall()
    there = {number for (number,) in connection.execute("SELECT number FROM stretch")}
    return [number for (number,) in numbers if number not in there]


@pytest.mark.parametrize("tidy", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stretches_made_in_pieces_answer_as_papers_that_are_read_as_they_are(
    connection: sqlite3.Connection,
    reader: sqlite3.Connection,
    other: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    tidy: bool,  # noqa: FBT001
):
    monkeypatch.setattr(lists, "SHORT", 40)  # both kinds of rows
    monkeypatch.setattr(snapshot, "SETTLED", -1)  # words are counted to the last paper
    rnd = random.Random(seed)
    kept, there = Snapshot(), 0
    for _ in range(16):
        batch = [paper(rnd, there + n) for n in range(rnd.randint(1, 14))]
        # some that are there already say something else now
        batch += [paper(rnd, rnd.randrange(there)) for _ in range(rnd.randint(0, 6)) if there]
        there += len(batch)
        for each in (connection, other):
            filling.write(each, [entry(one) for one in batch])
        fold(connection, monkeypatch, 4, tidy=tidy)
        answers(reader, kept)
        assert left_over(connection) == []
    read = answers(other, Snapshot())
    assert connection.execute("SELECT count(*) FROM stretch").fetchone() > (0,)
    fold(connection, monkeypatch, 1, tidy=tidy)
    # what was kept in memory on the way is as good as what is read now
    assert answers(reader, Snapshot()) == answers(reader, kept)
    assert among(answers(reader, kept)) == among(read)
    if tidy:
        sizes = [
            size
            for (size,) in connection.execute("SELECT last - first + 1 FROM stretch ORDER BY first")
        ]
        assert all(size >= stretches.TOGETHER * sum(sizes[n:]) for n, size in enumerate(sizes, 1))
    counts = dict(connection.execute("SELECT word, papers FROM word WHERE papers > 0"))
    said = connection.execute(
        "SELECT title, people, keywords, terms, abstract FROM paper JOIN said USING (row)"
    )
    assert counts == Counter(
        word for one in said for word in set(" ".join(one).split()) - {BETWEEN}
    )
    schema.check(connection)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_with_the_rarest_words_are_weighed_as_among_all(
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
        slots = Speller(seen.lexicons, seen.papers, text.split()).slots()
        weighing = Weighing(slots, thorough=True)
        (stretch,) = seen.lists(connection, weighing.words(ahead=True), weighing.words(ahead=False))
        every = weighing.weigh(stretch, None, 1)
        with monkeypatch.context() as patch:
            patch.setattr(module, "LONG", 0)
            patch.setattr(module, "FEW_ROWS", 1)
            patch.setattr(module, "SORTED", 4 * seed)
            some = weighing.weigh(stretch, None, 1)
        if some.rows is None:
            continue
        fewer += len(some.rows) < stretch.size
        assert some.weights.tolist() == every.weights[some.rows].tolist()
        assert some.marks.tolist() == every.marks[:, some.rows].tolist()
        assert some.weights.max() == every.weights.max()
        complete = np.flatnonzero(holding(every.gains, weighing.needed))
        assert some.rows[holding(some.gains, weighing.needed)].tolist() == complete.tolist()
    assert fewer


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_common_words_count_where_rare_ones_are_or_few_papers_pass(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, seed: int
):
    rnd = random.Random(seed)
    seen = filled(connection, monkeypatch, rnd)
    weights = {stem(word): 1.0 for word in ("lovelace", "graph", "networks", "token", "deep")}
    stretches = seen.lists(connection, (), weights)
    rarest = (
        min((stretches[0].body[root] for root in weights), key=lambda found: len(found[0]))[0]
        + stretches[0].first
    )
    passing = np.array([rnd.random() < 0.3 for _ in range(62)])

    def best(passing: Mask | None) -> list[int]:
        return questions.best(stretches, weights, seen, passing, 60, Deadline.soon())

    every, passed = best(None), best(passing)
    assert len(rarest) < len(every) > len(passed) > 0
    monkeypatch.setattr(questions, "MANY", 0)
    monkeypatch.setattr(questions, "SHARE", 0)
    assert [row for row in best(None) if row in rarest] == [row for row in every if row in rarest]
    assert best(passing) == passed
    monkeypatch.setattr(questions, "LIKELY", 3)
    assert set(best(None)[:1]) <= set(rarest.tolist())
    assert set(best(passing)) <= set(passed)


def test_words_of_later_papers_are_known_without_reading_all_words_again(
    connection: sqlite3.Connection, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    def write(*titles: str) -> None:
        papers = [Paper(f"2501.{title}", title) for title in titles]
        filling.write(connection, [entry(paper) for paper in papers])

    def found(text: str) -> tuple[str, ...]:
        kept.refresh(reader)
        return find(reader, kept, Query(text), 5, 0, None).ids

    kept = Snapshot()
    write("anemones", "begonias", "crocuses", "dahlias")
    fold(connection, monkeypatch, 4, tidy=False)
    assert found("anemnes") == ("2501.anemones",)
    monkeypatch.delattr(snapshot, "_lexicon")
    write("edelweiss")
    assert found("edelwiess") == ("2501.edelweiss",)
    # some become a stretch before anybody has looked for them
    write("freesias", "gladioli", "hyacinths")
    fold(connection, monkeypatch, 4, tidy=False)
    assert connection.execute("SELECT max(last) FROM stretch").fetchone() == (8,)
    assert found("edelwiess") == ("2501.edelweiss",)
    assert found("hyacints") == ("2501.hyacinths",)
    write("irises")
    assert found("iriss") == ("2501.irises",)
    assert found("gladiolli") == ("2501.gladioli",)


def test_stretches_merge_up_to_the_last_row_that_fits(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    rnd = random.Random(5)
    for first in (1, lists.LONGEST, lists.LONGEST + 1):
        # rows far apart, as after many changes
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'paper'")
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('paper', ?)", (first - 1,)
        )
        filling.write(connection, [replace(entry(paper(rnd, first)), title=f"row{first}")])
        fold(connection, monkeypatch, 1, tidy=True)
    spans = connection.execute("SELECT first, last FROM stretch ORDER BY first").fetchall()
    assert spans == [(1, lists.LONGEST), (lists.LONGEST + 1, lists.LONGEST + 1)]
    for first in (1, lists.LONGEST, lists.LONGEST + 1):
        new = Snapshot()
        new.refresh(connection)
        assert find(connection, new, Query(f"row{first}"), 5, 0, None).ids == (f"2501.{first:05}",)
    assert left_over(connection) == []
