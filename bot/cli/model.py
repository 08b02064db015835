"""`paperboy model`: the language models that search by meaning, listed or fetched."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.exit_codes import DONE
from bot.errors import UsageError
from bot.semantic.download import Source, download
from bot.semantic.known_models import KNOWN_MODELS
from bot.semantic.model_folder import find_model
from bot.settings import Settings
from bot.text import listed


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """List the models that are known, or fetch one; return the exit code."""
    if args.what == "list":
        print("\n".join(_lines(settings)))
        return DONE
    folder = find_model(args.name or "", settings.home)
    if not folder.known:
        raise UsageError(f"Name a model: {listed(list(KNOWN_MODELS), 'or')}.")
    known = KNOWN_MODELS[folder.known]
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(file=sys.stderr)
    hidden = not console.is_terminal
    with Progress(TextColumn(folder.known), *columns, console=console, disable=hidden) as bar:
        task = bar.add_task(folder.known, total=known.size)
        source = Source(settings.hf_endpoint, settings.proxies)
        await download(known, folder.path, source, lambda at: bar.update(task, completed=at))
    print(f"{folder.known} is in {folder.path}. To use it, set PAPERBOY_MODEL={folder.known}")
    return DONE


def _lines(settings: Settings) -> Iterator[str]:
    for name, known in KNOWN_MODELS.items():
        there = find_model(name, settings.home).path.exists()
        fetched = " (fetched)" if there else ""
        yield f"{name:<22} {known.size / 1e6:>4.0f} MB  {known.about}{fetched}"
