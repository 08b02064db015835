"""Settings and subscriptions as TOML: the format of `paperboy settings export` and `import`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from bot.errors import UsageError
from bot.models import DigestOptions, Person, Place, Subscription

MAX_SUBSCRIPTIONS = 100_000
_ABOUT = """\
# Paperboy's settings and subscriptions. `paperboy settings import FILE` reads them.
"""
_WHERE = ("platform", "tenant", "address", "person")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings by name, without secrets, and the subscriptions."""

    settings: Mapping[str, str]
    subscriptions: Sequence[Subscription]


def write_toml(file: SettingsFile, secrets: Sequence[str] = ()) -> str:
    """Write a file; `secrets` are names of settings that are set but left out of it."""
    lines = [_ABOUT]
    if secrets:
        lines.append(f"# Left out because they are secret: {', '.join(secrets)}\n")
    lines += _table("settings", dict(file.settings))
    for one in file.subscriptions:
        lines += _table("subscriptions", _row(one), array=True)
    return "\n".join(lines)


def read_toml(text: str) -> SettingsFile:
    """Read what `write_toml` wrote. Raises UsageError for anything else."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The file is not valid TOML: {error}.") from error
    settings, rows = found.get("settings", {}), found.get("subscriptions", [])
    if not isinstance(settings, dict) or not isinstance(rows, list):
        raise UsageError("The file needs a table [settings] and tables [[subscriptions]].")
    if len(rows) > MAX_SUBSCRIPTIONS:
        raise UsageError(f"The file has more than {MAX_SUBSCRIPTIONS:,} subscriptions.")
    subscriptions = [_subscription(number, row) for number, row in enumerate(rows, 1)]
    return SettingsFile({name: str(value) for name, value in settings.items()}, subscriptions)


def _row(one: Subscription) -> dict[str, Any]:
    where = (one.place.platform, one.place.tenant, one.place.address, one.person.id)
    row = {**dict(zip(_WHERE, where, strict=True)), "made": one.made, "paused": one.paused}
    return {**row, "watch": one.watch, "options": one.options.to_json()}


def _subscription(number: int, row: Any) -> Subscription:
    try:
        platform, tenant, address, person = (str(row[name]) for name in _WHERE)
        options = DigestOptions.from_json(row["options"])
        _check(options)
        made = row["made"].astimezone(UTC)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, LookupError) as error:
        problem = error.args[0] if error.args else type(error).__name__
        raise UsageError(f"Subscription {number} of the file can’t be read: {problem}.") from error
    paused = str(row.get("paused", ""))
    place, owner = Place(platform, tenant, address), Person(platform, tenant, person)
    watch = row.get("watch", False) is True
    return Subscription(0, place, owner, options, made, paused=paused, watch=watch)


def _check(options: DigestOptions) -> None:
    """Raise ValueError or LookupError for values that no option can have."""
    for name, hint in get_type_hints(DigestOptions).items():
        value = getattr(options, name)
        is_choice = get_origin(hint) is Literal
        if is_choice and value not in get_args(hint):
            raise ValueError(f"{name} can’t be {value!r}")
        if isinstance(hint, type) and type(value) is not hint:
            raise ValueError(f"{name} can’t be {value!r}")
    # a zone or rhythm that does not exist has no next time
    options.schedule.after(datetime(2000, 1, 1, tzinfo=UTC))


def _table(name: str, values: Mapping[str, Any], *, array: bool = False) -> Iterator[str]:
    """Yield the lines of a table, and of the tables in it."""
    yield f"[[{name}]]" if array else f"[{name}]"
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    for key, value in values.items():
        if key not in tables and value is not None:
            yield f"{key} = {_value(value)}"
    yield ""
    for key, value in tables.items():
        yield from _table(f"{name}.{key}", value)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case datetime():
            return value.isoformat()
        case str():
            # a JSON text is one of TOML too, but for this character
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            raise TypeError(f"no TOML for {type(value).__name__}")
