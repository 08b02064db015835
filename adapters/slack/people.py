"""People: their names, their workspaces and whether they are bots, as Slack tells them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from adapters.slack.errors import SlackError
from adapters.slack.ids import person
from adapters.slack.limits import Json
from adapters.slack.web import Web
from bot.models import Person

CACHE_SECONDS = 3600.0  # for which a profile is used again; a changed name is forgotten at once
MAX_CACHED = 5000  # profiles
PATIENCE = 1.0  # seconds that a command waits for a name
SLACKBOT = "USLACKBOT"
_MARKUP = str.maketrans("", "", "<>|&")  # what would end a mention that carries the name


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack tells of a person; `teams` are the workspaces that they are a member of."""

    name: str
    teams: tuple[str, ...]
    zone: str = ""
    is_admin: bool = False
    is_bot: bool = False


class People:
    """Asks Slack who people are, and caches its answers."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._profiles: OrderedDict[str, tuple[float, Profile]] = OrderedDict()

    async def profile(self, user: str, max_age: float = CACHE_SECONDS) -> Profile:
        """Return a profile that is at most `max_age` seconds old. Raises SlackError."""
        asked, known = self._profiles.get(user, (0.0, None))
        if known and monotonic() - asked < max_age:
            return known
        answer = await self._web.call(self._web.client.users_info, user=user)
        found = read_profile(answer.get("user") or {})
        self._profiles[user] = (monotonic(), found)
        self._profiles.move_to_end(user)
        if len(self._profiles) > MAX_CACHED:
            self._profiles.popitem(last=False)
        return found

    async def identify(self, user: str, team: str = "", name: str = "") -> Person:
        """Return the person with their name, in their own workspace.

        `team` is the workspace that a payload names for them, "" if it names none; `name` is used
        if Slack tells no other. Raises SlackError if the workspace cannot be known.
        """
        ours = self._web.team
        try:
            async with asyncio.timeout(PATIENCE):
                profile = await self.profile(user)
        except (SlackError, TimeoutError) as error:
            if not team:
                raise SlackError(f"Slack doesn’t tell who {user} is.") from error
            return person(team, user, name)
        is_member = team == ours or ours in profile.teams
        # a person whose workspace is unknown is a stranger to everybody else
        home = ours if is_member else team or next(iter(profile.teams), user)
        return person(home, user, profile.name or name)

    async def is_bot(self, user: str) -> bool:
        """Return whether a user is a bot. Raises SlackError if Slack can't be asked now."""
        try:
            return (await self.profile(user)).is_bot
        except SlackError as error:
            if not error.permanent:
                raise
            return False

    async def mention(self, user: str) -> str:
        """Return the name of a person as others write it, their id where it is not known."""
        try:
            return (await self.profile(user)).name or user
        except SlackError:
            return user

    def update(self, user: Json) -> Profile:
        """Note the new profile of a person, and return it."""
        found = read_profile(user)
        if str(user.get("id")) in self._profiles:
            self._profiles[str(user["id"])] = (monotonic(), found)
        return found


def read_profile(user: Json) -> Profile:
    """Read Slack's user object: https://docs.slack.dev/reference/objects/user-object."""
    shown = user.get("profile") or {}
    names = (shown.get("display_name"), shown.get("real_name"), user.get("real_name"))
    teams = (user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or ()))
    flags = ("is_admin", "is_owner", "is_primary_owner")
    is_member = not user.get("deleted")
    name = str(next(filter(None, (*names, user.get("name"))), ""))
    return Profile(
        name.translate(_MARKUP),
        tuple(str(team) for team in teams if team and is_member),
        str(user.get("tz") or ""),
        is_admin=any(user.get(flag) for flag in flags),
        is_bot=bool(user.get("is_bot")) or user.get("id") == SLACKBOT,
    )
