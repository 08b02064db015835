"""Registers the commands at Discord, in the background: nothing else waits for it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.commands import Payload, is_same
from adapters.discord.errors import DISCORD_ERRORS, AddressBlocked
from adapters.discord.tree import SUBCOMMAND

log = logging.getLogger(__name__)

MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 5.0, 3600.0  # before registering is tried again
MAX_ATTEMPTS = 5  # at sending the commands without refused ones
INVALID_FORM = 50035  # Discord's code, with what is wrong in which command
# as in "3.options.1.options.0.name"
_PLACE = re.compile(
    r"(?P<command>\d+)(?:\.(?P<rest>options\.(?P<option>\d+)(?:\.(?P<inner>.*))?|.*))?"
)
# what of a command Discord takes back
_KEPT = (
    "name name_localizations type description description_localizations options contexts "
    "integration_types default_member_permissions nsfw"
).split()


class Registration:
    """Brings Discord's commands to what `wanted` are, and remembers their ids."""

    def __init__(self, client: discord.Client, wanted: Sequence[Payload]) -> None:
        self._client = client
        self._wanted = wanted
        self.ids: dict[str, int] = {}  # of slash commands, by name
        self.trouble = ""  # what Discord refused, in a sentence

    async def run(self) -> None:
        """Register the commands; after a failure go on with the registered ones and try later."""
        pause = MIN_PAUSE_SECONDS
        while not await self._try(pause):
            await asyncio.sleep(pause)
            pause = min(pause * 4, MAX_PAUSE_SECONDS)

    async def _try(self, pause: float) -> bool:
        try:
            done = await self._register()
        except discord.HTTPException as error:
            reason = f"{error.status} {error.text or ''}".strip()
        except AddressBlocked as error:
            reason = str(error)
        except DISCORD_ERRORS as error:
            reason = str(error) or type(error).__name__
        else:
            self.trouble = "" if done else self.trouble
            return done
        log.warning(
            "Discord did not take the commands (%s); the registered ones still work, and it is "
            "tried again in %.0f s",
            reason,
            pause,
        )
        return False

    async def _register(self) -> bool:
        """Register all commands; False if one was refused and should be tried again later."""
        application = self._client.application_id
        if application is None:
            return True
        http = self._client.http
        registered: Sequence[Mapping[str, Any]] = await http.get_global_commands(application)
        self._remember(registered)
        if is_same(self._wanted, registered):
            return True
        return await self._upsert(application, registered)

    async def _upsert(self, application: int, registered: Sequence[Mapping[str, Any]]) -> bool:
        """Send the commands, then again without those that Discord refused."""
        before: Sequence[Mapping[str, Any]] = registered
        accepted = list(self._wanted)
        for attempt in range(MAX_ATTEMPTS):
            try:
                commands: Any = accepted
                upserted = await self._client.http.bulk_upsert_global_commands(
                    application, commands
                )
            except discord.HTTPException as error:
                wrong = refusals(error, accepted)
                if not wrong or attempt + 1 == MAX_ATTEMPTS:
                    raise
                self._note_refused(accepted, wrong)
                accepted = _without(accepted, wrong, before)
                before = ()  # what was refused once more is left out
            else:
                self._remember(upserted)
                log.info("registered %d commands at Discord", len(accepted))
                return attempt == 0
        return False

    def _note_refused(self, sent: Sequence[Payload], wrong: Collection[Refusal]) -> None:
        for one in wrong:
            command = sent[one.position]
            name = command["name"]
            if one.subcommand is not None:
                name = f"{name} {command['options'][one.subcommand]['name']}"
            self.trouble = f"Discord refused the command {name}: {one.reason}."
            log.error("%s", self.trouble)

    def _remember(self, registered: Sequence[Mapping[str, Any]]) -> None:
        slash = [one for one in registered if one.get("type", 1) == 1 and "id" in one]
        self.ids.clear()
        self.ids.update({one["name"]: int(one["id"]) for one in slash})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Discord refused: a command by its position, or only a subcommand by its position."""

    position: int
    reason: str
    subcommand: int | None = None


def refusals(error: discord.HTTPException, sent: Sequence[Payload]) -> list[Refusal]:
    """Return the commands that Discord refused, each once; none if the error names none.

    discord.py writes it as lines such as "In 3.options.1.name: …".
    """
    found: dict[tuple[int, int | None], Refusal] = {}
    if error.code != INVALID_FORM:
        return []
    for line in error.text.splitlines():
        place, colon, reason = line.removeprefix("In ").partition(": ")
        named = _PLACE.fullmatch(place)
        if not colon or not named or int(named["command"]) >= len(sent):
            continue
        position, rest = int(named["command"]), named["rest"]
        options, option = sent[position].get("options", []), int(named["option"] or 0)
        subcommand: int | None = None
        if named["option"] and option < len(options) and options[option]["type"] == SUBCOMMAND:
            subcommand, rest = option, named["inner"]
        one = Refusal(position, f"{rest}: {reason}" if rest else reason, subcommand)
        found.setdefault((position, subcommand), one)
    return list(found.values())


def _without(
    sent: Sequence[Payload], wrong: Collection[Refusal], registered: Sequence[Mapping[str, Any]]
) -> list[Payload]:
    """Return the commands with each refused one as it was registered before, or without it."""
    before = {(one["name"], one.get("type", 1)): one for one in registered}
    whole = {one.position for one in wrong if one.subcommand is None}
    parts = {(one.position, one.subcommand) for one in wrong}
    accepted: list[Payload] = []
    for position, command in enumerate(sent):
        if position not in whole:
            options = enumerate(command.get("options", []))
            left = [one for number, one in options if (position, number) not in parts]
            accepted.append({**command, "options": left} if "options" in command else command)
            continue
        earlier = before.get((command["name"], command.get("type", 1)))
        if earlier is not None:
            accepted.append({key: earlier[key] for key in _KEPT if key in earlier})
    return accepted
