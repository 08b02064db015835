"""When a message last had each command line, so that old ones can go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; lines that are there count from today."""
    with op.batch_alter_table("lines") as lines:
        lines.add_column(sa.Column("kept", sa.Date))
    op.execute("UPDATE lines SET kept = CURRENT_DATE")
    op.create_index("ix_lines_kept", "lines", ["kept"])
