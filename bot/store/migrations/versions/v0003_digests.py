"""Subscriptions, the digests that are due, and the messages that deliver them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _subscriptions()
    _digests()
    _deliveries()
    _posted()


def _text(name: str, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=primary_key)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer, primary_key=True),
        _text("platform"),
        _text("tenant"),
        _text("address"),
        _text("person"),
        sa.Column("wishes", sa.JSON, nullable=False),
        _instant("made"),
        sa.Column("next_date", sa.Date),
        _instant("next_due", nullable=True),
        sa.Column("covered", sa.Date),
        _text("paused"),
        _instant("refused", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscriptions_platform_next_due", "subscriptions", ["platform", "next_due"])
    op.create_index("ix_subscriptions_platform_tenant", "subscriptions", ["platform", "tenant"])


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column(
            "subscription",
            sa.Integer,
            sa.ForeignKey("subscriptions.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("date", sa.Date, primary_key=True),
        _text("state"),
        _instant("due"),
        _instant("until"),
        _instant("not_before"),
        sa.Column("first", sa.Date),
        sa.Column("last", sa.Date),
        sa.Column("weighed", sa.JSON, nullable=False),
        _text("reason"),
        _instant("ended", nullable=True),
    )
    op.create_index("ix_digests_state_not_before", "digests", ["state", "not_before"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("subscription", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        _text("platform"),
        _text("tenant"),
        _text("address"),
        sa.Column("threaded", sa.Boolean, nullable=False),
        _text("key"),
        sa.Column("view", sa.JSON, nullable=False),
        _text("state"),
        _instant("not_before"),
        _instant("until"),
        _instant("lease", nullable=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _instant("tried", nullable=True),
        _text("message"),
        _text("sent_to"),
        _text("thread"),
        _text("trouble"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("subscription", "date", "part"),
        sa.ForeignKeyConstraint(
            ["subscription", "date"],
            ["digests.subscription", "digests.date"],
            name="fk_deliveries_subscription_digests",
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_state_not_before", "deliveries", ["state", "not_before"])


def _posted() -> None:
    op.create_table(
        "posted",
        _text("platform", primary_key=True),
        _text("tenant", primary_key=True),
        _text("address", primary_key=True),
        _text("paper", primary_key=True),
        sa.Column("subscription", sa.Integer, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
    )
    op.create_index("ix_posted_subscription_date", "posted", ["subscription", "date"])
