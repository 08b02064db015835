"""All that a deployment sets: read once from the environment and `.env`, checked, frozen."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from bot.chat.reactions import USUAL, Reactions
from bot.errors import SettingsError

NAMES = (
    "PAPERBOY_HOME",
    "PAPERBOY_DATABASE_URL",
    "PAPERBOY_LOG_LEVEL",
    "PAPERBOY_SYNC_MINUTES",
    "PAPERBOY_ASK_HUGGING_FACE",
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
)
HUGGING_FACE = "https://huggingface.co"
SLACK = "https://slack.com/api"
_SCHEMES = {"https": ("http", "https"), "wss": ("ws", "wss")}
_WEBHOOK_NAME = re.compile(r"[a-z0-9-]{1,40}")
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What the Slack adapter needs."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str = SLACK
    link_previews: bool = False


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """What the Discord adapter needs; without addresses it asks Discord's own, without shards it asks how many."""

    token: str = field(repr=False)
    api_url: str | None = None
    gateway_url: str | None = None
    shards: int | None = None
    shard_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The addresses of web hooks by their names, and the secret that signs what goes there."""

    urls: Mapping[str, str] = field(repr=False)  # can hold a secret too
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What this deployment has set, or the defaults."""

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    hf_endpoint: str = HUGGING_FACE
    hf_token: str | None = field(default=None, repr=False)
    log_level: str = "warning"
    sync_minutes: int = 30  # 0: only when asked
    ask_hugging_face: bool = True  # to search too
    pause_after_days: int = 3  # that a place refuses a digest
    purge_days: int = 30  # after which all of a tenant that removed the bot goes; 0: at once
    reactions: Reactions = field(default_factory=Reactions)
    wait_minutes: int = 120  # that a digest waits for its list to fill
    complete_percent: int = 60  # of the usual number of papers, with which a list is full enough
    admin_place: tuple[str, str] | None = None  # platform and address where trouble is told
    admins: frozenset[str] = frozenset()
    slack: SlackSettings | None = None
    discord: DiscordSettings | None = None
    webhooks: WebhookSettings | None = None
    left_out: tuple[str, ...] = ()  # why a platform that is half set up is left out

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Settings:
        """Check what `env` sets; SettingsError names the setting and says what it can be."""
        given = {name: value.strip() for name, value in env.items() if value.strip()}
        for name in env:
            if name.startswith("PAPERBOY_") and name not in NAMES:
                raise SettingsError(_unknown(name))
        home = _home(given.get("PAPERBOY_HOME"))
        slack, left_out = _slack(given)
        return cls(
            home=home,
            database_url=given.get("PAPERBOY_DATABASE_URL", sqlite_in(home)),
            hf_endpoint=_address("HF_ENDPOINT", given.get("HF_ENDPOINT", HUGGING_FACE)),
            hf_token=_token("HF_TOKEN", given.get("HF_TOKEN")),
            log_level=_choice(
                "PAPERBOY_LOG_LEVEL", given.get("PAPERBOY_LOG_LEVEL", "warning"), LOG_LEVELS
            ),
            sync_minutes=_number(
                "PAPERBOY_SYNC_MINUTES", given.get("PAPERBOY_SYNC_MINUTES", "30"), 0, 1440
            ),
            ask_hugging_face=_switch(
                "PAPERBOY_ASK_HUGGING_FACE", given.get("PAPERBOY_ASK_HUGGING_FACE", "on")
            ),
            pause_after_days=_number(
                "PAPERBOY_PAUSE_AFTER_DAYS", given.get("PAPERBOY_PAUSE_AFTER_DAYS", "3"), 1, 365
            ),
            purge_days=_number(
                "PAPERBOY_PURGE_DAYS", given.get("PAPERBOY_PURGE_DAYS", "30"), 0, 365
            ),
            reactions=_reactions("PAPERBOY_REACTIONS", given.get("PAPERBOY_REACTIONS", USUAL)),
            wait_minutes=_number(
                "PAPERBOY_WAIT_MINUTES", given.get("PAPERBOY_WAIT_MINUTES", "120"), 0, 720
            ),
            complete_percent=_number(
                "PAPERBOY_COMPLETE_PERCENT", given.get("PAPERBOY_COMPLETE_PERCENT", "60"), 0, 100
            ),
            admin_place=_place("PAPERBOY_ADMIN_PLACE", given.get("PAPERBOY_ADMIN_PLACE", "")),
            admins=_ids("PAPERBOY_ADMINS", given.get("PAPERBOY_ADMINS", "")),
            slack=slack,
            left_out=left_out,
            discord=_discord(given),
            webhooks=_webhooks(given),
        )


def environment(env_file: Path) -> dict[str, str]:
    """Return the environment over what `env_file` sets, where there is such a file."""
    return _read_env_file(env_file) | dict(os.environ)


def sqlite_in(home: Path) -> str:
    """Return the address of the database in a folder."""
    return f"sqlite+aiosqlite:///{home / 'paperboy.sqlite3'}"


