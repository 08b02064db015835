"""Reactions that were heard and are not worked off yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)
_TEXTS = (
    *("platform", "tenant", "address", "message", "emoji"),
    *("person", "person_tenant", "name"),
)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reaction_events",
        sa.Column("key", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("added", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT),
        sa.Column("heard", _MOMENT, nullable=False),
    )
    op.create_index("ix_reaction_events_platform_heard", "reaction_events", ["platform", "heard"])
