"""A hook of the build: writes into wheels and source archives from which commit they are."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

COMMIT_FILE = "bot/commit.txt"


def pdm_build_update_files(context: Any, files: dict[str, Path]) -> None:
    """Add the file with the commit, where it is known."""
    if context.target == "editable" or COMMIT_FILE in files:  # a source archive has it already
        return
    if commit := read_commit(context.root):
        # not in the build's own folder: all that lies there gets into the wheel
        path = Path(mkdtemp(prefix="paperboy-build-")) / "commit.txt"
        path.write_text(f"{commit}\n", encoding="utf-8")
        files[COMMIT_FILE] = path


def read_commit(root: Path) -> str:
    """Return the commit that is checked out in a folder, "" if it is no checkout."""
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  # whichever git there is
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
