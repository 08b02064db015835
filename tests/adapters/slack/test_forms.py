"""Forms in Slack: what can be set, what stands there at first, and errors under the inputs."""

from dataclasses import replace as replaced

import pytest

from bot.chat.views import Button, Buttons, View
from bot.features import ALL
from tests.conftest import add_outlets, changed
from tests.form import arrange

pytestmark = pytest.mark.usefixtures("slack")


@pytest.fixture
def bot(bot):
    """Give a bot that knows one command more."""
    return changed(bot, [*ALL, arrange])


async def opened(rig):
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    return form, {block["block_id"]: block for block in form["blocks"]}


async def test_a_command_alone_opens_a_form_with_all_that_it_takes(rig):
    await rig.slash("arrange")
    form, inputs = await opened(rig)
    assert list(inputs) == ["number", "papers", "order", "where", "zone", "topics", "code"]
    assert {name: block["optional"] for name, block in inputs.items() if not block["optional"]} == {
        "number": False
    }
    first = {name: block["element"].get("initial_value") for name, block in inputs.items()}
    assert (first["number"], first["papers"], first["topics"]) == ("3", "5", "one\ntwo")
    assert inputs["topics"]["element"]["multiline"]
    assert inputs["order"]["element"]["initial_option"]["value"] == "upvotes"
    assert inputs["zone"]["element"]["type"] == "external_select"
    assert inputs["zone"]["element"]["initial_option"]["value"] == "Europe/Berlin"
    where = inputs["where"]["element"]
    assert (where["type"], where["default_to_current_conversation"]) == (
        "conversations_select",
        True,
    )
    assert inputs["code"]["element"]["type"] == "static_select"
    assert (
        await rig.submit(
            form, number="4", papers="2", order="new", where="C2", zone="Asia/Tokyo", code="yes"
        )
        is None
    )
    await rig.until(lambda: rig.messages)
    said = "number=4 papers=2 order=new where=C2 zone=Asia/Tokyo topics= code=yes"
    assert (rig.messages[0].person, rig.messages[0].seen) == ("U1", said)


async def test_a_button_opens_a_form_for_what_is_marked(rig, slack, place):
    view = View((Buttons((Button("Change", "arrange 3 order:? where:?"),)),))
    await slack.send(place("C1"), view, "k")
    await rig.press(rig.messages[0], "Change")
    form, inputs = await opened(rig)
    assert list(inputs) == ["order", "where"]
    await rig.submit(form, order="new", where="C1")
    await rig.until(lambda: len(rig.messages) == 2)
    assert "number=3 papers=5 order=new where=C1" in rig.messages[1].seen


async def test_a_line_that_no_button_holds_opens_its_form_too(rig, slack, place):
    line = f"arrange {'3' * 2000} order:?"
    await slack.send(place("C1"), View((Buttons((Button("Change", line),)),)), "k")
    await rig.press(rig.messages[0], "Change")
    form, inputs = await opened(rig)
    assert (form["title"]["text"], list(inputs)) == ("Arrange", ["order"])
    await rig.submit(form, order="new")
    await rig.until(lambda: len(rig.messages) == 2)
    assert f"number={'3' * 1000}" in rig.messages[1].seen


@pytest.mark.parametrize("words", ["me", "C1/1700000000.000001"])
async def test_a_place_that_no_menu_shows_stands_in_the_form_as_text(rig, bot, slack, place, words):
    async def first(_, given):
        return {**given, "where": words}

    bot.commands["arrange"] = replaced(bot.commands["arrange"], form=first)
    await slack.send(place("C1"), View((Buttons((Button("Change", "arrange 3 where:?"),)),)), "k")
    await rig.press(rig.messages[0], "Change")
    _, inputs = await opened(rig)
    assert inputs["where"]["element"]["initial_value"] == words


async def test_what_is_wrong_is_said_under_the_input_that_it_is_about(rig):
    await rig.slash("arrange")
    form, _ = await opened(rig)
    answer = await rig.submit(form, number="4", papers="11", order="new")
    assert answer["errors"] == {"papers": "“11” isn’t a number from 1 to 10."}


async def test_what_is_lacking_is_said_under_the_input_that_lacks_it(rig, slack, bot):
    add_outlets(bot, slack)
    await rig.slash("subscribe", user="U2")
    form, _ = await opened(rig)
    lacking = "Which days? Add them, as in on:mon,wed."
    answer = await rig.submit(form, user="U2", every="days", zone="Europe/Berlin")
    assert answer["errors"] == {"on": lacking}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("arrange 3 where:&lt;C1&gt;", "where=<C1>"),
        ("arrange 3 where:<#C1|general>", "where=<#C1|general>"),
        ("arrange 3 topics:<#C1|general>", "topics=#general"),
        ("arrange 3 topics:a&amp;b&lt;c&gt;", "topics=a&b<c>"),
        ("arrange 3 topics:<@U1|ada>", "topics=@ada"),
        ("arrange 3 topics:<!here>", "topics=@here"),
        ("arrange 3 topics:<http://arxiv.org|arxiv.org>", "topics=arxiv.org"),
        (
            "arrange 3 topics:<https://arxiv.org/abs/2605.00001>",
            "topics=https://arxiv.org/abs/2605.00001",
        ),
    ],
)
async def test_what_is_typed_reads_as_it_was_typed(rig, typed, read):
    assert f"{read} " in (await rig.ask(typed)).seen
