"""What the platforms need: tokens, addresses and the server for e-mail, each checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.errors import SettingsError
from bot.network.proxies import NO_PROXIES, Proxies
from bot.settings.values import (
    HUGGING_FACE,
    MAX_SHARDS,
    Reader,
    is_address,
    number_reader,
    read_address,
    read_shard_ids,
    read_switch,
    read_token,
)

SLACK = "https://slack.com/api"
# how each token begins, and where it is found
SLACK_TOKENS = {
    "SLACK_BOT_TOKEN": ("xoxb-", "OAuth & Permissions"),
    "SLACK_APP_TOKEN": ("xapp-", "Basic Information, App-Level Tokens"),
}
_TOKEN_KINDS = {
    "xoxb-": "is a bot token",
    "xapp-": "is an app-level token",
    "xoxp-": "is a person’s token",
    "xoxe": "is a token that expires",
}
_WEBHOOK_NAME = re.compile(r"[a-z0-9-]{1,40}")
_SMTP_PORTS = {"smtps": 465, "smtp": 587}
_SENDER = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What the Slack adapter needs."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str = SLACK
    link_previews: bool = False
    proxies: Proxies = NO_PROXIES


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """What the Discord adapter needs.

    Without addresses it uses Discord's own; without `shards` it asks Discord how many it needs.
    """

    token: str = field(repr=False)
    api_url: str | None = None
    gateway_url: str | None = None
    shards: int | None = None
    shard_ids: tuple[int, ...] = ()
    proxies: Proxies = NO_PROXIES


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The addresses of web hooks by their names, and the secret that signs what goes there."""

    urls: Mapping[str, str] = field(repr=False)  # can hold a secret too
    secret: str | None = field(default=None, repr=False)
    proxies: Proxies = NO_PROXIES


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The server that takes e-mail; `tls` from the first byte, otherwise STARTTLS."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def local(self) -> bool:
        """Whether it runs on this machine, where a connection needs no encryption."""
        return self.host in {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """The server that takes e-mail, and the address that it comes from."""

    smtp: SmtpServer
    sender: str


def read_slack(given: Mapping[str, str]) -> tuple[SlackSettings | None, tuple[str, ...]]:
    """Return Slack's settings, or why it is left out if its tokens are not a pair."""
    options: dict[str, Any] = {"proxies": Proxies.read(given)}
    if "PAPERBOY_LINK_PREVIEWS" in given:
        options["link_previews"] = read_switch(
            "PAPERBOY_LINK_PREVIEWS", given["PAPERBOY_LINK_PREVIEWS"]
        )
    if "SLACK_API_URL" in given:
        options["api_url"] = read_address("SLACK_API_URL", given["SLACK_API_URL"], SLACK)
    tokens = {name: read_token(name, given[name]) for name in SLACK_TOKENS if name in given}
    if not tokens:
        return None, ()
    if reason := _wrong_slack_tokens(tokens):
        return None, (f"Slack is left out: {reason}",)
    return SlackSettings(tokens["SLACK_BOT_TOKEN"], tokens["SLACK_APP_TOKEN"], **options), ()


def _wrong_slack_tokens(tokens: Mapping[str, str]) -> str:
    """Say which token is missing or of another kind, as their beginnings tell; "" if none is."""
    kinds = {
        name: next((kind for kind in _TOKEN_KINDS if token.startswith(kind)), "")
        for name, token in tokens.items()
    }
    if kinds == {"SLACK_BOT_TOKEN": "xapp-", "SLACK_APP_TOKEN": "xoxb-"}:
        return (
            "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped. The bot token begins with xoxb-, "
            "the app token with xapp-."
        )
    for name, (start, place) in SLACK_TOKENS.items():
        if name not in kinds:
            return f"set {name} too (it begins with {start}; see the README)."
        if kinds[name] != start:
            what = _TOKEN_KINDS.get(kinds[name], "isn’t a Slack token")
            return f"{name} {what}. Copy the one that begins with {start} from {place}."
    return ""


def read_discord(given: Mapping[str, str]) -> DiscordSettings | None:
    """Return Discord's settings, None without a token."""
    if "DISCORD_TOKEN" not in given:
        return None
    values: dict[str, Any] = {
        field: read(name, given[name])
        for field, (name, read) in _DISCORD_READERS.items()
        if name in given
    }
    values["proxies"] = Proxies.read(given)
    settings = DiscordSettings(read_token("DISCORD_TOKEN", given["DISCORD_TOKEN"]), **values)
    if settings.shard_ids and max(settings.shard_ids) >= (settings.shards or 0):
        raise SettingsError(
            "Set DISCORD_SHARDS too, higher than each of DISCORD_SHARD_IDS: they count from 0."
        )
    return settings


def read_webhooks(given: Mapping[str, str]) -> WebhookSettings | None:
    """Return the web hooks, None if there are none."""
    urls: dict[str, str] = {}
    for one in given.get("PAPERBOY_WEBHOOKS", "").split(","):
        name, _, url = (part.strip() for part in one.partition("="))
        if one and not (_WEBHOOK_NAME.fullmatch(name) and is_address(url, HUGGING_FACE)):
            # the address stays out of the sentence: it can hold a secret
            raise SettingsError(
                "PAPERBOY_WEBHOOKS: write NAME=https://…, several with commas between them. A name "
                "has lowercase letters, digits and hyphens."
            )
        if one:
            urls[name] = url
    secret = given.get("PAPERBOY_WEBHOOK_SECRET")
    if secret:
        read_token("PAPERBOY_WEBHOOK_SECRET", secret)
    return WebhookSettings(urls, secret, Proxies.read(given)) if urls else None


def read_email(given: Mapping[str, str]) -> EmailSettings | None:
    """Return the settings of e-mail, None without a server."""
    url, sender = given.get("SMTP_URL"), given.get("PAPERBOY_MAIL_FROM", "")
    if not url:
        return None
    if not _SENDER.fullmatch(sender):
        raise SettingsError(
            "SMTP_URL needs PAPERBOY_MAIL_FROM too: the address that e-mail comes from, such as "
            "paperboy@example.org."
        )
    return EmailSettings(_smtp_server(url), sender)


def _smtp_server(url: str) -> SmtpServer:
    parts = urlsplit("")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in _SMTP_PORTS:
        # the address stays out of the sentence: it holds a password
        raise SettingsError(
            "SMTP_URL is not an address such as smtps://user:password@mail.example.org; write % "
            "signs and others in the password as %25 and so on."
        )
    username, password = parts.username, parts.password
    return SmtpServer(
        host,
        port or _SMTP_PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(username) if username else None,
        unquote(password) if password else None,
    )


_DISCORD_READERS: Mapping[str, tuple[str, Reader]] = {
    "api_url": ("DISCORD_API_URL", partial(read_address, example="https://discord.com/api/v10")),
    "gateway_url": (
        "DISCORD_GATEWAY_URL",
        partial(read_address, example="wss://gateway.discord.gg"),
    ),
    "shards": ("DISCORD_SHARDS", number_reader(1, MAX_SHARDS)),
    "shard_ids": ("DISCORD_SHARD_IDS", read_shard_ids),
}
