"""The help that the shell prints."""

import re
from pathlib import Path

import pytest

from bot.chat.signatures import command
from bot.cli.arguments import MAX_LIMIT, all_commands, build_parser
from bot.cli.usage import EVERY_DAY, FILTERS
from bot.features import ALL
from bot.search.query.query_filters import EXAMPLES
from tests.rigs.program import Program


@pytest.fixture
def commands(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    known = all_commands()
    return build_parser(known, known)


def test_help_lists_every_command_once_and_those_of_every_day_first(commands):
    parser, known = commands
    text = parser.format_help()
    sections = re.findall(r"^(\w[\w ]+):\n((?:  .*\n)+)", text, re.MULTILINE)
    assert sections[0][0] == "Every day"
    examples = re.findall(r"^  paperboy (\S+)", sections[0][1], re.MULTILINE)
    assert examples == list(EVERY_DAY)
    others = [
        name
        for title, rows in sections[1:]
        if title != "options"
        for name in re.findall(r"^  (\S+)", rows, re.MULTILINE)
    ]
    assert sorted([*examples, *others]) == sorted(known.choices)
    assert {command(one).name for one in ALL} <= set(known.choices)
    assert max(map(len, text.splitlines())) <= 80


def test_help_of_find_explains_each_filter(commands):
    _, known = commands
    text = known.choices["find"].format_help()
    assert "author:hinton     by an author" in text
    explained = " ".join([*FILTERS, *FILTERS.values()])
    assert [name for name in EXAMPLES if f"{name}:" not in explained] == []


def test_every_command_says_more_than_its_name(commands):
    _, known = commands
    for name in ("sync", "import", "run", "demo", "index"):
        text = known.choices[name].format_help()
        assert len(text.partition("\n\n")[2].split()) > 30, name


@pytest.mark.parametrize("number", ["0", "-1", "x", f"{MAX_LIMIT + 1}", "9" * 5000])
def test_a_list_has_a_number_of_papers_that_makes_sense(commands, number, capsys):
    parser, _ = commands
    for least_or_most in (1, MAX_LIMIT):
        given = parser.parse_args(["find", "x", f"--limit={least_or_most}"])
        assert given.limit == least_or_most
    with pytest.raises(SystemExit):
        parser.parse_args(["find", "x", f"--limit={number}"])
    assert f"is not a number from 1 to {MAX_LIMIT}" in capsys.readouterr().err


def test_without_any_input_the_help_is_printed(tmp_path):
    with Program() as program:
        done = program.run([], tmp_path, {"PAPERBOY_HOME": str(tmp_path / "home")})
    assert (done.returncode, done.stderr) == (0, "")
    assert "Every day:\n  paperboy today" in done.stdout
    assert not Path(tmp_path / "home").exists()
