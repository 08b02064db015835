"""Whether a reaction changed anything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("reactions") as reactions:
        effect = sa.Column("effect", sa.Boolean, nullable=False, server_default=sa.true())
        reactions.add_column(effect)
