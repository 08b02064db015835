"""The first tables: papers, days, syncs, shelves and messages."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    store = op.create_table(
        "store",
        sa.Column(
            "id",
            sa.Integer,
            sa.CheckConstraint("id = 1", name="single"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.bulk_insert(store, [{"id": 1, "identity": uuid4().hex, "revision": 0}])
    op.create_table(
        "papers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("abstract", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("keywords", sa.JSON, nullable=False),
        sa.Column("organization_handle", sa.Text),
        sa.Column("organization_name", sa.Text),
        sa.Column("submitter_handle", sa.Text),
        sa.Column("submitter_name", sa.Text),
        sa.Column("published", sa.Date),
        sa.Column("daily", sa.Date),
        sa.Column("upvotes", sa.Integer),
        sa.Column("comments", sa.Integer),
        sa.Column("code", sa.Text),
        sa.Column("code_matched", sa.Boolean, nullable=False),
        sa.Column("stars", sa.Integer),
        sa.Column("project", sa.Text),
        sa.Column("thumbnail", sa.Text),
        sa.Column("media", sa.JSON, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_papers_daily_upvotes_id", "papers", ["daily", "upvotes", "id"])
    op.create_index("ix_papers_revision", "papers", ["revision"], unique=True)
    op.create_table(
        "days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("papers", sa.Integer, nullable=False),
        sa.Column("fetched", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "syncs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("failed", sa.Text, nullable=False),
    )
    op.create_table(
        "shelf",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("paper", sa.Text, sa.ForeignKey("papers.id"), primary_key=True),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("message", sa.Text, primary_key=True),
        sa.Column("papers", sa.JSON, nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=False),
    )
