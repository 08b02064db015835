"""Completion in real shells, and the manual page."""

import shutil
import subprocess

import pytest

from bot.cli.command_help import read_commands
from bot.cli.completion import SCRIPTS
from bot.cli.man import page

COMMANDS = read_commands()


def script(shell: str) -> str:
    return "\n".join(SCRIPTS[shell](COMMANDS))


def complete(line: str, folder: str) -> list[str]:
    """Return what bash completes the last word of a line to."""
    words = line.split(" ")
    typed = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _paperboy"
    done = subprocess.run(
        ["bash", "--norc", "-c", f'{script("bash")}\n{asked}; printf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands_options_choices_and_files(tmp_path):
    (tmp_path / "shelf.bib").touch()
    assert complete("paperboy fin", tmp_path) == ["find"]
    assert complete("paperboy sav", tmp_path) == ["save", "saved"]
    assert complete("paperboy find --l", tmp_path) == ["--limit"]
    assert complete("paperboy saved --sort t", tmp_path) == ["title", "touched"]
    assert complete("paperboy completion z", tmp_path) == ["zsh"]
    assert complete("paperboy export --to sh", tmp_path) == ["shelf.bib"]
    assert complete("paperboy import sh", tmp_path) == ["shelf.bib"]
    assert complete("paperboy today x", tmp_path) == []


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
