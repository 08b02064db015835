"""Damage to SQLite files, as a failing disk does it."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path


def damage_pages(file: Path, *tables: str) -> None:
    """Overwrite the first page of each of these tables."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    roots = [
        connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        for name in tables
    ]
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as there:
        for (page,) in roots:
            there.seek((page - 1) * size)
            there.write(b"\x99" * size)


def flip_bits(file: Path, chance: random.Random, number: int) -> None:
    """Flip so many bits anywhere in a file."""
    data = bytearray(file.read_bytes())
    for _ in range(number):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
