"""Forms (modals): they ask for what a command still lacks, or for the rest of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from discord import TextStyle, ui

from adapters.discord.custom_ids import MAX_CUSTOM_ID, Kind, Press
from adapters.discord.inputs import hint, input_for
from adapters.discord.requests import REST, Request
from bot.chat.commands import LONGEST_ARGUMENT, MORE, Blank, Command, in_one
from bot.chat.kinds import Lookup
from bot.text import shorten, visible

MAX_LABEL = 45  # characters of a form's title, and of a label in it
MAX_DESCRIPTION = 100  # characters
MAX_INPUTS = 5
ZONE = Lookup("zone")


def form(
    blanks: Sequence[Blank], request: Request, said: str = "", title: str = ""
) -> ui.Modal | None:
    """Return the form that asks for the blanks; None if there are none, or no room for its line.

    A form has five inputs: a button with a line such as "edit 3 at:?" asks for the others. Where
    there is room, what is `said` stands above them.
    """
    press = Press(Kind.FORM, request.line, request.tenant)
    if not blanks or not request.line or len(press.id()) > MAX_CUSTOM_ID:
        return None
    named = request.intent.command.replace("-", " ").capitalize()
    modal = _modal(visible(title).strip() or named, press)
    chosen = _first(blanks)
    if said and len(chosen) < MAX_INPUTS:
        modal.add_item(ui.TextDisplay(visible(said)))
    for blank in chosen:
        modal.add_item(_label(blank))
    return modal


def purpose(command: Command) -> str:
    """Say what a command is for and what will happen, above its inputs."""
    return " ".join([f"{command.help}.", *command.paragraphs[:1]])


def field_form(label: str, press: Press) -> ui.Modal:
    """Return the form that asks for the rest of a command line."""
    modal = _modal(label, press)
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=REST, max_length=LONGEST_ARGUMENT, style=TextStyle.short
    )
    modal.add_item(ui.Label(text=_short(label, MAX_LABEL), component=text))
    return modal


def _first(blanks: Sequence[Blank]) -> Sequence[Blank]:
    """Return the blanks that there is room for: those of use beside the values of the others.

    Discord does not tell people's time zones: one that is not known yet has to be asked for.
    """
    useful = _useful(blanks)
    zones = [one for one in useful if one.param.kind == ZONE and not one.value]
    others = [one for one in useful if one not in zones]
    if len(useful) > MAX_INPUTS:
        others = [one for one in others if not _is_rare(one)] or others
    chosen = [*others[: MAX_INPUTS - len(zones)], *zones]
    return [_demanded(one) if one in zones else one for one in useful if one in chosen]


def _useful(blanks: Sequence[Blank]) -> Sequence[Blank]:
    values = {blank.param.name: blank.value for blank in blanks}
    return [blank for blank in in_one(blanks) if blank.param.applies(values)] or blanks


def _is_rare(blank: Blank) -> bool:
    return blank.param.group == MORE and not blank.param.required


def _demanded(blank: Blank) -> Blank:
    return replace(blank, param=replace(blank.param, required=True, default=""))


def _modal(title: str, press: Press) -> ui.Modal:
    modal = ui.Modal(title=_short(title, MAX_LABEL), custom_id=press.id(), timeout=None)
    modal.stop()  # what is sent arrives in on_interaction: nothing stays in memory
    return modal


def _label(blank: Blank) -> ui.Label[ui.Modal]:
    param = blank.param
    short = len(param.label) <= MAX_LABEL
    label = param.label if short else param.name.replace("_", " ")
    return ui.Label(
        text=_short(label[:1].upper() + label[1:], MAX_LABEL),
        description=_short(hint(blank), MAX_DESCRIPTION) or None,
        component=input_for(blank),
    )


def _short(text: str, max_text: int) -> str:
    return shorten(visible(text), max_text)
