"""Shelves, notes, tags, votes and the reading group, as a team uses them."""

from __future__ import annotations

import pytest

from bot.chat.bot import Bot
from bot.chat.views import plain
from bot.features import ALL
from bot.models import Person, Place
from tests.conftest import DIFFUSION, HEBB, MANY, add_outlets
from tests.rigs.chat import Chat

pytestmark = pytest.mark.both_databases

ANN = Person("slack", "T1", "U-ann", "Ann")
BEN = Person("slack", "T1", "UBEN", "Ben")
EVE = Person("slack", "T2", "U-ann", "Ann")
ROOM = Place("slack", "T1", "C1", "#papers")
TALK = Place("slack", "T1", "D1", private=True)
STRANGER = Person("discord", "", "7", "Stranger")
DIRECT = Place("discord", "", "9", private=True)


@pytest.fixture
def say(bot: Bot):
    """Give a way to type a line as somebody, in the channel unless another place is named."""

    async def say(words: str, person: Person = ANN, place: Place = ROOM):
        return await bot.handle(bot.read(words, person, place))

    return say


async def test_what_is_saved_in_a_channel_is_seen_on_the_teams_shelf_with_who_and_where(say):
    await say(f"save {HEBB.id}")
    seen = plain(await say("shelf", BEN))
    assert "Saved by Ann in #papers, 29 May 2026" in seen
    assert HEBB.title in seen
    assert (await say("saved", BEN)).data["total"] == 0


@pytest.mark.parametrize(("line", "place"), [("save {} private:yes", ROOM), ("save {}", TALK)])
async def test_what_is_kept_privately_stays_off_the_teams_shelf(say, line, place):
    await say(line.format(HEBB.id), place=place)
    assert (await say("shelf", BEN)).data["total"] == 0
    assert "private" in plain(await say("saved"))
    assert "Saved by" not in plain(await say(f"paper {HEBB.id}", BEN))


async def test_a_private_save_can_be_shown_and_a_shown_one_made_private(say):
    await say(f"save {HEBB.id}", place=TALK)
    assert "(your team sees it)" in plain(await say(f"save {HEBB.id} private:no"))
    assert (await say("shelf", BEN)).data["total"] == 1
    await say(f"save {HEBB.id}", place=TALK)  # saying it again hides nothing
    assert (await say("shelf", BEN)).data["total"] == 1
    assert "(only you see it)" in plain(await say(f"save {HEBB.id} private:yes"))
    assert (await say("shelf", BEN)).data["total"] == 0


async def test_undoing_unsave_keeps_a_private_paper_private(say):
    await say(f"save {HEBB.id} private:yes")
    (undo,) = [
        button.line for button in (await say(f"unsave {HEBB.id}")).buttons if button.label == "Undo"
    ]
    await say(undo)
    assert (await say("shelf", BEN)).data["total"] == 0
    assert (await say("saved")).data["total"] == 1


async def test_a_paper_that_several_keep_stands_once_on_the_teams_shelf(say):
    for person in (ANN, BEN):
        await say(f"save {HEBB.id}", person)
    for sort in ("new", "votes", "title", "touched"):
        view = await say(f"shelf sort:{sort}")
        assert (view.papers, view.data["total"]) == ((HEBB.id,), 1)
    assert "Saved by Ann and Ben, since 29 May 2026" in plain(await say("shelf"))


async def test_the_teams_shelf_is_searched_with_typos_filters_and_by_person(say):
    await say(f"save {HEBB.id}")
    await say(f"save {DIFFUSION.id}", BEN)
    assert (await say("shelf difusion after:2025")).papers == (DIFFUSION.id,)
    assert (await say("shelf by:@ann")).papers == (HEBB.id,)
    assert (await say("shelf by:<@UBEN|ben>")).papers == (DIFFUSION.id,)
    assert (await say("shelf by:me", BEN)).papers == (DIFFUSION.id,)
    assert "“zoe” hasn’t saved anything here." in plain(await say("shelf by:@zoe"))
    assert "Nothing on your team’s shelf matches" in plain(await say("shelf by:ben hebbian"))


async def test_a_search_of_the_shelf_can_keep_the_shelfs_order(say):
    for paper in (MANY[0], MANY[2], MANY[1]):
        await say(f"save {paper.id}")
    assert (await say("saved transformers sort:title")).papers == tuple(
        paper.id for paper in MANY[:3]
    )


async def test_without_a_team_there_is_no_shelf_of_one(say):
    await say(f"save {HEBB.id}", STRANGER, DIRECT)
    for line in ("shelf", f"nominate {HEBB.id}", "pick", "picks", "nominated"):
        assert "There is no team" in plain(await say(line, Person("discord", "", "8"), DIRECT))
    await say(f"note {HEBB.id} mine", STRANGER, DIRECT)
    await say(f"note {HEBB.id} mine private:no", STRANGER, DIRECT)
    await say(f"vote {HEBB.id}", STRANGER, DIRECT)
    seen = plain(await say(f"paper {HEBB.id}", Person("discord", "", "8"), DIRECT))
    assert "mine" not in seen
    assert "vote in" not in seen


async def test_programs_are_told_the_notes_on_kept_papers(ask):
    for line in ("save {}", "note {} read this", "tag {} memory"):
        await ask(line.format(HEBB.id))
    (found,) = (await ask("saved")).data["papers"]
    assert found["shelf"]["notes"] == [{"by": "Ada", "note": "read this", "private": False}]
    assert found["shelf"]["tags"] == ["memory"]


