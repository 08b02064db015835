"""Mentions and direct messages are command lines, and every answer reaches the person."""

import pytest

from bot.chat.views import View, line
from bot.models import Person, Place
from tests.conftest import HEBB, add_outlets
from tests.rigs.slack import BOT, TEAM

PLACE = Place("slack", TEAM, "C1")

pytestmark = pytest.mark.usefixtures("slack")


async def answer(rig, before):
    await rig.until(lambda: len(rig.messages) > before)
    return rig.messages[-1]


@pytest.mark.parametrize("text", [f"<@{BOT}> find hebian", f"<@{BOT}|paperboy>  find hebian"])
async def test_a_mention_is_a_command_line(rig, text):
    await rig.mention(text)
    said = await answer(rig, 0)
    assert (said.person, said.channel, said.thread) == ("U1", "C1", "")
    assert HEBB.title in said.seen


async def test_a_mention_in_a_thread_is_answered_in_it(rig):
    await rig.mention(f"<@{BOT}> status", thread_ts="1700000000.000001")
    assert (await answer(rig, 0)).thread == "1700000000.000001"


async def test_a_mention_alone_explains_the_bot(rig):
    await rig.mention(f"<@{BOT}>")
    assert "Paperboy" in (await answer(rig, 0)).seen


async def test_a_shared_answer_to_a_mention_is_for_everyone(rig):
    await rig.mention(f"<@{BOT}> share {HEBB.id}")
    assert (await answer(rig, 0)).person == ""


async def test_a_direct_message_is_a_command_line_and_its_answer_stays(rig):
    await rig.write("find hebian")
    said = await answer(rig, 0)
    assert (said.person, said.channel) == ("", "DU1")
    assert HEBB.title in said.seen
    await rig.press(said, "Save")
    await rig.until(lambda: "Saved ✓" in said.seen)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"bot_id": "B9"},
        {"user": BOT},
        {"channel_type": "channel"},
    ],
)
async def test_what_nobody_wrote_to_the_bot_is_not_answered(rig, event):
    await rig.write("status", **event)
    await rig.write("help")
    await answer(rig, 0)
    assert len(rig.messages) == 1


JOINED = {"type": "member_joined_channel", "user": BOT, "channel": "C1", "inviter": "U1"}


async def test_the_bot_says_hello_once_where_it_is_invited(rig, bot):
    await bot.handle(bot.read(f"save {HEBB.id}", Person("slack", TEAM, "U1"), PLACE))
    await rig.event({**JOINED, "user": "U2"})
    await rig.event(JOINED)
    said = await answer(rig, 0)
    assert (said.person, said.channel) == ("", "C1")
    assert "Hello! I’m Paperboy." in said.seen
    assert HEBB.title in said.seen
    assert "Get this every morning" in said.seen
    assert "Saved ✓" not in said.seen  # everyone sees it
    await rig.event(JOINED)
    await rig.event({**JOINED, "channel": "C2"})
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].channel == "C2"
    await rig.react(said, "one", "U2")
    await rig.until(lambda: len(rig.messages) == 3)
    assert "Saved" in rig.messages[2].seen


async def test_from_the_invitation_to_a_digest_on_a_topic_it_is_two_presses_and_a_word(
    rig, slack, bot
):
    add_outlets(bot, slack)
    rig.people["U2"]["tz"] = "Europe/Berlin"
    await rig.event(JOINED)
    await rig.press(await answer(rig, 0), "Only on some topics", "U2")
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    assert [block["block_id"] for block in form["blocks"]] == ["topics"]
    await rig.submit(form, "U2", topics="diffusion")
    said = (await answer(rig, 1)).seen
    assert "Every day at 9:00, Europe/Berlin time" in said
    assert "about diffusion" in said


async def test_where_the_bot_is_not_and_the_response_url_is_dead_a_direct_message_answers(rig):
    rig.faults["response_url"] = [404]
    await rig.slash("find hebbian", channel="C9")
    said = await answer(rig, 0)
    assert (said.person, said.channel) == ("", "DU1")
    assert HEBB.title in said.seen


async def test_a_reaction_in_a_thread_is_confirmed_in_it(rig, slack, place, ask):
    head = await slack.send(place("C1"), View((line("Today"),)), "head")
    await slack.send(await slack.thread(head, "Papers"), await ask(f"paper {HEBB.id}"), "part")
    await rig.react(rig.messages[1], "bookmark", "U2")
    said = await answer(rig, 2)
    assert (said.person, said.thread) == ("U2", head.message)


async def test_a_reaction_in_a_thread_is_confirmed_in_it_after_a_restart(rig, slack, place, ask):
    await slack.send(place("C1/1700000000.000001"), await ask(f"paper {HEBB.id}"), "part")
    slack._client.messages._threads.clear()  # noqa: SLF001  # as in a process that has just begun
    await rig.react(rig.messages[0], "bookmark", "U2")
    assert (await answer(rig, 1)).thread == "1700000000.000001"


async def test_a_file_is_sent_before_it_is_promised(rig):
    await rig.ask(f"save {HEBB.id}")
    said = await rig.ask("export to:my.bib")
    assert [channel for _, _, channel in rig.files.values()] == ["DU1"]
    assert "my.bib" in said.seen
    assert "The file is in your messages with me." in said.seen


@pytest.mark.parametrize("line", ["export", "my-data"])
async def test_a_missing_permission_for_files_is_named(rig, line):
    await rig.ask(f"save {HEBB.id}")
    rig.faults["files.getUploadURLExternal"] = [{"error": "missing_scope", "needed": "files:write"}]
    said = await rig.ask(line)
    assert "I couldn’t send you" in said.seen
    assert "lacks the permission files:write" in said.seen
    assert "reinstall it" in said.seen
    assert "holds" not in said.seen


async def test_a_lost_answer_that_cannot_be_looked_up_is_called_uncertain(rig):
    rig.faults["chat.postMessage"] = ["lost"]
    rig.faults["conversations.history"] = [{"error": "missing_scope", "needed": "channels:history"}]
    await rig.slash(f"share {HEBB.id}")
    said = await answer(rig, 1)
    assert said.person == "U1"
    assert "It may not have been posted" in said.seen
    assert "channels:history" in said.seen


@pytest.mark.parametrize("again", ["at once", "later"])
async def test_the_same_envelope_twice_is_done_once(rig, again):
    payload = rig.slash_payload(f"share {HEBB.id}")
    await rig.deliver("slash_commands", payload, envelope="again")
    if again == "later":
        await answer(rig, 0)
    await rig.deliver("slash_commands", payload, envelope="again")
    await rig.until(lambda: any(not message.person for message in rig.messages))
    await rig.ask("status")
    assert [message.person for message in rig.messages].count("") == 1


async def test_the_same_mention_twice_is_answered_once(rig):
    text = f"<@{BOT}> share {HEBB.id}"
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": text}
    payload = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
    for _ in range(2):
        await rig.deliver("events_api", payload)
    await answer(rig, 0)
    await rig.ask("status")
    assert [message.person for message in rig.messages].count("") == 1
