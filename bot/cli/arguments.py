"""The arguments of `paperboy`: those of the bot's commands, and of what only the shell has."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from bot.chat.commands import Handler, Param
from bot.chat.intents import PAGE_SIZE
from bot.chat.signatures import command, command_name, command_title
from bot.cli import usage
from bot.cli.operator_arguments import OPERATOR_COMMANDS
from bot.cli.shell_arguments import SHELL_COMMANDS
from bot.cli.shell_command import Commands, ShellCommand
from bot.features import ALL
from bot.version import describe_version

WRITES_A_FILE = ("export", "my-data")
MAX_LIMIT = 1000  # papers of a list


def all_commands() -> Mapping[str, ShellCommand]:
    """Return every command of the shell by its name: the bot's own first."""
    every = (*map(_of_bot, ALL), *SHELL_COMMANDS, *OPERATOR_COMMANDS)
    return {one.name: one for one in every}


def build_parser(
    known: Mapping[str, ShellCommand], wanted: Collection[str]
) -> tuple[argparse.ArgumentParser, Commands]:
    """Return the parser of the whole line, and that of the `wanted` commands in it.

    Start-up time: all of them take a fifth of what `paperboy --help` takes, and a line names one,
    or asks for the list of the commands.
    """
    summaries = {name: one.summary for name, one in known.items()}
    parser = argparse.ArgumentParser(
        prog="paperboy",
        usage="paperboy [COMMAND] [OPTIONS]",
        description="" if len(wanted) == 1 else usage.overview(summaries),
        allow_abbrev=False,
        formatter_class=usage.Formatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.set_defaults(module="prompt", print_help=parser.print_help)
    commands = parser.add_subparsers(prog="paperboy", metavar="COMMAND", help=argparse.SUPPRESS)
    for name in wanted:
        known[name].add_to(commands)
    return parser, commands


def _of_bot(handler: Handler) -> ShellCommand:
    """Make a command of the shell of one of the bot's."""
    arguments = partial(_add_arguments, handler)
    return ShellCommand(
        command_name(handler), "ask", command_title(handler), add_arguments=arguments
    )


class _Version(argparse.Action):
    """Prints the version; finding the commit takes a moment, which other commands don't wait."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it and exit."""
        print(f"paperboy {describe_version()}")
        parser.exit()


def _add_arguments(handler: Handler, parser: argparse.ArgumentParser) -> None:
    """Add what one of the bot's commands takes."""
    one = command(handler)
    parser.set_defaults(command=one)
    _add_words(parser, [param for param in one.params if not param.named])
    for param in one.params:
        if param.named:
            parser.add_argument(f"--{param.name}", help=param.help, choices=param.choices or None)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    if "page" in {param.name for param in one.params}:
        _add_list_options(parser)
    if one.name in WRITES_A_FILE:
        parser.add_argument("--force", action="store_true", help="replace an existing file")
    if one.name == "find":
        parser.add_argument(
            "--online", action="store_true", help="ask Hugging Face too, even with --json"
        )
        parser.epilog = usage.section("filters", usage.FILTERS)
    elif one.paragraphs:
        parser.epilog = "\n\n".join(one.paragraphs)


def _add_words(parser: argparse.ArgumentParser, params: Sequence[Param]) -> None:
    """Add the arguments that are written without their names, as one."""
    if params:
        needed = "+" if any(param.required for param in params) else "*"
        explained = "; ".join(param.help for param in params)
        parser.add_argument("words", nargs=needed, metavar=params[-1].name.upper(), help=explained)


def _add_list_options(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--limit", type=_limit, metavar="N", help=f"list N papers [{PAGE_SIZE}], 1 to {MAX_LIMIT:,}"
    )
    size.add_argument("--all", action="store_true", help="list all papers")


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_LIMIT}")
    return int(text)
