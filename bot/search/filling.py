"""Papers go into the index, and what an earlier version of them said goes out."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.papers import Paper
from bot.search.words import compounds, defined, words

# Stands between two names as a word of its own, so that no phrase reaches from one into the next.
BETWEEN = "·"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a paper: folded words with single spaces.

    `people`, `keywords` and `abstract` have `BETWEEN` between their parts; `terms` are names and other spellings.
    `authors` are the names as they are written with the words of each, `organization` is handle, name and words.
    """

    id: str
    label: str
    day: str | None
    votes: int
    code: bool
    authors: tuple[tuple[str, str], ...]
    organization: tuple[str, str, str] | None
    title: str
    people: str
    keywords: str
    terms: str
    abstract: str

    @property
    def spoken(self) -> tuple[str, str, str, str, str]:
        """What is searched."""
        return self.title, self.people, self.keywords, self.terms, self.abstract

    @property
    def text(self) -> str:
        """All of it."""
        return _apart(self.spoken)

    @property
    def facts(self) -> tuple[object, ...]:
        """What is shown, filtered and sorted by."""
        return self.label, self.day, self.votes, self.code, self.organization and self.organization[0]


def entry(paper: Paper) -> Entry:
    """Take a paper apart."""
    day, account = paper.published or paper.daily, paper.organization
    authors = {name: " ".join(words(name)) for name in paper.authors}
    house = list(dict.fromkeys(words(f"{account.name} {account.handle}"))) if account else []
    terms = [*compounds(paper.title), *defined(paper.abstract), *compounds(" ".join(paper.keywords)), *house]
    return Entry(
        id=paper.id,
        label=paper.title,
        day=day.isoformat() if day else None,
        votes=paper.upvotes or 0,
        code=paper.code is not None,
        authors=tuple(authors.items()),
        organization=(account.handle, account.name, " ".join(house)) if account else None,
        title=" ".join(words(paper.title)),
        people=_apart(authors.values()),
        keywords=_apart(" ".join(words(keyword)) for keyword in paper.keywords),
        terms=" ".join(dict.fromkeys(terms)),
        abstract=_apart(map(" ".join, (words(paper.summary), words(paper.abstract), compounds(paper.abstract)))),
    )


def _apart(parts: Iterable[str]) -> str:
    return f" {BETWEEN} ".join(filter(None, parts))


def write(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Bring papers in, each in its newest version, inside the transaction that is open."""
    counts: Counter[str] = Counter()
    written = []
    for new in {new.id: new for new in entries}.values():
        row, old = _present(connection, new.id)
        if old == new.spoken:
            connection.execute(
                "UPDATE paper SET label = ?, day = ?, votes = ?, code = ?, organization = ? WHERE row = ?",
                (*new.facts, row),
            )
            continue
        if old is not None:
            _take_out(connection, row, old)
            counts.subtract(_told(" ".join(old)))
        _put_in(connection, row, new)
        counts.update(_told(new.text))
        written.append(new)
    _count_words(connection, counts)
    _name_people(connection, written)
    _name_organizations(connection, written)


def _told(text: str) -> set[str]:
    return set(text.split()) - {BETWEEN}


def _present(connection: sqlite3.Connection, paper_id: str) -> tuple[int | None, tuple[str, ...] | None]:
    found = connection.execute(
        "SELECT * FROM whole WHERE row = (SELECT row FROM paper WHERE id = ?)", (paper_id,)
    ).fetchone()
    return (found[0], tuple(found[1:])) if found else (None, None)


def _take_out(connection: sqlite3.Connection, row: int | None, old: tuple[str, ...]) -> None:
    """Remove a paper's words; FTS5 has to be told what they were, exactly."""
    connection.execute(
        "INSERT INTO head (head, rowid, title, people, keywords, terms) VALUES ('delete', ?, ?, ?, ?, ?)",
        (row, *old[:-1]),
    )
    connection.execute(
        "INSERT INTO body (body, rowid, title, people, keywords, terms, abstract) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
        (row, *old),
    )
    connection.execute("DELETE FROM said WHERE row = ?", (row,))
    connection.execute("DELETE FROM paper WHERE row = ?", (row,))


def _put_in(connection: sqlite3.Connection, row: int | None, new: Entry) -> None:
    *head, abstract = new.spoken
    row = connection.execute(
        "INSERT INTO paper (row, id, label, day, votes, code, organization, title, people, keywords, terms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row, new.id, *new.facts, *head),
    ).lastrowid
    connection.execute("INSERT INTO said (row, abstract) VALUES (?, ?)", (row, abstract))
    connection.execute("INSERT INTO head (rowid, title, people, keywords, terms) VALUES (?, ?, ?, ?, ?)", (row, *head))
    connection.execute(
        "INSERT INTO body (rowid, title, people, keywords, terms, abstract) VALUES (?, ?, ?, ?, ?, ?)",
        (row, *head, abstract),
    )


def _count_words(connection: sqlite3.Connection, counts: Counter[str]) -> None:
    connection.executemany(
        "INSERT INTO word VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
        # in their order: neighbours stand on one page
        sorted(item for item in counts.items() if item[1]),
    )


def _name_people(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Count the papers of each author; a paper whose words changed counts again, which only orders suggestions."""
    counts = Counter(author for new in entries for author in new.authors)
    (last,) = connection.execute("SELECT coalesce(max(row), 0) FROM person").fetchone()
    connection.executemany(
        "INSERT INTO person (name, words, papers) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET papers = papers + excluded.papers",
        [(name, said, number) for (name, said), number in counts.items()],
    )
    connection.execute("INSERT INTO known (rowid, words) SELECT row, words FROM person WHERE row > ?", (last,))


def _name_organizations(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    connection.executemany(
        "INSERT INTO organization VALUES (?, ?, ?, 1) "
        "ON CONFLICT (handle) DO UPDATE SET papers = papers + 1, name = excluded.name, words = excluded.words",
        [new.organization for new in entries if new.organization],
    )
