"""Slack when it refuses, is slow, or is gone."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack import Slack, web
from adapters.slack import connection as connections
from adapters.slack.scopes import SCOPES
from bot.chat.views import View, line
from bot.errors import DeliveryError, SettingsError
from bot.network.backoff import Backoff
from bot.settings.platforms import SlackSettings
from tests.conftest import HEBB
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, eventually

VIEW = View((line("Here it is"),))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(connections, "BACKOFF", Backoff(0.01, 30))
    monkeypatch.setattr(web, "BACKOFF", Backoff(0.01, 60))


@pytest.mark.parametrize(
    ("token", "app_token", "sentence"),
    [
        ("xoxb-bad", APP_TOKEN, "Slack refuses SLACK_BOT_TOKEN"),
        (BOT_TOKEN, "xapp-bad", "refuses SLACK_APP_TOKEN"),
    ],
)
async def test_a_bad_token_is_said_once_and_not_tried_again(bot, rig, token, app_token, sentence):
    with pytest.raises(SettingsError, match=sentence):
        await Slack(SlackSettings(token, app_token, f"{rig.url}/api")).run(bot)
    assert len(rig.calls) <= 3


async def test_a_token_revoked_later_ends_it_too(bot, rig):
    adapter = Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api"))
    running = asyncio.create_task(adapter.run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    rig.faults["apps.connections.open"] = [{"error": "account_inactive"}] * 2
    await rig.sockets[0].close()
    with pytest.raises(SettingsError):
        await asyncio.wait_for(running, 5)


@pytest.mark.parametrize(
    ("fault", "permanent", "ambiguous", "retry_after"),
    [
        ({"error": "is_archived"}, True, False, None),
        ({"error": "missing_scope"}, True, False, None),
        ({"error": "token_revoked"}, False, False, 600),
        ({"error": "no_such_error"}, True, False, None),
        ({"error": "ratelimited", "status": 429, "retry_after": 7}, False, False, 7),
        ({"error": "internal_error"}, False, True, None),
        (503, False, True, None),
        ("drop", False, True, None),
    ],
)
async def test_what_keeps_a_message_from_arriving_is_told_apart(
    rig, slack, place, fault, permanent, ambiguous, retry_after
):
    rig.faults["chat.postMessage"] = [fault]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(place("C1"), VIEW, "k")
    error = caught.value
    assert (error.permanent, error.ambiguous, error.retry_after) == (
        permanent,
        ambiguous,
        retry_after,
    )
    assert [method for method, _ in rig.calls].count(
        "chat.postMessage"
    ) == 1  # never sent again unasked


async def test_where_it_was_not_invited_it_says_how(slack, place):
    with pytest.raises(
        DeliveryError, match=r"I’m not in that channel. Type /invite @paperboy there\."
    ):
        await slack.send(place("C9"), VIEW, "k")


async def test_where_slack_cannot_be_reached_nothing_was_sent(place):
    with pytest.raises(DeliveryError) as caught:
        await Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, "http://127.0.0.1:9/api")).send(
            place("C1"), VIEW, "k"
        )
    assert not caught.value.ambiguous
    assert not caught.value.permanent


async def test_while_slack_asks_to_wait_in_a_channel_it_is_left_alone(rig, slack, place):
    rig.faults["chat.postMessage"] = [{"error": "ratelimited", "status": 429, "retry_after": 7}]
    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            await slack.send(place("C1"), VIEW, "k")
        assert 6 < (caught.value.retry_after or 0) <= 7
    assert [method for method, _ in rig.calls].count("chat.postMessage") == 1
    await slack.send(place("C2"), VIEW, "k")


@pytest.mark.parametrize("address", ["C1", "C1/1700000000.000001"])
async def test_a_message_whose_fate_is_unknown_is_found_by_its_key(rig, slack, place, address):
    started = datetime.now(UTC)
    rig.faults["chat.postMessage"] = ["lost"]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(place(address), VIEW, "outbox 17")
    assert caught.value.ambiguous
    found = await slack.find(place(address), "outbox 17", started)
    assert (found.place, found.message) == (place("C1"), rig.messages[0].ts)
    assert await slack.find(place(address), "outbox 18", started) is None
    assert await slack.find(place(address), "outbox 17", started + timedelta(hours=1)) is None


async def test_a_shared_answer_is_posted_once_whatever_happens(rig, connected):
    rig.faults["chat.postMessage"] = [
        503,
        "drop",
        {"error": "ratelimited", "status": 429, "retry_after": 0},
        "lost",
    ]
    async with connected():  # which in the end waits for what is under way
        await rig.slash(f"share {HEBB.id}")
        await rig.until(lambda: rig.messages)
    assert len(rig.messages) == 1


@pytest.mark.usefixtures("slack")
async def test_what_cannot_be_posted_is_told_to_whoever_wanted_it(rig):
    rig.faults["chat.postMessage"] = [{"error": "is_archived"}]
    answer = await rig.ask(f"share {HEBB.id}")
    assert answer.person == "U1"
    assert "I couldn’t post it. That channel is archived" in answer.seen


@pytest.mark.usefixtures("slack")
async def test_shared_answers_keep_their_order_while_slack_asks_to_wait(rig, bot, monkeypatch):
    handle, answered = bot.handle, []

    async def handle_and_note(intent):
        view = await handle(intent)
        answered.append(intent)
        return view

    monkeypatch.setattr(bot, "handle", handle_and_note)
    rig.faults["chat.postMessage"] = [{"error": "ratelimited", "status": 429, "retry_after": 1}]
    for number in range(4):
        await rig.slash(f"share 2605.1{number:04}")
        await eventually(lambda: len(answered) > number)  # noqa: B023
    await rig.until(lambda: len(rig.messages) == 4)
    assert [message.seen.splitlines()[0][-1] for message in rig.messages] == ["0", "1", "2", "3"]


@pytest.mark.usefixtures("slack")
async def test_a_private_answer_survives_a_failing_slack(rig):
    rig.faults["response_url"] = [503, 429]
    assert HEBB.title in (await rig.ask("find hebbian")).seen


@pytest.mark.usefixtures("slack")
async def test_what_a_response_url_no_longer_takes_is_said_beside_it(rig):
    rig.faults["response_url"] = [404]
    answer = await rig.ask("find hebbian")
    assert (answer.person, answer.channel) == ("U1", "C1")
    assert HEBB.title in answer.seen


@pytest.mark.usefixtures("slack")
async def test_an_answer_that_cannot_arrive_is_a_line_in_the_log(rig, caplog):
    rig.always["response_url"] = 404
    rig.always["chat.postEphemeral"] = {"error": "user_not_in_channel"}
    rig.always["chat.postMessage"] = {"error": "user_disabled"}
    await rig.slash("find hebbian")
    await eventually(lambda: "an answer was not delivered" in caplog.text)
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("slack")
async def test_an_answer_that_slack_refuses_everywhere_is_said_to_be_so_in_a_message(rig):
    refused = {"error": "invalid_arguments"}
    rig.faults["response_url"] = [400]
    rig.faults["chat.postEphemeral"] = [refused]
    rig.faults["chat.postMessage"] = [refused]
    answer = await rig.ask("find hebbian")
    assert answer.channel == "DU1"
    assert answer.seen.startswith("I couldn’t show you the answer. Slack refused the request")


@pytest.mark.usefixtures("slack")
async def test_slacks_hourly_goodbye_loses_nothing(rig):
    old = list(rig.sockets)
    for socket in old:
        await socket.send_json({"type": "disconnect", "reason": "warning"})
    asked = [asyncio.create_task(rig.slash("status")) for _ in range(20)]
    await rig.until(lambda: len(set(rig.sockets) - set(old)) == 2 or len(rig.messages) == 20)
    await asyncio.gather(*asked)
    await rig.until(lambda: len(rig.messages) == 20)


@pytest.mark.usefixtures("slack")
async def test_a_lost_connection_comes_back_while_the_other_one_works(rig, caplog):
    rig.faults["apps.connections.open"] = [
        503,
        "drop",
        {"error": "ratelimited", "status": 429, "retry_after": 0},
    ]
    lost = rig.sockets[0]
    await lost.close()
    await rig.until(lambda: len(rig.sockets) == 1)
    await rig.ask("status")
    await rig.until(lambda: len(rig.sockets) == 2)
    assert "reconnecting in" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("slack")
async def test_it_is_back_by_itself_after_slack_was_gone(rig, caplog):
    rig.refusing = True
    for socket in list(rig.sockets):
        await socket.close()
    await rig.until(lambda: not rig.sockets)
    await eventually(lambda: "Slack did not answer (connection closed)." in caplog.text)
    rig.refusing = False
    await rig.until(lambda: len(rig.sockets) == 2)
    assert HEBB.title in (await rig.ask("find hebbian")).seen


@pytest.mark.usefixtures("slack")
async def test_after_a_long_outage_it_is_back_soon(rig, monkeypatch):
    monkeypatch.setattr(connections, "BACKOFF", Backoff(3600, 3600))  # as after ten minutes
    monkeypatch.setattr(connections, "OFFLINE_PAUSE", 0.1)
    await rig.sockets[0].close()  # this one waits for an hour while the other one works
    await rig.until(lambda: len(rig.sockets) == 1)
    assert await rig.slash("status") < 0.5
    rig.refusing = True
    await rig.sockets[0].close()
    await rig.until(lambda: not rig.sockets)
    await eventually(lambda: [method for method, _ in rig.calls].count("apps.connections.open") > 5)
    rig.refusing = False
    await rig.until(lambda: len(rig.sockets) == 2)


@pytest.mark.usefixtures("slack")
async def test_a_connection_that_greets_is_a_new_beginning(rig, monkeypatch):
    pauses = []

    def pause(_, failures, __):
        pauses.append(failures)
        return 0.01

    monkeypatch.setattr(connections.Connections, "_pause", pause)
    rig.faults["apps.connections.open"] = [503, 503, 503]
    for _ in range(2):
        await rig.sockets[0].close()
        await rig.until(lambda: len(rig.sockets) == 1)
        await rig.until(lambda: len(rig.sockets) == 2)
    assert pauses == [1, 2, 3, 4, 1]


async def test_what_an_older_installation_lacks_is_said_once_with_the_steps(rig, connected, caplog):
    rig.scopes = ",".join(scope for scope in SCOPES if scope != "app_mentions:read")
    async with connected():
        assert HEBB.title in (await rig.ask("find hebbian")).seen
        rig.faults["chat.postMessage"] = [{"error": "token_revoked"}]  # so that it signs in again
        await rig.ask(f"share {HEBB.id}")
    assert caplog.text.count("The Slack app lacks app_mentions:read;") == 1
    assert "press Reinstall to Workspace" in caplog.text


async def test_it_comes_up_when_slack_does(bot, rig):
    rig.faults["auth.test"] = [
        "drop",
        503,
        {"error": "ratelimited", "status": 429, "retry_after": 0},
    ]
    running = asyncio.create_task(
        Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")).run(bot)
    )
    await rig.until(lambda: len(rig.sockets) == 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.usefixtures("slack")
async def test_what_cannot_be_read_is_a_line_in_the_log(rig, caplog):
    sockets = list(rig.sockets)
    for frame in (
        "{bad",
        "[]",
        "null",
        '{"type": "events_api", "envelope_id": "e", "payload": null}',
    ):
        for socket in sockets:
            await socket.send_str(frame)
    await rig.slash("status")
    await rig.slash("status")
    assert rig.sockets == sockets
    assert caplog.text.count("can't be read") == 8


@pytest.mark.usefixtures("slack")
async def test_what_nobody_listens_for_is_acknowledged_all_the_same(rig):
    event = {"type": "event_callback", "event": {"type": "team_join"}}
    assert (await rig.deliver("events_api", event))[0] is None
    closed = {"type": "view_closed", "user": {"id": "U1"}, "view": {"callback_id": "window"}}
    assert (await rig.deliver("interactive", closed))[0] is None


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_an_answer_that_lacks_something_is_asked_for_again(bot, rig, method):
    rig.faults[method] = ["bare"]
    running = asyncio.create_task(
        Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")).run(bot)
    )
    await rig.until(lambda: len(rig.sockets) == 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_shutdown_finishes_what_it_holds(rig, connected, monkeypatch, bot):
    handle = bot.handle

    stopping = asyncio.Event()

    async def slow(intent):
        await stopping.wait()
        return await handle(intent)

    monkeypatch.setattr(bot, "handle", slow)
    async with connected():
        await rig.slash("find hebbian")
        asyncio.get_running_loop().call_soon(stopping.set)  # when the shutdown has begun
    assert [HEBB.title in message.seen for message in rig.messages] == [True]
    assert not rig.sockets


async def test_links_to_papers_unfold_where_that_is_switched_on(rig, connected):
    url = f"https://arxiv.org/abs/{HEBB.id}"
    links = [
        {"url": url, "domain": "arxiv.org"},
        {"url": "https://arxiv.org/list/cs.CL/new", "domain": "arxiv.org"},
    ]
    event = {
        "type": "link_shared",
        "channel": "C1",
        "message_ts": "1.1",
        "user": "U1",
        "links": links,
    }
    async with connected(previews=True):
        await rig.event(event)
        await rig.until(lambda: rig.unfurls)
        assert list(rig.unfurls[0]["unfurls"]) == [url]
        assert HEBB.title in json.dumps(rig.unfurls[0])
        await rig.event({**event, "unfurl_id": "u", "source": "composer"})
        await rig.until(lambda: len(rig.unfurls) == 2)
        assert rig.unfurls[1]["unfurl_id"] == "u"


async def test_three_cards_unfold_whatever_else_is_linked(rig, connected):
    other = [f"https://arxiv.org/list/cs.{area}/new" for area in ("AI", "CL", "LG")]
    papers = [f"https://arxiv.org/abs/2605.1{n:04}" for n in range(4)]
    links = [{"url": url, "domain": "arxiv.org"} for url in (*other, *papers)]
    async with connected(previews=True):
        await rig.event(
            {
                "type": "link_shared",
                "channel": "C1",
                "message_ts": "1.1",
                "user": "U1",
                "links": links,
            }
        )
        await rig.until(lambda: rig.unfurls)
    assert list(rig.unfurls[0]["unfurls"]) == papers[:3]


async def test_no_secret_address_is_logged(rig, connected, caplog):
    caplog.set_level("DEBUG")
    async with connected():
        await rig.ask("status")
    logged = "\n".join(
        one.getMessage() for one in caplog.records if one.name != "aiohttp.access"
    )  # the rig's own
    assert "/respond/" not in logged
    assert "/socket" not in logged


@pytest.mark.usefixtures("slack")
async def test_links_are_left_alone_where_it_is_not(rig):
    await rig.event(
        {
            "type": "link_shared",
            "channel": "C1",
            "message_ts": "1.1",
            "links": [{"url": "https://arxiv.org/abs/2605.00001"}],
        }
    )
    assert not rig.unfurls
