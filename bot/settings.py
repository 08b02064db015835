"""All that a deployment sets: read once from the environment and `.env`, checked, frozen."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.reactions import USUAL, Reactions

NAMES = (
    "PAPERBOY_HOME",
    "PAPERBOY_DATABASE_URL",
    "PAPERBOY_LOG_LEVEL",
    "PAPERBOY_SYNC_MINUTES",
    "PAPERBOY_REACTIONS",
    "HF_ENDPOINT",
    "HF_TOKEN",
)
HUGGING_FACE = "https://huggingface.co"
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    """What this deployment has set, or the defaults."""

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    hf_endpoint: str = HUGGING_FACE
    hf_token: str | None = field(default=None, repr=False)
    log_level: str = "warning"
    sync_minutes: int = 30  # 0: only when asked
    reactions: Reactions = field(default_factory=Reactions)

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Settings:
        """Check what `env` sets; SettingsError names the setting and says what it can be."""
        given = {name: value.strip() for name, value in env.items() if value.strip()}
        for name in env:
            if name.startswith("PAPERBOY_") and name not in NAMES:
                raise SettingsError(_unknown(name))
        home = _home(given.get("PAPERBOY_HOME"))
        return cls(
            home=home,
            database_url=given.get("PAPERBOY_DATABASE_URL", sqlite_in(home)),
            hf_endpoint=_address("HF_ENDPOINT", given.get("HF_ENDPOINT", HUGGING_FACE)),
            hf_token=_token("HF_TOKEN", given.get("HF_TOKEN")),
            log_level=_choice("PAPERBOY_LOG_LEVEL", given.get("PAPERBOY_LOG_LEVEL", "warning"), LOG_LEVELS),
            sync_minutes=_number("PAPERBOY_SYNC_MINUTES", given.get("PAPERBOY_SYNC_MINUTES", "30"), 0, 1440),
            reactions=_reactions("PAPERBOY_REACTIONS", given.get("PAPERBOY_REACTIONS", USUAL)),
        )


def environment(env_file: Path) -> dict[str, str]:
    """Return the environment over what `env_file` sets, where there is such a file."""
    return _read_env_file(env_file) | dict(os.environ)


def sqlite_in(home: Path) -> str:
    """Return the address of the database in a folder."""
    return f"sqlite+aiosqlite:///{home / 'paperboy.sqlite3'}"


def set_up_logging(level: str) -> None:
    """Send the log to standard error, with times."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")


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
        raise SettingsError(f"{path} cannot be read ({error.strerror}); make it readable or remove it.") from error
    for binding in bindings:
        if binding.error:
            raise SettingsError(f"{path}, line {binding.original.line}: that is not NAME=value; correct or remove it.")
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def _unknown(name: str) -> str:
    near = get_close_matches(name, NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES[:4])}."
    return f"There is no setting {name}: {hint}"


def _home(text: str | None) -> Path:
    if text:
        return Path(text).expanduser().absolute()
    from platformdirs import user_data_path  # start-up time: only where no folder is set

    return user_data_path("paperboy", appauthor=False)


def _address(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or any(c.isspace() for c in text):
        raise SettingsError(f"{name} is “{text}”; it must be an address such as {HUGGING_FACE}.")
    return text.rstrip("/")


def _token(name: str, text: str | None) -> str | None:
    # the value stays out of the sentence: it may be a mistyped secret
    if text and (not text.isascii() or not text.isprintable() or " " in text):
        raise SettingsError(f"{name} holds characters that no token has; copy it again.")
    return text


def _reactions(name: str, text: str) -> Reactions:
    try:
        return Reactions.read(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise SettingsError(f"{name} is “{text}”; it must be one of {', '.join(choices)}.")
    return text.lower()


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 9 or not low <= int(text) <= high:
        raise SettingsError(f"{name} is “{text}”; it must be a whole number from {low:,} to {high:,}.")
    return int(text)
