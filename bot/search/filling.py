"""Papers go into the index, and what an earlier version of them said goes out."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.papers import Paper
from bot.search.words import compounds, defined, words

# Stands between two names as a word of its own, so that no phrase reaches from one into the next.
BETWEEN = "·"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a paper. `title`, `people`, `terms` and `text` are folded words with single spaces."""

    id: str
    label: str
    day: str | None
    votes: int
    code: bool
    organization: str | None
    title: str
    people: str
    terms: str
    text: str

    @property
    def spoken(self) -> tuple[str, str, str, str]:
        """What is searched."""
        return self.title, self.people, self.terms, self.text


def entry(paper: Paper) -> Entry:
    """Take a paper apart."""
    day = paper.published or paper.daily
    account = paper.organization
    names = [" ".join(words(name)) for name in paper.authors]
    title = words(paper.title)
    terms = compounds(paper.title) + defined(paper.abstract)
    keywords = " ".join(paper.keywords)
    terms += words(keywords) + compounds(keywords)
    terms += words(f"{account.name} {account.handle}") if account else []
    terms = list(dict.fromkeys(terms))
    people = f" {BETWEEN} ".join(filter(None, names))
    summary, abstract = words(paper.summary), words(paper.abstract)
    more = compounds(paper.abstract)
    text = " ".join([*title, *(word for name in names for word in name.split()), *terms, *summary, *abstract, *more])
    return Entry(
        id=paper.id,
        label=paper.title,
        day=day.isoformat() if day else None,
        votes=paper.upvotes or 0,
        code=paper.code is not None,
        organization=account.handle if account else None,
        title=" ".join(title),
        people=people,
        terms=" ".join(terms),
        text=text,
    )


def write(connection: sqlite3.Connection, papers: Sequence[Paper]) -> None:
    """Bring papers in, each in its newest version, inside the transaction that is open."""
    entries = [entry(paper) for paper in {paper.id: paper for paper in papers}.values()]
    counts: Counter[str] = Counter()
    for new in entries:
        row, old = _present(connection, new.id)
        if old == new.spoken:
            connection.execute(
                "UPDATE paper SET label = ?, day = ?, votes = ?, code = ?, organization = ? WHERE row = ?",
                (new.label, new.day, new.votes, new.code, new.organization, row),
            )
            continue
        if old is not None:
            _take_out(connection, row, old)
            counts.subtract(set(old[3].split()))
        _put_in(connection, row, new)
        counts.update(set(new.text.split()))
    _count_words(connection, counts)
    _name_people(connection, papers)
    _name_organizations(connection, papers)


def _present(connection: sqlite3.Connection, paper_id: str) -> tuple[int | None, tuple[str, ...] | None]:
    found = connection.execute(
        "SELECT row, title, people, terms, text FROM paper JOIN said USING (row) WHERE id = ?", (paper_id,)
    ).fetchone()
    return (found[0], tuple(found[1:])) if found else (None, None)


def _take_out(connection: sqlite3.Connection, row: int | None, old: tuple[str, ...]) -> None:
    """Remove a paper's words; FTS5 has to be told what they were, exactly."""
    connection.execute(
        "INSERT INTO head (head, rowid, title, people, terms) VALUES ('delete', ?, ?, ?, ?)", (row, *old[:3])
    )
    connection.execute("INSERT INTO body (body, rowid, text) VALUES ('delete', ?, ?)", (row, old[3]))
    connection.execute("DELETE FROM said WHERE row = ?", (row,))
    connection.execute("DELETE FROM paper WHERE row = ?", (row,))


def _put_in(connection: sqlite3.Connection, row: int | None, new: Entry) -> None:
    title, people, terms, text = new.spoken
    row = connection.execute(
        "INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row, new.id, new.label, new.day, new.votes, new.code, new.organization, title, people, terms),
    ).lastrowid
    connection.execute("INSERT INTO said VALUES (?, ?)", (row, text))
    connection.execute(
        "INSERT INTO head (rowid, title, people, terms) VALUES (?, ?, ?, ?)", (row, title, people, terms)
    )
    connection.execute("INSERT INTO body (rowid, text) VALUES (?, ?)", (row, text))


def _count_words(connection: sqlite3.Connection, counts: Counter[str]) -> None:
    connection.executemany(
        "INSERT INTO word VALUES (?, ?, ?) ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
        # in their order: neighbours stand on one page
        [(word, word[::-1], number) for word, number in sorted(counts.items()) if number],
    )


def _name_people(connection: sqlite3.Connection, papers: Sequence[Paper]) -> None:
    """Count the papers of each author; one that comes again counts again, which only orders suggestions."""
    counts = Counter(name for paper in papers for name in set(paper.authors))
    (last,) = connection.execute("SELECT coalesce(max(row), 0) FROM person").fetchone()
    connection.executemany(
        "INSERT INTO person (name, words, papers) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET papers = papers + excluded.papers",
        [(name, " ".join(words(name)), number) for name, number in counts.items()],
    )
    connection.execute("INSERT INTO known (rowid, words) SELECT row, words FROM person WHERE row > ?", (last,))


def _name_organizations(connection: sqlite3.Connection, papers: Sequence[Paper]) -> None:
    accounts = [paper.organization for paper in papers if paper.organization]
    connection.executemany(
        "INSERT INTO organization VALUES (?, ?, ?, 1) "
        "ON CONFLICT (handle) DO UPDATE SET papers = papers + 1, name = excluded.name, words = excluded.words",
        [(a.handle, a.name, " ".join(dict.fromkeys(words(f"{a.name} {a.handle}")))) for a in accounts],
    )
