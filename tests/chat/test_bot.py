"""The seams that adapters stand on: suggestions, reactions, forms."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.command_table import AGAIN
from bot.chat.intents import Intent
from bot.chat.reactions import Reactions
from bot.chat.views import Outcome, plain
from bot.models import Person, Place, ReactionEvent
from tests.conftest import ADA, BOB, HEBB, HERE, NOW


async def test_suggestions_complete_papers_and_commands(bot):
    found = await bot.suggest("save", "paper", "hebian le")
    assert (found[0].label, found[0].value) == (HEBB.title, HEBB.id)
    assert [s.value for s in await bot.suggest("help", "command", "sa")] == ["save", "saved"]
    assert [s.value for s in await bot.suggest("saved", "sort", "")] == [
        "new",
        "votes",
        "title",
        "touched",
    ]
    assert len(await bot.suggest("paper", "paper", "")) <= 25


async def test_nothing_is_suggested_for_what_has_no_completions(bot):
    assert await bot.suggest("find", "page", "1") == ()
    assert await bot.suggest("find", "nothing", "x") == ()
    assert await bot.suggest("nothing", "paper", "x") == ()


async def test_a_form_is_asked_for_what_is_missing(bot):
    assert [blank.param.name for blank in await bot.form(bot.read("save", ADA, HERE))] == ["paper"]
    assert await bot.form(bot.read("save 2605.00001", ADA, HERE)) == ()
    assert await bot.form(bot.read("nothing", ADA, HERE)) == ()


async def test_a_folded_line_that_nobody_keeps_is_itself_and_its_answer_says_so(bot):
    unknown = Intent(AGAIN, ADA, HERE, {"": "0" * 12})
    assert await bot.unfold(unknown) == unknown
    assert (await bot.handle(unknown)).outcome is Outcome.REFUSED


async def test_a_bookmark_on_a_message_with_one_paper_keeps_it(bot, ask):
    await bot.shown(HERE, "m1", await ask("paper 2605.00001"))
    assert plain(await bot.react(ReactionEvent(HERE, "m1", "🔖", ADA, added=True))).startswith(
        "Saved: Hebbian"
    )
    assert await bot.react(ReactionEvent(HERE, "m1", "🔖", ADA, added=True)) is None  # told again
    assert (await ask("saved")).papers == (HEBB.id,)
    assert (await ask("saved", BOB)).papers == ()
    await bot.react(ReactionEvent(HERE, "m1", "🔖", ADA, added=False))
    assert (await ask("saved")).papers == ()


async def test_a_keycap_on_a_list_keeps_the_paper_of_that_number(bot, ask):
    listed = await ask("today")
    await bot.shown(HERE, "m2", listed)
    await bot.react(ReactionEvent(HERE, "m2", "2️⃣", ADA, added=True))
    assert (await ask("saved")).papers == (listed.papers[1],)


async def test_other_reactions_and_messages_mean_nothing(bot, ask):
    await bot.shown(HERE, "m3", await ask("day yesterday"))
    await bot.shown(HERE, "m3", await ask("today"))
    assert await bot.react(ReactionEvent(HERE, "m3", "🔖", ADA, added=True)) is None
    assert await bot.react(ReactionEvent(HERE, "m3", "🎉", ADA, added=True)) is None
    assert await bot.react(ReactionEvent(HERE, "m3", "9️⃣", ADA, added=True)) is None
    assert await bot.react(ReactionEvent(HERE, "unknown", "🔖", ADA, added=True)) is None
    assert (
        await bot.react(
            ReactionEvent(Place("terminal", "elsewhere", "here"), "m3", "1️⃣", ADA, added=True)
        )
        is None
    )


async def test_a_thumb_is_the_teams_vote(bot, ask):
    await bot.shown(HERE, "m4", await ask("paper 2605.00001"))
    await bot.react(ReactionEvent(HERE, "m4", "👍🏽", ADA, added=True))
    view = await bot.react(ReactionEvent(HERE, "m4", "👍", BOB, added=True))
    assert "Hebbian Learning Without Labels has 2 votes here." in plain(view)
    assert "2 votes in this team." in plain(await ask("paper 2605.00001"))
    await bot.react(ReactionEvent(HERE, "m4", "👍", ADA, added=False))
    assert "1 vote in this team." in plain(await ask("paper 2605.00001"))


NUMBERS = count()


def at(second):
    return NOW + timedelta(seconds=second)


async def test_repeated_and_late_reactions_change_nothing(bot, ask):
    await bot.shown(HERE, "m5", await ask("paper 2605.00001"))
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=True, at=at(1)))
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=True, at=at(1))) is None
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=False, at=at(2)))
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=True, at=at(1))) is None
    assert (await ask("saved")).papers == ()
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=True, at=at(3)))
    assert await bot.react(ReactionEvent(HERE, "m5", "🔖", ADA, added=False, at=at(2))) is None
    assert (await ask("saved")).papers == (HEBB.id,)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations([(n, n % 2 == 0) for n in range(6)]),
    repeats=st.lists(st.integers(0, 5), max_size=6),
)
async def test_in_whatever_order_events_come_the_last_one_made_counts(bot, ask, order, repeats):
    person = Person("terminal", "", f"somebody else {next(NUMBERS)}")
    await bot.shown(HERE, "m6", await ask("paper 2605.00001"))
    for second, added in [*order, *(order[n] for n in repeats)]:
        await bot.react(ReactionEvent(HERE, "m6", "🔖", person, added=added, at=at(second)))
    assert (await ask("saved", person)).papers == ()
    assert await bot.react(ReactionEvent(HERE, "m6", "🔖", person, added=True, at=at(6)))
    assert (await ask("saved", person)).papers == (HEBB.id,)


async def test_missed_reactions_are_swept_up(bot, ask):
    await bot.shown(HERE, "m7", await ask("paper 2605.00001"))
    await bot.react(ReactionEvent(HERE, "m7", "🔖", ADA, added=True))
    await bot.sweep(HERE, "m7", [("🔖", BOB), ("🎉", ADA), ("👍", BOB)])
    assert (await ask("saved")).papers == ()
    assert (await ask("saved", BOB)).papers == (HEBB.id,)
    assert "1 vote in this team." in plain(await ask("paper 2605.00001"))
    await bot.sweep(HERE, "m7", [("🔖", BOB)])
    assert (await ask("saved", BOB)).papers == (HEBB.id,)
    assert "in this team" not in plain(await ask("paper 2605.00001"))


async def test_what_happens_while_a_message_is_looked_at_stands(bot, ask):
    await bot.shown(HERE, "m10", await ask("paper 2605.00001"))
    await bot.react(ReactionEvent(HERE, "m10", "🔖", ADA, added=True, at=at(5)))
    await bot.sweep(HERE, "m10", [], asked=at(0))  # the answer is older than the reaction
    assert (await ask("saved")).papers == (HEBB.id,)
    await bot.sweep(HERE, "m10", [], asked=at(10))
    assert (await ask("saved")).papers == ()
    await bot.sweep(HERE, "m10", [("🔖", ADA)], asked=at(20))
    assert (await ask("saved")).papers == (HEBB.id,)
    # their clock is behind ours
    assert await bot.react(ReactionEvent(HERE, "m10", "🔖", ADA, added=False, at=at(15)))
    assert (await ask("saved")).papers == ()


async def test_what_a_platform_has_no_room_for_is_kept_and_pressed_all_the_same(bot, ask):
    view = await ask(f"find transformers {'number ' * 20}")
    more = next(button for button in view.buttons if button.label == "More")
    folded = await bot.fold(view, HERE, 100)
    short = next(button for button in folded.buttons if button.label == "More")
    assert len(more.line) > 100 >= len(short.line)
    assert all(len(button.line) <= 100 for button in folded.buttons)
    assert short.turns
    assert (await ask(short.line)).papers == (await ask(more.line)).papers
    assert "That button is too old" in plain(await ask("again nothing"))


async def test_recent_messages_are_listed_for_a_sweep(bot, ask):
    await bot.shown(HERE, "m8", await ask("paper 2605.00001"))
    await bot.shown(HERE, "m9", await ask("help"))  # shows no paper
    assert [sent.message for sent in await bot.recent("terminal", NOW)] == ["m8"]
    assert await bot.recent("terminal", at(1)) == ()
    assert await bot.recent("slack", NOW) == ()


def test_reactions_are_a_setting():
    chosen = Reactions.read("⭐️=save ✅=vote")
    assert chosen.line_for("⭐", ["1"], added=True) == "save 1"
    assert chosen.line_for("🔖", ["1"], added=True) is None
    with pytest.raises(ValueError, match="isn’t an emoji, = and one of save or vote"):
        Reactions.read("⭐=keep")


def test_a_keycap_means_the_paper_that_is_labelled_so():
    second_message = ["", "", "", "", "", "p6", "p7"]
    assert Reactions().line_for("7️⃣", second_message, added=True) == "save p7"
    assert Reactions().line_for("2️⃣", second_message, added=True) is None
    assert Reactions().line_for("🔖", ["", "", "p3"], added=True) == "save p3"
