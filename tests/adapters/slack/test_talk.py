"""People and the bot in Slack, over the real SDK and a Slack of our own on loopback."""

import asyncio
from dataclasses import replace

import pytest

from adapters.slack import responses
from bot.chat.signatures import command
from bot.chat.views import Button, Buttons, Outcome, View
from bot.features import ALL
from bot.models import Person, Place
from tests.conftest import HEBB
from tests.rigs.slack import TEAM, Message, eventually
from tests.rigs.slack_rules import labels, seen

TITLE = HEBB.title
U1 = Person("slack", TEAM, "U1")


pytestmark = pytest.mark.usefixtures("slack")


async def shelf(bot, person=U1):
    return await bot.services.store.tenant("slack", TEAM).shelf.ids(person.id)


async def test_a_slash_command_is_answered_privately(rig):
    answer = await rig.ask("find hebian lerning")
    assert answer.person == "U1"
    assert TITLE in answer.seen
    assert labels(answer.blocks)[:3] == ["Save", "Details", "Similar"]


async def test_the_command_alone_explains_itself(rig):
    assert "Today’s papers" in (await rig.ask("")).seen


async def test_all_commands_are_in_the_help(rig):
    await rig.slash("help")
    await rig.until(lambda: any("Today’s papers" in message.seen for message in rig.messages))
    told = "\n".join(message.seen for message in rig.messages)
    assert [name for name in (one.name for one in COMMANDS) if name not in told] == []


NUMBERED = ("edit", "pause", "resume", "unsubscribe", "preview")
LINES = {
    "find": "find diffusion",
    "paper": f"paper {HEBB.id}",
    "similar": f"similar {HEBB.id}",
    "day": "day 2026-05-29",
    "days": "days 2026-05-27 2026-05-29",
    "save": f"save {HEBB.id}",
    "unsave": f"unsave {HEBB.id}",
    "collect": f"collect see https://arxiv.org/abs/{HEBB.id}",
    "vote": f"vote {HEBB.id}",
    "unvote": f"unvote {HEBB.id}",
    "share": f"share {HEBB.id}",
    "keep-from": f"keep-from https://arxiv.org/abs/{HEBB.id}",
    "read": f"read {HEBB.id}",
    "unread": f"unread {HEBB.id}",
    "note": f"note {HEBB.id} try this",
    "unnote": f"unnote {HEBB.id}",
    "tag": f"tag {HEBB.id} memory",
    "untag": f"untag {HEBB.id} memory",
    "nominate": f"nominate {HEBB.id}",
    "subscribe": "subscribe at:9:00 zone:berlin",
    "resolve": "resolve 1 there",
    "rate": f"rate useful {HEBB.id}",
    **{name: f"{name} 1" for name in NUMBERED},
}
COMMANDS = [command(one) for one in ALL]
for one in COMMANDS:
    needed = [param.argument.example for param in one.params if param.required]
    LINES.setdefault(one.name, " ".join([one.name, *needed]))
NEEDING = [one.name for one in COMMANDS if any(param.required for param in one.params)]


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
async def test_every_command_is_answered(rig, name):
    answer = await rig.ask(LINES.get(name, name))
    assert "went wrong" not in answer.seen
    assert bool(answer.person) == (name != "share")


@pytest.mark.parametrize("name", NUMBERED)
async def test_a_number_of_nothing_is_refused_under_its_field(rig, name):
    await rig.slash(name)
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    answer = await rig.submit(form, number="1")
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["number"]
    assert answer["errors"]["number"].startswith("There is no subscription 1 here")


@pytest.mark.parametrize(
    "name", [name for name in NEEDING if name not in {*NUMBERED, "resolve", "confirm", "watch"}]
)
async def test_every_command_asks_for_what_it_lacks(rig, name):
    await rig.slash(name)
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    asked = [block["block_id"] for block in form["blocks"]]
    words = LINES[name].split(" ", len(asked))[1:]
    assert await rig.submit(form, **dict(zip(asked, words, strict=True))) is None
    await rig.until(lambda: rig.messages)
    assert "went wrong" not in rig.messages[0].seen


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
async def test_every_command_can_be_a_button(rig, slack, name):
    pressed = await slack.send(
        place("C1"), View((Buttons((Button("Do it", LINES.get(name, name)),)),)), name
    )
    await rig.press(rig.messages[0], "Do it", user="U2")
    await rig.until(lambda: len(rig.messages) == 2)
    assert "went wrong" not in rig.messages[1].seen
    assert rig.messages[0].ts == pressed.message