async def test_reading_and_tagging_keep_the_paper_and_narrow_the_shelf(say):
    await say(f"read {HEBB.id}")
    await say(f"tag {DIFFUSION.id} Memory, to replicate")
    assert (await say("saved read:yes")).papers == (HEBB.id,)
    assert (await say("saved tag:to-replicate")).papers == (DIFFUSION.id,)
    assert "memory · to-replicate" in plain(await say("saved"))
    await say(f"unread {HEBB.id}")
    assert (await say("saved read:yes")).data["total"] == 0
    assert (await say("saved sort:touched")).data["total"] == 2
    await say(f"untag {DIFFUSION.id} memory")
    assert (await say("shelf tag:memory", BEN)).data["total"] == 0
    assert (await say("shelf tag:to-replicate", BEN)).papers == (DIFFUSION.id,)


async def test_tags_are_written_as_people_write_them(say):
    await say(f"tag {HEBB.id} #Memory, #to replicate,# plain")
    assert "memory, plain, to-replicate" in plain(await say(f"tag {HEBB.id} memory"))


async def test_who_has_no_name_here_is_you_to_themselves(say):
    nameless = Person("slack", "T1", "U9")
    await say(f"save {HEBB.id}", nameless)
    assert "Saved by you in #papers" in plain(await say("shelf", nameless))
    assert "Saved by a teammate in #papers" in plain(await say("shelf", BEN))


async def test_who_has_no_name_here_has_the_one_that_the_platform_tells(say, bot):
    add_outlets(bot, Chat({}, {}, people={"U9": "Nina"}, platform="slack"))
    await say(f"save {HEBB.id}", Person("slack", "T1", "U9"))
    assert "Saved by Nina in #papers" in plain(await say("shelf", BEN))
    assert (await say("shelf by:nina", BEN)).papers == (HEBB.id,)


async def test_from_a_page_that_there_is_not_one_comes_back_to_the_last(say):
    await say(f"save {HEBB.id}")
    assert "Back: saved page:1" in plain(await say("saved page:99"))


async def test_tags_complete_from_what_the_team_shows(say, bot):
    await say(f"tag {HEBB.id} memory")
    await say(f"save {DIFFUSION.id} private:yes", BEN)
    await say(f"tag {DIFFUSION.id} mystery", BEN)
    assert [one.value for one in await bot.suggest("tag", "tags", "m", ANN)] == ["memory"]
    assert [one.value for one in await bot.suggest("tag", "tags", "old, m", BEN)] == [
        "old, memory",
        "old, mystery",
    ]
    assert await bot.suggest("tag", "tags", "m", EVE) == ()
    assert await bot.suggest("tag", "tags", "m", None) == ()


async def test_the_card_shows_who_saved_it_votes_and_notes_but_private_ones_to_their_author_alone(
    say,
):
    await say(f"save {HEBB.id}")
    await say(f"vote {HEBB.id}")
    await say(f"note {HEBB.id} try this on our data")
    await say(f"note {HEBB.id} I do not get it private:yes", BEN)
    mine, theirs = plain(await say(f"paper {HEBB.id}")), plain(await say(f"paper {HEBB.id}", BEN))
    for seen in (mine, theirs):
        assert "Saved by Ann in #papers" in seen
        assert "1 vote in this team." in seen
    assert "You  try this on our data" in mine
    assert "I do not get it" not in mine
    assert "Ann  try this on our data" in theirs
    assert "You  I do not get it  (only you see this)" in theirs
    assert "Voted ✓: unvote" in mine
    assert "Vote: vote" in theirs
    shared = plain(await say(f"share {HEBB.id}"))
    assert "try this" not in shared
    await say(f"unnote {HEBB.id}")
    assert "try this" not in plain(await say(f"paper {HEBB.id}", BEN))


async def test_the_pick_is_by_votes_and_a_tie_is_settled_openly(say):
    await say(f"nominate {DIFFUSION.id}")
    await say(f"nominate {HEBB.id}", BEN)
    assert "1 vote · nominated by Ann" in plain(await say("nominated"))
    picked = await say("pick")
    assert picked.data["paper"]["id"] == HEBB.id
    assert picked.data["tied"] == [DIFFUSION.id]
    assert "Tied with “Diffusion Models for Weather”; decided by upvotes" in plain(picked)
    assert (await say("pick", BEN)).data["paper"]["id"] == HEBB.id  # one a week
    assert (await say("nominated")).papers == (DIFFUSION.id,)
    assert "Picked for the week of 25 May 2026 with 1 vote" in plain(await say("picks"))
    assert (await say("picks last")).data["total"] == 0


async def test_nothing_can_be_picked_before_something_is_nominated(say):
    assert "Nothing is nominated" in plain(await say("pick"))
    assert {"share"} <= {one.__name__ for one in ALL if hasattr(one, "__shared__")}


async def test_the_same_person_in_another_workspace_has_another_shelf(say):
    await say(f"save {HEBB.id}")
    await say(f"note {HEBB.id} ours")
    elsewhere = Place("slack", "T2", "C1")
    assert (await say("saved", EVE, elsewhere)).data["total"] == 0
    assert (await say("shelf", EVE, elsewhere)).data["total"] == 0
    assert "ours" not in plain(await say(f"paper {HEBB.id}", EVE, elsewhere))
