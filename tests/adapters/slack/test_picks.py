"""The pick of the week at Slack: a message in the channel, and the first one in its thread."""

from tests.conftest import HEBB, add_outlets


async def test_a_pick_is_posted_and_its_thread_begins(rig, slack, bot):
    add_outlets(bot, slack)
    await rig.ask(f"nominate {HEBB.id}")
    before = len(rig.messages)
    await rig.slash("pick", "U2")
    await rig.until(lambda: len(rig.messages) == before + 3)
    head, first, answer = rig.messages[before:]
    assert (head.channel, head.thread, head.person) == ("C1", "", "")
    assert (first.channel, first.thread, first.person) == ("C1", head.ts, "")
    assert answer.person == "U2"
    assert "Its thread is open." in answer.seen
    assert "Nominated by u1, picked with 1 vote." in first.seen
    await rig.react(head, "bookmark", "U3")  # what reactions mean is known of it
    await rig.until(lambda: "Saved" in rig.messages[-1].seen)
    assert "It was posted" in (await rig.ask("pick")).seen


async def test_an_answer_that_is_lost_doubles_nothing(rig, slack, bot, monkeypatch):
    add_outlets(bot, slack)
    monkeypatch.setattr("bot.digests.announcements.UNDER_WAY", bot.now() - bot.now())
    await rig.ask(f"nominate {HEBB.id}")
    rig.faults["chat.postMessage"] = ["lost"]
    await rig.slash("pick")
    await rig.until(lambda: "Picked, but not posted as it should be." in rig.messages[-1].seen)
    await rig.slash("pick")
    await rig.until(lambda: "Posted:" in rig.messages[-1].seen)
    assert len([one for one in rig.messages if not one.person]) == 2


async def test_where_the_bot_is_not_in_the_channel_it_says_how_to_bring_it_in(rig, slack, bot):
    add_outlets(bot, slack)
    await rig.ask(f"nominate {HEBB.id}")
    assert (
        "Type /invite @paperboy there. Say “pick” again"
        in (await rig.ask("pick", channel="C9")).seen
    )
