"""Slack's refusals, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import DeliveryError
from bot.network.connection_errors import describe_failure, describe_loss

RATE_LIMITED = "ratelimited"  # Slack's code, in a 429 too
DEFAULT_WAIT_SECONDS = 30.0  # where a 429 carries no Retry-After
TOKEN_WAIT_SECONDS = 600.0  # a token that is refused may be replaced, so nothing is dropped
_REINSTALL = (
    "Slack no longer accepts the bot token. Reinstall the app and set SLACK_BOT_TOKEN to the new "
    "token."
)
_TOKEN_CODES = (
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
)
_PERSON_CODES = ("user_not_found", "cannot_dm_bot", "user_disabled")
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_PERMANENT = {
    "not_in_channel": "I’m not in that channel. Type /invite @{bot} there.",
    "channel_not_found": (
        "I can’t see that channel: it was deleted, or it is private. Type /invite @{bot} there."
    ),
    "thread_not_found": "That thread was deleted. Choose another place.",
    "is_archived": "That channel is archived. Unarchive it or choose another.",
    "restricted_action": (
        "This workspace’s settings don’t let me post there. Ask a workspace admin."
    ),
    "missing_scope": (
        "The Slack app lacks the permission {needed}. An admin can add it: update the app from "
        "slack-manifest.yaml at api.slack.com/apps, then reinstall it to the workspace."
    ),
    **dict.fromkeys(_PERSON_CODES, "I can’t message that person."),
}
DEACTIVATED = "account_inactive"  # the bot's user: the app was removed, or its token revoked
REVOKED = frozenset((DEACTIVATED, "token_revoked"))  # for a token that worked before
TOKEN_REFUSED = frozenset(_TOKEN_CODES)
# Slack failed on its side, perhaps after it had done what was asked
_AMBIGUOUS = frozenset(
    (
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    )
)


class SlackError(DeliveryError):
    """A call to Slack failed; `code` is Slack's own word for why, "" if there was no answer.

    `needed` is the scope that Slack says is missing, "" otherwise.
    """

    def __init__(self, message: str, code: str = "", *, needed: str = "", **kind: Any) -> None:
        super().__init__(message, **kind)
        self.code = code
        self.needed = needed


def translate_exception(error: Exception, bot: str) -> SlackError:
    """Return the SlackError for an exception of the SDK; `bot` is the bot's name in Slack."""
    match error:
        case SlackApiError():
            return _translate_answer(error.response, bot)
        # never connected, so nothing was sent
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError():
            return SlackError(describe_failure(error))
        case _:
            sentence = f"Slack did not answer ({describe_loss(error)})."
            return SlackError(sentence, ambiguous=True)


def translate_code(
    code: str, bot: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> SlackError:
    """Return the SlackError for the `error` of an answer, and its HTTP status and headers."""
    if status == 429 or code in {RATE_LIMITED, "rate_limited"}:
        return _rate_limited(headers or {})
    if code in TOKEN_REFUSED:
        return SlackError(_REINSTALL, code, retry_after=TOKEN_WAIT_SECONDS)
    if code in _PERMANENT:
        sentence = _PERMANENT[code].format(bot=bot, needed="it needs")
        return SlackError(sentence, code, permanent=True)
    if status >= 500 or code in _AMBIGUOUS or not code:
        return SlackError("Slack has a problem of its own.", code, ambiguous=True)
    return SlackError(f"Slack refused the request ({code}).", code, permanent=True)


def _translate_answer(response: Any, bot: str) -> SlackError:
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    answer = data if isinstance(data, dict) else {}
    code, needed = str(answer.get("error", "")), str(answer.get("needed", ""))
    if code == "missing_scope" and needed:
        sentence = _PERMANENT[code].format(bot=bot, needed=needed)
        return SlackError(sentence, code, needed=needed, permanent=True)
    return translate_code(code, bot, status=status, headers=response.headers)


def _rate_limited(headers: Mapping[str, str]) -> SlackError:
    wait = str(headers.get("Retry-After", ""))
    seconds = float(wait) if wait.isdecimal() else DEFAULT_WAIT_SECONDS
    sentence = f"Slack asks the bot to wait {seconds:.0f} seconds."
    return SlackError(sentence, RATE_LIMITED, retry_after=seconds)
