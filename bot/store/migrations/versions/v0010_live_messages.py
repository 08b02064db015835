"""Messages that show who saved their papers, and people who are not shown there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("view", sa.JSON(none_as_null=True)))
        messages.add_column(sa.Column("said", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "hidden_people",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
    )
