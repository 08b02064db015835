"""The arguments of `paperboy`: those of the bot's commands, and of what only the shell has."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bot.chat.commands import Command, Param
from bot.chat.intents import PAGE_SIZE
from bot.chat.signatures import command
from bot.cli import usage
from bot.cli.operator_arguments import add_operator_commands
from bot.cli.shell_arguments import Commands, add_parser, add_shell_commands
from bot.features import ALL
from bot.version import describe_version

WRITES_A_FILE = ("export", "my-data")
MAX_LIMIT = 1000  # papers of a list


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
    add_shell_commands(commands)
    add_operator_commands(commands)
    parser.description = usage.overview(
        {name: _summary(one) for name, one in commands.choices.items()}
    )
    return parser, commands


def _summary(parser: argparse.ArgumentParser) -> str:
    """Return the first sentence of what a command's help says."""
    return (parser.description or "").partition("\n")[0].removesuffix(".")


class _Version(argparse.Action):
    """Prints the version; finding the commit takes a moment, which other commands don't wait."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it and exit."""
        print(f"paperboy {describe_version()}")
        parser.exit()


def _add_command(commands: Commands, one: Command) -> None:
    """Add one of the bot's commands."""
    parser = add_parser(commands, one.name, "ask", one.help)
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
