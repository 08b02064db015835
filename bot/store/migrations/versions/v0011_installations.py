"""Where the bot is installed, and since when its credential is refused there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "installations",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("credential", sa.Text, nullable=False),
        sa.Column("refused", sa.DateTime(timezone=True)),
    )
