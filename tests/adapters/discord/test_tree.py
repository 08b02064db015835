"""Commands stand in groups at Discord, each of the table once, and lines may name them so."""

from __future__ import annotations

import pytest

from adapters.discord.commands import payloads
from adapters.discord.tree import GROUPS, MAX_SUBCOMMANDS, path, read_line, suggest_commands
from bot.chat.command_table import CommandTable
from bot.features import ALL
from tests.form import arrange
from tests.rigs.discord_limits import refused

TABLE = CommandTable.of([*ALL, arrange])


def test_each_command_stands_in_one_place():
    named = [name for _, subcommands in GROUPS.values() for name in subcommands.values()]
    assert len(named) == len(set(named))
    assert set(named) <= set(TABLE.commands)
    assert all(len(subcommands) <= MAX_SUBCOMMANDS for _, subcommands in GROUPS.values())
    made = payloads(TABLE.commands)
    assert refused("PUT", "/applications/1/commands", made) == ""
    slash = {one["name"]: one for one in made if one["type"] == 1}
    assert "arrange" in slash  # one that no group names
    registered = {
        (name, option["name"])
        for name, one in slash.items()
        for option in one["options"]
        if option["type"] == 1
    }
    assert registered | {(name,) for name in slash if name not in GROUPS} == {
        path(name) for name in TABLE.commands
    }


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("digest list", "subscriptions"),
        ("/shelf export to:a.bib", "export to:a.bib"),
        ("/Group Nominate  2401.00001 ", "nominate 2401.00001"),
        ("digest now", "digest"),
        ("digest 3", "digest 3"),
        ("shelf diffusion", "shelf diffusion"),
        ("diffusion models", "diffusion models"),
        ("", ""),
    ],
)
def test_a_line_may_name_a_command_as_discord_shows_it(typed, line):
    assert read_line(typed) == line


def test_commands_are_completed_by_both_names():
    for typed in ("digest l", "/digest list", "subscriptions"):
        assert [one.value for one in suggest_commands(TABLE.commands, typed)] == ["subscriptions"]
    assert len(suggest_commands(TABLE.commands, "")) == 25
