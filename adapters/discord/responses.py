"""An interaction is acknowledged, handed to the bot and answered."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import ui

from adapters.discord.custom_ids import MAX_LINE, Kind, Press
from adapters.discord.errors import DISCORD_ERRORS
from adapters.discord.forms import field_form, form
from adapters.discord.ids import interaction_tenant, person, place
from adapters.discord.layout import press_of
from adapters.discord.render import render
from adapters.discord.requests import Request, read_request
from bot.chat.bot import Bot
from bot.chat.views import Button, Outcome, View, line
from bot.text import shorten, visible

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
MAX_CHOICES = 25
MAX_CHOICE = 100  # characters of a choice's name, and of its value
REFUSED = View(
    (line("Discord refused to show the answer (see the log). Try asking in another way."),),
    outcome=Outcome.FAILED,
)
OUTDATED = View(
    (line("That button is from an earlier version of Paperboy; ask again."),),
    outcome=Outcome.REFUSED,
)
MALFORMED = View(
    (line("Paperboy can't read that command; reload Discord (Ctrl+R) and try again."),),
    outcome=Outcome.REFUSED,
)
PRESSES = {discord.InteractionType.component, discord.InteractionType.modal_submit}


@dataclass(slots=True)
class Responses:
    """Answers interactions over one connection."""

    bot: Bot
    # by message: two buttons of one message change it one after the other
    edits: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def respond(self, interaction: Interaction) -> None:
        """Do what is asked and show the answer; open a form first for what the command lacks."""
        request = read_request(self.bot, interaction)
        name = request.intent.command if request else "a malformed interaction"
        try:
            if request is None:
                await _refuse(interaction)
            else:
                await self._respond(interaction, request)
        except discord.NotFound:
            # 10062: acknowledged after Discord's three seconds; 10008, 10015: no longer there
            log.warning("%s: too late to answer, or the message is gone", name)
        except DISCORD_ERRORS as error:
            log.warning("%s: the answer was not delivered: %s", name, error)

    async def complete(self, interaction: Interaction) -> None:
        """Complete what a person types into an option."""
        data: Any = interaction.data or {}
        options = data.get("options") or ()
        option = next((one for one in options if one.get("focused")), None)
        if option is None:
            return
        asker = person(interaction.user, interaction_tenant(interaction))
        typed = str(option.get("value", ""))
        found = await self.bot.suggest(data["name"], option["name"], typed, asker)
        choices: dict[str, str] = {}
        for one in found:
            label = shorten(visible(one.label), MAX_CHOICE) or one.value
            if label in choices:
                label = shorten(f"{one.value} {label}", MAX_CHOICE)
            if len(one.value) <= MAX_CHOICE:
                choices[label] = one.value
        await self._send_choices(interaction, choices)

    async def _send_choices(self, interaction: Interaction, choices: dict[str, str]) -> None:
        shown = [discord.app_commands.Choice(name=name, value=v) for name, v in choices.items()]
        try:
            await interaction.response.autocomplete(shown[:MAX_CHOICES])
        except discord.NotFound:  # a newer keystroke, or later than Discord's three seconds
            log.info("a completion came too late")
        except DISCORD_ERRORS as error:
            log.warning("a completion was not delivered: %s", error)

    async def _respond(self, interaction: Interaction, request: Request) -> None:
        request = replace(request, intent=await self.bot.unfold(request.intent))
        if modal := await self._form(interaction, request):
            await interaction.response.send_modal(modal)
            return
        command = self.bot.commands.get(request.intent.command)
        public = bool(command and command.shared)
        in_place = request.press is not None and _is_own(interaction)
        if in_place:
            await interaction.response.defer()
        else:  # who sees the answer is decided here
            await interaction.response.defer(ephemeral=not public, thinking=True)
        view = await self.bot.handle(request.intent)
        if not (in_place and await self._edit_or_log(interaction, request, view)):
            await self._send(interaction, request, view, public=public)
        if view.file:  # a file is only for the person who asked, also under a public answer
            await _send_file(interaction, view)

    async def _form(self, interaction: Interaction, request: Request) -> ui.Modal | None:
        if request.press and request.press.kind is Kind.FIELD and request.custom_id:
            label = _label(interaction, request.custom_id) or request.press.line
            return field_form(label, request.press)
        return form(await self.bot.form(request.intent), request)

    async def _edit_or_log(self, interaction: Interaction, request: Request, view: View) -> bool:
        """Change the message whose button was pressed; False if the answer belongs beside it."""
        try:
            return await self._edit(interaction, request, view)
        except discord.NotFound:
            raise
        except discord.HTTPException as error:
            log.warning("%s: Discord refused the edit: %s", request.intent.command, error)
            return False

    async def _edit(self, interaction: Interaction, request: Request, view: View) -> bool:
        if request.press is None or request.press.kind is not Kind.TURN:
            return view.becomes is not None and await self._replace_button(
                interaction, request, view.becomes
            )
        if view.outcome not in {Outcome.DONE, Outcome.NOTHING}:  # a failure replaces no page
            return False
        layout = await self._render(interaction, request, view)
        await interaction.edit_original_response(view=layout)
        return True

    async def _replace_button(
        self, interaction: Interaction, request: Request, becomes: Button
    ) -> bool:
        """Show the pressed button as it is from now on; False if the message lost it."""
        if interaction.message is None:
            return False
        # the message in the interaction is as it was at the press: read what the last edit left
        async with self.edits.setdefault(interaction.message.id, asyncio.Lock()):
            layout = _with_button(await interaction.original_response(), request, becomes)
            if layout:
                await interaction.edit_original_response(view=layout)
        return layout is not None

    async def _send(
        self, interaction: Interaction, request: Request, view: View, *, public: bool
    ) -> None:
        layout = await self._render(interaction, request, view)
        try:
            message = await interaction.followup.send(view=layout, ephemeral=not public, wait=True)
        except discord.NotFound:
            raise
        except discord.HTTPException:
            log.exception("%s: Discord refused the answer", request.intent.command)
            await interaction.followup.send(view=render(REFUSED), ephemeral=not public)
            return
        # only public messages get reactions, and only where the bot is told of them
        tenant = interaction_tenant(interaction)
        if public and (tenant or not interaction.guild_id):
            await self.bot.shown(place(tenant, message.channel.id), str(message.id), view)

    async def _render(
        self, interaction: Interaction, request: Request, view: View
    ) -> ui.LayoutView:
        folded = await self.bot.fold(view, request.intent.place, MAX_LINE)
        elsewhere = request.tenant != interaction_tenant(interaction)
        return render(folded, request.tenant if elsewhere else "")


async def _refuse(interaction: Interaction) -> None:
    """Answer what cannot be read: malformed, or made by an earlier version of the bot."""
    view = OUTDATED if interaction.type in PRESSES else MALFORMED
    await interaction.response.send_message(view=render(view), ephemeral=True)


async def _send_file(interaction: Interaction, view: View) -> None:
    if view.file:
        name = PurePath(view.file.name).name or "file"
        content = discord.File(io.BytesIO(view.file.content.encode()), name)
        await interaction.followup.send(file=content, ephemeral=True)


def _is_own(interaction: Interaction) -> bool:
    """Tell whether only the presser sees the message."""
    message = interaction.message
    if message is None:
        return False
    return message.flags.ephemeral or bool(interaction.context.dm_channel)


def _with_button(
    message: discord.Message, request: Request, becomes: Button
) -> ui.LayoutView | None:
    """Return a message's layout with the pressed button replaced; None if it has it no more."""
    if request.press is None:
        return None
    layout = ui.LayoutView.from_message(message, timeout=None)
    layout.stop()
    number = int(request.custom_id.partition(":")[0][1:] or 0)
    press = Press(press_of(becomes).kind, becomes.line, request.press.tenant)
    for child in layout.walk_children():
        if isinstance(child, ui.Button) and child.custom_id == request.custom_id:
            child.label, child.custom_id = becomes.label, press.id(number)
            return layout
        for option in child.options if isinstance(child, ui.Select) else ():
            if option.value == request.custom_id:
                option.label, option.value = becomes.label, press.id(number)
                return layout
    return None


def _label(interaction: Interaction, custom_id: str) -> str:
    """Return the label of a button of the message, "" if it has none of that id."""
    if not interaction.message:
        return ""
    for child in ui.LayoutView.from_message(interaction.message).walk_children():
        if isinstance(child, ui.Button) and child.custom_id == custom_id:
            return child.label or ""
        for option in child.options if isinstance(child, ui.Select) else ():
            if option.value == custom_id:
                return option.label
    return ""
