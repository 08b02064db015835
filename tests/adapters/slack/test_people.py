"""Who people are in Slack: their names, strangers from other workspaces, bots."""

import json

import pytest

from adapters.slack.people import read_profile
from bot.models import Person, Place
from tests.conftest import HEBB, add_outlets
from tests.rigs.slack import TEAM, eventually
from tests.rigs.slack_rules import seen

pytestmark = pytest.mark.usefixtures("slack", "card")
STRANGER = "U9"  # of the workspace T2
BOT_OF_OTHERS = "U8"
SECRET = "do not show this to others"


@pytest.fixture
async def card(rig, bot, slack):
    """Share a card in a channel with people of another company."""
    assert slack
    rig.shared_channels.add("C1")
    rig.channels["C1"]["name"] = "general"
    rig.people["U1"]["profile"] = {"display_name": "Ada Byron"}
    card = await rig.ask(f"share {HEBB.id}")
    shown = bot.services.store.tenant("slack", TEAM).messages
    await eventually(lambda: shown.papers(card.channel, card.ts))
    return card


async def test_a_reaction_tells_who_kept_a_paper_and_in_which_channel(rig, card):
    await rig.react(card, "bookmark", "U1")
    await rig.until(lambda: len(rig.messages) == 2)
    kept = "Saved by Ada Byron in #general"
    assert kept in (await rig.ask("shelf", user="U2")).seen
    assert kept in (await rig.ask("shelf by:<@U1>", user="U2")).seen
    assert kept in (await rig.ask("shelf by:<@U1|ada>", user="U2")).seen
    assert kept in (await rig.ask("shelf by:<@U1> sort:title", user="U2")).seen


async def test_a_mention_reads_as_the_persons_name(rig):
    await rig.ask(f"note {HEBB.id} ask <@U1> &amp; <@U2|bob>")
    assert "ask @Ada Byron & @bob" in (await rig.ask(f"paper {HEBB.id}")).seen


async def test_a_changed_name_is_followed(rig, card):
    await rig.react(card, "bookmark", "U1")
    await rig.until(lambda: len(rig.messages) == 2)
    changed = {"id": "U1", "team_id": TEAM, "profile": {"display_name": "Ada King"}}
    await rig.event({"type": "user_change", "user": changed})
    await rig.ask(f"note {HEBB.id} mine")
    assert "Saved by Ada King" in (await rig.ask("shelf", user="U2")).seen


@pytest.fixture
async def secrets(rig, card):
    """Let the team say things about a paper."""
    await rig.ask(f"save {HEBB.id}")
    await rig.ask(f"note {HEBB.id} {SECRET}")
    await rig.ask(f"tag {HEBB.id} secret-tag")
    return card


def assert_nothing_told(text):
    for secret in (SECRET, "secret-tag", "Ada Byron"):
        assert secret not in text


@pytest.mark.parametrize("line", [f"paper {HEBB.id}", "shelf", "saved", "my-data", "status"])
@pytest.mark.usefixtures("secrets")
async def test_a_stranger_is_told_nothing_of_the_team_by_a_command(rig, line):
    assert_nothing_told((await rig.ask(line, user=STRANGER)).seen)


async def test_a_stranger_is_told_nothing_by_a_button(rig, secrets):
    for label in ("Details", "Save", "Similar papers"):
        before = len(rig.messages)
        if label in seen(secrets.blocks):
            await rig.press(secrets, label, user=STRANGER)
            await rig.until(lambda before=before: len(rig.messages) > before)
            assert_nothing_told(rig.messages[-1].seen)


async def test_a_stranger_keeps_papers_on_a_shelf_of_their_own(rig, bot, secrets):
    await rig.react(secrets, "bookmark", STRANGER)
    await rig.until(lambda: rig.messages[-1].person == STRANGER)
    assert "Mallory" not in (await rig.ask("shelf", user="U1")).seen
    assert HEBB.title in (await rig.ask("saved", user=STRANGER)).seen
    assert await bot.services.store.tenant("slack", "T2").shelf.ids(STRANGER) == (HEBB.id,)
    assert await bot.services.store.tenant("slack", TEAM).shelf.ids(STRANGER) == ()


