"""Files at the terminal: those that commands are given, and those that they answer with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from bot.chat.bot import Bot
from bot.chat.commands import ASKED
from bot.chat.encodings import decode
from bot.chat.intents import File, Intent
from bot.chat.views import Attachment, View, note
from bot.errors import DeliveryError, UsageError

CHOSEN = ("not-found.txt",)  # names that no person chose: another one is as good


def with_file(view: View, *, force: bool = False) -> View:
    """Write the file of an answer where its name says, and add where that is.

    Raises UsageError, also where there is such a file and nobody says that it may be replaced.
    """
    if not view.file:
        return view
    path = _write(view.file, force=force)
    data = view.data
    if data is not None and "file" in data:
        data = {**data, "file": str(path)}
    return replace(view, blocks=(*view.blocks, note(f"Saved to {path}")), data=data)


def open_file(name: str) -> File:
    """Return the file of a name. Raises UsageError."""
    path = Path(name).expanduser()
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise UsageError(f"{name} can't be read ({why}). Name another file.") from error

    async def fetch(most: int) -> bytes:
        try:
            with path.open("rb") as content:
                return content.read(most)
        except OSError as error:
            raise DeliveryError(f"It can't be read ({error.strerror}).") from error

    return File(path.name, size, fetch)


def content_of(text: str) -> str:
    """Return what is in a file of that name, or the text itself where there is none.

    Raises UsageError.
    """
    try:
        path = Path(text.strip('"')).expanduser()
        if not path.is_file():
            return text
        decoded = decode(path.read_bytes())
    except (OSError, ValueError):  # too long or too odd for a name: it is the text itself
        return text
    if decoded is None:
        raise UsageError(f"{text} isn’t a text file.")
    return decoded.text


def with_files(bot: Bot, intent: Intent) -> Intent:
    """Replace the name of a file by its content, for arguments that can be a file.

    Raises UsageError.
    """
    known = bot.commands.get(intent.command)
    given = {
        param: text
        for param in (known.params if known else ())
        if (text := intent.args.get(param.name, "").strip('"')) not in {"", ASKED}
    }
    files = {param.name: open_file(text) for param, text in given.items() if param.argument.file}
    texts = {
        param.name: content_of(text)
        for param, text in given.items()
        if param.argument.whole and not param.argument.file
    }
    return replace(intent, args={**intent.args, **texts}, files=files)


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None]]:
    """Give a way to show how far a long command is; the bar goes when it ends."""
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005  # nobody looks
        return
    from rich.console import Console  # start-up time: only where a person looks
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()  # what is printed next must not meet it

    try:
        yield show
    finally:
        bar.stop()


def _write(file: Attachment, *, force: bool) -> Path:
    path = Path(file.name).expanduser().absolute()
    if file.name in CHOSEN:
        path = next(one for one in _similar(path) if not one.exists())
    try:
        if path.exists() and not (force or _may_replace(path)):
            raise UsageError(
                f"{path} already exists. Add --force to replace it, or name another file."
            )
        path.write_text(file.content, encoding="utf-8", newline="")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise UsageError(f"{path} can't be written ({why}). Name another file.") from error
    return path


def _similar(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_stem(f"{path.stem}-{n}") for n in count(2))


def _may_replace(path: Path) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    answer = input(f"{path} already exists. Replace it? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}
