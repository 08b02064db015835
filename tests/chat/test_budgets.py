"""A workspace that asks for too much waits and is told, and no other is slower for it."""

import asyncio
from dataclasses import replace

import pytest

from bot.chat import budgets
from bot.chat.bot import Bot
from bot.chat.budgets import AT_ONCE, Allowance, Budgets, Limits
from bot.chat.intents import File
from bot.chat.views import Outcome, View, plain
from bot.features import ALL
from bot.features.services import Context
from bot.models import Person, Place, ReactionEvent
from tests.conftest import HEBB

LOUD, QUIET = (Person("slack", team, "U1", "Ada") for team in ("T1", "T2"))
HERE = Place("slack", "T1", "C1")
LIMITS = Limits(Allowance(20, 10), Allowance(10_000_000, 100_000))


class Seconds:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def limited(bot, seconds):
    """Give the bot with limits."""
    ports = replace(bot.ports, budgets=Budgets(LIMITS, seconds))
    return Bot(ALL, bot.services, ports, Context)


async def give(bot: Bot, words: str, person: Person = LOUD, size: int = 0) -> View:
    """Give a command, with a file of so many bytes."""
    intent = bot.read(words, person, replace(HERE, tenant=person.tenant))
    if size:

        async def fetch(longest: int) -> bytes:
            return HEBB.id.encode()[:longest]

        args = {**intent.args, "file": "papers.txt"}
        intent = replace(intent, args=args, files={"file": File("papers.txt", size, fetch)})
    return await bot.handle(intent)


async def test_a_workspace_is_told_when_to_come_again_and_others_are_answered(limited, seconds):
    answers = await asyncio.gather(*(give(limited, "saved") for _ in range(30)))
    assert sum(one.outcome is Outcome.DONE for one in answers) == 20
    assert plain(answers[-1]) == (
        "Your workspace is asking for more than Paperboy can do at once. Please try again in "
        "1 second."
    )
    assert plain(await give(limited, "saved", QUIET)).startswith("Your shelf is empty.")
    seconds.now = 0.5
    answers = [await give(limited, "saved") for _ in range(6)]
    assert [one.outcome is Outcome.DONE for one in answers] == [True] * 5 + [False]


async def test_files_count_by_their_size(limited, seconds):
    for _ in range(2):
        assert "file" not in plain(await give(limited, "keep-from", size=5_000_000))
    refused = plain(await give(limited, "keep-from", size=5_000_000))
    assert refused == (
        "Your workspace has sent many files just now. Please send this one again in 50 seconds."
    )
    assert "file" not in plain(await give(limited, "keep-from", QUIET, size=5_000_000))
    seconds.now = 50
    assert "many files" not in plain(await give(limited, "keep-from", size=5_000_000))


async def test_a_file_larger_than_all_that_is_allowed_is_taken_once(limited):
    assert "many files" not in plain(await give(limited, "keep-from", size=19_000_000))
    assert "100 seconds" in plain(await give(limited, "keep-from", size=19_000_000))


async def test_a_few_things_are_done_at_once_for_a_workspace(limited):
    now, most = 0, 0

    async def work(person: Person) -> None:
        nonlocal now, most
        async with limited.ports.budgets.command(person):
            now, most = now + 1, max(most, now + 1)
            await asyncio.sleep(0)
            async with limited.ports.budgets.command(person):  # it runs another one
                await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(work(LOUD) for _ in range(12)))
    assert most == AT_ONCE
    await asyncio.gather(*(work(one) for one in (QUIET,) * 8 + (LOUD,) * 8))
    assert most == 2 * AT_ONCE


async def test_reactions_wait_and_each_is_done(limited, bot):
    await limited.shown(HERE, "m1", await give(limited, f"paper {HEBB.id}"))
    people = [replace(LOUD, id=f"U{n}") for n in range(40)]
    await asyncio.gather(
        *(limited.react(ReactionEvent(HERE, "m1", "🔖", who, added=True)) for who in people)
    )
    shelf = bot.services.store.tenant("slack", "T1").shelf
    assert [await shelf.ids(who.id) for who in people] == [(HEBB.id,)] * 40


async def test_where_very_many_wait_a_reaction_stays_in_the_log(limited, monkeypatch):
    await limited.shown(HERE, "m1", await give(limited, f"paper {HEBB.id}"))
    monkeypatch.setattr(budgets, "MAX_WAITING", 0)
    event = ReactionEvent(HERE, "m1", "🔖", LOUD, added=True)
    with pytest.raises(budgets.TooMuch):
        await limited.reactions.log(event)
    assert (await limited.react(event)).outcome is Outcome.FAILED


async def test_the_memory_of_workspaces_is_bounded(limited, monkeypatch):
    monkeypatch.setattr(budgets, "MAX_OWNERS", 3)
    for n in range(10):
        await give(limited, "saved", replace(LOUD, tenant=f"T{n}"))
    assert len(limited.ports.budgets._accounts) == 3  # noqa: SLF001  # nobody else asks


async def test_people_outside_of_a_workspace_have_budgets_of_their_own(limited):
    lonely = [Person("discord", "", name) for name in ("ada", "bob")]
    answers = [await give(limited, "saved", lonely[0]) for _ in range(25)]
    assert answers[-1].outcome is Outcome.FAILED
    assert (await give(limited, "saved", lonely[1])).outcome is not Outcome.FAILED


async def test_without_limits_nobody_is_told_to_wait(bot):
    assert {(await give(bot, "saved")).outcome for _ in range(80)} == {Outcome.DONE}
