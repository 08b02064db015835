"""The seams that adapters stand on: suggestions, reactions, forms."""

from bot.intents import Place
from bot.views import plain
from tests.conftest import ADA, BOB, HEBB, HERE


async def test_suggestions_complete_papers_and_commands(bot):
    found = await bot.suggest("save", "paper", "hebian le")
    assert (found[0].label, found[0].value) == (HEBB.title, HEBB.id)
    assert [s.value for s in await bot.suggest("help", "command", "sa")] == ["save", "saved"]
    assert [s.value for s in await bot.suggest("saved", "sort", "")] == ["new", "votes", "title"]
    assert len(await bot.suggest("paper", "paper", "")) <= 25


async def test_nothing_is_suggested_for_what_has_no_completions(bot):
    assert await bot.suggest("find", "page", "1") == ()
    assert await bot.suggest("find", "nothing", "x") == ()
    assert await bot.suggest("nothing", "paper", "x") == ()


async def test_a_form_is_asked_for_what_is_missing(bot):
    assert [p.name for p in bot.missing(bot.read("save", ADA, HERE))] == ["paper"]
    assert bot.missing(bot.read("save 2605.00001", ADA, HERE)) == ()
    assert bot.missing(bot.read("nothing", ADA, HERE)) == ()


async def test_a_bookmark_on_a_message_with_one_paper_keeps_it(bot, ask):
    await bot.shown(HERE, "m1", await ask("paper 2605.00001"))
    assert plain(await bot.react(HERE, "m1", "🔖", ADA, added=True)).startswith("Saved: Hebbian")
    await bot.react(HERE, "m1", "🔖", ADA, added=True)
    assert (await ask("saved")).papers == (HEBB.id,)
    assert (await ask("saved", BOB)).papers == ()
    await bot.react(HERE, "m1", "🔖", ADA, added=False)
    assert (await ask("saved")).papers == ()


async def test_a_keycap_on_a_list_keeps_the_paper_of_that_number(bot, ask):
    listed = await ask("today")
    await bot.shown(HERE, "m2", listed)
    await bot.react(HERE, "m2", "2️⃣", ADA, added=True)
    assert (await ask("saved")).papers == (listed.papers[1],)


async def test_other_reactions_and_messages_mean_nothing(bot, ask):
    await bot.shown(HERE, "m3", await ask("today"))
    assert await bot.react(HERE, "m3", "🔖", ADA, added=True) is None
    assert await bot.react(HERE, "m3", "🎉", ADA, added=True) is None
    assert await bot.react(HERE, "m3", "9️⃣", ADA, added=True) is None
    assert await bot.react(HERE, "unknown", "🔖", ADA, added=True) is None
    assert await bot.react(Place("terminal", "elsewhere", "here"), "m3", "1️⃣", ADA, added=True) is None
