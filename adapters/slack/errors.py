"""What Slack refuses, in sentences a person can act on."""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import DeliveryError

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_NO_LONGER = (
    "Slack no longer takes the bot’s token: install the app again and set SLACK_BOT_TOKEN anew."
)
_FINAL = {
    "not_in_channel": "I am not in that channel: /invite @{bot} brings me in.",
    "channel_not_found": "That channel is gone, or private and I am not in it: /invite @{bot} brings me in.",
    "thread_not_found": "That thread is gone; choose another place.",
    "is_archived": "That channel is archived: unarchive it, or choose another.",
    "restricted_action": "The workspace’s settings keep me from writing there: ask an admin.",
    "missing_scope": "The app lacks a permission: update it from slack-manifest.yaml and install it again.",
    **dict.fromkeys(
        ("user_not_found", "cannot_dm_bot", "user_disabled"), "That person cannot be written to."
    ),
    **dict.fromkeys(
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "not_allowed_token_type",
        ),
        _NO_LONGER,
    ),
}
REVOKED = frozenset(("account_inactive", "token_revoked"))  # a token that was good once
TOKEN_REFUSED = frozenset(code for code, sentence in _FINAL.items() if sentence == _NO_LONGER)
# Slack failed on its side, after it may have done what was asked
_AMBIGUOUS = (
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
)


class SlackError(DeliveryError):
    """Slack did not do what was asked; `code` is its own word for why, "" where it did not answer."""

    def __init__(self, message: str, code: str = "", **kind: Any) -> None:
        super().__init__(message, **kind)
        self.code = code


def trouble(error: Exception, bot: str) -> SlackError:
    """Say what an error of the SDK means; `bot` is the name that people know us by."""
    match error:
        case SlackApiError():
            status = getattr(error.response, "status_code", 0) or getattr(
                error.response, "status", 0
            )
            data = getattr(error.response, "data", None)
            code = str(data.get("error", "")) if isinstance(data, dict) else ""
            return refusal(status, code, error.response.headers, bot)
        case aiohttp.ClientConnectorError():  # never connected, so nothing was sent
            return SlackError("Slack cannot be reached.")
        case _:
            return SlackError("Slack did not answer.", ambiguous=True)


def refusal(status: int, code: str, headers: Any, bot: str) -> SlackError:
    """Say what an answer other than "ok" means."""
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        wait = str(headers.get("Retry-After", "30"))
        seconds = float(wait) if wait.isdecimal() else 30.0
        return SlackError(
            f"Slack asks to wait {seconds:.0f} seconds.", "ratelimited", retry_after=seconds
        )
    if code in _FINAL:
        return SlackError(_FINAL[code].format(bot=bot), code, permanent=True)
    if status >= 500 or code in _AMBIGUOUS or not code:
        return SlackError("Slack has trouble of its own.", code, ambiguous=True)
    return SlackError(f"Slack refused it ({code}).", code, permanent=True)
