"""Why a model can't be used."""

from __future__ import annotations

from bot.errors import PaperboyError

EXTRA = "paperboy-bot[semantic]"


class ModelError(PaperboyError):
    """A language model is missing, damaged, or of a kind that Paperboy can't run."""


def needs(package: str) -> str:
    """Say that a package is missing."""
    return f"This model needs the package {package}. Type: pip install '{EXTRA}'"
