"""A command that is asked for in a form, as the adapters' tests have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from bot.chat.arguments import Argument, number
from bot.chat.bot import Context
from bot.chat.kinds import Lookup, Where
from bot.chat.signatures import asked_in, managing
from bot.chat.views import View, line

FIRST = {
    "number": "3",
    "papers": "5",
    "order": "upvotes",
    "where": "",
    "zone": "Europe/Berlin",
    "topics": "one\ntwo",
    "code": "",
}
WORDS = Argument("words", lambda text, _: text, "diffusion")
PLACE = Argument("a channel", lambda text, _: text, "#general", Where())
ZONE = Argument("a time zone", lambda text, _: text, "Europe/Berlin", Lookup("zone"))


async def _first(_: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    return {**FIRST, **{name: text for name, text in given.items() if text != "?"}}


@managing
@asked_in(_first)
async def arrange(
    _: Context,
    number: Annotated[str, WORDS],
    *,
    papers: Annotated[int, number(1, 10)] = 5,
    order: Literal["upvotes", "new"] = "upvotes",
    where: Annotated[str, PLACE] = "",
    zone: Annotated[str, ZONE] = "",
    topics: Annotated[str, WORDS] = "",
    code: bool = False,
) -> View:
    """Arrange something.

    number: which one
    papers: how many
    order: what comes first
    where: the channel
    zone: whose clock it is
    topics: what it is about
    code: whether there has to be code
    """
    said = {
        "number": number,
        "papers": papers,
        "order": order,
        "where": where,
        "zone": zone,
        "topics": topics,
        "code": "yes" if code else "no",
    }
    return View((line(" ".join(f"{name}={value}" for name, value in said.items())),))
