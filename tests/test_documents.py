"""What the documents say is so: paths, commands, settings, and the shapes of JSON."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import __version__
from bot.chat.bot import Bot
from bot.chat.signatures import command
from bot.features import ALL
from bot.models import Person, Place
from bot.papers import record
from bot.settings import NAMES
from tests.conftest import HEBB, add_outlets
from tests.rigs.chat import Chat

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md")
ROOMS = ("bot", "adapters", "tests", "bench", "preview", "requirements")
COMMANDS = {command(one).name for one in ALL}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_is_named_is_there(name: str):
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./-]*)`", text(name))
    assert named or name in {"README.md", "SECURITY.md"}
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_into_the_project_leads_somewhere(name: str):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text(name))
    assert [path for path in links if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", [*DOCUMENTS, ".env.example"])
def test_every_setting_that_is_named_is_one(name: str):
    named = set(re.findall(r"\b(?:PAPERBOY|HF|SLACK|DISCORD)_[A-Z_]+\b", text(name)))
    assert named - set(NAMES) == set()


def test_the_readmes_tables_name_every_command():
    rows = re.findall(r"^\| (`.*?) \|", text("README.md"), re.MULTILINE)
    named = {word for row in rows for word in re.findall(r"`([a-z-]+)[ `]", row)}
    assert COMMANDS - named == set()


def test_every_make_task_that_is_named_is_there():
    tasks = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for name in DOCUMENTS:
        named = re.findall(r"^    make ([a-z]+)|`make ([a-z]+)", text(name), re.MULTILINE)
        assert {one or other for one, other in named} - tasks == set()


JSON_ROWS = re.findall(
    r"^\| (`.*?) \| (`.*?) \|$",
    text("README.md").partition("| answer to | keys |")[2],
    re.MULTILINE,
)


async def test_answers_for_programs_have_the_keys_that_the_readme_names(bot: Bot):
    ada, here = Person("chat", "team", "ada"), Place("chat", "team", "c1")
    add_outlets(bot, Chat({"c1": here}, {"ada": {here}}))
    assert JSON_ROWS
    told = {}
    for lines, keys in JSON_ROWS:
        for line in re.findall(r"`([^`]+)`", lines):
            told[line] = set(re.findall(r"`([^`]+)`", keys))
    found = {line: set((await bot.handle(bot.read(line, ada, here))).data or ()) for line in told}
    assert found == told


def test_a_paper_has_the_keys_that_the_readme_names():
    written = text("README.md").partition("A paper is\n\n")[2].partition("\n\n")[0]
    assert set(re.findall(r'"([a-z_]+)"', written)) - {"handle", "name"} == record(HEBB).keys()


def test_the_newest_release_in_the_changelog_is_this_version():
    releases = re.findall(
        r"^## \[(.*?)\](?: - (\d{4}-\d\d-\d\d))?$", text("CHANGELOG.md"), re.MULTILINE
    )
    assert releases[0] == ("Unreleased", "")
    assert releases[1][0] == __version__
    assert all(day for _, day in releases[1:])
