"""The commands that only the shell has, and their arguments."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from bot.calendar.clock import utc_now
from bot.calendar.dates import NotADate, read_period
from bot.cli.shell_command import ShellCommand

MAX_LINES = 10_000  # of the log


def _add_sync(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=_day, metavar="DAY", help="first day, as in 2024-05-27")
    parser.add_argument("--until", type=_day, metavar="DAY", help="last day [today]")
    parser.set_defaults(files=())


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files to read")


def _add_feed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="+", metavar="SEARCH", help="a search, or: today, trending, shelf"
    )


def _add_index(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="check it, and rebuild it if damaged")
    what.add_argument("--rebuild", action="store_true", help="rebuild it from the stored papers")


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--problems", action="store_true", help="only warnings and errors")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--lines", type=_lines, metavar="N", default=50, help="at most N lines [50]"
    )


def _add_health(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ready", action="store_true", help="1 if anything is wrong")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def _add_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="your shell")


SHELL_COMMANDS = (
    ShellCommand(
        "sync",
        "papers",
        "Fetch the lists of the last days, or of others",
        "Fetches the daily lists from Hugging Face into the collection: those of today and the "
        "last days, or with --since any since 4 May 2023. An interrupted run goes on where it "
        "stopped. A running bot does this by itself.\n\n"
        "Example: paperboy sync --since 2024-05-27 --until 2024-06-30",
        _add_sync,
    ),
    ShellCommand(
        "import",
        "papers",
        "Import papers from JSON or JSON Lines files (.gz, .xz too)",
        "Adds papers to the collection, for everyone: items as Hugging Face’s API gives them, or "
        "records with an id, and a title or an abstract. To put papers on your own shelf, use "
        "`paperboy keep-from`.\n\nExample: paperboy import papers.jsonl.xz",
        _add_import,
    ),
    ShellCommand(
        "feed",
        "feed",
        "Print papers as an Atom feed for a feed reader",
        "Prints an Atom feed of a search, newest papers first, or of the day, of what is trending, "
        "or of your shelf.\n\nExample: paperboy feed diffusion author:ho > papers.xml",
        _add_feed,
    ),
    ShellCommand(
        "index",
        "index",
        "Check or rebuild the search index",
        "The index is a file made from the stored papers. It is rebuilt by itself when it is "
        "missing or damaged, so you rarely need this.\n\nExample: paperboy index --check",
        _add_index,
    ),
    ShellCommand(
        "run",
        "run",
        "Connect to Slack and Discord, and post digests",
        "Connects to every platform whose tokens are set (DISCORD_TOKEN, or SLACK_BOT_TOKEN and "
        "SLACK_APP_TOKEN), fetches new lists and posts digests until you press Ctrl-C. Settings "
        "come from the environment and from .env in the current folder.",
    ),
    ShellCommand(
        "log",
        "log",
        "Show what `paperboy run` logged in the last days",
        "Prints the last lines of the log, the oldest first. It is a file in Paperboy's folder, of "
        "two megabytes at most.\n\n"
        "Example: paperboy log --problems",
        _add_log,
    ),
    ShellCommand(
        "health",
        "health",
        "Tell whether the running bot is well",
        "Reads the heartbeat that `paperboy run` writes into Paperboy's folder every few seconds. "
        "Exit code 0 while the bot runs and nothing hangs; with --ready only if everything works.",
        _add_health,
    ),
    ShellCommand(
        "discord-invite", "discord_invite", "Print the link that adds the bot to a server"
    ),
    ShellCommand(
        "completion",
        "completion",
        "Print what makes your shell complete commands and options",
        'For bash: eval "$(paperboy completion bash)" in ~/.bashrc. For zsh the same in ~/.zshrc, '
        "after compinit. For fish: paperboy completion fish | source.",
        _add_completion,
    ),
    ShellCommand(
        "man",
        "man",
        "Print the manual page",
        "To read it: paperboy man > paperboy.1 && man ./paperboy.1",
    ),
    ShellCommand(
        "demo",
        "demo",
        "Show what Paperboy does, with no token and no account",
        "Shows a day’s digest, a search with typos, a save and the shelf, and leaves you at a "
        "prompt. It works in a temporary folder, and without a network on three days that come "
        "with Paperboy.",
    ),
)


def _day(text: str) -> date:
    try:
        return read_period(text, utc_now().date()).first
    except NotADate as error:
        said = str(error) or f"“{text}” is not a day such as 2024-05-27"
        raise argparse.ArgumentTypeError(said) from None


def _lines(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_LINES:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_LINES:,}")
    return int(text)
