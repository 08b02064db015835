"""What the two tokens may do in a workspace, and where the bot can post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import SlackError
from adapters.slack.ids import channel_of, is_channel
from adapters.slack.limits import Json
from adapters.slack.scopes import PREVIEW_SCOPES, SCOPES, explain_missing
from adapters.slack.workspace import Client
from bot.calendar.clock import offset_of
from bot.chat.diagnosis import Diagnosis
from bot.models import Place
from bot.settings.platforms import SlackSettings
from bot.text import count

APP_REFUSED = (
    "Slack refuses SLACK_APP_TOKEN ({code}). Create one with the scope connections:write under "
    "Basic Information, App-Level Tokens, and switch on Socket Mode."
)


async def diagnose(client: Client, settings: SlackSettings, places: Sequence[Place]) -> Diagnosis:
    """Ask Slack who the bot is, what it may do, and for each place whether it can post there."""
    try:
        me, headers = await _identify(client)
    except SlackError as error:
        return Diagnosis(problems=(_refusal(error), *await _check_app_token(client, settings)))
    client.web.team = str(me.get("team_id") or "")
    client.web.bot = str(me.get("user") or client.web.bot)
    fine, problems = _check_scopes(headers.get("x-oauth-scopes", ""), settings)
    app_problems = await _check_app_token(client, settings)
    return Diagnosis(
        identity=f"@{client.web.bot} in {me.get('team') or client.web.team}",
        fine=(
            *fine,
            *(() if app_problems else ("The app token opens connections.",)),
            "Slack tells no app which commands it has: try /papers help.",
        ),
        problems=(*problems, *app_problems),
        clock_offset=_offset(headers.get("Date", "")),
        lacking={place: await _lacking(client, place) for place in places},
    )


async def _identify(client: Client) -> tuple[Json, Mapping[str, str]]:
    """Return who the bot is, and the headers of the answer, which no call besides gives."""
    headers: Mapping[str, str] = {}

    async def identify() -> AsyncSlackResponse:
        nonlocal headers
        answer = await client.web.client.auth_test()
        headers = answer.headers
        return answer

    return await client.web.call(identify), headers


def _check_scopes(header: str, settings: SlackSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is fine and what is wrong with the scopes that Slack says the bot token has."""
    granted = [one.strip() for one in header.split(",") if one.strip()]
    if not granted:
        return (), ()
    if missing := explain_missing(granted, previews=settings.link_previews):
        return (), (missing,)
    wanted = (*SCOPES, *PREVIEW_SCOPES) if settings.link_previews else SCOPES
    return (f"The bot token has all {count(len(wanted), 'permission')}.",), ()


async def _check_app_token(client: Client, settings: SlackSettings) -> tuple[str, ...]:
    method = client.web.client.apps_connections_open
    try:
        await client.web.call(method, as_app=True, app_token=settings.app_token)
    except SlackError as error:
        return (APP_REFUSED.format(code=error.code) if error.code else _describe(error),)
    return ()


async def _lacking(client: Client, place: Place) -> str:
    """Say why nothing can be posted in a place, "" if something can."""
    if place.tenant != client.web.team:
        return "It belongs to another workspace than SLACK_BOT_TOKEN."
    try:
        if is_channel(channel_of(place).address):
            return await client.channels.refusal(place)
        return await _lacking_person(client, place.address)
    except SlackError as error:
        return str(error)


async def _lacking_person(client: Client, address: str) -> str:
    if not address.startswith(("U", "W")):
        return ""
    answer: Json = await client.web.call(client.web.client.users_info, user=address)
    is_gone = (answer.get("user") or {}).get("deleted")
    return "That person’s account is deactivated." if is_gone else ""


def _refusal(error: SlackError) -> str:
    if error.code:
        return (
            f"Slack refuses SLACK_BOT_TOKEN ({error.code}). Copy it again from OAuth & "
            "Permissions, or reinstall the app."
        )
    return _describe(error)


def _describe(error: SlackError) -> str:
    check = " Check the network and https://slack-status.com." if error.ambiguous else ""
    return f"{error}{check}"


def _offset(date: str) -> timedelta | None:
    return offset_of(date) if date else None
