"""What a deployment sets: read once from the environment and `.env`, checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.chat.reactions import Reactions
from bot.errors import SettingsError
from bot.models import PAUSE_AFTER
from bot.network.proxies import NO_PROXIES, Proxies
from bot.settings.platforms import (
    DiscordSettings,
    EmailSettings,
    SlackSettings,
    WebhookSettings,
    read_discord,
    read_email,
    read_slack,
    read_webhooks,
)
from bot.settings.values import (
    HUGGING_FACE,
    Reader,
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
        slack, left_out = read_slack(given)
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
            discord=read_discord(given),
            webhooks=read_webhooks(given),
            email=read_email(given),
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
