"""Indexes that hold whole shelf lists, and a state per shelf that tells when to read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ORDERS = (("person", "saved"), ("person", "touched"), ("private", "saved"), ("private", "touched"))


def upgrade() -> None:
    """Make the indexes hold the papers too, and note that each shelf is in some state."""
    for columns in _ORDERS:
        before = ("platform", "tenant", *columns)
        op.drop_index(f"ix_shelf_{'_'.join(before)}", "shelf")
        op.create_index(f"ix_shelf_{'_'.join(before)}_paper", "shelf", [*before, "paper"])
    owner = ("platform", "tenant", "person")
    op.create_table(
        "shelf_states",
        *(sa.Column(name, sa.Text, primary_key=True) for name in owner),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO shelf_states SELECT DISTINCT platform, tenant, person, 'first' FROM shelf"
    )
    op.execute("INSERT INTO shelf_states SELECT DISTINCT platform, tenant, '', 'first' FROM shelf")
