"""Tenants never see each other's data, in any command."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.chat.bot import Bot
from bot.chat.command_table import AGAIN
from bot.chat.commands import Command, Param
from bot.chat.intents import Intent
from bot.chat.signatures import command
from bot.chat.views import Outcome, plain
from bot.features import ALL
from bot.models import Person, Place, ReactionEvent
from bot.store import Tenant
from bot.store.deliveries import Notice
from tests.conftest import DIFFUSION, HEBB, NOW, add_outlets
from tests.rigs.chat import Chat

pytestmark = pytest.mark.both_databases

ANN = Person("chat", "T1", "UANN", "Ann")
EVE = Person("chat", "T2", "UEVE", "Eve")
HERE, THERE = Place("chat", "T1", "C1", "#ours"), Place("chat", "T2", "C2", "#theirs")
TRACES = (
    f"save {HEBB.id}",
    f"note {HEBB.id} xylophone",
    f"tag {HEBB.id} secretly",
    f"read {HEBB.id}",
    f"vote {HEBB.id}",
    f"nominate {DIFFUSION.id}",
    f"nominate {HEBB.id}",
    "pick",
    "subscribe glockenspiel layout:compact quiet:no",
    "subscribe where:me order:for-me",
    "digest 1",
    "pause 2",
)
SUBSCRIPTIONS, MESSAGE, POST = ("1", "2"), "1", "M1"
THEIRS = (
    *("UEVE", "@Eve", "<@UEVE>", "Eve", "secretly", "xylophone", "glockenspiel"),
    *("C2", "#theirs", "@UEVE", POST, *SUBSCRIPTIONS, HEBB.id, DIFFUSION.id),
)
COMMANDS = [command(one) for one in ALL]


@pytest.fixture(autouse=True)
def chat(bot: Bot) -> None:
    """Connect a platform on which both have a channel that they manage."""
    chat = Chat(
        {"#ours": HERE, "C1": HERE, "#theirs": THERE, "C2": THERE},
        {"UANN": {HERE}, "UEVE": {THERE}},
        {"UANN": "UTC", "UEVE": "UTC"},
    )
    add_outlets(bot, chat)


async def lived(bot: Bot) -> str:
    """Give the other tenant all kinds of data; return the key of a stored command line."""
    for line in TRACES:
        assert (await bot.handle(bot.read(line, EVE, THERE))).outcome is Outcome.DONE, line
    await bot.shown(THERE, POST, await bot.handle(bot.read(f"paper {HEBB.id}", EVE, THERE)))
    await bot.react(ReactionEvent(THERE, POST, "👍", EVE, added=True))
    store = bot.services.store
    (ready,) = await store.delivery_queue.ready(["chat"], NOW, 10)
    claimed = await store.deliveries.claim(ready.id, NOW, timedelta(minutes=1))
    assert claimed
    assert str(claimed.id) == MESSAGE
    await store.deliveries.hold(
        claimed, "The answer was lost.", Notice(-2, "notice", {}, NOW + timedelta(days=1)), NOW
    )
    theirs: Tenant = bot.services.store.tenant("chat", "T2")
    return await theirs.lines.keep(f"save {HEBB.id}")


def guesses(one: Command) -> Iterator[dict[str, str]]:
    """Give each argument all that the other tenant has, and every choice."""
    needed = {param.name: _example(param) for param in one.params if param.required}
    yield needed
    for param in one.params:
        for value in (*THEIRS, *param.choices):
            yield {**needed, param.name: value}
            if param.required:  # with what is optional, too: some commands do nothing without
                yield from (
                    {**needed, param.name: value, p.name: _example(p)}
                    for p in one.params
                    if not p.required
                )


def _example(param: Param) -> str:
    return (
        HEBB.id
        if param.argument.suggest == "paper"
        else (*param.choices, param.argument.example)[0]
    )


async def answers(
    bot: Bot, name: str, args: Iterator[dict[str, str]] | list[dict[str, str]]
) -> list[str]:
    """Ask all of that as somebody of this tenant, and let nothing of it stay."""
    said = []
    for guess in args:
        view = await bot.handle(Intent(name, ANN, HERE, guess))
        data = {name: value for name, value in (view.data or {}).items() if name != "ms"}
        file = view.file.content if view.file else ""
        text = f"{view.outcome} {plain(view)} {data} {file}"
        makes_one = name in {"subscribe", "watch"}
        said.append(f"{guess}: {_without_its_number(text) if makes_one else text}")
    await purge(bot, "T1")
    return said


def _without_its_number(text: str) -> str:
    """Leave out the number of a new subscription, which tells how many there were before."""
    words = r"ubscription|atch|preview|edit|pause|unsubscribe|unwatch|'number':"
    return re.sub(rf"({words}) \d+", r"\1 N", text)


async def purge(bot: Bot, tenant: str) -> None:
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed("chat", tenant)
    await bot.services.tenants.welcomed("chat", tenant)


@pytest.mark.slow
async def test_what_another_tenant_has_is_answered_as_what_nobody_has(bot, tmp_path):
    await lived(bot)
    beside = {one.name: await answers(bot, one.name, guesses(one)) for one in COMMANDS}
    assert "went wrong" not in str(beside)
    await purge(bot, "T2")
    connection = sqlite3.connect(tmp_path / "paperboy.sqlite3")
    assert "T2" not in "".join(connection.iterdump())
    connection.close()
    for one in COMMANDS:
        assert await answers(bot, one.name, guesses(one)) == beside[one.name]


async def test_a_folded_line_of_another_tenant_is_that_of_nobody(bot):
    key = await lived(bot)
    (theirs, nobodys) = await answers(bot, AGAIN, [{"": key}, {"": "0" * len(key)}])
    assert theirs.partition("}: ")[2] == nobodys.partition("}: ")[2]


async def test_tags_of_another_tenant_complete_nothing(bot):
    await lived(bot)
    for one in COMMANDS:
        for param in one.params:
            assert "secretly" not in str(await bot.suggest(one.name, param.name, "secret", ANN))
    assert "secretly" in str(await bot.suggest("tag", "tags", "secret", EVE))


async def test_forms_show_nothing_of_another_tenant(bot):
    await lived(bot)
    for one in COMMANDS:
        for number in (*SUBSCRIPTIONS, "999"):
            shown = await bot.form(
                Intent(one.name, ANN, HERE, {"number": number, "topics": "?", "order": "?"})
            )
            assert not re.search("glockenspiel|for-me'|C2", str([blank.value for blank in shown]))


async def test_a_reaction_to_another_tenants_message_is_one_to_no_message(bot):
    await bot.shown(THERE, POST, await bot.handle(bot.read(f"paper {HEBB.id}", EVE, THERE)))
    assert (
        await bot.react(ReactionEvent(Place("chat", "T1", "C2"), POST, "🔖", ANN, added=True))
        is None
    )
