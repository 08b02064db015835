"""From a query to papers: candidates by their words, the best of them on top."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.search.filters import Filter, conditions, quoted
from bot.search.language import Query
from bot.search.ranking import Candidate, Ranked, rank
from bot.search.spelling import Slot, understand
from bot.search.words import COMMON, words

# So many are looked at closely: the right one is among them in 99 of 100 searches.
CANDIDATES = 150
# With fewer papers than this that hold all words, papers that hold most of them are looked at too.
FEW = 20
# A word in more papers than this does not single one out.
FREQUENT = 3000
# A paper that answers less of the query than this is only near it.
ANSWERS = 0.5
COUNTED = 10_000

_COLUMNS = "paper.row, paper.id, paper.day, paper.votes, paper.title, paper.people, paper.terms, said.text"
_FROM = "JOIN paper ON paper.row = found.rowid JOIN said ON said.row = found.rowid"


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    `total` counts all that match. `corrected` is the query as understood, where words were replaced. `nearest` are
    papers that come close when none matches.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    corrected: str | None = None
    nearest: tuple[str, ...] = ()


def find(connection: sqlite3.Connection, query: Query, limit: int, offset: int, within: Collection[str] | None) -> Hits:
    """Search."""
    wanted = conditions(connection, query, within)
    slots = understand(connection, query.text)
    hits = (
        _find(connection, query, slots, wanted, limit, offset)
        if slots
        else _list(connection, query, wanted, limit, offset)
    )
    if not hits.total and query.filtered:
        free = Query(query.text)
        around = conditions(connection, free, within)
        nearest = _find(connection, free, slots, around, limit, 0) if slots else Hits()
        return replace(hits, nearest=nearest.ids or nearest.nearest)
    return hits


def _list(connection: sqlite3.Connection, query: Query, wanted: Filter, limit: int, offset: int) -> Hits:
    """List by the filters alone."""
    if words_missing(query):
        return Hits()
    rows = connection.execute(
        f"SELECT id FROM paper WHERE {wanted.sql} ORDER BY {_order(query)} LIMIT ? OFFSET ?",  # noqa: S608
        (*wanted.args, limit, offset),
    )
    ids = tuple(row for (row,) in rows)
    (total,) = connection.execute(f"SELECT count(*) FROM paper WHERE {wanted.sql}", wanted.args).fetchone()  # noqa: S608
    return Hits(ids, total)


def words_missing(query: Query) -> bool:
    """Whether there is nothing to look for: text without a single word, and no filter."""
    return bool(query.text) and not query.filtered


def _order(query: Query) -> str:
    newest, most = "paper.day DESC", "paper.votes DESC"
    return ", ".join([most, newest, "paper.id"] if query.sort == "votes" else [newest, most, "paper.id"])


def _find(
    connection: sqlite3.Connection, query: Query, slots: Sequence[Slot], wanted: Filter, limit: int, offset: int
) -> Hits:
    telling = [slot for slot in slots if slot.typed not in COMMON] or list(slots)
    everywhere = _all_of(telling)
    total = _count(connection, everywhere, wanted) if everywhere else 0
    candidates = _holding_all(connection, everywhere, wanted, total) if everywhere and total else {}
    if len(candidates) < FEW:
        candidates |= _holding_some(connection, telling, wanted)
    understood = " ".join(
        word
        for slot in slots
        for word in (slot.readings[0].words if slot.readings and not slot.open else (slot.typed,))
    )
    ranked = rank(list(candidates.values()), slots, " ".join(words(query.text)), understood)
    corrected = _corrected(slots, ranked[0].candidate) if ranked else None
    matching = [r for r in ranked if r.cover >= ANSWERS]
    if not matching:
        return Hits(corrected=corrected, nearest=tuple(r.candidate.id for r in ranked[:limit]))
    if query.sort != "best":
        return _sorted(connection, query, everywhere, wanted, total, matching, limit, offset, corrected)
    total = max(total, len(matching))
    ids = [r.candidate.id for r in matching[offset : offset + limit]]
    if len(ids) < limit and total > len(matching):
        ids += _further(connection, everywhere, wanted, matching, limit - len(ids), max(0, offset - len(matching)))
    return Hits(tuple(ids), total, corrected)


def _sorted(
    connection: sqlite3.Connection,
    query: Query,
    everywhere: tuple[str, str] | None,
    wanted: Filter,
    total: int,
    matching: Sequence[Ranked],
    limit: int,
    offset: int,
    corrected: str | None,
) -> Hits:
    if total and everywhere:
        rows = connection.execute(
            f"SELECT id FROM paper WHERE row IN ({_MATCHING}) AND {wanted.sql} "  # noqa: S608
            f"ORDER BY {_order(query)} LIMIT ? OFFSET ?",
            (*everywhere, *wanted.args, limit, offset),
        )
        return Hits(tuple(row for (row,) in rows), total, corrected)
    keys = {
        "votes": lambda r: (r.candidate.votes, r.candidate.day or ""),
        "new": lambda r: (r.candidate.day or "", r.candidate.votes),
    }
    ordered = sorted(matching, key=keys[query.sort], reverse=True)
    return Hits(tuple(r.candidate.id for r in ordered[offset : offset + limit]), len(ordered), corrected)


_MATCHING = "SELECT rowid FROM head WHERE head MATCH ? UNION SELECT rowid FROM body WHERE body MATCH ?"


def _all_of(slots: Sequence[Slot]) -> tuple[str, str] | None:
    """Return the expressions for head and body that ask for every word, None where one cannot be anywhere."""
    if not all(slot.readings for slot in slots):
        return None
    return " AND ".join(_head(slot) for slot in slots), " AND ".join(_body(slot) for slot in slots)


def _body(slot: Slot) -> str:
    readings = [" AND ".join(map(quoted, reading.words)) for reading in slot.readings]
    return "(" + " OR ".join(f"({reading})" for reading in readings) + ")"


def _head(slot: Slot) -> str:
    begun = f"{quoted(slot.typed)} * OR " if slot.open and len(slot.typed) > 1 else ""
    return f"({begun}{_body(slot)})"


def _count(connection: sqlite3.Connection, everywhere: tuple[str, str], wanted: Filter) -> int:
    counted = f"SELECT count(*) FROM (SELECT 1 FROM paper WHERE row IN ({_MATCHING}) AND {wanted.sql} LIMIT ?)"  # noqa: S608
    (total,) = connection.execute(counted, (*everywhere, *wanted.args, COUNTED)).fetchone()
    return int(total)


def _holding_all(
    connection: sqlite3.Connection, everywhere: tuple[str, str], wanted: Filter, total: int
) -> dict[int, Candidate]:
    found = _candidates(connection, "head", everywhere[0], wanted)
    if len(found) < CANDIDATES and total > len(found):
        found |= _candidates(connection, "body", everywhere[1], wanted)
    return found


def _holding_some(connection: sqlite3.Connection, slots: Sequence[Slot], wanted: Filter) -> dict[int, Candidate]:
    readable = sorted((slot for slot in slots if slot.readings), key=lambda slot: -slot.weight)
    if not readable:
        return {}
    rare = [s for s in readable if max(r.papers for r in s.readings) < FREQUENT] or readable[:1]
    found = _candidates(connection, "head", " OR ".join(map(_head, rare)), wanted)
    if len(rare) > 1:
        found |= _candidates(connection, "body", " OR ".join(map(_body, rare[:4])), wanted)
    return found


def _candidates(connection: sqlite3.Connection, table: str, sought: str, wanted: Filter) -> dict[int, Candidate]:
    best = "bm25(head, 4.0, 4.0, 2.0)" if table == "head" else "rank"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM (SELECT rowid, {best} AS worth FROM {table} WHERE {table} MATCH ?) AS found {_FROM} "  # noqa: S608
        f"WHERE {wanted.sql} ORDER BY worth LIMIT ?",
        (sought, *wanted.args, CANDIDATES),
    )
    return {row[0]: Candidate(*row) for row in rows}


def _further(
    connection: sqlite3.Connection,
    everywhere: tuple[str, str] | None,
    wanted: Filter,
    shown: Sequence[Ranked],
    limit: int,
    offset: int,
) -> list[str]:
    """List what matches beyond the papers that were looked at closely."""
    if not everywhere:
        return []
    rows = ",".join(str(r.candidate.row) for r in shown)
    found = connection.execute(
        f"SELECT id FROM paper WHERE row IN ({_MATCHING}) AND {wanted.sql} AND row NOT IN ({rows}) "  # noqa: S608
        "ORDER BY votes DESC, day DESC, id LIMIT ? OFFSET ?",
        (*everywhere, *wanted.args, limit, offset),
    )
    return [paper_id for (paper_id,) in found]


def _corrected(slots: Sequence[Slot], best: Candidate) -> str | None:
    """Return the query in the words that the best paper holds, None where every word was known."""
    said = f" {best.title} {best.people} {best.terms} {best.text} "
    meant = []
    for slot in slots:
        fitting = [r for r in slot.readings if all(f" {word} " in said for word in r.words)]
        kept = (
            slot.known
            or not slot.readings
            or (slot.open and any(w.startswith(slot.typed) for r in slot.readings for w in r.words))
        )
        meant.append(slot.typed if kept else " ".join((fitting or slot.readings)[0].words))
    typed = " ".join(slot.typed for slot in slots)
    understood = " ".join(dict.fromkeys(" ".join(meant).split()))
    return understood if understood != typed else None
