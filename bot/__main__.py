"""The command line, `paperboy`: its arguments, and which module of `bot.cli` runs each command."""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import os
import signal
import sys
from collections.abc import Collection, Coroutine, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.ascii import HANDLER, register_stand_ins, wants_ascii
from bot.chat.command_table import is_slip
from bot.cli.arguments import all_commands, build_parser
from bot.errors import PaperboyError
from bot.text import listed

TAKES_A_SEARCH = ("ask", "feed")  # modules whose words may begin with a minus
DONE, WRONG, INTERRUPTED = 0, 2, 130  # exit codes; 130 as shells count: 128 + SIGINT
# for which the event loop waits for a thread that searches; Python's own are five times as many
SWITCH_SECONDS = 0.001


def main(argv: Sequence[str] | None = None) -> int:
    """Run `paperboy`; return its exit code."""
    # start-up time: what is imported stays, and looking through it for garbage takes a fifth of it
    gc.disable()
    # so do the threads of numpy's algebra, which wait busily; no matrix here is large
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_SECONDS)
    _prepare_streams()
    args = _read_arguments(argv)
    try:
        work = _begin(args)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # see `paperboy_start`
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code: int = asyncio.run(work)
    except PaperboyError as error:
        if getattr(args, "json", False):
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        print(f"paperboy: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code


def _begin(args: argparse.Namespace) -> Coroutine[Any, Any, int]:
    """Read the settings, and return the work of the command.

    Start-up time: `--help` imports none of this, and each command only what it needs.
    """
    from bot.runtime.log import set_up_logging
    from bot.settings import Settings
    from bot.settings.env_file import environment

    settings = Settings.read(environment(Path(".env")))
    set_up_logging(settings)
    work: Coroutine[Any, Any, int] = import_module(f"bot.cli.{args.module}").main(settings, args)
    return work


def _prepare_streams() -> None:
    """Make sure that all three streams exist and take every character."""
    register_stand_ins()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # the parent process closed it
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # stays open
        elif isinstance(stream, io.TextIOWrapper):
            errors = "replace" if mode == "r" else HANDLER
            ascii_only = mode == "w" and stream.isatty() and wants_ascii()
            stream.reconfigure(errors=errors, encoding="ascii" if ascii_only else None)


def _read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    given = sys.argv[1:] if argv is None else argv
    known = all_commands()
    parser, _ = build_parser(known, _named(given, known))
    _check_command(parser, known, given)
    args, more = parser.parse_known_args(given)
    if more and (args.module not in TAKES_A_SEARCH or any(word.startswith("--") for word in more)):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    args.more = more  # words after an option
    return args


def _named(given: Sequence[str], known: Collection[str]) -> Collection[str]:
    """Return the commands that a line may mean: start-up time goes to them alone."""
    first = next(iter(given), "--help")
    if first in known:
        return (first,)
    return () if first in ("-h", "--help", "--version") else known


def _check_command(
    parser: argparse.ArgumentParser, known: Collection[str], argv: Sequence[str]
) -> None:
    """Exit with the nearest command if the first word is none."""
    first = next(iter(argv), "-")
    if first.startswith("-") or first in known:
        return
    near = [name for name in known if is_slip(first, name)]
    hint = f"Did you mean {listed(near, 'or')}?" if near else "To search, run `paperboy find …`."
    parser.error(f"“{first[:40]}” isn’t a command. {hint}")


if __name__ == "__main__":
    sys.exit(main())
