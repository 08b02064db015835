"""Make the database of a home with an earlier Paperboy, as SQL text.

    git archive COMMIT | tar x -C FOLDER
    PYTHONPATH=FOLDER python tests/store/homes/make_home.py > tests/store/homes/VERSION-SCHEMA.sql

The commands of that version fill the shelves, and its own tables take subscriptions and digests in
every state.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, create_engine

NOW = datetime(2026, 5, 29, 15, tzinfo=UTC)
DAY = date(2026, 5, 29)
RECORDS = [
    {"id": f"2605.0000{n}", "title": title, "authors": ["Ada Lovelace"], "published": "2026-05-27"}
    for n, title in enumerate(("Hebbian Learning", "Diffusion and Weather", "Graphs"), 1)
]
COMMANDS = (
    "save 2605.00001",
    "tag 2605.00001 memory",
    "note 2605.00001 try this",
    "save 2605.00002",
    "read 2605.00002",
    "vote 2605.00002",
    "nominate 2605.00003",
)
DELIVERIES = ("pending", "sending", "uncertain", "sent", "dead")
DIGESTS = ("planned", "posting", "sent", "quiet", "skipped")


def main() -> None:
    """Print the SQL."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        _run_commands(home)
        _add_rows(home / "paperboy.sqlite3")
        connection = sqlite3.connect(home / "paperboy.sqlite3")
        sys.stdout.writelines(f"{line}\n" for line in connection.iterdump())
        connection.close()


def _run_commands(home: Path) -> None:
    env = {**os.environ, "PAPERBOY_HOME": str(home), "HF_ENDPOINT": "http://127.0.0.1:9"}
    (home / "papers.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    for line in ("import papers.jsonl", *COMMANDS):
        start = [sys.executable, "-m", "bot", *line.split(" ", 2)]
        subprocess.run(start, cwd=home, env=env, check=True, stdout=subprocess.DEVNULL)


def _add_rows(file: Path) -> None:
    """Add three subscriptions, a digest in each state, and a message in each state."""
    tables = import_module("bot.store.schema").metadata.tables
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:

        def add(table: str, **values: Any) -> None:
            connection.execute(tables[table].insert(), _complete(tables[table], values))

        for number, paused in enumerate(("", "", "by Ann"), 1):
            place = {"platform": "slack", "tenant": "T1", "address": f"C{number}", "person": "U1"}
            due = {} if paused else {"next_date": DAY + timedelta(days=1), "next_due": NOW}
            add("subscriptions", id=number, wishes=_options(), paused=paused, **place, **due)
        for back, state in enumerate(DIGESTS):
            day = DAY - timedelta(days=back)
            add("digests", subscription=1, date=day, state=state, reason=state)
        for part, state in enumerate(DELIVERIES):
            of = {"subscription": 1, "date": DAY - timedelta(days=1), "part": part}
            at = {"platform": "slack", "tenant": "T1", "address": "C1", "key": f"key-{part}"}
            add("deliveries", id=part + 1, state=state, view={"blocks": []}, **of, **at)
        here = {"platform": "slack", "tenant": "T1", "address": "C1"}
        add("posted", **here, paper="2605.00001", subscription=1, date=DAY)
        add("messages", **here, message="1.2", papers=("2605.00001",))
        add("reactions", **here, message="1.2", emoji="🔖", person="U1", present=True)
        add("lines", platform="slack", tenant="T1", key="k", line="save 2605.00001")
    engine.dispose()


def _options() -> Any:
    """Return the options of a weekly digest as that version writes them."""
    schedule = import_module("bot.calendar.schedule").Schedule(
        "weekly", time(9), "Europe/Berlin", (4,)
    )
    try:
        options = import_module("bot.models").DigestOptions
    except (ImportError, AttributeError):
        options = import_module("bot.subscriptions").Wishes
    chosen = options(schedule, papers=7, topics="diffusion", layout="compact")
    return chosen.to_json() if hasattr(chosen, "to_json") else chosen.written()


def _complete(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """Fill the columns that must not be null."""
    for column in table.c:
        if column.name not in values and not column.nullable:
            values[column.name] = _filler(str(column.type), column.type.python_type)
    return values


def _filler(name: str, kind: type) -> Any:
    if name in {"DATETIME", "TIMESTAMP"}:
        return NOW
    if name == "JSON":
        return ()
    return DAY if name == "DATE" else kind()


if __name__ == "__main__":
    main()
