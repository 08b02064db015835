"""What came of simulated days: counts, and every promise that was not kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

COUNTS = (
    "seeds",
    "days",
    "digests",
    "messages",
    "mails",
    "watched",
    "faults",
    "kills",
    "asked",
    "quiet",
    "set_back",
    "skipped",
    "paused",
)
PROMISES = {
    "lost": "lost",
    "doubled": "doubled",
    "disordered": "out of order",
    "misplaced": "misplaced",
    "wrong": "with wrong contents",
    "needless": "without a reason",
    "late": "late",
    "untold": "not told of trouble",
}


@dataclass
class Figures:
    """What came of one seed, or of many."""

    seeds: int = 0
    days: int = 0
    digests: int = 0
    messages: int = 0
    mails: int = 0
    watched: int = 0
    faults: int = 0
    kills: int = 0
    asked: int = 0
    quiet: int = 0
    set_back: int = 0
    skipped: int = 0
    paused: int = 0
    uncertain: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count what came of other seeds too."""
        for name in (*COUNTS, *PROMISES, "uncertain"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def bad(self) -> list[str]:
        """Every promise that was not kept, with its seed."""
        return [f"{what}: {one}" for name, what in PROMISES.items() for one in getattr(self, name)]

    def __str__(self) -> str:
        promises = ", ".join(f"{len(getattr(self, name))} {PROMISES[name]}" for name in PROMISES)
        why = ", ".join(f"{number:,} {reason}" for reason, number in self.uncertain.most_common())
        return (
            f"simulation: {self.seeds:,} seeds, {self.days:,} days, {self.digests:,} digests due, "
            f"{self.asked:,} asked for, {self.quiet:,} quiet, {self.messages:,} messages "
            f"({self.mails:,} by e-mail), {self.watched:,} of watches, {self.faults:,} faults, "
            f"{self.kills:,} kills, {self.set_back:,} clocks set back: {promises}; "
            f"{self.skipped:,} skipped with a reason, {self.paused:,} pauses; "
            f"uncertain: {why or 'never'}"
        )
