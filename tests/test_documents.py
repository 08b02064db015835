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
from tests.conftest import ADA, HEBB, HERE, add_outlets
from tests.rigs.chat import Chat

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "JSON.md", "SECURITY.md")
ROOMS = ("bot", "adapters", "tests", "bench", "preview", "requirements")
COMMANDS = {command(one).name for one in ALL}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_is_named_is_there(name: str):
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w./-]*)`", text(name))
    assert named or name in {"README.md", "JSON.md", "SECURITY.md"}
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
    text("JSON.md").partition("| answer to | keys |")[2].partition("\n\n")[0],
    re.MULTILINE,
)


async def test_answers_for_programs_have_the_keys_that_are_documented(bot: Bot):
    ada, here = Person("chat", "team", "ada"), Place("chat", "team", "c1")
    add_outlets(bot, Chat({"c1": here}, {"ada": {here}}))
    assert JSON_ROWS
    told = {}
    for lines, keys in JSON_ROWS:
        for line in re.findall(r"`([^`]+)`", lines):
            told[line] = set(re.findall(r"`([^`]+)`", keys))
    found = {line: set((await bot.handle(bot.read(line, ada, here))).data or ()) for line in told}
    assert found == told


def test_every_command_has_a_shape_that_is_documented():
    named = {word for line in JSON_ROWS for word in re.findall(r"`([a-z-]+)[ `]", line[0])}
    others = set(re.findall(r"`([a-z-]+)`", text("JSON.md").partition("has no row here")[2][:200]))
    assert COMMANDS - named - others == set()


async def test_papers_of_lists_have_the_further_keys_that_are_documented(bot: Bot):
    ada, here = Person("chat", "team", "ada"), Place("chat", "team", "c1")
    add_outlets(bot, Chat({"c1": here}, {"ada": {here}}))
    rows = re.findall(
        r"^\| (`.*?) \| `(\w+)` \| (`.*?) \|$",
        text("JSON.md").partition("| in | each paper has |")[2],
        re.MULTILINE,
    )
    assert len(rows) == 3

    async def papers(line: str) -> list[dict[str, dict[str, object]]]:
        view = await bot.handle(bot.read(line, ada, here))
        assert view.data
        found: list[dict[str, dict[str, object]]] = view.data["papers"]  # type: ignore[assignment]
        return found

    for line in ("save 2605.00001", "note 2605.00001 try it", "nominate 2605.00001"):
        await bot.handle(bot.read(line, ada, here))
    for lines, key, keys in rows:
        if key == "pick":
            await bot.handle(bot.read("pick", ada, here))
        for line in re.findall(r"`([^`]+)`", lines):
            (paper,) = await papers(line)
            assert set(paper[key]) == set(re.findall(r"`(\w+)`", keys)), line
            for name in ("by", "notes"):
                for one in paper[key][name] if isinstance(paper[key].get(name), list) else ():  # type: ignore[attr-defined]
                    written = "{" + ", ".join(f'"{part}"' for part in one) + "}"
                    assert f"`{written}`" in text("JSON.md").replace("\n", " ")


async def test_help_has_the_arguments_that_are_documented(bot: Bot):
    view = await bot.handle(bot.read("help saved", ADA, HERE))
    arguments: list[dict[str, object]] = view.data["arguments"]  # type: ignore[index, assignment]
    assert [one["name"] for one in arguments] == ["words", "sort", "tag", "read", "page"]
    written = ", ".join(f'"{key}"' for key in arguments[0])
    assert f"`{{{written}}}`" in text("JSON.md")


def test_a_paper_has_the_keys_that_are_documented():
    written = text("JSON.md").partition("## A paper\n\n")[2].partition("\n\n")[0]
    assert set(re.findall(r'"([a-z_]+)"', written)) - {"handle", "name"} == record(HEBB).keys()


def test_the_newest_release_in_the_changelog_is_this_version():
    releases = re.findall(
        r"^## \[(.*?)\](?: - (\d{4}-\d\d-\d\d))?$", text("CHANGELOG.md"), re.MULTILINE
    )
    assert releases[0] == ("Unreleased", "")
    assert releases[1][0] == __version__
    assert all(day for _, day in releases[1:])
