"""An index of the messages of a tenant, of which there are thousands."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_deliveries_platform_tenant_state", "deliveries", ["platform", "tenant", "state"]
    )
