"""Weekly and monthly digests keep ending with the day before: from now on an option says so."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Write the option into subscriptions of these rhythms."""
    bind = op.get_bind()
    for number, text in bind.execute(sa.text("SELECT id, wishes FROM subscriptions")).all():
        options: dict[str, Any] = json.loads(text) if isinstance(text, str) else text
        if options["schedule"]["every"] in {"weekly", "monthly"}:
            values = {"wishes": json.dumps({**options, "day": "yesterday"}), "id": number}
            bind.execute(
                sa.text("UPDATE subscriptions SET wishes = :wishes WHERE id = :id"), values
            )
