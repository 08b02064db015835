"""The version, with the commit where it is known."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from bot import __version__

NAME = "paperboy-bot"
SHORT = 9  # characters of a commit that are shown
GIT_SECONDS = 5.0


def describe_version() -> str:
    """Return the version, as in "0.2.0 (commit 1a2b3c4d5)"."""
    commit = _from_build() or _from_installation() or _from_checkout()
    return f"{__version__} (commit {commit[:SHORT]})" if commit else __version__


def _from_build() -> str:
    """Read what the build has written beside this module."""
    try:
        return Path(__file__).with_name("commit.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _from_installation() -> str:
    """Read what pip has noted of an installation from a repository (PEP 610)."""
    # start-up time: nothing else needs it
    from importlib.metadata import Distribution, PackageNotFoundError

    try:
        note = json.loads(Distribution.from_name(NAME).read_text("direct_url.json") or "{}")
        return str(note.get("vcs_info", {}).get("commit_id", ""))
    except (PackageNotFoundError, ValueError, OSError):
        return ""


def _from_checkout() -> str:
    """Ask git, where this is a checkout."""
    root = Path(__file__).parents[1]
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # the path is our own
            ["git", "-C", str(root), "rev-parse", "HEAD"],  # noqa: S607  # whichever git there is
            capture_output=True,
            text=True,
            check=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
