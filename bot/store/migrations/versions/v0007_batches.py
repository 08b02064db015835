"""Which alerts are open, and a mark for each batch of papers."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and mark the papers that are there as one batch."""
    op.create_table(
        "alerts",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
    )
    batches = op.create_table(
        "batches",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
    )
    revision = op.get_bind().scalar(sa.text("SELECT revision FROM store"))
    if revision:
        op.bulk_insert(batches, [{"revision": revision, "mark": secrets.token_hex(8)}])
