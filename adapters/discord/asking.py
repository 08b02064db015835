"""Forms: what a command still lacks, or the rest of a command line, asked for in a modal."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from adapters.discord.hearing import REST, Heard
from adapters.discord.presses import LONGEST_ID, Kind, Press
from bot.commands import LONGEST_ARGUMENT, Blank
from bot.text import shorten, visible

LONGEST_TITLE = 45  # characters of a modal's title, and of a label in it
LONGEST_HINT = 100  # characters of a description and of a placeholder
MOST_INPUTS = 5


def form(blanks: Sequence[Blank], heard: Heard) -> ui.Modal | None:
    """Return the form that asks for what is blank; None where nothing is, or no form has room for it."""
    press = Press(Kind.FORM, heard.line, heard.tenant)
    if not blanks or not heard.line or len(press.id()) > LONGEST_ID:
        return None
    modal = _modal(heard.intent.command.capitalize(), press)
    for blank in blanks[:MOST_INPUTS]:
        param = blank.param
        modal.add_item(
            _input(
                param.name.capitalize(),
                param.name,
                param.help[:1].upper() + param.help[1:],
                f"Such as {param.argument.example}",
            )
        )
    return modal


def field_form(label: str, press: Press) -> ui.Modal:
    """Return the form that asks for the rest of a command line."""
    modal = _modal(label, press)
    modal.add_item(_input(label, REST, "", ""))
    return modal


def _modal(title: str, press: Press) -> ui.Modal:
    modal = ui.Modal(title=_short(title, LONGEST_TITLE), custom_id=press.id(), timeout=None)
    modal.stop()  # what is sent comes through on_interaction; nothing is kept in memory
    return modal


def _input(label: str, name: str, description: str, hint: str) -> ui.Label[ui.Modal]:
    typed: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=name, placeholder=_short(hint, LONGEST_HINT) or None, max_length=LONGEST_ARGUMENT
    )
    described = _short(description, LONGEST_HINT) or None
    return ui.Label(text=_short(label, LONGEST_TITLE), description=described, component=typed)


def _short(text: str, most: int) -> str:
    return shorten(visible(text), most)