def set_up_logging(level: str) -> None:
    """Send the log to standard error, with times."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def _read_env_file(path: Path) -> dict[str, str]:
    from dotenv.parser import parse_stream  # start-up time: only where there is a file to read

    try:
        with path.open(encoding="utf-8-sig") as lines:
            bindings = list(parse_stream(lines))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text; save it as UTF-8 or remove it.") from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}); make it readable or remove it."
        ) from error
    for binding in bindings:
        if binding.error:
            raise SettingsError(
                f"{path}, line {binding.original.line}: that is not NAME=value; correct or remove "
                "it."
            )
    return {
        binding.key: binding.value
        for binding in bindings
        if binding.key and binding.value is not None
    }


def _unknown(name: str) -> str:
    near = get_close_matches(name, NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES[:4])}."
    return f"There is no setting {name}: {hint}"


def _home(text: str | None) -> Path:
    if text:
        return Path(text).expanduser().absolute()
    from platformdirs import user_data_path  # start-up time: only where no folder is set

    return user_data_path("paperboy", appauthor=False)


def _address(name: str, text: str, example: str = HUGGING_FACE) -> str:
    if not _is_address(text, example):
        raise SettingsError(f"{name} is “{text}”; it must be an address such as {example}.")
    return text.rstrip("/")


def _is_address(text: str, example: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    known = parts.scheme in _SCHEMES[urlsplit(example).scheme]
    return known and bool(parts.hostname) and not any(c.isspace() for c in text)


def _token(name: str, text: str | None) -> str | None:
    # the value stays out of the sentence: it may be a mistyped secret
    if text and (not text.isascii() or not text.isprintable() or " " in text):
        raise SettingsError(f"{name} holds characters that no token has; copy it again.")
    return text


def _slack(given: Mapping[str, str]) -> tuple[SlackSettings | None, tuple[str, ...]]:
    previews = _switch("PAPERBOY_LINK_PREVIEWS", given.get("PAPERBOY_LINK_PREVIEWS", "off"))
    url = _address("SLACK_API_URL", given.get("SLACK_API_URL", SLACK), SLACK)
    bot, app = (
        _token("SLACK_BOT_TOKEN", given.get("SLACK_BOT_TOKEN")),
        _token("SLACK_APP_TOKEN", given.get("SLACK_APP_TOKEN")),
    )
    if not bot and not app:
        return None, ()
    if not bot or not app:
        lacks = (
            "SLACK_APP_TOKEN (it begins with xapp-)"
            if bot
            else "SLACK_BOT_TOKEN (it begins with xoxb-)"
        )
        return None, (f"Slack needs two tokens, and {lacks} is not set: see the README.",)
    return SlackSettings(bot, app, url, previews), ()


def _discord(given: Mapping[str, str]) -> DiscordSettings | None:
    token = _token("DISCORD_TOKEN", given.get("DISCORD_TOKEN"))
    if not token:
        return None
    api, gateway = given.get("DISCORD_API_URL"), given.get("DISCORD_GATEWAY_URL")
    shards = given.get("DISCORD_SHARDS")
    ids = [
        _number("DISCORD_SHARD_IDS", one.strip(), 0, 10_000)
        for one in given.get("DISCORD_SHARD_IDS", "").split(",")
        if one
    ]
    count = _number("DISCORD_SHARDS", shards, 1, 10_000) if shards else None
    if ids and (count is None or max(ids) >= count):
        raise SettingsError(
            "DISCORD_SHARD_IDS names shards from 0 on, all below DISCORD_SHARDS, which has to be "
            "set too."
        )
    return DiscordSettings(
        token,
        _address("DISCORD_API_URL", api, "https://discord.com/api/v10") if api else None,
        _address("DISCORD_GATEWAY_URL", gateway, "wss://gateway.discord.gg") if gateway else None,
        count,
        tuple(ids),
    )


def _webhooks(given: Mapping[str, str]) -> WebhookSettings | None:
    urls: dict[str, str] = {}
    for one in given.get("PAPERBOY_WEBHOOKS", "").split(","):
        name, _, url = (part.strip() for part in one.partition("="))
        if one and not (_WEBHOOK_NAME.fullmatch(name) and _is_address(url, HUGGING_FACE)):
            # the address stays out of the sentence: it can hold a secret
            raise SettingsError(
                "PAPERBOY_WEBHOOKS: write each as NAME=https://…, with commas between; a name has "
                "small letters, digits and hyphens."
            )
        if one:
            urls[name] = url
    secret = _token("PAPERBOY_WEBHOOK_SECRET", given.get("PAPERBOY_WEBHOOK_SECRET"))
    return WebhookSettings(urls, secret) if urls else None


def _reactions(name: str, text: str) -> Reactions:
    try:
        return Reactions.read(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def _place(name: str, text: str) -> tuple[str, str] | None:
    platform, colon, address = text.partition(":")
    if text and not (platform.isalnum() and colon and address.replace("-", "").isalnum()):
        raise SettingsError(
            f"{name} is “{text}”; write a platform and an address there, as in slack:C0123, "
            "discord:123456 or webhook:team."
        )
    return (platform, address) if text else None


def _ids(name: str, text: str) -> frozenset[str]:
    ids = frozenset(one.strip() for one in text.split(",") if one.strip())
    if wrong := [one for one in ids if not (one.isascii() and one.isalnum())]:
        raise SettingsError(
            f"{name}: “{wrong[0]}” is no id of a person; write ids with commas between, as in "
            "U012AB3CD."
        )
    return ids


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise SettingsError(f"{name} is “{text}”; it must be one of {', '.join(choices)}.")
    return text.lower()


def _switch(name: str, text: str) -> bool:
    return _choice(name, text, ("on", "off")) == "on"


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 9 or not low <= int(text) <= high:
        raise SettingsError(
            f"{name} is “{text}”; it must be a whole number from {low:,} to {high:,}."
        )
    return int(text)
