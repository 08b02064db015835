"""What is known of a person: shown to them, and forgotten when they say so."""

from __future__ import annotations

import json
from datetime import date, datetime

from bot.chat.outlet import Adapter
from bot.chat.views import Attachment, Button, Buttons, Strong, View, line
from bot.features.services import Context
from bot.text import count

FORGET = Button("Yes, forget me", "forget-me sure:yes")


async def my_data(ctx: Context) -> View:
    """Download everything Paperboy stores about you here, as JSON."""
    found = await ctx.tenant.personal.all(ctx.person.id)
    rows = sum(map(len, found.values()))
    content = json.dumps(found, ensure_ascii=False, indent=1, default=_written)
    said = line(f"{count(rows, 'entry', 'entries')} about you, in ", Strong("my-data.json"), ".")
    data = json.loads(content)
    return View(
        (said, Buttons((Button("Forget me", "forget-me"),))),
        data=data,
        file=Attachment("my-data.json", content),
    )


async def forget_me(ctx: Context, *, sure: bool = False) -> View:
    """Delete everything Paperboy stores about you here: shelf, notes, tags, votes, subscriptions.

    sure: Sure? [no] – yes deletes it; otherwise you are asked first
    """
    if not sure:
        known = await ctx.tenant.personal.count(ctx.person.id)
        entries = count(known, "entry", "entries")
        told = (
            f"Delete everything Paperboy stores about you here ({entries})? This can’t be undone."
        )
        buttons = Buttons((FORGET, Button("Show me first", "my-data")))
        return View((line(told), buttons), data={"forgotten": False, "rows": known})
    gone = await ctx.tenant.personal.forget(ctx.person.id, ctx.now, await _own(ctx))
    ctx.counts_changed()
    said = line("Deleted everything about you here. What you do from now on is stored again.")
    return View((said,), data={"forgotten": True, "rows": gone})


async def _own(ctx: Context) -> list[str]:
    """Return the addresses of the conversations that the person has alone with the bot."""
    mail = await ctx.tenant.email_addresses.all(ctx.person.id)
    here = [f"mailto:{one.address}" for one in mail if one.confirmed]
    here += [ctx.place.address] if ctx.place.private else []
    outlet = ctx.services.outlets.get(ctx.person.platform)
    if not isinstance(outlet, Adapter):
        return here
    return [*here, (await outlet.place("me", ctx.person)).address]


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