def place(address):
    return Place("slack", TEAM, address)


async def test_what_is_wrong_in_a_form_is_said_under_its_field(rig):
    await rig.slash("day")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    assert form["title"]["text"] == "Day"
    answer = await rig.submit(form, day="someday")
    assert answer["response_action"] == "errors"
    assert "“someday” isn’t a day. Write it as 2026-05-29, May 29" in answer["errors"]["day"]


async def test_a_form_sent_empty_says_what_it_lacks_under_its_field(rig):
    await rig.slash("save")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    payload = {"type": "view_submission", "user": {"id": "U1"}, "view": {**form, "state": {}}}
    answer, _ = await rig.deliver("interactive", payload)
    assert list(answer["errors"]) == ["paper"]


async def test_papers_are_completed_while_they_are_typed(rig, bot):
    await rig.slash("save")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    assert form["blocks"][0]["element"]["type"] == "external_select"
    options = await rig.suggest(form, "hebian le")
    assert options[0]["value"] == HEBB.id
    assert options[0]["text"]["text"] == TITLE
    assert options[-1]["value"] == "hebian le"
    await rig.submit(form, paper=HEBB.id)
    await rig.until(lambda: rig.messages)
    assert f"Saved: {TITLE}" in rig.messages[0].seen
    assert list(await shelf(bot)) == [HEBB.id]


async def test_save_turns_into_saved_where_it_stands(rig):
    answer = await rig.ask("find hebbian")
    await rig.press(answer, "Save")
    await rig.until(lambda: "Saved ✓" in answer.seen)
    assert len(rig.messages) == 1
    await rig.press(answer, "Saved ✓")
    await rig.until(lambda: "Saved ✓" not in answer.seen)
    assert labels(answer.blocks)[0] == "Save"


async def test_two_buttons_pressed_at_once_both_turn(rig):
    answer = await rig.ask("today")
    second = {"blocks": [block for block in answer.blocks if block["type"] == "actions"][1:]}
    other = Message(answer.channel, answer.ts, second, answer.person)
    await asyncio.gather(rig.press(answer, "Save"), rig.press(other, "Save"))
    await rig.until(lambda: labels(answer.blocks).count("Saved ✓") == 2)


async def test_more_takes_the_place_of_the_page(rig):
    answer = await rig.ask("today")
    first = answer.seen
    await rig.press(answer, "More")
    await rig.until(lambda: answer.seen != first)
    assert "6–10 of 13" in answer.seen
    await rig.press(answer, "Details")
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].person == "U1"
    assert "6–10 of 13" in answer.seen


async def test_buttons_of_a_forgotten_message_still_do_what_they_say(rig):
    answer = await rig.ask("find hebbian")
    for block in answer.blocks:
        block["block_id"] = (
            f"earlier.{block['block_id']}"  # as a process before this one named them
        )
    await rig.press(answer, "Save")
    await rig.until(lambda: len(rig.messages) == 2)
    assert f"Saved: {TITLE}" in rig.messages[1].seen


async def test_a_shared_card_is_seen_by_all_and_its_buttons_answer_privately(rig):
    card = await rig.ask(f"share {HEBB.id}")
    assert not card.person
    assert card.body["text"] == TITLE
    await rig.press(card, "Save", user="U2")
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].person == "U2"
    assert labels(card.blocks)[0] == "Save"


async def test_sharing_where_the_bot_is_no_member_works_and_says_what_is_missing(rig):
    await rig.slash(f"share {HEBB.id}", channel="C9")
    await rig.until(lambda: len(rig.messages) == 2)
    card, hint = rig.messages
    assert (card.person, hint.person) == ("", "U1")
    assert (
        "I can’t see reactions to this. I’m not in that channel. Type /invite @paperboy there."
        in hint.seen
    )


async def test_answers_in_a_thread_stay_in_it(rig, slack):
    await slack.send(
        place("C1/1700000000.000001"), View((Buttons((Button("Today", "today"),)),)), "k"
    )
    assert rig.messages[0].thread == "1700000000.000001"
    await rig.press(rig.messages[0], "Today")
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].thread == "1700000000.000001"


