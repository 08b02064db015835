"""The command line, `paperboy`: its arguments, and which module of `bot.cli` runs each command."""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import os
import sys
from collections.abc import Collection, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from bot.chat.command_table import is_slip
from bot.chat.commands import Command, Param
from bot.chat.signatures import command
from bot.cli import usage
from bot.cli.operator_arguments import add_operator_commands
from bot.errors import PaperboyError
from bot.features import ALL
from bot.runtime.log import set_up_logging
from bot.settings import Settings, environment
from bot.text import listed
from bot.version import describe_version

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # its only name

TAKES_A_SEARCH = ("ask", "feed")  # modules whose words may begin with a minus
WRITES_A_FILE = ("export", "my-data")
DONE, WRONG, INTERRUPTED = 0, 2, 130  # exit codes; 130 as shells count: 128 + SIGINT
# for which the event loop waits for a thread that searches; Python's own are five times as many
SWITCH_SECONDS = 0.001
MAX_LINES = 10_000  # of the log
MAX_LIMIT = 100  # papers in each answer to a query from standard input


def main(argv: Sequence[str] | None = None) -> int:
    """Run `paperboy`; return its exit code."""
    # start-up time: what is imported stays, and looking through it for garbage takes a fifth of it
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    _prepare_streams()
    args = _read_arguments(argv)
    try:
        settings = Settings.read(environment(Path(".env")))
        set_up_logging(settings)
        # start-up time: each command imports only what it needs
        work = import_module(f"bot.cli.{args.module}").main(settings, args)
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


class _Version(argparse.Action):
    """Prints the version; finding the commit takes a moment, which other commands don't wait."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it and exit."""
        print(f"paperboy {describe_version()}")
        parser.exit()


def _prepare_streams() -> None:
    """Make sure that all three streams exist and take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # the parent process closed it
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # stays open
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    given = sys.argv[1:] if argv is None else argv
    parser, commands = build_parser()
    _check_command(parser, commands.choices, given)
    args, more = parser.parse_known_args(given)
    if more and (args.module not in TAKES_A_SEARCH or any(word.startswith("--") for word in more)):
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    args.more = more  # words after an option
    return args


def build_parser() -> tuple[argparse.ArgumentParser, Commands]:
    """Return the parser of the whole line, and that of the commands in it."""
    parser = argparse.ArgumentParser(
        prog="paperboy",
        usage="paperboy [COMMAND] [OPTIONS]",
        allow_abbrev=False,
        formatter_class=usage.Formatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.set_defaults(module="prompt", print_help=parser.print_help)
    # the description lists the commands in groups
    commands = parser.add_subparsers(prog="paperboy", metavar="COMMAND", help=argparse.SUPPRESS)
    for one in map(command, ALL):
        _add_command(commands, one)
    _add_shell_commands(commands)
    parser.description = usage.overview(
        {name: _summary(one) for name, one in commands.choices.items()}
    )
    return parser, commands


def _summary(parser: argparse.ArgumentParser) -> str:
    """Return the first sentence of what a command's help says."""
    return (parser.description or "").partition("\n")[0].removesuffix(".")


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


def _add_command(commands: Commands, one: Command) -> None:
    """Add one of the bot's commands."""
    parser = _add_parser(commands, one.name, "ask", one.help)
    parser.set_defaults(command=one)
    _add_words(parser, [param for param in one.params if not param.named])
    for param in one.params:
        if param.named:
            parser.add_argument(f"--{param.name}", help=param.help, choices=param.choices or None)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    if one.name in WRITES_A_FILE:
        parser.add_argument("--force", action="store_true", help="replace an existing file")
    if one.name == "find":
        _add_search_options(parser)
        parser.epilog = usage.section("filters", usage.FILTERS)
    elif one.paragraphs:
        parser.epilog = "\n\n".join(one.paragraphs)


def _add_words(parser: argparse.ArgumentParser, params: Sequence[Param]) -> None:
    """Add the arguments that are written without their names, as one."""
    if params:
        needed = "+" if any(param.required for param in params) else "*"
        explained = "; ".join(param.help for param in params)
        parser.add_argument("words", nargs=needed, metavar=params[-1].name.upper(), help=explained)


def _add_search_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit",
        type=_limit,
        metavar="N",
        help="with `find --json -`: papers in each answer [10], 1 to 100",
    )
    parser.add_argument(
        "--online", action="store_true", help="ask Hugging Face too, even with --json"
    )


def _add_shell_commands(commands: Commands) -> None:
    """Add what only the shell has."""
    sync = _add_parser(
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
    load = _add_parser(
        commands,
        "import",
        "papers",
        "Import papers from JSON or JSON Lines files (.gz, .xz too)",
        "Adds papers to the collection, for everyone: items as Hugging Face’s API gives them, or "
        "records with an id, and a title or an abstract. To put papers on your own shelf, use "
        "`paperboy keep-from`.\n\nExample: paperboy import papers.jsonl.xz",
    )
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files to read")
    feed = _add_parser(
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
    index = _add_parser(
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
    _add_parser(
        commands,
        "run",
        "run",
        "Connect to Slack and Discord, and post digests",
        "Connects to every platform whose tokens are set (DISCORD_TOKEN, or SLACK_BOT_TOKEN and "
        "SLACK_APP_TOKEN), fetches new lists and posts digests until you press Ctrl-C. Settings "
        "come from the environment and from .env in the current folder.",
    )
    log = _add_parser(
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
    health = _add_parser(
        commands,
        "health",
        "health",
        "Tell whether the running bot is well",
        "Reads the heartbeat that `paperboy run` writes into Paperboy's folder every few seconds. "
        "Exit code 0 while the bot runs and nothing hangs; with --ready only if everything works.",
    )
    health.add_argument("--ready", action="store_true", help="1 if anything is wrong")
    health.add_argument("--json", action="store_true", help="print the answer as JSON")
    _add_parser(
        commands, "discord-invite", "discord_invite", "Print the link that adds the bot to a server"
    )
    add_operator_commands(commands)
    _add_parser(
        commands,
        "demo",
        "demo",
        "Show what Paperboy does, with no token and no account",
        "Shows a day’s digest, a search with typos, a save and the shelf, and leaves you at a "
        "prompt. It works in a temporary folder, and without a network on three days that come "
        "with Paperboy.",
    )


def _add_parser(
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
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day such as 2024-05-27") from None


def _lines(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_LINES:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_LINES:,}")
    return int(text)


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_LIMIT}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
