"""An interaction is acknowledged, handed to the bot and answered."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import replace
from pathlib import PurePath
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import ui

from adapters.discord.custom_ids import LONGEST_LINE, Kind, Press
from adapters.discord.errors import TROUBLE
from adapters.discord.forms import field_form, form
from adapters.discord.ids import person, place, tenant_of
from adapters.discord.parts import press
from adapters.discord.render import render
from adapters.discord.requests import Heard, hear
from bot.chat.bot import Bot
from bot.chat.views import Button, Outcome, View, line
from bot.text import shorten, visible

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
REFUSED = View(
    (line("Discord would not show the answer. It is in the log; please ask another way."),),
    outcome=Outcome.FAILED,
)
OLD = View((line("That button is from another time; ask again."),), outcome=Outcome.REFUSED)
PRESSED = {discord.InteractionType.component, discord.InteractionType.modal_submit}

Turning = WeakValueDictionary[
    int, asyncio.Lock
]  # by the message whose button changes, as long as somebody waits


async def answer(bot: Bot, interaction: Interaction, turning: Turning) -> None:
    """Do what is wanted and show the answer to whom it is for; ask first for what it lacks."""
    heard = hear(bot, interaction)
    wanted = heard.intent.command if heard else "a button from another time"
    try:
        if heard is None:
            await _say_old(interaction)
            return
        heard = replace(heard, intent=await bot.unfold(heard.intent))
        if asked := await _asked(bot, interaction, heard):
            await interaction.response.send_modal(asked)
        else:
            await _answer(bot, interaction, heard, turning)
    except (
        discord.NotFound
    ):  # 10062: acknowledged after Discord's three seconds; 10008, 10015: there no more
        log.warning("%s came too late to be answered, or the message is gone", wanted)
    except TROUBLE as error:
        log.warning("%s could not be answered: %s", wanted, error)


async def complete(bot: Bot, interaction: Interaction) -> None:
    """Complete what somebody types."""
    data: Any = interaction.data
    who = person(interaction.user, tenant_of(interaction))
    option = next((one for one in data.get("options", ()) if one.get("focused")), None)
    found = (
        await bot.suggest(data["name"], option["name"], str(option["value"]), who) if option else ()
    )
    choices: dict[str, str] = {}
    for one in found:
        label = shorten(visible(one.label), 100) or one.value  # Discord's limit, as for the value
        if len(one.value) <= 100:
            choices[label if label not in choices else shorten(f"{one.value} {label}", 100)] = (
                one.value
            )
    named = [discord.app_commands.Choice(name=name, value=value) for name, value in choices.items()]
    try:
        await interaction.response.autocomplete(named[:25])
    except discord.NotFound:  # they type on, or it took more than three seconds
        log.info("a completion for %s came too late", data["name"])
    except TROUBLE as error:
        log.warning("a completion for %s could not be shown: %s", data["name"], error)


async def _say_old(interaction: Interaction) -> None:
    """Answer a press that cannot be read: a version before this one may have made the button."""
    if interaction.type in PRESSED:
        await interaction.response.send_message(view=render(OLD), ephemeral=True)


async def _asked(bot: Bot, interaction: Interaction, heard: Heard) -> ui.Modal | None:
    if heard.press and heard.press.kind is Kind.FIELD:
        return field_form(_label(interaction, heard.pressed) or heard.press.line, heard.press)
    return form(await bot.form(heard.intent), heard)


async def _answer(bot: Bot, interaction: Interaction, heard: Heard, turning: Turning) -> None:
    command = bot.commands.get(heard.intent.command)
    public = bool(command and command.shared)
    own = heard.press is not None and _own(interaction)
    # who sees the answer is fixed here
    await (
        interaction.response.defer()
        if own
        else interaction.response.defer(ephemeral=not public, thinking=True)
    )
    view = await bot.handle(heard.intent)
    try:
        shown = own and await _shown_in_place(bot, interaction, heard, view, turning)
    except discord.NotFound:
        raise
    except discord.HTTPException as error:
        log.warning("Discord refused to change the message of %s: %s", heard.intent.command, error)
        shown = False
    if not shown:
        await _say(bot, interaction, heard, view, public=public)
    if view.file:  # whatever everyone may read, a file is for whoever asked
        name = PurePath(view.file.name).name or "file"
        content = discord.File(io.BytesIO(view.file.content.encode()), name)
        await interaction.followup.send(file=content, ephemeral=True)


async def _shown_in_place(
    bot: Bot, interaction: Interaction, heard: Heard, view: View, turning: Turning
) -> bool:
    """Change the message whose button was pressed; False where the answer belongs beside it."""
    if heard.press is None or heard.press.kind is not Kind.TURN:
        return view.becomes is not None and await _change(interaction, heard, view.becomes, turning)
    if view.outcome not in {Outcome.DONE, Outcome.NOTHING}:  # what can be read stays
        return False
    await interaction.edit_original_response(view=await _rendered(bot, interaction, heard, view))
    return True


async def _say(
    bot: Bot, interaction: Interaction, heard: Heard, view: View, *, public: bool
) -> None:
    layout = await _rendered(bot, interaction, heard, view)
    try:
        message = await interaction.followup.send(view=layout, ephemeral=not public, wait=True)
    except discord.NotFound:
        raise
    except discord.HTTPException:
        log.exception("Discord refused the answer to %s", heard.intent.command)
        await interaction.followup.send(view=render(REFUSED), ephemeral=not public)
        return
    # nobody can react to what only one person sees, or where reactions are not told
    if public and (tenant_of(interaction) or not interaction.guild_id):
        await bot.shown(place(tenant_of(interaction), message.channel.id), str(message.id), view)


async def _rendered(bot: Bot, interaction: Interaction, heard: Heard, view: View) -> ui.LayoutView:
    folded = await bot.fold(view, heard.intent.place, LONGEST_LINE)
    return render(folded, heard.tenant if heard.tenant != tenant_of(interaction) else "")


def _own(interaction: Interaction) -> bool:
    """Tell whether nobody but the presser sees the message."""
    message = interaction.message
    return message is not None and (message.flags.ephemeral or bool(interaction.context.dm_channel))


async def _change(
    interaction: Interaction, heard: Heard, becomes: Button, turning: Turning
) -> bool:
    """Show the pressed button as it is from now on; False where the message has it no more."""
    if interaction.message is None:
        return False
    # one after the other, each on what the last one left: the message in the interaction is as it
    # was at the press
    async with turning.setdefault(interaction.message.id, asyncio.Lock()):
        changed = _changed(await interaction.original_response(), heard, becomes)
        if changed:
            await interaction.edit_original_response(view=changed)
    return changed is not None


def _changed(message: discord.Message, heard: Heard, becomes: Button) -> ui.LayoutView | None:
    if heard.press is None:
        return None
    layout = ui.LayoutView.from_message(message, timeout=None)
    layout.stop()
    number = heard.pressed.partition(":")[0][1:]
    new_id = Press(press(becomes).kind, becomes.line, heard.press.tenant).id(int(number or 0))
    for child in layout.walk_children():
        if isinstance(child, ui.Button) and child.custom_id == heard.pressed:
            child.label, child.custom_id = becomes.label, new_id
            return layout
        for option in child.options if isinstance(child, ui.Select) else ():
            if option.value == heard.pressed:
                option.label, option.value = becomes.label, new_id
                return layout
    return None


def _label(interaction: Interaction, custom_id: str) -> str:
    """Return what stands on a button of the message."""
    layout = (
        ui.LayoutView.from_message(interaction.message) if interaction.message else ui.LayoutView()
    )
    for child in layout.walk_children():
        if isinstance(child, ui.Button) and child.custom_id == custom_id:
            return child.label or ""
        for option in child.options if isinstance(child, ui.Select) else ():
            if option.value == custom_id:
                return option.label
    return ""
