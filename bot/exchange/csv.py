"""Shelves as a table; read with any separator and any names of columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from bot.exchange.entries import DAMAGED, MAX_ENTRIES, Entry, Marks, entry
from bot.exchange.fields import id_of
from bot.identifiers import paper_id, paper_ids
from bot.papers import Paper
from bot.text import clean, shorten

COLUMNS = (
    *("id", "title", "authors", "published", "upvotes", "organization", "url"),
    *("saved", "read", "private", "tags", "note"),
)
# by which a spreadsheet takes a text for something to compute
_FORMULA = ("=", "+", "-", "@", "\t")
_SEPARATORS = ",;\t|"
MAX_COLUMNS = 500
MAX_SAMPLE = 100_000  # characters that tell the separator
_SAMPLE = 20  # rows that tell the separator
MAX_FIELD = 1_000_000  # characters
MAX_TITLE = 500
_TITLE = re.compile(
    r"^(?:the ?)?(?:paper|article|work|document|publication)?[ _-]?(?:title|name)s?$"
)
_COLUMN = re.compile(
    r"^(?:the |paper|article|arxiv|source|first)?[ _-]?(?:id|title|url|link|doi|arxiv|author|year|"
    r"abstract|summary|note|tag|pdf|name|venue|date|key|paper|article|reference|identifier)s?$"
)
_OTHER_TITLES = (
    "paper",
    "article",
    "titel",
    "titre",
    "título",
    "titolo",
    "标题",
    "题目",
    "タイトル",
)
# spreadsheets take an id for a number, and its last zeros away
_NUMBER = re.compile(r"(?P<month>[0-9]{3,4})[.,](?P<number>[0-9]{1,5})")
_IDS = re.compile(r"arxiv|eprint|\bid\b|identifier|paper|key|number|link|url|pdf")

Row = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of a table's columns, "" for none, and its rows."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> int | None:
        """Return where a column is."""
        return self.names.index(name) if name in self.names else None


def write(entries: Sequence[Entry]) -> str:
    """Write entries, the names of the columns first."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(map(_harmless, _cells(one)) for one in entries)
    return out.getvalue()


def read(text: str) -> tuple[Entry, ...]:
    """Read entries of a table, whether or not it names its columns."""
    table = table_in(text)
    if table is None:
        return ()
    bare = {n for n in range(len(table.names)) if _holds_ids(table, n)}
    title = _title_column(table)
    rows = (row for row in table.rows if any(map(str.strip, row)))
    found = (one for row in rows for one in _entries(table, row, title, bare))
    return tuple(islice(found, MAX_ENTRIES))


def is_table(text: str, *, is_markdown: bool) -> bool:
    """Tell whether a text is a table: by the names of its columns, or by the ids in one column."""
    table = table_in(text)
    if table is None:
        return False
    if any(table.names):
        return any(map(_COLUMN.match, table.names))
    rows = table.rows[:_SAMPLE]
    columns = [
        sum(map(_names_paper, (row[n] for row in rows if n < len(row))))
        for n in range(len(table.names))
    ]
    return not is_markdown and sum(columns) == max(columns) >= 0.8 * len(rows)


def table_in(text: str) -> Table | None:
    """Return the table that a text is, None where it is none."""
    text = text.lstrip("\r\n")
    declared = re.match(r"sep=(.)\r?\n", text)  # as Excel has it
    text = text[declared.end() :] if declared else text
    separator = declared[1] if declared else _separator(text)
    rows = list(islice(_rows(text, separator), MAX_ENTRIES + 1)) if separator else []
    if not rows or not 2 <= len(rows[0]) <= MAX_COLUMNS:
        return None
    if any(map(_names_paper, rows[0])):
        # the first row is a paper: the columns have no names
        return Table(("",) * max(map(len, rows)), tuple(rows))
    names = tuple(name.strip().lower().removeprefix("\ufeff") for name in rows[0])
    return Table(names, tuple(rows[1:]))


