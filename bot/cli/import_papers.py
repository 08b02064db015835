"""Bringing papers in from the command line: days from Hugging Face and files, with progress shown."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.errors import SourceError
from bot.library import sync as syncing
from bot.library.library import Library
from bot.papers import Paper
from bot.sources.files import Skipped, as_of, read
from bot.text import count

BATCH = 1000  # papers in one transaction
MOST_NAMED = 10  # days or lines that are named one by one


async def sync(library: Library, first: date | None, last: date | None) -> bool:
    """Fetch days and say what came of it; False where something could not be had."""
    with _bar("days") as progress:
        task = progress.add_task("Syncing", total=None)

        def advance(at: syncing.Progress) -> None:
            progress.update(
                task, completed=at.done, total=at.total, description=f"Syncing {at.day}"
            )

        try:
            report = await library.sync(first, last, advance)
        except asyncio.CancelledError:
            _name(["Stopped; run the same command again to go on from there."])
            raise
    skipped = f", {count(report.skipped, 'malformed item')} skipped" if report.skipped else ""
    print(
        f"{count(report.days, 'day')} fetched: {count(report.papers, 'paper')}, "
        f"{report.added:,} new, {report.updated:,} updated{skipped}."
    )
    _name([f"{day} could not be had: {reason}" for day, reason in report.failed])
    if report.left:
        _name(
            [
                (
                    f"{count(report.left, 'day')} left to fetch; run the same command again to go on "
                    "from there."
                )
            ]
        )
    return not report.failed and not report.left


async def load(library: Library, files: Sequence[Path]) -> bool:
    """Bring in the papers of some files and say what came of it; False where nothing was read from one of them."""
    good = True
    for path in files:
        try:
            good &= await _load(library, path)
        except SourceError as error:
            _name([str(error)])
            good = False
    return good


async def _load(library: Library, path: Path) -> bool:
    read_so_far = added = updated = 0
    skipped: list[Skipped] = []
    records = read(path)
    with _bar("papers") as progress:
        task = progress.add_task(path.name, total=None)
        while batch := list(islice(records, BATCH)):
            skipped += [one for one in batch if isinstance(one, Skipped)]
            papers = sorted((one for one in batch if isinstance(one, Paper)), key=as_of)
            for moment, group in groupby(papers, key=as_of):
                saved = await library.add(list(group), moment)
                added, updated = added + saved.added, updated + saved.updated
            read_so_far += len(papers)
            progress.update(task, completed=read_so_far)
    print(
        f"{path.name}: {count(read_so_far, 'paper')}, {added:,} new, {updated:,} updated, "
        f"{len(skipped):,} skipped."
    )
    _name([f"{path.name}, line {one.line}: {one.reason}" for one in skipped])
    return read_so_far > 0


@contextmanager
def _bar(unit: str) -> Iterator[Progress]:
    """Show a bar on a terminal, and nothing in a pipe or a log."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield progress


def _name(troubles: Sequence[str]) -> None:
    for trouble in troubles[:MOST_NAMED]:
        print(trouble, file=sys.stderr)
    if len(troubles) > MOST_NAMED:
        print(f"… and {len(troubles) - MOST_NAMED:,} more.", file=sys.stderr)
