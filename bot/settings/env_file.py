"""Where values of settings come from: the environment, `.env` and systemd's credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import SettingsError

CREDENTIALS = "paperboy.env"  # the name under which systemd's LoadCredential= gives a file


def environment(env_file: Path) -> dict[str, str]:
    """Return the environment, and what `env_file` and systemd's credentials set beside it."""
    given: dict[str, str] = {}
    for _, values in read_sources(env_file):
        given |= values
    return given


def read_sources(env_file: Path) -> list[tuple[str, Mapping[str, str]]]:
    """Return what sets values, by name, a later one overriding those before it."""
    files = [env_file]
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        files.append(Path(folder) / CREDENTIALS)
    return [*((str(file), _read_env_file(file)) for file in files), ("environment", os.environ)]


def _read_env_file(path: Path) -> dict[str, str]:
    from dotenv.parser import parse_stream  # start-up time: only where there is a file to read

    try:
        with path.open(encoding="utf-8-sig") as lines:
            bindings = list(parse_stream(lines))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text. Save it as UTF-8 or remove it.") from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}). Make it readable or remove it."
        ) from error
    for binding in bindings:
        if binding.error:
            raise SettingsError(
                f"{path}, line {binding.original.line} is not NAME=value. Correct or remove it."
            )
    return {
        binding.key: binding.value
        for binding in bindings
        if binding.key and binding.value is not None
    }
