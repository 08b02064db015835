"""`paperboy completion`: what makes a shell complete commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.cli.command_help import CommandHelp, Option, read_commands
from bot.cli.session import DONE
from bot.settings import Settings

FILE_OPTIONS = ("--to",)  # whose value is the name of a file
TOP_OPTIONS = ("--help", "--version")


async def main(_: Settings, args: argparse.Namespace) -> int:
    """Print the script for a shell."""
    print("\n".join(SCRIPTS[args.shell](read_commands())))
    return DONE


def bash(commands: Sequence[CommandHelp]) -> Iterator[str]:
    """Write the script for bash: options after a minus, choices, and files where one is named."""
    names = " ".join(one.name for one in commands)
    yield "_paperboy() {"
    yield '    local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"'
    yield '    local words="" files=""'
    yield "    COMPREPLY=()"
    yield "    if ((COMP_CWORD == 1)); then"
    yield f'        COMPREPLY=($(compgen -W "{names} {" ".join(TOP_OPTIONS)}" -- "$current"))'
    yield "        return"
    yield "    fi"
    yield '    case "${COMP_WORDS[1]} $before" in'
    for one in commands:
        for option in one.options:
            yield from _bash_value(one, option)
    yield "    esac"
    yield '    case "${COMP_WORDS[1]}" in'
    for one in commands:
        options = " ".join(flag for option in one.options for flag in option.flags)
        files = ' files="yes"' if one.takes_files else ""
        yield f'        {one.name}) words="{options} {" ".join(one.choices)}"{files} ;;'
    yield "    esac"
    yield '    COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield '    if [[ $files && $current != -* ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi'
    yield "}"
    yield "complete -o filenames -F _paperboy paperboy"


def _bash_value(command: CommandHelp, option: Option) -> Iterator[str]:
    if not option.value:
        return
    flags = "|".join(f'"{command.name} {flag}"' for flag in option.flags)
    what = f'-W "{" ".join(option.choices)}"'
    if option.flags[-1] in FILE_OPTIONS:
        what = "-f"
    yield f'        {flags}) COMPREPLY=($(compgen {what} -- "$current")); return ;;'


def zsh(commands: Sequence[CommandHelp]) -> Iterator[str]:
    """Write the script for zsh, to be evaluated or put into a folder of `fpath`."""
    yield "#compdef paperboy"
    yield "_paperboy() {"
    yield "    local -a commands=("
    yield from (f"        {_quoted(f'{one.name}:{_one_line(one.summary)}')}" for one in commands)
    yield "    )"
    yield "    if ((CURRENT == 2)); then"
    yield f"        if [[ $PREFIX == -* ]]; then compadd -- {' '.join(TOP_OPTIONS)}; return; fi"
    yield "        _describe command commands"
    yield "        return"
    yield "    fi"
    yield '    local command="$words[2]"'
    yield "    shift words; ((CURRENT--))"
    yield '    case "$command" in'
    for one in commands:
        specs = [*map(_zsh_option, one.options), *_zsh_words(one)]
        yield f"        {one.name}) _arguments {' '.join(specs)} ;;"
    yield "    esac"
    yield "}"
    # a file of `fpath` is read as the body of the function when it is first called
    yield 'if [[ $funcstack[1] == _paperboy ]]; then _paperboy "$@"; else'
    yield "compdef _paperboy paperboy; fi"


def _zsh_words(command: CommandHelp) -> Iterator[str]:
    """Write the words of a command that aren't options."""
    if command.choices:
        yield f"'1:word:({' '.join(command.choices)})'"
    yield f"'*:word:{'_files' if command.takes_files else ' '}'"


def _zsh_option(option: Option) -> str:
    text = _one_line(option.text).replace("[", "(").replace("]", ")")
    value = ""
    if option.value:
        files = "_files" if option.flags[-1] in FILE_OPTIONS else " "
        value = f":{option.value}:" + (f"({' '.join(option.choices)})" if option.choices else files)
    return _quoted(f"{option.flags[-1]}[{text.replace(':', ' ')}]{value}")


def fish(commands: Sequence[CommandHelp]) -> Iterator[str]:
    """Write the script for fish."""
    yield "function __paperboy_runs"
    yield "    set -l words (commandline -opc)"
    yield "    test (count $words) -gt 1; and test $words[2] = $argv[1]"
    yield "end"
    yield "complete -c paperboy -f"
    for flag in TOP_OPTIONS:
        yield f"complete -c paperboy -n __fish_use_subcommand -l {flag.removeprefix('--')}"
    for one in commands:
        summary = _quoted(_one_line(one.summary))
        yield f"complete -c paperboy -n __fish_use_subcommand -a {one.name} -d {summary}"
    for one in commands:
        here = f"complete -c paperboy -n '__paperboy_runs {one.name}'"
        if one.takes_files:
            yield f"{here} -F"
        if one.choices:
            yield f"{here} -a '{' '.join(one.choices)}'"
        for option in one.options:
            yield f"{here} {_fish_option(option)}"


def _fish_option(option: Option) -> str:
    flags = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    ]
    if option.flags[-1] in FILE_OPTIONS:
        flags.append("-r -F")
    elif option.value:  # and no files
        flags.append("-x")
    if option.choices:
        flags.append(f"-a '{' '.join(option.choices)}'")
    return f"{' '.join(flags)} -d {_quoted(_one_line(option.text))}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """Quote text for all three shells, which differ in how a quotation mark is escaped."""
    return "'" + text.replace("'", "’").replace("\\", "") + "'"


SCRIPTS: Mapping[str, Callable[[Sequence[CommandHelp]], Iterator[str]]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
}
