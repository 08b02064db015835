"""The console script, alone and beside packages of other projects that have the same names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paperboy_start import PACKAGES, find_foreign
from tests.conftest import NOBODY

ROOT = Path(__file__).parents[1]
SCRIPT = "import sys, paperboy_start; sys.exit(paperboy_start.main())"
LOADED = """
import atexit, sys, paperboy_start
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
sys.exit(paperboy_start.main())
"""
# what takes long to import, and answers nothing that is asked once from a shell
UNNEEDED = (
    "aiosmtplib alembic asyncpg bibtexparser discord numpy.ma prompt_toolkit pylatexenc rich "
    "slack_bolt slack_sdk sqlalchemy.orm bot.semantic.encoder bot.search.semantic_index "
    "bot.store.departures bot.store.retention"
)


def start(home: Path, *path: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script in the folder where it is installed, with more folders before or after."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, "--version"],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd or home,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, path or (home,)))},
    )


@pytest.fixture
def installed(tmp_path):
    """Return a folder with Paperboy's packages, as pip lays them."""
    home = tmp_path / "site-packages"
    for name in PACKAGES:
        shutil.copytree(
            ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__", "sample*")
        )
    shutil.copytree(ROOT / "paperboy_start", home / "paperboy_start")
    return home


def test_here_nothing_stands_in_the_way():
    assert find_foreign(ROOT) == ""


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_was_replaced_by_another_projects_is_named(installed, name):
    assert start(installed).stdout.startswith("paperboy ")
    (installed / name / "__init__.py").write_text("raise RuntimeError('another project')\n")
    done = start(installed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"paperboy: the package “{name}” in {installed / name} is another project’s, not "
        "Paperboy’s. Install Paperboy in an environment of its own: pipx install, or python3 -m "
        "venv.\n"
    )


def test_a_package_that_is_found_first_is_named(installed, tmp_path):
    other = tmp_path / "other"
    (other / "adapters").mkdir(parents=True)
    (other / "adapters" / "__init__.py").write_text("")
    done = start(installed, other, installed, cwd=tmp_path)
    assert done.returncode == 2
    assert f"the package “adapters” in {other / 'adapters'} is another project’s" in done.stderr
    assert start(installed, installed, other, cwd=tmp_path).returncode == 0
    shutil.rmtree(installed / "bot")
    assert "the package “bot”" in start(installed, cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("--help", "aiohttp bot.settings dotenv importlib.metadata numpy rapidfuzz sqlalchemy"),
        ("find transformers", "aiohttp"),
        ("today", ""),  # asks Hugging Face, since what it knows is old
    ],
)
def test_a_command_imports_only_what_it_needs(tmp_path, stocked, line, more):
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *line.split()],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(tmp_path), "HF_ENDPOINT": NOBODY},
    )
    loaded = done.stderr.split()
    assert "paperboy_start" in loaded
    assert sorted({*UNNEEDED.split(), *more.split()}.intersection(loaded)) == []
