"""`paperboy sync` and `paperboy import`: papers from Hugging Face and from files, with progress."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bot.calendar.clock import utc_now
from bot.cli.session import DONE, NOTHING, open_session
from bot.errors import SourceError, UsageError
from bot.library import sync
from bot.library.library import Library
from bot.papers import Paper
from bot.settings import Settings
from bot.sources.files import Skipped, as_of, read
from bot.text import count

PAPERS_PER_TRANSACTION = 1000
MAX_LISTED = 10  # problems that are listed one by one
GO_ON = "run the same command again to continue"


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Fetch days, or import files if the arguments name some; return the exit code."""
    if not args.files:
        _check_days(args.since, args.until)
    async with open_session(settings) as app:
        library = app.services.library
        if args.files:
            good = await import_files(library, args.files)
        else:
            good = await fetch_days(library, args.since, args.until)
    return DONE if good else NOTHING


async def fetch_days(library: Library, first: date | None, last: date | None) -> bool:
    """Fetch days and print a report; return whether all of them could be fetched."""
    with _progress(MofNCompleteColumn(), TextColumn("days")) as progress:
        task = progress.add_task("Fetching", total=None)

        def advance(at: sync.SyncProgress) -> None:
            description = f"Fetching {at.day}"
            progress.update(task, completed=at.done, total=at.total, description=description)

        try:
            report = await library.sync(first, last, advance)
        except asyncio.CancelledError:
            _list_problems([f"Stopped; {GO_ON}."])
            raise
    skipped = f", {count(report.skipped, 'malformed item')} skipped" if report.skipped else ""
    print(
        f"Fetched {count(report.days, 'day')} with {count(report.papers, 'paper')}: "
        f"{report.added:,} new, {report.updated:,} updated{skipped}."
    )
    _list_problems([f"Couldn’t fetch {day}: {reason}" for day, reason in report.failed])
    if report.left:
        _list_problems([f"{count(report.left, 'day')} left; {GO_ON}."])
    return not report.failed and not report.left


async def import_files(library: Library, files: Sequence[Path]) -> bool:
    """Import papers and print a report; return whether each file had some."""
    good = True
    for path in files:
        try:
            good &= await _import_file(library, path)
        except SourceError as error:
            _list_problems([str(error)])
            good = False
    return good


@dataclass(slots=True)
class _Counts:
    papers: int = 0
    added: int = 0
    updated: int = 0
    skipped: list[Skipped] = field(default_factory=list)


async def _import_file(library: Library, path: Path) -> bool:
    counts = _Counts()
    with _progress(DownloadColumn()) as progress:
        task = progress.add_task(path.name, total=_size(path))
        records = read(path, lambda done: progress.update(task, completed=done))
        while batch := list(islice(records, PAPERS_PER_TRANSACTION)):
            await _add(library, batch, counts)
    print(
        f"{path.name}: {count(counts.papers, 'paper')}, {counts.added:,} new, "
        f"{counts.updated:,} updated, {len(counts.skipped):,} skipped."
    )
    _list_problems([f"{path.name}, line {one.line}: {one.reason}" for one in counts.skipped])
    return counts.papers > 0


def _size(path: Path) -> int | None:
    """Return the bytes of a file, None where there is no such file: reading it says so."""
    return path.stat().st_size if path.is_file() else None


async def _add(library: Library, batch: Sequence[Paper | Skipped], counts: _Counts) -> None:
    counts.skipped += [one for one in batch if isinstance(one, Skipped)]
    papers = sorted((one for one in batch if isinstance(one, Paper)), key=as_of)
    groups = ((moment, list(group)) for moment, group in groupby(papers, key=as_of))
    for saved in await library.add_all(groups):
        counts.added += saved.added
        counts.updated += saved.updated
    counts.papers += len(papers)


def _check_days(since: date | None, until: date | None) -> None:
    if until and not since:
        raise UsageError("--until needs --since: give the first day too.")
    if since and since > (until or utc_now().date()):
        raise UsageError("--since is after --until: change one of them.")


@contextmanager
def _progress(*amount: ProgressColumn) -> Iterator[Progress]:
    """Show a progress bar on a terminal, and nothing in a pipe or a log."""
    columns = (TextColumn("{task.description}"), BarColumn(), *amount, TimeRemainingColumn())
    console = Console(file=sys.stderr)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield progress


def _list_problems(problems: Sequence[str]) -> None:
    for problem in problems[:MAX_LISTED]:
        print(problem, file=sys.stderr)
    if len(problems) > MAX_LISTED:
        print(f"… and {len(problems) - MAX_LISTED:,} more.", file=sys.stderr)
