"""Newer types of blocks: used where Slack takes them, and otherwise never missed."""

from dataclasses import replace

import pytest

from tests.conftest import DIFFUSION, HEBB, NOW
from tests.conftest import digest as made_digest
from tests.rigs.slack import TEAM, pressable
from tests.rigs.slack_rules import NEWER, elements_of, labels, seen

pytestmark = pytest.mark.usefixtures("slack")


def kinds(blocks):
    return [block["type"] for block in blocks]


async def digest(ask):
    return replace(await ask("today"), arranged="cards")


async def test_a_digest_is_of_cards_where_slack_takes_them(rig, slack, ask, place):
    rig.newer = NEWER
    await slack.send(place("C1"), await digest(ask), "one")
    assert "card" in kinds(rig.messages[0].blocks)


async def test_where_slack_refuses_cards_all_is_there_without_and_they_are_not_tried_again(
    rig, slack, ask, place
):
    await slack.send(place("C1"), await digest(ask), "one")
    await slack.send(place("C1"), await digest(ask), "two")
    first, second = rig.messages
    assert "card" not in kinds(first.blocks)
    assert labels(first.blocks) == labels(second.blocks)
    tried = [body for method, body in rig.calls if method == "chat.postMessage"]
    assert ["card" in kinds(body["blocks"]) for body in tried] == [True, False, False]


async def test_a_broken_picture_is_not_taken_for_a_refused_card(rig, slack, ask, place):
    rig.newer = NEWER
    view = await digest(ask)
    pictured = replace(view.blocks[0], picture="https://example.org/broken.png")
    rig.broken_pictures = {"broken.png"}
    await slack.send(place("C1"), replace(view, blocks=(pictured, *view.blocks[1:])), "one")
    assert "broken.png" not in str(rig.messages[0].blocks)
    await slack.send(place("C1"), view, "two")
    assert "card" in kinds(rig.messages[1].blocks)


async def test_the_home_shows_papers_side_by_side_and_save_turns_into_saved(rig):
    rig.newer = NEWER
    home = await rig.open_home()
    (row,) = [block for block in home["blocks"] if block["type"] == "carousel"]
    assert HEBB.title in seen([row])
    await rig.press(home, "Save")
    await rig.until(lambda: "Your shelf" in seen(rig.homes["U1"]["blocks"]))
    assert "Saved ✓" in labels(rig.homes["U1"]["blocks"])


async def test_save_turns_into_saved_on_a_card_that_one_person_sees(rig):
    rig.newer = NEWER
    answer = await rig.ask(f"similar {HEBB.id}")
    if "carousel" not in kinds(answer.blocks):
        answer = await rig.ask("similar 2605.10003")
    (row,) = [block for block in answer.blocks if block["type"] == "carousel"]
    save = elements_of(row["elements"][1])[0]
    await rig.press_element(answer, row["elements"][1], save)
    await rig.until(lambda: "Saved ✓" in answer.seen)
    changed = elements_of(answer.blocks[kinds(answer.blocks).index("carousel")])
    assert [one["text"]["text"] for one in changed if one.get("value", "").startswith("unsave")]


async def test_a_home_is_shown_where_slack_refuses_side_by_side(rig):
    home = await rig.open_home()
    assert HEBB.title in seen(home["blocks"])
    assert "carousel" not in kinds(home["blocks"])


@pytest.mark.parametrize("newer", [NEWER, set()])
async def test_a_digest_asks_what_it_was_worth(rig, slack, bot, place, newer):
    rig.newer = newer
    await slack.send(place("C1"), made_digest(NOW.date(), [HEBB, DIFFUSION], 2), "one")
    (shown,) = rig.messages
    kind = "context_actions" if newer else "actions"
    ratings = [
        (block, one)
        for block in shown.blocks
        if block["type"] == kind
        for one in block["elements"]
        if "rate useful" in str(one)
    ]
    ((block, element),) = ratings
    line = f"rate useful {HEBB.id} {DIFFUSION.id}"
    await rig.press_element(shown, block, element, "U1", line)
    await rig.until(lambda: len(rig.messages) == 2)
    assert "Thanks." in rig.messages[1].seen
    feedback = bot.services.store.tenant("slack", TEAM).feedback
    assert set(await feedback.last("U1", 10, useful=True)) == {HEBB.id, DIFFUSION.id}


@pytest.mark.parametrize("newer", [NEWER, set()])
async def test_what_went_wrong_stands_out_in_a_window(rig, newer):
    rig.newer = newer
    home = await rig.open_home()
    details = "paper 1999.00001"
    (block, element) = next(
        (block, one) for block, one in pressable(home["blocks"]) if "paper " in str(one)
    )
    await rig.press_element(home, block, {**element, "value": details}, "U1")
    await rig.until(lambda: rig.views)
    (window,) = rig.views.values()
    assert ("alert" in kinds(window["blocks"])) == bool(newer)
    assert "1999.00001" in seen(window["blocks"])
