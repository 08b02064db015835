"""Values of settings as text: each reader checks one, and names its setting in the error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from bot.chat.reactions import Reactions
from bot.errors import SettingsError

# reads the text of a setting, named so that an error can say which
Reader: TypeAlias = Callable[[str, str], Any]

HUGGING_FACE = "https://huggingface.co"
_SCHEMES = {"https": ("http", "https"), "wss": ("ws", "wss")}
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
MAX_SHARDS = 10_000


def read_address(name: str, text: str, example: str = HUGGING_FACE) -> str:
    """Return an address without a slash at its end."""
    if not is_address(text, example):
        raise SettingsError(f"{name} is “{text}”. Set an address such as {example}.")
    return text.rstrip("/")


def read_secret_address(name: str, text: str) -> str:
    """Return an address that can hold a secret, so that no error shows it."""
    # the address stays out of the sentence: it can hold a secret
    if not is_address(text, HUGGING_FACE):
        raise SettingsError(f"{name} is not an address. Set one such as https://example.org/ping.")
    return text


def is_address(text: str, example: str) -> bool:
    """Tell whether a text is an address of the same kind as an example."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError if it isn’t a number
    except ValueError:
        return False
    known = parts.scheme in _SCHEMES[urlsplit(example).scheme]
    return known and bool(parts.hostname) and not any(c.isspace() for c in text)


def read_token(name: str, text: str) -> str:
    """Return a token; an error does not show it."""
    # the value stays out of the sentence: it may be a mistyped secret
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError(f"{name} has characters that no token has. Copy it again.")
    return text


def read_reactions(name: str, text: str) -> Reactions:
    """Return what each emoji does."""
    try:
        return Reactions.read(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def read_place(name: str, text: str) -> tuple[str, str]:
    """Return a platform and an address there."""
    platform, colon, address = text.partition(":")
    if not (platform.isalnum() and colon and address.replace("-", "").isalnum()):
        raise SettingsError(
            f"{name} is “{text}”. Write a platform and an address there, as in slack:C0123, "
            "discord:123456 or webhook:team."
        )
    return platform, address


def read_ids(name: str, text: str) -> frozenset[str]:
    """Return ids that are written with commas between them."""
    ids = frozenset(one.strip() for one in text.split(",") if one.strip())
    if wrong := [one for one in ids if not (one.isascii() and one.isalnum())]:
        raise SettingsError(
            f"{name}: “{wrong[0]}” isn’t a person’s id. Write ids with commas between them, as in "
            "U012AB3CD."
        )
    return ids


def read_folder(_: str, text: str) -> Path:
    """Return a folder as an absolute path."""
    return Path(text).expanduser().absolute()


def read_text(_: str, text: str) -> str:
    """Return the text as it is."""
    return text


def read_choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    """Return one of some words, in small letters."""
    if text.lower() not in choices:
        raise SettingsError(f"{name} is “{text}”. Set one of {', '.join(choices)}.")
    return text.lower()


def read_switch(name: str, text: str) -> bool:
    """Return whether something is on."""
    return read_choice(name, text, ("on", "off")) == "on"


def number_reader(low: int, high: int) -> Reader:
    """Make the reader of a whole number within bounds."""

    def read(name: str, text: str) -> int:
        is_number = text.isdecimal() and text.isascii() and len(text) < 10
        if not is_number or not low <= int(text) <= high:
            raise SettingsError(f"{name} is “{text}”. Set a whole number from {low:,} to {high:,}.")
        return int(text)

    return read


def read_log_level(name: str, text: str) -> str:
    """Return how much is logged."""
    return read_choice(name, text, LOG_LEVELS)


def read_log_format(name: str, text: str) -> str:
    """Return how it is logged."""
    return read_choice(name, text, LOG_FORMATS)


def read_host_and_port(name: str, text: str) -> tuple[str, int]:
    """Return a host and a port."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(c.isspace() for c in host):
        raise SettingsError(f"{name} is “{text}”. Set an address and port such as 127.0.0.1:8081.")
    return host, number_reader(1, 65_535)(name, port)


def read_shard_ids(name: str, text: str) -> tuple[int, ...]:
    """Return numbers of shards."""
    read = number_reader(0, MAX_SHARDS)
    return tuple(read(name, one.strip()) for one in text.split(",") if one)
