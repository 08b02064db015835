"""One of the bot's commands, run from a shell."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import replace
from typing import assert_never

from adapters.terminal import HERE, ME, show, with_files
from adapters.terminal.files import progress_bar, with_file
from bot.chat.bot import Bot
from bot.chat.commands import Command
from bot.chat.intents import Intent
from bot.chat.views import Outcome, View, plain
from bot.cli.batch_search import MAX_PAPERS, answer_lines
from bot.cli.session import (
    DONE,
    INTERRUPTED,
    NOTHING,
    WRONG,
    as_admin,
    discard_stdout,
    open_session,
)
from bot.errors import UsageError
from bot.runtime.signals import cancelled_by
from bot.settings import Settings

MAX_ALL = 100_000  # papers that --all lists


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Run the command and print its answer; return the exit code."""
    if args.command.name == "find":
        asks = args.online or (settings.ask_hugging_face and not args.json)
        settings = replace(settings, ask_hugging_face=asks)
        if _words(args) == ["-"]:
            return await _answer_lines(settings, args)
    async with open_session(as_admin(settings, ME.id)) as app:
        intent = with_files(app.bot, _intent(app.bot, args))
        with progress_bar() as show_progress:
            view = await app.bot.handle(replace(intent, progress=show_progress))
        view = with_file(view, force=getattr(args, "force", False))
        _print(view, as_json=args.json)
    return _exit_code(view.outcome)


async def _answer_lines(settings: Settings, args: argparse.Namespace) -> int:
    if not args.json or args.all:
        raise UsageError(
            "To answer one query per line from standard input, run `paperboy find --json -`, with "
            "--limit 20 for more papers in each answer."
        )
    async with open_session(settings) as app:
        library, limit = app.services.library, args.limit or MAX_PAPERS
        work = asyncio.create_task(answer_lines(library, sys.stdin.fileno(), sys.stdout, limit))
        try:
            with cancelled_by(work, signal.SIGINT):
                await work
        except asyncio.CancelledError:
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, or a folder in place of a file
            discard_stdout()
            print(
                f"paperboy: {error.strerror}. Check where the queries come from and where the "
                "answers go.",
                file=sys.stderr,
            )
            return WRONG
    return DONE


def _intent(bot: Bot, args: argparse.Namespace) -> Intent:
    command: Command = args.command
    line = " ".join([command.name, *map(quote_again, _words(args))])
    intent = bot.read(line, ME, HERE)
    options = {
        param.name: value
        for param in command.params
        if param.named and (value := getattr(args, param.name)) is not None
    }
    size = MAX_ALL if getattr(args, "all", False) else getattr(args, "limit", None)
    if size == MAX_ALL and options.get("page"):
        raise UsageError("--all is everything on one page: leave out --page.")
    intent = replace(intent, args={**intent.args, **options})
    return replace(intent, page_size=size or intent.page_size)


def _words(args: argparse.Namespace) -> list[str]:
    return [*getattr(args, "words", []), *args.more]


def quote_again(word: str) -> str:
    """Put back the quotation marks that the shell took off author:"ada lovelace"."""
    name, colon, value = word.partition(":")
    if colon and name.isalpha() and " " in value and '"' not in value:
        return f'{name}:"{value}"'
    return word


def _print(view: View, *, as_json: bool) -> None:
    if not as_json:
        show(view)
        return
    error = {"error": plain(View(view.blocks[:1]))}
    is_ascii = not sys.stdout.encoding.lower().startswith("utf")
    print(json.dumps(error if view.data is None else view.data, ensure_ascii=is_ascii))


def _exit_code(outcome: Outcome) -> int:
    match outcome:
        case Outcome.DONE:
            return DONE
        case Outcome.REFUSED:
            return WRONG
        case Outcome.NOTHING | Outcome.FAILED:
            return NOTHING
        case _:
            assert_never(outcome)
