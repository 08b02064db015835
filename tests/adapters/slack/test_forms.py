"""Forms in Slack: what can be set, what stands there at first, and errors under the inputs."""

from dataclasses import replace as replaced
from typing import Annotated, Literal

import pytest

from bot.chat.arguments import Argument
from bot.chat.bot import Context
from bot.chat.kinds import Days, Lookup, TimeOfDay
from bot.chat.signatures import asked_in
from bot.chat.views import Button, Buttons, View, line
from bot.features import ALL
from tests.conftest import add_outlets, changed
from tests.form import arrange
from tests.rigs.slack_rules import seen

pytestmark = pytest.mark.usefixtures("slack")


DAYS = Argument("days", lambda text, _: text, "mon", Days(), depends=("every", ("days", "monthly")))
TIME = Argument("a time", lambda text, _: text, "9:00", TimeOfDay())
TAGS = Argument("tags", lambda text, _: text, "memory", Lookup("tag", many=True))


async def _usual(_, given):
    return {"every": "daily", "at": "9:30", "tags": "memory, later", **given}


@asked_in(_usual)
async def plan(
    _: Context,
    *,
    every: Literal["daily", "days", "monthly"] = "daily",
    on: Annotated[str, DAYS] = "",
    at: Annotated[str, TIME] = "9:00",
    tags: Annotated[str, TAGS] = "",
    loud: Literal["a", "b", "c", "d", "e", "f"] = "a",
) -> View:
    """Plan something.

    every: How often [daily]
    on: Days
    at: Time [9:00] – in your own time zone
    More:
    tags: Tags
    loud: Loudness
    """
    return View((line(f"every={every} on={on} at={at} tags={tags} loud={loud}"),))


@pytest.fixture
def bot(bot):
    """Give a bot that knows two commands more."""
    return changed(bot, [*ALL, arrange, plan])


async def opened(rig):
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    return form, {block["block_id"]: block for block in form["blocks"]}


OTHER = {"where": "other", "where.channel": "C2"}


def places(inputs):
    return [one["value"] for one in inputs["where"]["element"]["options"]]


async def elsewhere(rig, form, user="U1"):
    """Choose another channel as the place, and return the form with a menu of channels."""
    await rig.choose(form, "where", "other", user)
    await rig.until(lambda: "where.channel" in str(rig.views[form["id"]]))
    return rig.views[form["id"]]


async def test_a_command_alone_opens_a_form_with_all_that_it_takes(rig):
    await rig.slash("arrange")
    form, inputs = await opened(rig)
    assert list(inputs) == ["number", "papers", "order", "where", "zone", "topics", "code"]
    # what is chosen already can't be cleared
    assert [name for name, one in inputs.items() if not one["optional"]] == ["number", "order"]
    first = {name: block["element"].get("initial_value") for name, block in inputs.items()}
    assert inputs["papers"]["element"]["type"] == "number_input"
    assert (first["number"], first["papers"], first["topics"]) == ("3", "5", "one\ntwo")
    assert inputs["topics"]["element"]["multiline"]
    assert inputs["order"]["element"]["initial_option"]["value"] == "upvotes"
    assert inputs["zone"]["element"]["type"] == "external_select"
    assert inputs["zone"]["element"]["initial_option"]["value"] == "Europe/Berlin"
    assert places(inputs) == ["here", "me", "other"]
    assert inputs["code"]["element"]["type"] == "radio_buttons"
    form = await elsewhere(rig, form)
    values = {"number": "4", "papers": "2", "order": "new", "zone": "Asia/Tokyo", "code": "yes"}
    assert await rig.submit(form, **values, **OTHER) is None
    await rig.until(lambda: rig.messages)
    said = "number=4 papers=2 order=new where=C2 zone=Asia/Tokyo topics= code=yes"
    assert (rig.messages[0].person, rig.messages[0].seen) == ("U1", said)


