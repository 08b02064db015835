"""An interaction is acknowledged, handed to the bot and answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import ui

from adapters.discord.buttons import label_of, with_button
from adapters.discord.channels import Members, suggest_places
from adapters.discord.custom_ids import MAX_LINE, Kind
from adapters.discord.dialect import Dialect
from adapters.discord.errors import DISCORD_ERRORS
from adapters.discord.files import show_file, uploads
from adapters.discord.forms import field_form, form, purpose
from adapters.discord.ids import interaction_tenant, person, place
from adapters.discord.render import render
from adapters.discord.requests import Request, Typing, read_request, read_typing
from adapters.discord.tree import suggest_commands
from adapters.discord.web import acknowledge, repeat
from bot.chat.bot import Bot
from bot.chat.commands import Blank, Param
from bot.chat.kinds import Where
from bot.chat.views import Outcome, View, line
from bot.models import Suggestion
from bot.text import shorten, visible

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
# Discord waits three seconds for an acknowledgement
SECONDS_BEFORE_ACKNOWLEDGEMENT = 0.75
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
STRANGER = View(
    (line("That button is about a server that you are not a member of."),),
    outcome=Outcome.REFUSED,
)
UNKNOWN_MEMBER = View(
    (line("Paperboy can't tell right now whether you are a member of that server; try again."),),
    outcome=Outcome.FAILED,
)
PRESSES = {discord.InteractionType.component, discord.InteractionType.modal_submit}


@dataclass(slots=True)
class Responses:
    """Answers interactions over one connection."""

    bot: Bot
    members: Members
    dialect: Dialect
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
        typing = read_typing(interaction)
        command = self.bot.commands.get(typing.command) if typing else None
        params = command.params if command else ()
        param = next((one for one in params if typing and one.name == typing.option), None)
        choices: dict[str, str] = {}
        if typing and param:
            for one in await self._suggest(interaction, typing, param):
                label = shorten(visible(one.label), MAX_CHOICE) or one.value
                if label in choices:
                    label = shorten(f"{one.value} {label}", MAX_CHOICE)
                if len(one.value) <= MAX_CHOICE:
                    choices[label] = one.value
        await self._send_choices(interaction, choices, param)

    async def _suggest(
        self, interaction: Interaction, typing: Typing, param: Param
    ) -> tuple[Suggestion, ...]:
        if isinstance(param.kind, Where):
            return suggest_places(interaction, typing.text)
        if param.argument.suggest == "command":
            return suggest_commands(self.bot.commands, typing.text)
        asker = person(interaction.user, interaction_tenant(interaction))
        return await self.bot.suggest(typing.command, typing.option, typing.text, asker)

    async def _send_choices(
        self, interaction: Interaction, choices: dict[str, str], param: Param | None
    ) -> None:
        read = int if param and param.argument.bounds else str
        shown = [
            discord.app_commands.Choice[Any](name=name, value=read(value))
            for name, value in choices.items()
        ]
        try:
            await interaction.response.autocomplete(shown[:MAX_CHOICES])
        except discord.NotFound:  # a newer keystroke, or later than Discord's three seconds
            log.info("a completion came too late")
        except DISCORD_ERRORS as error:
            log.warning("a completion was not delivered: %s", error)

    async def _respond(self, interaction: Interaction, request: Request) -> None:
        intent = await self.bot.unfold(request.intent)
        if request.form:
            intent = request.form.fill(intent, self.bot)
        request = replace(request, intent=intent)
        if refusal := await self._refusal(interaction, request):
            await _send_first(interaction, refusal)
        elif modal := await self._form(interaction, request):
            await acknowledge(lambda: interaction.response.send_modal(modal))
        elif request.press and _is_own(interaction):
            await self._answer_own(interaction, request)
        else:
            public = self._is_public(request)
            await self._defer(interaction, public=public)
            view = await self.bot.handle(request.intent)
            await self._complete_deferred(interaction, request, view)

    async def _refusal(self, interaction: Interaction, request: Request) -> View | None:
        """Return what to say to a person outside the guild that a button elsewhere is about."""
        if not request.tenant or request.tenant == interaction_tenant(interaction):
            return None
        try:
            found = await self.members.has(request.tenant, interaction.user.id)
        except DISCORD_ERRORS as error:
            log.warning("whether %s is a member is unknown: %s", interaction.user.id, error)
            return UNKNOWN_MEMBER
        return None if found else STRANGER

    async def _form(self, interaction: Interaction, request: Request) -> ui.Modal | None:
        if request.press and request.press.kind is Kind.FIELD and request.custom_id:
            label = label_of(interaction.message, request.custom_id) or request.press.line
            return field_form(label, request.press)
        command = self.bot.commands.get(request.intent.command)
        blanks = await self.bot.form(request.intent)
        said = purpose(command) if command else ""
        title = label_of(interaction.message, request.custom_id)
        return form(_placed(blanks, interaction), request, said, title)

    def _is_public(self, request: Request) -> bool:
        command = self.bot.commands.get(request.intent.command)
        return bool(command and command.shared)

    async def _defer(self, interaction: Interaction, *, public: bool) -> None:
        """Acknowledge; who sees the answer is decided here."""
        await acknowledge(lambda: interaction.response.defer(ephemeral=not public, thinking=True))

    async def _answer_own(self, interaction: Interaction, request: Request) -> None:
        """Answer a press in a message that only the presser sees.

        The answer can replace the message, change the button or stand beside the message. Which,
        is known only with the answer: so it is waited for a while before the acknowledgement.
        """
        handling = asyncio.ensure_future(self.bot.handle(request.intent))
        await asyncio.wait({handling}, timeout=SECONDS_BEFORE_ACKNOWLEDGEMENT)
        if not handling.done() or not await self._edit(interaction, request, handling.result()):
            await self._defer(interaction, public=self._is_public(request))
            await self._complete_deferred(interaction, request, await handling)

    async def _edit(self, interaction: Interaction, request: Request, view: View) -> bool:
        """Change the message whose button was pressed; False if the answer belongs beside it."""
        if request.press and request.press.kind is Kind.TURN:
            return _is_page(view) and await self._turn_page(interaction, request, view)
        return view.becomes is not None and await self._replace_button(interaction, request, view)

    async def _turn_page(self, interaction: Interaction, request: Request, view: View) -> bool:
        """Show the answer in place of the message; False if Discord refuses that."""
        layout = await self._render(interaction, request, view)
        try:
            await acknowledge(lambda: interaction.response.edit_message(view=layout))
        except discord.NotFound:
            raise
        except discord.HTTPException as error:
            log.warning("%s: Discord refused the edit: %s", request.intent.command, error)
            return False
        return True

    async def _replace_button(self, interaction: Interaction, request: Request, view: View) -> bool:
        """Show the pressed button as it is from now on; False if the message lost it."""
        message, becomes = interaction.message, view.becomes
        if message is None or becomes is None or not with_button(message, request, becomes):
            return False
        await acknowledge(interaction.response.defer)
        # the message in the interaction is as it was at the press: read what the last edit left
        async with self.edits.setdefault(message.id, asyncio.Lock()):
            layout = with_button(await interaction.original_response(), request, becomes)
            try:
                if layout:
                    await repeat(lambda: interaction.edit_original_response(view=layout))
            except discord.NotFound:
                raise
            except discord.HTTPException as error:
                log.warning("%s: Discord refused the edit: %s", request.intent.command, error)
                beside = await self._render(interaction, request, view)
                await interaction.followup.send(view=beside, ephemeral=True)
        return True

    async def _complete_deferred(
        self, interaction: Interaction, request: Request, view: View
    ) -> None:
        """Show the answer in place of "thinking…", with its file: an edit can be repeated."""
        layout = await self._render(interaction, request, view)
        try:
            message = await repeat(
                lambda: interaction.edit_original_response(
                    view=layout, attachments=uploads(view.file)
                )
            )
        except discord.NotFound:
            raise
        except discord.HTTPException:
            log.exception("%s: Discord refused the answer", request.intent.command)
            await repeat(lambda: interaction.edit_original_response(view=render(REFUSED)))
            return
        # only public messages get reactions, and only where the bot is told of them
        tenant = interaction_tenant(interaction)
        if self._is_public(request) and (tenant or not interaction.guild_id):
            where = place(tenant, message.channel.id)
            await self.bot.shown(where, str(message.id), view, live=True)

    async def _render(
        self, interaction: Interaction, request: Request, view: View
    ) -> ui.LayoutView:
        view = self.dialect.translate(view, request.intent.command)
        folded = await self.bot.fold(view, request.intent.place, MAX_LINE)
        elsewhere = request.tenant != interaction_tenant(interaction)
        layout = render(folded, request.tenant if elsewhere else "")
        show_file(layout, view.file)
        return layout


def _placed(blanks: Sequence[Blank], interaction: Interaction) -> list[Blank]:
    """Return the blanks with the channel's id for "here"; outside of servers no place is chosen."""
    here = str(interaction.channel_id)
    return [
        replace(blank, value=here) if blank.value == "here" else blank
        for blank in blanks
        if interaction_tenant(interaction) or not isinstance(blank.param.kind, Where)
    ]


async def _refuse(interaction: Interaction) -> None:
    """Answer what cannot be read: malformed, or made by an earlier version of the bot."""
    await _send_first(interaction, OUTDATED if interaction.type in PRESSES else MALFORMED)


async def _send_first(interaction: Interaction, view: View) -> None:
    layout = render(view)
    await acknowledge(lambda: interaction.response.send_message(view=layout, ephemeral=True))


def _is_page(view: View) -> bool:
    """Tell whether a view may replace the page that is shown: a failure may not."""
    return view.outcome in {Outcome.DONE, Outcome.NOTHING}


def _is_own(interaction: Interaction) -> bool:
    """Tell whether only the presser sees the message."""
    message = interaction.message
    if message is None:
        return False
    return message.flags.ephemeral or bool(interaction.context.dm_channel)
