"""What a person shows of themselves to everyone."""

from __future__ import annotations

from typing import Literal

from bot.chat.views import Button, Buttons, View, line
from bot.features.services import Context

ON, OFF = Button("Show me", "privacy names:on"), Button("Hide me", "privacy names:off")


async def privacy(ctx: Context, *, names: Literal["on", "off"] | None = None) -> View:
    """Choose whether digests and shared papers count and name you.

    names: Count and name you? [on] – off leaves you out

    Below a digest or a shared paper everyone sees how many saved it and voted for it, and who. What
    you save only for yourself never counts there.
    """
    people, me = ctx.tenant.people, ctx.person.id
    if names:
        await people.hide(me, hidden=names == "off")
        ctx.counts_changed()
    hidden = me in await people.hidden()
    said = (
        "Digests and shared papers neither count nor name you."
        if hidden
        else "Digests and shared papers count what you save and vote for, and name you."
    )
    return View((line(said), Buttons((ON if hidden else OFF,))), data={"hidden": hidden})
