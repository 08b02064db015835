"""Commands about watches, over a real store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.views import Outcome, plain
from bot.models import Person, Place
from bot.store.syncs import SyncRun
from tests.conftest import DIFFUSION, HEBB, add_outlets
from tests.rigs.chat import Chat

MANAGER = Person("chat", "team", "ada", "Ada")
MEMBER = Person("chat", "team", "bob", "Bob")
PAPERS = Place("chat", "team", "c1")


@pytest.fixture
def say(bot):
    add_outlets(bot, Chat({"#papers": PAPERS, "c1": PAPERS}, {"ada": {PAPERS}}))

    async def say(words, person=MANAGER, place=PAPERS):
        view = await bot.handle(bot.read(words, person, place))
        assert "Something went wrong" not in plain(view)
        return view

    return say


async def stored(bot, number=1):
    return await bot.services.store.tenant("chat", "team").subscriptions.get(number)


async def test_one_line_watches_for_the_person_who_types_it(bot, say):
    view = await say("watch diffusion author:richardson votes:20")
    assert plain(view).splitlines()[:5] == [
        "Watching. Of the last 30 days, 1 paper matches already.",
        "",
        "Watch 1 · for you only",
        "diffusion author:richardson votes:20",
        "A message when a paper arrives or gets its votes; many come in one summary.",
    ]
    one = await stored(bot)
    assert one.watch
    assert one.place == Place("chat", "team", "@ada")
    assert (one.next_date, one.next_due) == (None, None)


async def test_a_channel_is_watched_for_by_those_who_manage_it(bot, say):
    refused = await say("watch diffusion where:here", MEMBER)
    assert "Only channel managers can watch for a channel" in plain(refused)
    assert "Watch 1 · here" in plain(await say("watch diffusion, org:nvidia where:here"))
    assert (await stored(bot)).place == PAPERS


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("watch any", "Watch what?"),
        ("watch diffusion sort:new", "Topics can’t sort"),
        ("watch votes:many", "votes: needs a number"),
        ("watch diffusion where:#nowhere", "There is no channel #nowhere."),
        ("unwatch", "Nothing is watched here."),
        ("unwatch 7", "There is no subscription 7 here."),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_sentence(say, words, sentence):
    assert sentence in plain(await say(words))


async def test_the_same_is_watched_once(say):
    await say("watch diffusion")
    assert "That is watched already: watch 1." in plain(await say("watch diffusion"))
    assert "Watch 2" in plain(await say("watch diffusion", MEMBER))


async def test_watches_lists_them_and_subscriptions_does_so_too(say):
    assert (await say("watches")).outcome is Outcome.NOTHING
    await say("watch diffusion")
    await say("subscribe at:9 zone:UTC")
    assert (await say("watches")).title == "1 watch"
    both = await say("subscriptions")
    assert both.title == "2 subscriptions"
    assert "Watch 1 · for you only\ndiffusion\n" in plain(both)
    assert [one["watch"] for one in both.data["subscriptions"]] == [True, False]
    assert (await say("watches", MEMBER)).outcome is Outcome.NOTHING


async def test_edit_changes_what_it_looks_for_and_nothing_that_only_digests_have(bot, say):
    await say("watch diffusion")
    shown = plain(await say("edit 1 topics:weather votes:5 without:survey"))
    assert "weather, without survey, with 5 upvotes or more" in shown
    assert (await stored(bot)).options.topics == "weather"
    assert "A watch has no at:." in plain(await say("edit 1 at:10"))
    assert "Watch what?" in plain(await say("edit 1 topics:any"))
    assert "Nothing has changed" in plain(await say("edit 1"))


async def test_it_pauses_and_resumes_as_a_digest_does(bot, say):
    await say("watch diffusion")
    assert "Paused: by Ada" in plain(await say("pause 1"))
    assert "A message when a paper arrives" in plain(await say("resume 1"))
    one = await stored(bot)
    assert (one.paused, one.next_due) == ("", None)


@pytest.mark.parametrize("words", ["unwatch", "unwatch 1", "unsubscribe 1"])
async def test_it_ends_and_can_be_brought_back(bot, say, words):
    await say("watch diffusion author:richardson where:here")
    gone = await say(words)
    assert "No longer watching: diffusion author:richardson." in plain(gone)
    assert await stored(bot) is None
    (undo, _) = gone.buttons
    assert "Watch 2 · here" in plain(await say(undo.line))


async def test_several_watches_are_asked_about(say):
    await say("watch diffusion")
    await say("watch speech")
    asked = await say("unwatch")
    assert [button.line for button in asked.buttons] == ["unwatch 1", "unwatch 2"]


async def test_preview_shows_what_matches_now_and_digest_posts_nothing(say):
    await say("watch diffusion")
    view = await say("preview 1")
    assert "Of the last 30 days, 1 paper matches watch 1." in plain(view)
    assert view.papers == (DIFFUSION.id,)
    assert "it has no digest" in plain(await say("digest 1"))


async def test_results_and_papers_offer_to_watch(say, ask):
    found = await say("find difusion sort:votes")
    (button,) = [one for one in found.buttons if one.label == "Watch this search"]
    assert button.line == "watch diffusion"
    card = await say(f"paper {HEBB.id}")
    lines = {one.label: one.line for one in card.buttons if one.label.startswith("Watch")}
    assert lines == {
        "Watch Ada Lovelace": 'watch author:"Ada Lovelace"',
        "Watch Analytical Society": 'watch org:"Analytical Society"',
    }
    for line in lines.values():
        assert "1 paper matches already" in plain(await say(line))
    # where no message can be sent there is nothing to press
    assert "Watch" not in plain(await ask("find diffusion"))


async def test_a_comma_in_a_search_makes_no_second_one(say):
    found = await say("find diffusion, weather")
    (button,) = [one for one in found.buttons if one.label == "Watch this search"]
    assert button.line == "watch diffusion weather"


async def test_a_watch_is_in_my_data_and_goes_with_forget_me(bot, clock, say):
    await say("watch diffusion")
    await say("forget-me sure:yes")
    assert await stored(bot) is None
    clock.now += timedelta(hours=1)
    await bot.services.store.syncs.record(SyncRun(clock.now, 0, 0))
    assert not await bot.services.watches.look()
