"""Modals and the Home: long views are pages, and what Slack refuses is said all the same."""

from typing import Annotated

import pytest

from adapters.slack import web
from bot.chat.arguments import Argument
from bot.chat.bot import Context
from bot.chat.views import Button, Buttons, Item, View, line
from bot.features import ALL
from bot.network.backoff import Backoff
from tests.conftest import changed
from tests.rigs.slack import pressable
from tests.rigs.slack_rules import labels, seen

THINGS = 130
WHAT = Argument("words", lambda text, _: text, "a")

pytestmark = pytest.mark.usefixtures("slack")


async def long(_: Context) -> View:
    """Show many things."""
    items = [Item((f"Thing {n}.",), buttons=(Button("Save", f"save {n}"),)) for n in range(THINGS)]
    return View((line("All things"), *items))


async def home(_: Context) -> View:
    """Show a long Home."""
    items = [Item((f"Mine {n}.",)) for n in range(THINGS)]
    return View((*items, Buttons((Button("Long", "long"), Button("Ask", "ask")))))


async def ask(_: Context, what: Annotated[str, WHAT]) -> View:
    """Show what was asked for.

    what: What
    """
    return View((line(f"This is {what}"),))


@pytest.fixture
def bot(bot):
    """Give a bot whose Home is long."""
    others = [one for one in ALL if one.__name__ != "home"]
    return changed(bot, [*others, home, long, ask])


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(web, "BACKOFF", Backoff(0.001, 0.01))


def things(blocks, what):
    return {n for n in range(THINGS) if f"{what} {n}." in seen(blocks)}


async def last_page(rig, get, what):
    """Turn all pages; return what there was to see on any of them."""
    found = things(get()["blocks"], what)
    while "Next page" in labels(get()["blocks"]):
        before = get()
        await rig.press(before, "Next page")
        await rig.until(lambda before=before: get() is not before)
        found |= things(get()["blocks"], what)
    return found


async def long_window(rig):
    home = await rig.open_home()
    while "Long" not in labels(home["blocks"]):
        await rig.press(home, "Next page")
        await rig.until(lambda home=home: rig.homes["U1"] is not home)
        home = rig.homes["U1"]
    await rig.press(home, "Long")
    await rig.until(lambda: rig.views)
    (key,) = rig.views
    return lambda: rig.views[key]


async def test_all_of_a_long_window_can_be_turned_to(rig):
    get = await long_window(rig)
    assert "Previous" not in labels(get()["blocks"])
    assert await last_page(rig, get, "Thing") == set(range(THINGS))
    last = get()
    await rig.press(last, "Previous")
    await rig.until(lambda: get() is not last)
    assert "Next page" in labels(get()["blocks"])


async def test_a_page_of_an_earlier_process_says_what_to_do(rig):
    get = await long_window(rig)
    shown = get()
    (button,) = [one for _, one in pressable(shown["blocks"]) if one["value"].startswith("1 ")]
    button["value"] = "1 0123456789abcdef"
    await rig.press(shown, "Next page")
    await rig.until(lambda: get() is not shown)
    assert seen(get()["blocks"]) == "That page is gone. Run the command again."


async def test_all_of_a_long_home_can_be_turned_to(rig):
    await rig.open_home()
    assert await last_page(rig, lambda: rig.homes["U1"], "Mine") == set(range(THINGS))


@pytest.mark.parametrize("fault", [{"error": "invalid_arguments"}, {"error": "fatal_error"}, 500])
async def test_a_window_that_cannot_be_updated_is_made_up_for_by_a_message(rig, fault):
    get = await long_window(rig)
    rig.always["views.update"] = fault
    rig.always["views.push"] = {"error": "expired_trigger_id"}
    await rig.press(get(), "Next page")
    await rig.until(lambda: rig.messages)
    assert rig.messages[0].channel == "DU1"
    assert "I couldn’t show you the answer." in rig.messages[0].seen


async def test_a_home_that_is_refused_says_so_and_offers_to_try_again(rig):
    rig.faults["views.publish"] = [{"error": "invalid_arguments"}]
    home = await rig.open_home()
    assert "I couldn’t show your Home. Slack refused the request" in seen(home["blocks"])
    await rig.press(home, "Try again")
    await rig.until(lambda: "Mine 1." in seen(rig.homes["U1"]["blocks"]))


async def test_a_home_comes_though_slack_fails_for_a_moment(rig):
    rig.faults["views.publish"] = [500, {"error": "fatal_error"}]
    assert "Mine 1." in seen((await rig.open_home())["blocks"])


async def test_a_form_whose_window_cannot_show_the_answer_is_answered_in_a_message(rig):
    home = await rig.open_home()
    await rig.press({**home, "blocks": home["blocks"][-1:]}, "Next page")
    await rig.until(lambda: "Ask" in labels(rig.homes["U1"]["blocks"]))
    await rig.press(rig.homes["U1"], "Ask")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    answer = await rig.submit(form, what="that")
    assert seen(answer["view"]["blocks"]) == "This is that"
