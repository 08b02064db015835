"""Completion in real shells, and the manual page."""

import os
import pty
import select
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest

from bot.cli.command_help import read_commands
from bot.cli.completion import SCRIPTS
from bot.cli.man import page

COMMANDS = read_commands()
PATIENCE_SECONDS = 40.0
# Ctrl-X shows what stands on the line; Tab goes from one completion to the next
ZSH_SETTINGS = """
autoload -Uz compinit; compinit -u -D
setopt menucomplete
show() { zle -I; print -r -- "<<$BUFFER>>"; BUFFER=; }
zle -N show; bindkey '^X' show
precmd() { print ready; }
"""


def script(shell: str) -> str:
    return "\n".join(SCRIPTS[shell](COMMANDS))


# what the last word of a line is completed to in a folder with the file shelf.bib
LINES = {
    "paperboy fin": ["find"],
    "paperboy sav": ["save", "saved"],
    "paperboy --": ["--help", "--version"],
    "paperboy find --l": ["--limit"],
    "paperboy find save --on": ["--online"],
    "paperboy find --limit sh": [],
    "paperboy saved --sort t": ["title", "touched"],
    "paperboy completion z": ["zsh"],
    "paperboy export --to sh": ["shelf.bib"],
    "paperboy import sh": ["shelf.bib"],
    "paperboy settings exp": ["export"],
    "paperboy settings export sh": ["shelf.bib"],
    "paperboy today x": [],
}


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, text: str, until: str) -> str:
        """Type, and return what is written until these words come."""
        os.write(self._ours, text.encode())
        said = b""
        while until.encode() not in said:
            assert select.select([self._ours], [], [], PATIENCE_SECONDS)[0], said
            said += os.read(self._ours, 65536)
        return said.decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


def bash(folder: Path) -> dict[str, list[str]]:
    return {line: _in_bash(line, folder) for line in LINES}


def _in_bash(line: str, folder: Path) -> list[str]:
    words = line.split(" ")
    typed = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _paperboy"
    told = 'printf "%s\\n" "${COMPREPLY[@]}"'
    return _said("bash", "--norc", "-c", f"{script('bash')}\n{asked}; {told}", folder=folder)


def fish(folder: Path) -> dict[str, list[str]]:
    told = "\n".join(f"echo = {n}; complete -C '{line}'" for n, line in enumerate(LINES))
    said = _said("fish", "--no-config", "-c", f"{script('fish')}\n{told}", folder=folder)
    parts = "\n".join(said).split("= ")[1:]
    # a description stands behind a tab
    return {
        line: [word.partition("\t")[0] for word in part.splitlines()[1:]]
        for line, part in zip(LINES, parts, strict=True)
    }


def zsh(folder: Path) -> dict[str, list[str]]:
    """Type each line at a real terminal, and press Tab once for each completion."""
    (folder / "set-up").write_text(f"{ZSH_SETTINGS}{script('zsh')}")
    with Terminal(["zsh", "-f", "-i"], folder) as terminal:
        terminal.type("source ./set-up\n", "ready\r\n")
        return {line: list(_in_zsh(terminal, line, len(LINES[line]))) for line in LINES}


def _in_zsh(terminal: Terminal, line: str, number: int) -> Iterator[str]:
    for tabs in range(1, max(number, 1) + 1):
        said = terminal.type(line + "\t" * tabs + "\x18", ">>\r\n")
        typed = said.partition("<<")[2].partition(">>")[0]
        if typed != line:
            yield typed.split()[-1]


def _said(*command: str, folder: Path) -> list[str]:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", [bash, fish, zsh])
def test_real_shells_complete_commands_options_choices_and_files(tmp_path, shell):
    if not shutil.which(shell.__name__):
        pytest.skip(f"{shell.__name__} is not installed")
    (tmp_path / "shelf.bib").touch()
    completed = {line: [word for word in words if word] for line, words in shell(tmp_path).items()}
    assert completed == LINES


@pytest.mark.parametrize("shell", SCRIPTS)
def test_every_command_and_option_is_completed(shell):
    text = script(shell)
    for one in COMMANDS:
        assert one.name in text
        for option in one.options:
            assert option.flags[-1].removeprefix("--") in text
    if path := shutil.which(shell):
        done = subprocess.run([path, "-n"], input=text, capture_output=True, text=True, check=True)
        assert done.stderr == ""


def test_the_manual_page_has_every_command_and_no_mistake():
    text = "\n".join(page(COMMANDS))
    assert text.isascii()
    for one in COMMANDS:
        assert f".SS paperboy {one.name}".replace("-", "\\-") in text
    if groff := shutil.which("groff"):
        done = subprocess.run(
            [groff, "-man", "-ww", "-Tutf8"], input=text, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        assert "Hugging Face’s daily papers" in done.stdout
