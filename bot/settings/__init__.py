"""What a deployment sets: read once from the environment and `.env`, checked, frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.chat.reactions import Reactions
from bot.errors import SettingsError
from bot.models import PAUSE_AFTER
from bot.network.proxies import NO_PROXIES, Proxies
from bot.settings.values import (
    HUGGING_FACE,
    MAX_SHARDS,
    Reader,
    is_address,
    number_reader,
    read_address,
    read_folder,
    read_host_and_port,
    read_ids,
    read_log_format,
    read_log_level,
    read_place,
    read_reactions,
    read_secret_address,
    read_shard_ids,
    read_switch,
    read_text,
    read_token,
)

NAMES = (
    "PAPERBOY_HOME",
    "PAPERBOY_DATABASE_URL",
    "PAPERBOY_LOG_LEVEL",
    "PAPERBOY_LOG_FORMAT",
    "PAPERBOY_HEALTH",
    "PAPERBOY_HEARTBEAT_URL",
    "PAPERBOY_SYNC_MINUTES",
    "PAPERBOY_ASK_HUGGING_FACE",
    "PAPERBOY_MODEL",
    "PAPERBOY_PAUSE_AFTER_DAYS",
    "PAPERBOY_PURGE_DAYS",
    "PAPERBOY_REACTIONS",
    "PAPERBOY_ADMINS",
    "PAPERBOY_LINK_PREVIEWS",
    "PAPERBOY_WAIT_MINUTES",
    "PAPERBOY_COMPLETE_PERCENT",
    "PAPERBOY_ADMIN_PLACE",
    "HF_ENDPOINT",
    "HF_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_API_URL",
    "DISCORD_TOKEN",
    "DISCORD_API_URL",
    "DISCORD_GATEWAY_URL",
    "DISCORD_SHARDS",
    "DISCORD_SHARD_IDS",
    "PAPERBOY_WEBHOOKS",
    "PAPERBOY_WEBHOOK_SECRET",
    "SMTP_URL",
    "PAPERBOY_MAIL_FROM",
    "PAPERBOY_BACKUPS",
    "PAPERBOY_BACKUP_HOURS",
    "PAPERBOY_BACKUP_DAYS",
    "PAPERBOY_KEEP_DAYS",
)
# whose values are never shown: tokens, passwords, and addresses that can hold one
SECRETS = frozenset(
    (
        "PAPERBOY_DATABASE_URL",
        "PAPERBOY_HEARTBEAT_URL",
        "HF_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "DISCORD_TOKEN",
        "PAPERBOY_WEBHOOKS",
        "PAPERBOY_WEBHOOK_SECRET",
        "SMTP_URL",
    )
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


@dataclass(frozen=True, slots=True)
class Settings:
    """What this deployment has set, or the defaults."""

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    hf_endpoint: str = HUGGING_FACE
    hf_token: str | None = field(default=None, repr=False)
    log_level: str | None = None  # info for `paperboy run`, warning for other commands
    log_format: str = "text"
    health: tuple[str, int] | None = None  # where to tell how it is over HTTP: host and port
    heartbeat_url: str | None = field(default=None, repr=False)  # called while all is well
    sync_minutes: int = 30  # between two syncs; 0: only `paperboy sync`
    ask_hugging_face: bool = True  # in searches too
    model: str | None = None  # a folder or a known name: search by meaning too
    pause_after_days: int = PAUSE_AFTER.days  # for which a place refuses its digests
    purge_days: int = 30  # until the data of a tenant that removed the bot is deleted
    reactions: Reactions = field(default_factory=Reactions)
    wait_minutes: int = 120  # for which a digest waits for its list to fill
    complete_percent: int = 60  # of the usual number of papers: then a list is complete
    admin_place: tuple[str, str] | None = None  # platform and address for warnings
    admins: frozenset[str] = frozenset()
    slack: SlackSettings | None = None
    discord: DiscordSettings | None = None
    webhooks: WebhookSettings | None = None
    left_out: tuple[str, ...] = ()  # why platforms are left out
    email: EmailSettings | None = None
    proxies: Proxies = NO_PROXIES
    backups: Path | None = None  # the folder for hourly copies of the database
    backup_hours: int = 24  # newest hourly copies that are kept
    backup_days: int = 14  # days of which the last copy is kept
    keep_days: int = 400  # until finished digests, shown messages and buttons are deleted

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Settings:
        """Check what `env` sets; SettingsError names the setting and says what it can be."""
        given = {name: value.strip() for name, value in env.items() if value.strip()}
        for name in env:
            if name.startswith("PAPERBOY_") and name not in NAMES:
                raise SettingsError(_unknown(name))
        home = _home(given.get("PAPERBOY_HOME"))
        slack, left_out = _slack(given)
        values: dict[str, Any] = {
            field: read(name, given[name])
            for field, (name, read) in _READERS.items()
            if name in given
        }
        return cls(
            home=home,
            database_url=given.get("PAPERBOY_DATABASE_URL", sqlite_in(home)),
            slack=slack,
            left_out=left_out,
            proxies=Proxies.read(given),
            discord=_discord(given),
            webhooks=_webhooks(given),
            email=_email(given),
            **values,
        )


def sqlite_in(home: Path) -> str:
    """Return the address of the database in a folder."""
    return f"sqlite+aiosqlite:///{home / 'paperboy.sqlite3'}"


def _unknown(name: str) -> str:
    near = get_close_matches(name, NAMES, n=1)
    hint = f"Did you mean {near[0]}?" if near else "See .env.example for those that there are."
    return f"There is no setting {name}. {hint}"


def _home(text: str | None) -> Path:
    if text:
        return Path(text).expanduser().absolute()
    from platformdirs import user_data_path  # start-up time: only where no folder is set

    return user_data_path("paperboy", appauthor=False)


def _slack(given: Mapping[str, str]) -> tuple[SlackSettings | None, tuple[str, ...]]:
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


def _discord(given: Mapping[str, str]) -> DiscordSettings | None:
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


def _webhooks(given: Mapping[str, str]) -> WebhookSettings | None:
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


def _email(given: Mapping[str, str]) -> EmailSettings | None:
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


_READERS: Mapping[str, tuple[str, Reader]] = {
    "hf_endpoint": ("HF_ENDPOINT", read_address),
    "hf_token": ("HF_TOKEN", read_token),
    "log_level": ("PAPERBOY_LOG_LEVEL", read_log_level),
    "log_format": ("PAPERBOY_LOG_FORMAT", read_log_format),
    "health": ("PAPERBOY_HEALTH", read_host_and_port),
    "heartbeat_url": ("PAPERBOY_HEARTBEAT_URL", read_secret_address),
    "sync_minutes": ("PAPERBOY_SYNC_MINUTES", number_reader(0, 1440)),
    "ask_hugging_face": ("PAPERBOY_ASK_HUGGING_FACE", read_switch),
    "model": ("PAPERBOY_MODEL", read_text),
    "pause_after_days": ("PAPERBOY_PAUSE_AFTER_DAYS", number_reader(1, 365)),
    "purge_days": ("PAPERBOY_PURGE_DAYS", number_reader(0, 365)),
    "reactions": ("PAPERBOY_REACTIONS", read_reactions),
    "wait_minutes": ("PAPERBOY_WAIT_MINUTES", number_reader(0, 720)),
    "complete_percent": ("PAPERBOY_COMPLETE_PERCENT", number_reader(0, 100)),
    "admin_place": ("PAPERBOY_ADMIN_PLACE", read_place),
    "admins": ("PAPERBOY_ADMINS", read_ids),
    "backups": ("PAPERBOY_BACKUPS", read_folder),
    "backup_hours": ("PAPERBOY_BACKUP_HOURS", number_reader(1, 1000)),
    "backup_days": ("PAPERBOY_BACKUP_DAYS", number_reader(0, 1000)),
    "keep_days": ("PAPERBOY_KEEP_DAYS", number_reader(60, 36_500)),
}
_DISCORD_READERS: Mapping[str, tuple[str, Reader]] = {
    "api_url": ("DISCORD_API_URL", partial(read_address, example="https://discord.com/api/v10")),
    "gateway_url": (
        "DISCORD_GATEWAY_URL",
        partial(read_address, example="wss://gateway.discord.gg"),
    ),
    "shards": ("DISCORD_SHARDS", number_reader(1, MAX_SHARDS)),
    "shard_ids": ("DISCORD_SHARD_IDS", read_shard_ids),
}