@pytest.mark.usefixtures("secrets")
async def test_a_stranger_is_told_nothing_in_their_home(rig):
    rig.people[STRANGER]["is_stranger"] = True
    assert_nothing_told(json.dumps(await rig.open_home(STRANGER)))


@pytest.mark.usefixtures("secrets")
async def test_a_stranger_is_told_nothing_by_the_shortcut(rig):
    before = len(rig.messages)
    await rig.shortcut({"text": f"https://arxiv.org/abs/{HEBB.id}", "ts": "1.1"}, STRANGER)
    await rig.until(lambda: len(rig.messages) > before)
    assert_nothing_told(rig.messages[-1].seen)
    assert "Mallory" not in (await rig.ask("shelf", user="U1")).seen


@pytest.mark.usefixtures("secrets")
async def test_a_stranger_is_told_nothing_by_a_form(rig):
    await rig.slash("tag", user=STRANGER)
    await rig.until(lambda: rig.views)
    (form,) = rig.views.values()
    blocks = [block for block in form["blocks"] if "tag" in block["block_id"]]
    options = await rig.suggest({**form, "blocks": blocks}, "secret", STRANGER)
    assert "secret-tag" not in [one["value"] for one in options]


@pytest.mark.usefixtures("secrets")
async def test_a_stranger_is_told_nothing_by_a_mention(rig):
    before = len(rig.messages)
    await rig.mention(f"<@UBOT> paper {HEBB.id}", STRANGER)
    await rig.until(lambda: len(rig.messages) > before)
    assert_nothing_told(rig.messages[-1].seen)


async def test_a_stranger_manages_no_channel(rig, slack, bot):
    add_outlets(bot, slack)
    rig.people[STRANGER]["is_admin"] = True
    for where in ("", " where:C2"):
        said = await rig.ask(f"subscribe every:daily at:9 zone:berlin{where}", user=STRANGER)
        assert "Only members of this workspace" in said.seen
    stranger = Person("slack", "T2", STRANGER)
    assert not (await slack.membership(stranger, Place("slack", TEAM, "C1"))).manages


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("is_shared", [True, False])
async def test_a_card_under_a_link_shows_strangers_nothing(rig, connected, is_shared):
    links = [{"url": f"https://arxiv.org/abs/{HEBB.id}", "domain": "arxiv.org"}]
    event = {"type": "link_shared", "channel": "C1", "message_ts": "1.1", "links": links}
    rig.shared_channels = {"C1"} if is_shared else set()
    await rig.sockets[0].close()
    async with connected(previews=True):
        await rig.event(event)
        await rig.event(event)
        await rig.until(lambda: rig.unfurls)
    assert (SECRET in json.dumps(rig.unfurls[0])) is not is_shared


async def test_reactions_of_bots_mean_nothing(rig, bot, card):
    await rig.react(card, "bookmark", BOT_OF_OTHERS)
    await rig.react(card, "+1", BOT_OF_OTHERS)
    await rig.ask("status")
    assert await bot.services.store.tenant("slack", TEAM).shelf.ids(BOT_OF_OTHERS) == ()
    assert await bot.services.store.tenant("slack", TEAM).votes.count(HEBB.id) == 0
    assert len(rig.messages) == 2


def test_a_member_of_two_workspaces_of_one_company_is_no_stranger():
    grid = {"id": "W1", "team_id": "T7", "enterprise_user": {"teams": ["T7", TEAM]}}
    assert TEAM in read_profile(grid).teams
    assert read_profile({**grid, "deleted": True}).teams == ()
    assert read_profile({"id": "USLACKBOT"}).is_bot


async def test_a_person_who_never_wrote_here_has_the_name_that_slack_tells(rig, slack):
    rig.people["U1"]["profile"] = {"display_name": "Ada Byron"}
    assert await slack.name(Person("slack", TEAM, "U1")) == "Ada Byron"
    assert await slack.name(Person("slack", TEAM, "UNOBODY")) == ""