def _separator(text: str) -> str:
    """Return the sign that parts most of the first rows into equally many cells, "" for none."""
    sample = text[:MAX_SAMPLE].rpartition("\n")[0] if len(text) > MAX_SAMPLE else text
    best, best_score = "", 0.0
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in islice(_rows(sample, separator), _SAMPLE) if row)
        width, alike = max(widths.items(), key=lambda one: one[1], default=(0, 0))
        score = alike / max(1, widths.total()) + min(width, 20) / 100
        if width > 1 and alike / widths.total() >= 0.6 and score > best_score:
            best, best_score = separator, score
    return best


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Yield rows as far as they can be read.

    A quote that is never closed makes the rest one endless field: then its lines are read alone.
    """
    csv.field_size_limit(MAX_FIELD)
    lines = io.StringIO(text, newline="")
    is_open, done = text.count('"') % 2 == 1, 0
    with suppress(csv.Error):
        for row in csv.reader(lines, delimiter=separator):
            if is_open and any(map(_holds_rows, row)):
                break
            done = lines.tell()
            yield row
        else:
            return
    for line in text[done:].splitlines():
        with suppress(csv.Error):
            yield from csv.reader([line.replace('"', "")], delimiter=separator)


def _holds_rows(cell: str) -> bool:
    rest = cell.partition("\n")[2]
    return bool(rest) and bool(paper_ids(rest, 1) or len(rest) > MAX_FIELD // 10)


def _entries(table: Table, row: Row, title: int | None, bare: set[int]) -> Iterator[Entry]:
    """Yield the paper that a row is about, or all that its texts name where it is about none."""
    one = _entry(table, row, title, bare)
    if paper_id(one.paper.id):
        yield one
    elif ids := paper_ids("\n".join(row), MAX_ENTRIES):
        yield from (Entry(Paper(id_, "")) for id_ in ids)
    elif one.paper.id or one.paper.title:
        yield one
    elif title is not None:
        yield replace(one, key=shorten(clean(" ".join(row)), 100), problem=DAMAGED)


def _entry(table: Table, row: Row, title: int | None, bare: set[int]) -> Entry:
    def cell(name: str) -> str:
        column = table.column(name)
        return _meant(row[column].strip()) if column is not None and column < len(row) else ""

    fields = [
        (name or f"column{n}", value)
        for n, (name, value) in enumerate(zip(table.names, row, strict=False))
    ]
    numbers = (_restored(row[n]) for n in sorted(bare) if n < len(row))
    return entry(
        next(filter(None, numbers), "") or id_of(fields) or cell("id"),
        shorten(_meant(clean(row[title])), MAX_TITLE)
        if title is not None and title < len(row)
        else "",
        Marks(
            cell("saved"),
            cell("tags"),
            cell("note"),
            cell("read").lower() == "yes",
            cell("private").lower() == "yes",
        ),
        cell("key") or cell("id"),
    )


def _title_column(table: Table) -> int | None:
    named = [n for n, name in enumerate(table.names) if _TITLE.match(name)]
    named += [n for n, name in enumerate(table.names) if name in _OTHER_TITLES]
    return named[0] if named else None


def _holds_ids(table: Table, column: int) -> bool:
    """Tell whether numbers that stand alone in a column are ids: its name says so, or all are."""
    if _IDS.search(table.names[column]):
        return True
    cells = [row[column] for row in table.rows[:200] if column < len(row) and row[column].strip()]
    return bool(cells) and all(map(paper_id, cells))


def _restored(cell: str) -> str:
    """Return the id that a cell is, also where a spreadsheet took it for a number."""
    cell = cell.strip().strip("'\"=")
    if known := paper_id(cell):
        return known
    number = _NUMBER.fullmatch(cell)
    if not number:
        return ""
    month = number["month"].zfill(4)
    return paper_id(f"{month}.{number['number'].ljust(4 if month < '1500' else 5, '0')}") or ""


def _names_paper(cell: str) -> bool:
    return bool(paper_ids(cell, 1))


def _cells(one: Entry) -> tuple[str, ...]:
    paper = one.paper
    return (
        paper.id,
        paper.title,
        "; ".join(paper.authors),
        paper.published.isoformat() if paper.published else "",
        "" if paper.upvotes is None else str(paper.upvotes),
        paper.organization.name if paper.organization else "",
        paper.url or "",
        one.saved.isoformat() if one.saved else "",
        "yes" if one.read else "",
        "yes" if one.private else "",
        "; ".join(one.tags),
        one.note,
    )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _meant(text: str) -> str:
    return text[1:] if text.startswith(tuple(f"'{sign}" for sign in (*_FORMULA, "'"))) else text