async def test_answers_about_a_message_with_a_thread_below_it_stand_beside_it(rig, slack):
    await slack.send(place("C1"), View((Buttons((Button("Today", "today"),)),)), "k")
    (message,) = rig.messages
    message.thread = message.ts
    await rig.press(message, "Today")
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].thread == ""


async def test_the_global_shortcut_searches_from_anywhere(rig):
    await rig.global_shortcut("find_paper")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    answer = await rig.submit(form, query="hebian")
    assert HEBB.title in seen(answer["view"]["blocks"])
    assert not rig.messages


async def test_the_shortcut_finds_papers_in_any_message(rig):
    blocks = [
        {
            "type": "rich_text",
            "elements": [{"type": "link", "url": f"https://arxiv.org/abs/{HEBB.id}"}],
        }
    ]
    await rig.shortcut({"text": "look &amp; see " * 400, "blocks": blocks, "ts": "1.1"})
    await rig.until(lambda: rig.messages)
    assert f"Saved: {TITLE}" in rig.messages[0].seen
    await rig.shortcut({"text": f"<https://huggingface.co/papers/{HEBB.id}|that one>", "ts": "1.2"})
    await rig.until(lambda: len(rig.messages) == 2)
    assert f"Already on your shelf: {TITLE}" in rig.messages[1].seen
    await rig.shortcut({"text": "", "ts": "1.3"})
    await rig.until(lambda: len(rig.messages) == 3)
    assert "No paper link found." in rig.messages[2].seen


async def test_a_picture_that_slack_cannot_fetch_is_left_out(rig):
    rig.broken_pictures.add(HEBB.thumbnail)
    assert TITLE in (await rig.ask("find hebbian")).seen
    assert TITLE in (await rig.ask(f"share {HEBB.id}")).seen
    assert TITLE in seen((await rig.open_home())["blocks"])


async def test_home_shows_the_shelf_and_follows_what_changes(rig, bot):
    home = await rig.open_home()
    assert "Save what you like" in seen(home["blocks"])
    await rig.press(home, "Save")
    await rig.until(lambda: "Your shelf" in seen(rig.homes["U1"]["blocks"]))
    card = await rig.ask("share 2605.00002")
    await eventually(
        lambda: bot.services.store.tenant("slack", TEAM).messages.papers(card.channel, card.ts)
    )
    await rig.react(card, "bookmark")
    await rig.until(lambda: "2 papers" in seen(rig.homes["U1"]["blocks"]))


async def test_home_has_pages_and_a_search_field(rig, bot):
    for paper in await bot.services.library.papers([f"2605.1{n:04}" for n in range(7)]):
        await bot.handle(bot.read(f"save {paper.id}", U1, place("C1")))
    home = await rig.open_home()
    await rig.press(home, "More")
    await rig.until(lambda: "Back" in labels(rig.homes["U1"]["blocks"]))
    await rig.press(rig.homes["U1"], "Saved ✓")
    await rig.until(lambda: "6 papers" in seen(rig.homes["U1"]["blocks"]))
    await rig.press(rig.homes["U1"], "Search your shelf", text="nmber 3")
    await rig.until(lambda: rig.views)
    (window,) = rig.views.values()
    assert "Transformers and the Number 3" in seen(window["blocks"])


async def test_a_page_that_fails_leaves_the_one_before_it(rig, bot, monkeypatch):
    answer = await rig.ask("today")
    home = await rig.open_home()
    first, handle = answer.seen, bot.handle

    async def failing(intent):
        return replace(await handle(intent), outcome=Outcome.FAILED)

    monkeypatch.setattr(bot, "handle", failing)
    await rig.press(answer, "More")
    await rig.until(lambda: len(rig.messages) == 2)
    assert (answer.seen, rig.messages[1].person) == (first, "U1")
    more = {**_button("More", "today page:2")}
    more["elements"][0]["action_id"] = "turn.0"
    await rig.press({**home, "blocks": [more]}, "More")
    await rig.until(lambda: rig.views)
    assert rig.homes["U1"] == home


async def test_save_shows_in_a_home_from_before_a_restart(rig):
    card = _button("Save", f"save {HEBB.id}")
    await rig.press({"type": "home", "id": "VU1", "blocks": [card]}, "Save")
    await rig.until(lambda: "Your shelf" in seen(rig.homes.get("U1", {"blocks": []})["blocks"]))