async def test_a_button_opens_a_form_for_what_is_marked(rig, slack, place):
    view = View((Buttons((Button("Change", "arrange 3 order:? where:?"),)),))
    await slack.send(place("C1"), view, "k")
    await rig.press(rig.messages[0], "Change")
    form, inputs = await opened(rig)
    assert list(inputs) == ["order", "where"]
    form = await elsewhere(rig, form)
    menu = next(one for one in form["blocks"] if one["block_id"] == "where.channel")
    assert (menu["element"]["type"], menu["element"]["default_to_current_conversation"]) == (
        "conversations_select",
        True,
    )
    await rig.submit(form, order="new", **OTHER)
    await rig.until(lambda: len(rig.messages) == 2)
    assert "number=3 papers=5 order=new where=C2" in rig.messages[1].seen


@pytest.mark.parametrize("words", ["here", "me"])
async def test_a_place_is_here_or_for_the_person_alone(rig, words):
    await rig.slash("arrange 3 where:?")
    form, _ = await opened(rig)
    form = await elsewhere(rig, form)
    await rig.choose(form, "where", words)
    await rig.until(lambda: "where.channel" not in str(rig.views[form["id"]]))
    await rig.submit(form, **{**OTHER, "where": words})  # before the menu had gone
    await rig.until(lambda: rig.messages)
    assert f"where={words} " in rig.messages[0].seen


async def test_a_form_in_a_conversation_with_one_person_offers_no_channel_as_here(rig):
    await rig.slash("arrange 3 where:?", channel="DU1")
    _, inputs = await opened(rig)
    assert places(inputs) == ["me", "other"]


async def test_a_channel_that_is_set_already_is_chosen_in_the_menu(rig, bot):
    async def first(_, given):
        return {**given, "where": "C2"}

    bot.commands["arrange"] = replaced(bot.commands["arrange"], form=first)
    await rig.slash("arrange 3 where:?")
    _, inputs = await opened(rig)
    assert inputs["where"]["element"]["initial_option"]["value"] == "other"
    assert inputs["where.channel"]["element"]["initial_conversation"] == "C2"


async def test_a_line_that_no_button_holds_opens_its_form_too(rig, slack, place):
    words = f"arrange {'3' * 2000} order:?"
    await slack.send(place("C1"), View((Buttons((Button("Change", words),)),)), "k")
    await rig.press(rig.messages[0], "Change")
    form, inputs = await opened(rig)
    assert (form["title"]["text"], list(inputs)) == ("Arrange", ["order"])
    await rig.submit(form, order="new")
    await rig.until(lambda: len(rig.messages) == 2)
    assert f"number={'3' * 1000}" in rig.messages[1].seen


@pytest.mark.parametrize("words", ["#papers", "C1/1700000000.000001"])
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
    rig.people["U2"]["tz"] = "Europe/Berlin"
    await rig.slash("subscribe", user="U2")
    form, inputs = await opened(rig)
    assert list(inputs) == ["where", "every", "at", "topics", "layout", "form.more"]
    assert inputs["where"]["element"]["initial_option"]["value"] == "here"
    answer = await rig.submit(form, user="U2", every="days")  # before the form was drawn again
    names = [block["block_id"] for block in answer["view"]["blocks"]]
    assert names.index("form.error") == names.index("on") + 1
    assert "on:mon,wed" in seen(answer["view"]["blocks"])
    await rig.choose(form, "every", "days", user="U2")
    await rig.until(lambda: len(rig.views[form["id"]]["blocks"]) > len(form["blocks"]))
    form = rig.views[form["id"]]
    answer = await rig.submit(form, user="U2", every="days")
    assert list(answer["errors"]) == ["on"]
    assert "on:mon,wed" in answer["errors"]["on"]


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


@pytest.fixture
async def planned(rig, slack):
    """Open the form of a command with more options, and give a way to see what it shows."""
    assert slack
    await rig.slash("plan")
    await rig.until(lambda: rig.views)
    (key,) = rig.views

    def inputs():
        return {one["block_id"]: one for one in rig.views[key]["blocks"] if one["type"] == "input"}

    return key, inputs


