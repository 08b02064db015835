"""Watches: subscriptions that tell of each paper soon after it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns and the table."""
    # no batch: on SQLite that copies the table, which then hands out numbers for a second time
    for name in ("watched", "watch_changes"):
        op.add_column("store", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column(
        "subscriptions", sa.Column("watch", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "watch_papers",
        sa.Column(
            "subscription",
            sa.Integer,
            sa.ForeignKey(
                "subscriptions.id",
                name="fk_watch_papers_subscription_subscriptions",
                ondelete="CASCADE",
            ),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("paper", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("ix_watch_papers_paper", "watch_papers", ["paper"])
    op.create_index("ix_watch_papers_state_day", "watch_papers", ["state", "day"])
