"""A view as panels: lines, the controls under them, and a picture beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import urlsplit

from adapters.discord.custom_ids import Kind, Press
from adapters.discord.limits import MAX_MESSAGE_TEXT, Line, fit_lines
from bot.chat.views import Block, Button, Buttons, Field, Item, Picture, Text, View
from bot.text import visible

MAX_URL = 2048  # characters of a picture's address
REMARKS_TEXT = 100  # characters that are left free for remarks on what has no room


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines with their controls, and a thumbnail beside them; or a picture of its own.

    `text` is the Markdown of the lines, once they are cut to what a message holds.
    """

    lines: tuple[Line, ...] = ()
    controls: tuple[Control, ...] = ()
    thumbnail: str = ""
    picture: Picture | None = None
    text: str = ""

    @property
    def only_text(self) -> bool:
        """Whether there is nothing but lines."""
        return not (self.controls or self.thumbnail or self.picture)


def panels(view: View, tenant: str) -> list[Panel]:
    """Return a view as panels, their texts within what a message holds."""
    return _write(_merge(_panels(view, tenant)))


def press_of(button: Button) -> Press:
    """Return what a press of a button carries."""
    return Press(Kind.TURN if button.turns else Kind.ANSWER, button.line)


def _panels(view: View, tenant: str) -> Iterator[Panel]:
    """Yield the panels; each control of the view gets a number of its own."""
    number = 0
    if view.title:
        yield Panel((Line((view.title,), "## "),))
    for block in view.blocks:
        presses = list(_presses(block))
        controls = tuple(
            _control(label, replace(press, tenant=tenant), number + index)
            for index, (label, press) in enumerate(presses)
        )
        number += len(presses)
        yield replace(_panel(block), controls=controls)


def _control(label: str, press: Press, number: int) -> Control:
    return Control(visible(label).strip() or press.line, press.id(number))


def _panel(block: Block) -> Panel:
    match block:
        case Text(spans, quiet):
            return Panel((Line(spans, "-# " if quiet else ""),))
        case Item():
            title = Line(block.title, f"**{block.number}.** " if block.number else "### ")
            thumbnail = picture_url(block.picture or "")
            return Panel((title, *map(Line, block.lines)), thumbnail=thumbnail)
        case Picture(url, alt):
            drawn = picture_url(url)
            return Panel(picture=block) if drawn else Panel((Line((alt or url,)),))
        case Buttons() | Field():
            return Panel()
        case _:
            assert_never(block)


def _presses(block: Block) -> Iterator[tuple[str, Press]]:
    """Yield the label and press of everything that can be pressed in a block."""
    match block:
        case Item() | Buttons():
            for button in block.buttons:
                yield button.label, press_of(button)
        case Field(label, line):
            yield label, Press(Kind.FIELD, line)
        case Text() | Picture():
            pass
        case _:
            assert_never(block)


def _merge(parts: Iterator[Panel]) -> list[Panel]:
    """Merge neighbours that are nothing but text: each text costs a component."""
    merged: list[Panel] = []
    for panel in parts:
        if merged and panel.lines and panel.only_text and merged[-1].only_text:
            merged[-1] = replace(merged[-1], lines=(*merged[-1].lines, *panel.lines))
        else:
            merged.append(panel)
    return merged


def _write(parts: Sequence[Panel]) -> list[Panel]:
    """Write the texts of all panels within what a message holds."""
    lines = [line for panel in parts for line in panel.lines]
    texts, remark = fit_lines(lines, MAX_MESSAGE_TEXT - REMARKS_TEXT)
    rest = iter(texts)
    written = [
        replace(panel, text="\n".join(filter(None, [next(rest) for _ in panel.lines])))
        for panel in parts
    ]
    return [*written, Panel(text=remark)] if remark else written


def picture_url(url: str) -> str:
    """Return a picture's address, "" if Discord would refuse the whole message for it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > MAX_URL:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname else ""
