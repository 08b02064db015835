"""What the doctor found: sentences by subject, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any


class Level(StrEnum):
    """Whether something works, is worth knowing, or has to be mended."""

    FINE = "fine"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a subject; a problem's says what to do, too."""

    subject: str
    level: Level
    text: str


MARKS = {Level.FINE: "✓", Level.NOTE: "·", Level.PROBLEM: "✗"}


def fine(subject: str, text: str) -> Finding:
    """Return a finding that something works."""
    return Finding(subject, Level.FINE, text)


def note(subject: str, text: str) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(subject, Level.NOTE, text)


def problem(subject: str, text: str) -> Finding:
    """Return a finding that something has to be mended."""
    return Finding(subject, Level.PROBLEM, text)


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing has to be mended."""
    return all(one.level is not Level.PROBLEM for one in findings)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the findings as lines of text, under their subjects."""
    for subject, some in groupby(findings, key=lambda one: one.subject):
        yield subject
        for one in some:
            yield f"  {MARKS[one.level]} {one.text}"
    problems = sum(one.level is Level.PROBLEM for one in findings)
    yield ""
    if problems:
        yield f"{problems} {'problem' if problems == 1 else 'problems'} (✗) to mend."
    else:
        yield "All is well."


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings as JSON values."""
    found = [{"subject": one.subject, "level": one.level, "text": one.text} for one in findings]
    return {"healthy": is_healthy(findings), "findings": found}
