"""Papers are written into the index, and their earlier versions are removed."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.mathematics import plain_mathematics
from bot.papers import Paper
from bot.search.analysis.spellings import name_parts
from bot.search.analysis.tokenizer import acronyms, compound_spellings, formula_spellings, tokenize
from bot.search.index.schema import Fields, checksum, encode_fields, read_fields

# Stands between two names as a word of its own, so that no phrase reaches from one into the next.
SEPARATOR = "·"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as the index stores it: folded words with single spaces.

    `people` and `keywords` have `SEPARATOR` between their parts, `abstract` before what repeats it:
    other spellings and the summary. `aliases` are acronyms and other spellings. `authors` are the
    names as written, each with its words; `organization` is handle, name and words.
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
    aliases: str
    abstract: str

    @property
    def fields(self) -> Fields:
        """The searched text."""
        return self.title, self.people, self.keywords, self.aliases, self.abstract

    @property
    def checksum(self) -> int:
        """A checksum of the searched text."""
        return checksum(encode_fields(self.fields))

    @property
    def text(self) -> str:
        """All fields in one."""
        return _join(self.fields)

    @property
    def columns(self) -> tuple[object, ...]:
        """What is shown, filtered and sorted by."""
        handle = self.organization and self.organization[0]
        return self.label, self.day, self.votes, self.code, handle


def document(paper: Paper) -> Document:
    """Split a paper into the fields of the index."""
    day, account = paper.published or paper.daily, paper.organization
    authors = {name: " ".join(tokenize(name)) for name in paper.authors}
    house = list(dict.fromkeys(tokenize(f"{account.name} {account.handle}"))) if account else []
    aliases = [
        *compound_spellings(plain_mathematics(paper.title)),
        *name_parts(paper.title),
        *formula_spellings(paper.title),
        *acronyms(paper.abstract),
        *compound_spellings(" ".join(paper.keywords)),
        *house,
    ]
    abstract = " ".join(tokenize(paper.abstract))
    repeated = " ".join([*compound_spellings(paper.abstract), *tokenize(paper.summary)])
    return Document(
        id=paper.id,
        label=paper.title,
        day=day_number(day) if day else None,
        votes=paper.upvotes or 0,
        code=paper.code is not None,
        authors=tuple(authors.items()),
        organization=(account.handle, account.name, " ".join(house)) if account else None,
        title=" ".join(tokenize(paper.title)),
        people=_join(authors.values()),
        keywords=_join(" ".join(tokenize(keyword)) for keyword in paper.keywords),
        aliases=" ".join(dict.fromkeys(aliases)),
        abstract=f"{abstract} {SEPARATOR} {repeated}".strip(),
    )


def day_number(day: date) -> int:
    """Return a day as the index stores it: 20260514 for 14 May 2026."""
    return int(f"{day:%Y%m%d}")


def _join(parts: Iterable[str]) -> str:
    return f" {SEPARATOR} ".join(filter(None, parts))


def write(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Write the newest version of each document, inside the transaction that is open."""
    (reached,) = connection.execute("SELECT coalesce(max(last), 0) FROM segment").fetchone()
    newest = {document.id: document for document in documents}.values()
    changed = [document for document in newest if _write(connection, document, reached)]
    _count_people(connection, changed)
    _count_organizations(connection, changed)


def _write(connection: sqlite3.Connection, new: Document, reached: int) -> bool:
    """Write one document; return whether its text changed. `reached` is the segments' last row."""
    row, before = connection.execute(
        "SELECT row, checksum FROM paper WHERE id = ?", (new.id,)
    ).fetchone() or (0, None)
    if before == new.checksum:
        connection.execute(
            "UPDATE paper SET label = ?, day = ?, votes = ?, code = ?, organization = ? "
            "WHERE row = ?",
            (*new.columns, row),
        )
        return False
    if before is not None:
        _delete(connection, row, in_segment=row <= reached)
    _insert(connection, new)
    return True


def _delete(connection: sqlite3.Connection, row: int, *, in_segment: bool) -> None:
    """Remove a paper; a row that a segment contains is marked as deleted there."""
    if in_segment:
        found = next(read_fields(connection, row, row), None)
        if found is None:
            raise sqlite3.DatabaseError("a paper is without its text")
        _, fields = found
        words = [(word,) for word in set(" ".join(fields).split())]
        connection.executemany("UPDATE word SET papers = max(0, papers - 1) WHERE word = ?", words)
        connection.execute("INSERT INTO deleted VALUES (?)", (row,))
    connection.execute("DELETE FROM abstract WHERE row = ?", (row,))
    connection.execute("DELETE FROM paper WHERE row = ?", (row,))


def _insert(connection: sqlite3.Connection, new: Document) -> None:
    *head, abstract = new.fields
    row = connection.execute(
        "INSERT INTO paper (id, label, day, votes, code, organization, title, people, keywords, "
        "aliases, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, *new.columns, *head, new.checksum),
    ).lastrowid
    connection.execute("INSERT INTO abstract (row, abstract) VALUES (?, ?)", (row, abstract))


def _count_people(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Count the papers of each author.

    A paper whose text changed counts again, which only orders suggestions.
    """
    counts = Counter(author for document in documents for author in document.authors)
    (last,) = connection.execute("SELECT coalesce(max(row), 0) FROM person").fetchone()
    connection.executemany(
        "INSERT INTO person (name, words, papers) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET papers = papers + excluded.papers",
        [(name, words, number) for (name, words), number in counts.items()],
    )
    connection.execute(
        "INSERT INTO person_words (rowid, words) SELECT row, words FROM person WHERE row > ?",
        (last,),
    )


def _count_organizations(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    connection.executemany(
        "INSERT INTO organization VALUES (?, ?, ?, 1) ON CONFLICT (handle) "
        "DO UPDATE SET papers = papers + 1, name = excluded.name, words = excluded.words",
        [document.organization for document in documents if document.organization],
    )


def ids_of(connection: sqlite3.Connection, rows: Sequence[int]) -> tuple[str, ...]:
    """Return the ids of the papers in these rows, in the same order."""
    if not rows:
        return ()
    found = connection.execute(
        "SELECT paper.id FROM json_each(?) CROSS JOIN paper ON paper.row = value ORDER BY key",
        (json.dumps(list(rows)),),
    )
    return tuple(paper_id for (paper_id,) in found)


def text_of(connection: sqlite3.Connection, row: int) -> str:
    """Return all words of a paper with a space before and after each."""
    (text,) = connection.execute(
        "SELECT ' ' || title || ' ' || people || ' ' || keywords || ' ' || aliases || ' ' || "
        "abstract || ' ' FROM paper JOIN abstract USING (row) WHERE row = ?",
        (row,),
    ).fetchone()
    found: str = text
    return found
