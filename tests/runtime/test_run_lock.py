"""One process runs with a SQLite database; the second says why it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.runtime.run_lock import only_one


def test_a_second_run_is_refused_until_the_first_ends(tmp_path: Path):
    database = tmp_path / "paperboy.sqlite3"
    program = (
        "import sys; from pathlib import Path; from bot.runtime.run_lock import only_one\n"
        "with only_one(Path(sys.argv[1])): print('here', flush=True); input()"
    )
    start = [sys.executable, "-c", program, str(database)]
    with subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "here\n"
        refused = pytest.raises(SettingsError, match=r"already runs with .* use PostgreSQL")
        with refused, only_one(database):
            pass
        other.kill()
    with only_one(database):
        pass


def test_a_database_without_a_file_needs_no_lock():
    with only_one(None), only_one(None):
        pass