async def test_a_form_shows_only_what_the_choices_in_it_call_for(rig, planned):
    key, inputs = planned
    assert list(inputs()) == ["every", "at"]
    assert inputs()["at"]["element"]["initial_time"] == "09:30"
    assert "hint" not in inputs()["at"]  # no one has to type it
    await rig.choose(rig.views[key], "every", "days")
    await rig.until(lambda: "on" in inputs())
    assert inputs()["on"]["element"]["type"] == "checkboxes"
    assert inputs()["every"]["element"]["initial_option"]["value"] == "days"
    await rig.choose(rig.views[key], "every", "monthly")
    await rig.until(lambda: inputs()["on"]["element"]["type"] == "static_select")
    await rig.choose(rig.views[key], "every", "days")
    await rig.until(lambda: inputs()["on"]["element"]["type"] == "checkboxes")
    await rig.submit(rig.views[key], every="days", on="mon, fri", at="10:15")
    await rig.until(lambda: rig.messages)
    assert rig.messages[0].seen == "every=days on=mon, fri at=10:15 tags= loud=a"


async def test_more_options_are_shown_when_asked_for(rig, planned):
    key, inputs = planned
    await rig.press(rig.views[key], "More options")
    await rig.until(lambda: "loud" in inputs())
    assert list(inputs()) == ["every", "at", "tags", "loud"]
    assert inputs()["tags"]["element"]["type"] == "multi_external_select"
    assert [one["value"] for one in inputs()["tags"]["element"]["initial_options"]] == [
        "memory",
        "later",
    ]
    assert inputs()["loud"]["element"]["type"] == "static_select"
    await rig.choose(rig.views[key], "every", "monthly")
    await rig.until(lambda: "on" in inputs())
    assert "loud" in inputs()
    await rig.submit(rig.views[key], every="monthly", on="last", at="9:00", tags="a, b", loud="b")
    await rig.until(lambda: rig.messages)
    assert rig.messages[0].seen == "every=monthly on=last at=9:00 tags=a, b loud=b"


async def test_an_error_in_an_input_under_more_options_stands_at_that_input(rig, slack, bot):
    add_outlets(bot, slack)
    await rig.slash("subscribe", user="U2")  # whose time zone is not known
    form, _ = await opened(rig)
    answer = await rig.submit(form, user="U2", every="daily", at="10:15", topics="cats")
    assert answer["response_action"] == "update"
    form = rig.views[form["id"]]
    names = [block["block_id"] for block in form["blocks"]]
    assert names.index("form.error") == names.index("zone") + 1
    inputs = {block["block_id"]: block.get("element", {}) for block in form["blocks"]}
    assert inputs["at"]["initial_time"] == "10:15"  # what was typed is still there
    assert inputs["topics"]["initial_value"] == "cats"
    assert "form.more" not in names
    await rig.submit(form, user="U2", every="daily", at="10:15", zone="Europe/Berlin", where="here")
    await rig.until(lambda: rig.messages)
    assert "Every day at 10:15, Europe/Berlin time" in rig.messages[0].seen


async def test_who_may_not_subscribe_a_channel_reads_so_where_a_place_is_chosen(rig, slack, bot):
    add_outlets(bot, slack)
    await rig.slash("subscribe", user="U1")
    form, _ = await opened(rig)
    answer = await rig.submit(form, user="U1", every="daily", at="9:00", where="here")
    assert list(answer["errors"]) == ["where"]
    assert "Only " in answer["errors"]["where"]
    assert await rig.submit(form, user="U1", every="daily", at="9:00", where="me") is None


async def test_an_error_that_is_about_no_input_stands_above_all_of_them(rig, slack, bot):
    add_outlets(bot, slack)
    rig.people["U2"]["tz"] = "Europe/Berlin"
    await rig.ask("subscribe at:9:00", "U2")
    await rig.slash("subscribe", user="U2")
    form, _ = await opened(rig)
    answer = await rig.submit(form, user="U2", at="9:00")
    first, *others = answer["view"]["blocks"]
    assert first["block_id"] == "form.error"
    assert "the same as subscription 1" in seen([first])
    assert [one["block_id"] for one in others] == [one["block_id"] for one in form["blocks"]]
