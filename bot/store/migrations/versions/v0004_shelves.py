"""The team's shelf: places of saves, notes, tags, read marks, picks, and forgotten people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; what people saved so far becomes private, as they were told."""
    _extend_shelf()
    op.create_table(
        "notes",
        *_owner(),
        _paper(primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("written", _MOMENT, nullable=False),
    )
    op.create_table(
        "tags",
        *_owner(),
        sa.Column("person", sa.Text, primary_key=True),
        _paper(primary_key=True),
        sa.Column("tag", sa.Text, primary_key=True),
    )
    op.create_index("ix_tags_platform_tenant_tag", "tags", ["platform", "tenant", "tag"])
    op.create_index("ix_tags_platform_tenant_paper", "tags", ["platform", "tenant", "paper"])
    op.create_table(
        "people",
        *_owner(),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "nominations",
        *_owner(),
        _paper(primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("nominated", _MOMENT, nullable=False),
    )
    op.create_table(
        "picks",
        *_owner(),
        sa.Column("week", sa.Date, primary_key=True),
        _paper(nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.Column("tied", sa.JSON, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("picked", _MOMENT, nullable=False),
    )
    op.create_table(
        "forgotten",
        *_owner(),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table("departures", *_owner(), sa.Column("at", _MOMENT, nullable=False))


def _extend_shelf() -> None:
    beginning = sa.text("'1970-01-01 00:00:00.000000'")
    op.add_column("shelf", sa.Column("touched", _MOMENT, nullable=False, server_default=beginning))
    op.execute("UPDATE shelf SET touched = saved")
    op.add_column("shelf", sa.Column("read", _MOMENT))
    op.add_column(
        "shelf", sa.Column("private", sa.Boolean, nullable=False, server_default=sa.true())
    )
    op.add_column("shelf", sa.Column("address", sa.Text, nullable=False, server_default=""))
    op.add_column("shelf", sa.Column("place", sa.Text, nullable=False, server_default=""))
    for columns in (
        ("person", "saved"),
        ("person", "touched"),
        ("private", "saved"),
        ("private", "touched"),
    ):
        _index_shelf(*columns)
    _index_shelf("paper", "private")


def _index_shelf(*columns: str) -> None:
    named = ("platform", "tenant", *columns)
    op.create_index(f"ix_shelf_{'_'.join(named)}", "shelf", list(named))


def _owner() -> tuple[sa.Column[str], ...]:
    return sa.Column("platform", sa.Text, primary_key=True), sa.Column(
        "tenant", sa.Text, primary_key=True
    )


def _paper(*, primary_key: bool = False, nullable: bool = True) -> sa.Column[str]:
    key = sa.ForeignKey("papers.id")
    return sa.Column(
        "paper", sa.Text, key, primary_key=primary_key, nullable=nullable and not primary_key
    )
