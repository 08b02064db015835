"""Pages of lists of papers, with the length of the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, true

from bot.papers import Paper
from bot.store.paper_rows import paper_of
from bot.store.schema import papers


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Some papers of a list, and how many the list has."""

    papers: tuple[Paper, ...]
    total: int


def paged(ids: Select[str], order: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Build the statement for one page of a list of papers from the list of ids and its order.

    The total comes with every row of the same statement, so both are of one moment; a page past the
    end is one row without a paper. Only ids are sorted, in an index if there is one: abstracts make
    rows long.
    """
    total = select(func.count().label("total")).select_from(ids.subquery()).subquery()
    page = ids.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))
    page = page.add_columns(func.row_number().over(order_by=order).label("place"))
    window = page.subquery()
    joined = total.outerjoin(window, true()).outerjoin(papers, papers.c.id == window.c[0])
    return select(total.c.total, papers).select_from(joined).order_by(window.c.place)


def page_of(rows: Sequence[Row[Any]]) -> PaperPage:
    """Read the rows of such a statement."""
    return PaperPage(tuple(paper_of(row) for row in rows if row.id is not None), rows[0].total)
