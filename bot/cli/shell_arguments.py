"""The arguments of the commands that only the shell has."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TypeAlias

from bot.calendar.clock import utc_now
from bot.calendar.dates import NotADate, read_period
from bot.cli import usage

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # its only name

MAX_LINES = 10_000  # of the log


def add_shell_commands(commands: Commands) -> None:
    """Add what only the shell has."""
    sync = add_parser(
        commands,
        "sync",
        "papers",
        "Fetch the lists of the last days, or of others",
        "Fetches the daily lists from Hugging Face into the collection: those of today and the "
        "last days, or with --since any since 4 May 2023. An interrupted run goes on where it "
        "stopped. A running bot does this by itself.\n\n"
        "Example: paperboy sync --since 2024-05-27 --until 2024-06-30",
    )
    sync.add_argument("--since", type=_day, metavar="DAY", help="first day, as in 2024-05-27")
    sync.add_argument("--until", type=_day, metavar="DAY", help="last day [today]")
    sync.set_defaults(files=())
    load = add_parser(
        commands,
        "import",
        "papers",
        "Import papers from JSON or JSON Lines files (.gz, .xz too)",
        "Adds papers to the collection, for everyone: items as Hugging Face’s API gives them, or "
        "records with an id, and a title or an abstract. To put papers on your own shelf, use "
        "`paperboy keep-from`.\n\nExample: paperboy import papers.jsonl.xz",
    )
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files to read")
    feed = add_parser(
        commands,
        "feed",
        "feed",
        "Print papers as an Atom feed for a feed reader",
        "Prints an Atom feed of a search, newest papers first, or of the day, of what is trending, "
        "or of your shelf.\n\nExample: paperboy feed diffusion author:ho > papers.xml",
    )
    feed.add_argument(
        "words", nargs="+", metavar="SEARCH", help="a search, or: today, trending, shelf"
    )
    index = add_parser(
        commands,
        "index",
        "index",
        "Check or rebuild the search index",
        "The index is a file made from the stored papers. It is rebuilt by itself when it is "
        "missing or damaged, so you rarely need this.\n\nExample: paperboy index --check",
    )
    what = index.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="check it, and rebuild it if damaged")
    what.add_argument("--rebuild", action="store_true", help="rebuild it from the stored papers")
    add_parser(
        commands,
        "run",
        "run",
        "Connect to Slack and Discord, and post digests",
        "Connects to every platform whose tokens are set (DISCORD_TOKEN, or SLACK_BOT_TOKEN and "
        "SLACK_APP_TOKEN), fetches new lists and posts digests until you press Ctrl-C. Settings "
        "come from the environment and from .env in the current folder.",
    )
    log = add_parser(
        commands,
        "log",
        "log",
        "Show what `paperboy run` logged in the last days",
        "Prints the last lines of the log, the oldest first. It is a file in Paperboy's folder, of "
        "two megabytes at most.\n\n"
        "Example: paperboy log --problems",
    )
    log.add_argument("--problems", action="store_true", help="only warnings and errors")
    log.add_argument("--json", action="store_true", help="one JSON object a line")
    log.add_argument("--lines", type=_lines, metavar="N", default=50, help="at most N lines [50]")
    health = add_parser(
        commands,
        "health",
        "health",
        "Tell whether the running bot is well",
        "Reads the heartbeat that `paperboy run` writes into Paperboy's folder every few seconds. "
        "Exit code 0 while the bot runs and nothing hangs; with --ready only if everything works.",
    )
    health.add_argument("--ready", action="store_true", help="1 if anything is wrong")
    health.add_argument("--json", action="store_true", help="print the answer as JSON")
    add_parser(
        commands, "discord-invite", "discord_invite", "Print the link that adds the bot to a server"
    )
    completion = add_parser(
        commands,
        "completion",
        "completion",
        "Print what makes your shell complete commands and options",
        'For bash: eval "$(paperboy completion bash)" in ~/.bashrc. For zsh the same in ~/.zshrc, '
        "after compinit. For fish: paperboy completion fish | source.",
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), help="your shell")
    add_parser(
        commands,
        "man",
        "man",
        "Print the manual page",
        "To read it: paperboy man > paperboy.1 && man ./paperboy.1",
    )
    add_parser(
        commands,
        "demo",
        "demo",
        "Show what Paperboy does, with no token and no account",
        "Shows a day’s digest, a search with typos, a save and the shelf, and leaves you at a "
        "prompt. It works in a temporary folder, and without a network on three days that come "
        "with Paperboy.",
    )


def add_parser(
    commands: Commands, name: str, module: str, text: str, more: str = ""
) -> argparse.ArgumentParser:
    """Add a command that a module of `bot.cli` runs: what it does, and more about it."""
    parser = commands.add_parser(
        name,
        description="\n\n".join(filter(None, (f"{text}.", more))),
        allow_abbrev=False,
        formatter_class=usage.Formatter,
    )
    parser.set_defaults(module=module)
    return parser


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
