"""A view as panels: lines, the controls under them, and a picture beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import urlsplit

from discord.enums import ButtonStyle

from adapters.discord.custom_ids import Kind, Press
from adapters.discord.limits import MAX_MESSAGE_TEXT, Line, fit_lines
from adapters.discord.markup import link_address
from adapters.discord.styles import PLAIN, Look, look
from bot.chat.emphasis import primary_index
from bot.chat.views import Block, Button, Buttons, Field, Item, Link, Picture, Spans, Text, View
from bot.text import visible

MAX_LINK_BUTTONS = 5  # what a row holds
SEPARATOR = " · "
MAX_URL = 2048  # characters of a picture's address
REMARKS_TEXT = 100  # characters that are left free for remarks on what has no room


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press, or a link."""

    label: str
    id: str = ""
    look: Look = PLAIN
    url: str = ""


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


def panels(view: View, tenant: str, *, link_buttons: bool = False) -> list[Panel]:
    """Return a view as panels, their texts within what a message holds.

    With `link_buttons`, a line of nothing but links becomes buttons.
    """
    drawn = _with_primary(list(_panels(view, tenant)))
    if link_buttons:
        drawn = list(map(_with_links, drawn))
    return _write(_merge(drawn))


def has_link_lines(view: View) -> bool:
    """Tell whether a view has a line that can become link buttons."""
    lines = [
        block.spans if isinstance(block, Text) else block.lines[-1]
        for block in view.blocks
        if isinstance(block, Text) or (isinstance(block, Item) and block.lines)
    ]
    return any(map(_links, lines))


def press_of(button: Button) -> Press:
    """Return what a press of a button carries."""
    return Press(Kind.TURN if button.turns else Kind.ANSWER, button.line)


def _panels(view: View, tenant: str) -> Iterator[Panel]:
    """Yield the panels; each control of the view gets a number of its own."""
    number = 0
    ping = f"<@&{view.ping}>\n" if view.ping.isdecimal() else ""
    if view.title:
        yield Panel((Line((view.title,), f"{ping}## "),))
    for block in view.blocks:
        presses = list(_presses(block))
        controls = tuple(
            _control(label, replace(press, tenant=tenant), number + index)
            for index, (label, press) in enumerate(presses)
        )
        number += len(presses)
        yield replace(_panel(block), controls=controls)


def _control(label: str, press: Press, number: int) -> Control:
    shown = visible(label).strip() or press.line
    return Control(shown, press.id(number), look(shown, press.line))


def _with_primary(parts: list[Panel]) -> list[Panel]:
    """Return the panels with the one control marked that the message is there for."""
    every = [control for panel in parts for control in panel.controls]
    presses = [Press.read(control.id) for control in every]
    index = primary_index([press.line if press else "" for press in presses])
    if index is None:
        return parts
    chosen, marked = every[index], ButtonStyle.primary
    return [
        replace(
            panel,
            controls=tuple(
                replace(one, look=replace(one.look, style=marked)) if one is chosen else one
                for one in panel.controls
            ),
        )
        for panel in parts
    ]


def _with_links(panel: Panel) -> Panel:
    """Return a panel with its last line as link buttons if that is nothing but links."""
    links = _links(panel.lines[-1].spans) if panel.lines else ()
    return (
        replace(panel, lines=panel.lines[:-1], controls=links + panel.controls) if links else panel
    )


def _links(spans: Spans) -> tuple[Control, ...]:
    """Return a line as link buttons; () unless it is nothing but links with dots between."""
    links = [span for span in spans if isinstance(span, Link)]
    if not 2 <= len(links) <= MAX_LINK_BUTTONS or len(links) + spans.count(SEPARATOR) != len(spans):
        return ()
    controls = [Control(visible(one.text).strip(), url=link_address(one.url)) for one in links]
    return tuple(controls) if all(one.label and one.url for one in controls) else ()


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


def _merge(parts: Iterable[Panel]) -> list[Panel]:
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
