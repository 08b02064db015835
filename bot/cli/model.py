"""`paperboy model`: the language models that search by meaning are listed, fetched and used."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.terminal.files import progress_bar
from bot.cli.session import DONE, open_session
from bot.errors import SettingsError, UsageError
from bot.semantic.download import Source, download
from bot.semantic.errors import ModelError
from bot.semantic.known_models import KNOWN_MODELS
from bot.semantic.model_folder import find_model
from bot.settings import Settings
from bot.text import count, listed

SHOWN_SECONDS = 0.5  # between two looks at how many papers are done


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """List the known models, fetch one, or prepare the papers; return the exit code."""
    match args.what:
        case "list":
            print("\n".join(_lines(settings)))
        case "fetch":
            await _fetch(settings, args.name or "")
        case _:
            await _prepare(settings)
    return DONE


async def _fetch(settings: Settings, name: str) -> None:
    """Download a model, showing how much of it is there."""
    folder = find_model(name, settings.home)
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


async def _prepare(settings: Settings) -> None:
    """Embed all papers now, showing how many are done."""
    if not settings.model:
        raise SettingsError("Set PAPERBOY_MODEL first, as in PAPERBOY_MODEL=all-MiniLM-L6-v2.")
    async with open_session(settings) as app:
        library = app.services.library
        with progress_bar() as show:
            working = asyncio.create_task(library.embed_papers())
            while not working.done():
                await asyncio.wait([working], timeout=SHOWN_SECONDS)
                if done := (await library.status()).embedding:
                    show(*done)
            await working
        now = await library.status()
    if now.meaning_trouble:
        raise ModelError(now.meaning_trouble)
    print(f"Searches go by meaning: {count(now.papers, 'paper')}.")


def _lines(settings: Settings) -> Iterator[str]:
    for name, known in KNOWN_MODELS.items():
        there = find_model(name, settings.home).path.exists()
        fetched = " (fetched)" if there else ""
        yield f"{name:<22} {known.size / 1e6:>4.0f} MB  {known.about}{fetched}"
