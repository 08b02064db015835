"""Papers go into the index, and what an earlier version of them said goes out."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.papers import Paper
from bot.search.index.schema import Said, checksum, joined, spoken
from bot.search.query.tokenizer import compounds, defined, words

# Stands between two names as a word of its own, so that no phrase reaches from one into the next.
BETWEEN = "·"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a paper: folded words with single spaces.

    `people`, `keywords` and `abstract` have `BETWEEN` between their parts; `terms` are names and
    other spellings. `authors` are the names as they are written with the words of each,
    `organization` is handle, name and words.
    """

    id: str
    label: str
    day: int | None
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
    def spoken(self) -> Said:
        """What is searched."""
        return self.title, self.people, self.keywords, self.terms, self.abstract

    @property
    def proof(self) -> int:
        """A checksum of what is searched."""
        return checksum(joined(self.spoken))

    @property
    def text(self) -> str:
        """All of it."""
        return _apart(self.spoken)

    @property
    def facts(self) -> tuple[object, ...]:
        """What is shown, filtered and sorted by."""
        return (
            self.label,
            self.day,
            self.votes,
            self.code,
            self.organization and self.organization[0],
        )


def entry(paper: Paper) -> Entry:
    """Take a paper apart."""
    day, account = paper.published or paper.daily, paper.organization
    authors = {name: " ".join(words(name)) for name in paper.authors}
    house = list(dict.fromkeys(words(f"{account.name} {account.handle}"))) if account else []
    terms = [
        *compounds(paper.title),
        *defined(paper.abstract),
        *compounds(" ".join(paper.keywords)),
        *house,
    ]
    return Entry(
        id=paper.id,
        label=paper.title,
        day=as_number(day) if day else None,
        votes=paper.upvotes or 0,
        code=paper.code is not None,
        authors=tuple(authors.items()),
        organization=(account.handle, account.name, " ".join(house)) if account else None,
        title=" ".join(words(paper.title)),
        people=_apart(authors.values()),
        keywords=_apart(" ".join(words(keyword)) for keyword in paper.keywords),
        terms=" ".join(dict.fromkeys(terms)),
        abstract=_apart(
            map(" ".join, (words(paper.summary), words(paper.abstract), compounds(paper.abstract)))
        ),
    )


def as_number(day: date) -> int:
    """Return 20260514 for May 14, 2026: a day as the index has it."""
    return int(f"{day:%Y%m%d}")


def _apart(parts: Iterable[str]) -> str:
    return f" {BETWEEN} ".join(filter(None, parts))


def write(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Bring papers in, each in its newest version, inside the transaction that is open."""
    written = []
    (reached,) = connection.execute("SELECT coalesce(max(last), 0) FROM stretch").fetchone()
    for new in {new.id: new for new in entries}.values():
        row, proof = connection.execute(
            "SELECT row, proof FROM paper WHERE id = ?", (new.id,)
        ).fetchone() or (0, None)
        if proof == new.proof:
            connection.execute(
                (
                    "UPDATE paper SET label = ?, day = ?, votes = ?, code = ?, organization = ? WHERE "
                    "row = ?"
                ),
                (*new.facts, row),
            )
            continue
        if proof is not None:
            _take_out(connection, row, folded=row <= reached)
        _put_in(connection, new)
        written.append(new)
    _name_people(connection, written)
    _name_organizations(connection, written)


def _take_out(connection: sqlite3.Connection, row: int, *, folded: bool) -> None:
    """Remove a paper; where its words stand in a stretch, they are known to be of none."""
    if folded:
        found = next(spoken(connection, row, row), None)
        if found is None:
            raise sqlite3.DatabaseError("a paper is without what it says")
        _, said = found
        gone = [(word,) for word in set(" ".join(said).split())]
        connection.executemany("UPDATE word SET papers = max(0, papers - 1) WHERE word = ?", gone)
        connection.execute("INSERT INTO gone VALUES (?)", (row,))
    connection.execute("DELETE FROM said WHERE row = ?", (row,))
    connection.execute("DELETE FROM paper WHERE row = ?", (row,))


def _put_in(connection: sqlite3.Connection, new: Entry) -> None:
    *head, abstract = new.spoken
    row = connection.execute(
        "INSERT INTO paper (id, label, day, votes, code, organization, title, people, keywords, "
        "terms, proof) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, *new.facts, *head, new.proof),
    ).lastrowid
    connection.execute("INSERT INTO said (row, abstract) VALUES (?, ?)", (row, abstract))


def _name_people(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Count the papers of each author; a paper whose words changed counts again, which only orders suggestions."""
    counts = Counter(author for new in entries for author in new.authors)
    (last,) = connection.execute("SELECT coalesce(max(row), 0) FROM person").fetchone()
    connection.executemany(
        "INSERT INTO person (name, words, papers) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET papers = papers + excluded.papers",
        [(name, said, number) for (name, said), number in counts.items()],
    )
    connection.execute(
        "INSERT INTO known (rowid, words) SELECT row, words FROM person WHERE row > ?", (last,)
    )


def _name_organizations(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    connection.executemany(
        "INSERT INTO organization VALUES (?, ?, ?, 1) "
        "ON CONFLICT (handle) DO UPDATE SET papers = papers + 1, name = excluded.name, words = excluded.words",
        [new.organization for new in entries if new.organization],
    )
