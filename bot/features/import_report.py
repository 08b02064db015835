"""What became of the papers that a file names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.chat.views import Attachment, Block, Buttons, Code, Item, Outcome, Spans, View, line, note
from bot.features.shelf import SHELF
from bot.text import clean, count, shorten

if TYPE_CHECKING:
    from bot.exchange import Entry

MAX_LISTED = 20  # entries in a message; a file has them all
NO_ID = "not on Hugging Face"
NO_TITLE = "no paper with this title on Hugging Face"
NOTHING = "no id, link or title"


@dataclass(slots=True)
class ImportProgress:
    """How far an import is.

    `trouble` says why some were not looked up; with `cut`, the file has more entries than are read.
    """

    total: int = 0
    new: int = 0
    known: int = 0
    not_found: list[tuple[Entry, str]] = field(default_factory=list)
    not_asked: list[Entry] = field(default_factory=list)
    unread: list[Entry] = field(default_factory=list)
    trouble: str = ""
    cut: bool = False

    @property
    def done(self) -> int:
        """How many entries are dealt with."""
        return self.new + self.known + len(self.not_found) + len(self.unread)


def report(progress: ImportProgress) -> View:
    """Show what was saved, what was there already, and what was not found or not read, and why."""
    blocks: list[Block] = [line(summary(progress))]
    found = [f"{label(one)}: {why}" for one, why in progress.not_found]
    blocks += _section("not found", found)
    blocks += _section("not looked up yet", [label(one) for one in progress.not_asked])
    if progress.not_asked:
        blocks.append(note(f"{progress.trouble} Import the same again later, and it goes on."))
    unread = [f"{label(one)}: {one.problem or NOTHING}" for one in progress.unread]
    blocks += _section("not read", unread)
    if progress.cut:
        blocks.append(note("The file has more entries than fit. Import the rest as another file."))
    missing = [*found, *map(label, progress.not_asked), *unread]
    if len(missing) > MAX_LISTED:
        blocks.append(note("The whole list is in not-found.txt."))
    return View(
        (*blocks, Buttons((SHELF,))),
        outcome=Outcome.DONE if progress.new or progress.known else Outcome.NOTHING,
        data=_data(progress),
        file=Attachment("not-found.txt", "".join(f"{one}\n" for one in missing))
        if len(missing) > MAX_LISTED
        else None,
    )


def summary(progress: ImportProgress) -> str:
    """Say how many papers were saved, and how many were there."""
    new, known = progress.new, progress.known
    if new:
        there = (
            f" {known:,} {'was' if known == 1 else 'were'} already on your shelf." if known else ""
        )
        return f"Imported {count(new, 'paper')}.{there}"
    match known:
        case 0:
            return "No papers were imported."
        case 1:
            return "Nothing new: the paper is already on your shelf."
        case 2:
            return "Nothing new: both papers are already on your shelf."
        case _:
            return f"Nothing new: all {known:,} papers are already on your shelf."


def label(one: Entry) -> str:
    """Name an entry by its key in the file and its title, or by what there is."""
    title = shorten(clean(one.paper.title or one.paper.id), 120)
    key = shorten(clean(one.key), 60)
    return " – ".join(filter(None, dict.fromkeys((key, title)))) or "an entry without id and title"


def _section(what: str, lines: Sequence[str]) -> list[Block]:
    if not lines:
        return []
    shown: list[Spans] = [(Code(one),) for one in lines[:MAX_LISTED]]
    if len(lines) > MAX_LISTED:
        shown.append((f"and {len(lines) - MAX_LISTED:,} more",))
    return [Item((f"{count(len(lines), 'entry', 'entries')} {what}",), tuple(shown))]


def _data(progress: ImportProgress) -> dict[str, object]:
    def names(entries: Sequence[Entry]) -> list[str]:
        return [shorten(clean(one.paper.title or one.paper.id or one.key), 120) for one in entries]

    return {
        "kept": progress.new,
        "there": progress.known,
        "not_found": names([one for one, _ in progress.not_found]),
        "not_asked": names(progress.not_asked),
        "not_read": names(progress.unread),
    }
