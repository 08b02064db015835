"""Tenants never see each other: what another has is answered as what nobody has, in every command."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.app import Bot
from bot.commands import Command, command
from bot.features import ALL
from bot.intents import Intent, Person, Place
from bot.views import plain
from tests.conftest import DIFFUSION, HEBB

ANN = Person("slack", "T1", "UANN", "Ann")
EVE = Person("slack", "T2", "UEVE", "Eve")
HERE, THERE = Place("slack", "T1", "C1", "#ours"), Place("slack", "T2", "C2", "#theirs")
TRACES = (
    f"save {HEBB.id}",
    f"note {HEBB.id} xylophone",
    f"tag {HEBB.id} secretly",
    f"read {HEBB.id}",
    f"vote {HEBB.id}",
    f"nominate {DIFFUSION.id}",
    f"nominate {HEBB.id}",
    "pick",
)
THEIRS = ("UEVE", "@Eve", "secretly", "1", "C2", "M1", HEBB.id, DIFFUSION.id)
COMMANDS = [command(one) for one in ALL]


def guesses(one: Command) -> list[dict[str, str]]:
    """Give each argument everything that the other tenant has, and the rest what they need."""
    needed = {param.name: _example(param.name) for param in one.params if param.required}
    return [needed, *({**needed, param.name: value} for param in one.params for value in THEIRS)]


def _example(name: str) -> str:
    return {"paper": HEBB.id, "day": "2026-05-29"}.get(name, "memory")


async def answers(bot: Bot, one: Command) -> list[str]:
    """Ask all guesses as somebody of this tenant, and let nothing of that stay."""
    bot.tenants.purge_after = timedelta()
    said = []
    for guess in guesses(one):
        view = await bot.handle(Intent(one.name, ANN, HERE, guess))
        data = {name: value for name, value in (view.data or {}).items() if name != "ms"}
        file = view.file.content if view.file else ""
        said.append(f"{guess}: {view.outcome} {plain(view)} {data} {file}")
    await bot.tenants.removed("slack", "T1")
    await bot.tenants.welcomed("slack", "T1")
    return said


@pytest.mark.parametrize("one", COMMANDS, ids=[one.name for one in COMMANDS])
async def test_what_another_tenant_has_is_answered_as_what_nobody_has(bot, one):
    before = await answers(bot, one)
    for line in TRACES:
        assert "went wrong" not in plain(await bot.handle(bot.read(line, EVE, THERE)))
    await bot.shown(THERE, "M1", await bot.handle(bot.read(f"paper {HEBB.id}", EVE, THERE)))
    assert await answers(bot, one) == before
    assert not re.search("xylophone|#theirs", " ".join(before))


async def test_a_reaction_to_another_tenants_message_is_one_to_no_message(bot):
    await bot.shown(THERE, "M1", await bot.handle(bot.read(f"paper {HEBB.id}", EVE, THERE)))
    assert await bot.react(Place("slack", "T1", "C2"), "M1", "🔖", ANN, added=True) is None
