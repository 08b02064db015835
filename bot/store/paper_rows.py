"""A paper as a row of the table, and back."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from bot.papers import Account, Paper
from bot.store.paper_merge import Known

_SAME = tuple(
    field.name for field in fields(Paper) if field.name not in ("organization", "submitter")
)
_VALUES = attrgetter(*_SAME)


def paper_of(row: Row[Any]) -> Paper:
    """Read a paper."""
    return Paper(
        organization=_account(row.organization_handle, row.organization_name),
        submitter=_account(row.submitter_handle, row.submitter_name),
        **dict(zip(_SAME, _VALUES(row), strict=True)),
    )


def known_of(row: Row[Any]) -> Known:
    """Read a paper together with when its fields were heard of."""
    return Known(paper_of(row), row.as_of, row.since)


def row_of(known: Known, revision: int) -> dict[str, object]:
    """Make the row."""
    paper = known.paper
    row: dict[str, object] = dict(zip(_SAME, _VALUES(paper), strict=True))
    row |= {"as_of": known.as_of, "since": known.since, "revision": revision}
    for name, account in (("organization", paper.organization), ("submitter", paper.submitter)):
        row[f"{name}_handle"] = account.handle if account else None
        row[f"{name}_name"] = account.name if account else None
    return row


def _account(handle: str | None, name: str | None) -> Account | None:
    return Account(handle, name or "") if handle is not None else None