async def test_a_window_over_home_turns_and_opens_others(rig):
    home = await rig.open_home()
    await rig.press(home, "Details")
    await rig.until(lambda: rig.views)
    (key,) = rig.views
    await rig.press(rig.views[key], "Save")
    await rig.until(lambda: "Saved ✓" in seen(rig.views[key]["blocks"]))
    await rig.until(lambda: "Your shelf" in seen(rig.homes["U1"]["blocks"]))
    rig.faults["views.push"] = [{"error": "push_limit_reached"}]
    await rig.press(rig.views[key], "Similar papers")
    await rig.until(lambda: " like " in seen(rig.views[key]["blocks"]))
    await rig.press(rig.views[key], "Back to the paper")
    await rig.until(lambda: len(rig.views) == 2)


async def test_a_form_over_home_is_answered_in_its_window(rig):
    home = await rig.open_home()
    await rig.press({**home, "blocks": [_button("Find", "find")]}, "Find")
    await rig.until(lambda: rig.views)
    ((key, form),) = rig.views.items()
    await rig.submit(form, query="hebbian")
    assert TITLE in seen(rig.views[key]["blocks"])


def _button(label, line):
    element = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": "press.0",
        "value": line,
    }
    return {"type": "actions", "block_id": "x.0", "elements": [element]}


async def test_a_form_that_comes_too_late_is_a_sentence(rig):
    rig.faults["views.open"] = [{"error": "expired_trigger_id"}]
    assert "“save” needs a paper" in (await rig.ask("save")).seen


async def test_what_takes_long_over_home_opens_a_window_meanwhile(rig, bot, monkeypatch):
    handle = bot.handle

    opened = asyncio.Event()

    async def slow(intent):
        if intent.command == "paper":
            await opened.wait()
        return await handle(intent)

    monkeypatch.setattr(bot, "handle", slow)
    monkeypatch.setattr(responses, "PATIENCE", 0.05)
    home = await rig.open_home()
    await rig.press(home, "Details")
    await rig.until(
        lambda: any("One moment …" in seen(view["blocks"]) for view in rig.views.values())
    )
    opened.set()
    await rig.until(lambda: any(TITLE in seen(view["blocks"]) for view in rig.views.values()))


async def test_sharing_from_a_form_over_home_reaches_the_person(rig):
    home = await rig.open_home()
    await rig.press({**home, "blocks": [_button("Share", "share")]}, "Share")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    await rig.submit(form, paper=HEBB.id)
    await rig.until(lambda: rig.messages)
    assert rig.messages[0].channel == "DU1"


async def test_in_a_conversation_with_the_bot_a_message_changes_in_place(rig, slack, ask):
    await slack.send(place("U1"), await ask("find hebbian"), "k")
    (message,) = rig.messages
    await rig.press(message, "Save")
    await rig.until(lambda: "Saved ✓" in message.seen)


async def test_between_two_people_a_card_for_both_stays_as_it_is(rig):
    rig.faults["chat.postMessage"] = [{"error": "channel_not_found"}]
    await rig.slash(f"share {HEBB.id}", channel="D7")
    await rig.until(lambda: len(rig.messages) == 2)
    card = rig.messages[0]
    await rig.press(card, "Save", user="U2")
    await rig.until(lambda: len(rig.messages) == 3)
    assert labels(card.blocks)[0] == "Save"
    assert rig.messages[2].person == "U2"


async def test_a_shelf_comes_as_a_file_into_ones_own_conversation(rig):
    await rig.ask(f"save {HEBB.id}")
    answer = await rig.ask("export to:../my.bib")
    assert answer.person == "U1"
    await rig.until(lambda: any(channel for _, _, channel in rig.files.values()))
    ((name, content, channel),) = rig.files.values()
    assert (name, channel) == ("my.bib", "DU1")
    assert f"eprint = {{{HEBB.id}}}" in content


async def test_what_is_saved_in_a_direct_message_is_private(rig, bot):
    await rig.slash(f"save {HEBB.id}", channel="D1")
    await rig.until(lambda: rig.messages)
    entries = await bot.services.store.tenant("slack", TEAM).shelf.entries("U1", [HEBB.id])
    assert entries[HEBB.id].private
