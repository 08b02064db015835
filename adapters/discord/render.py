"""Views as Discord's components: one container, at most 40 components and 4,000 characters.

Where a view has too much for one message, the lines between its items go first, then thumbnails from the last one up.
Then the buttons of each item become a menu. Then all texts are one and all buttons a few menus, and what even those
have no room for is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias, assert_never
from urllib.parse import urlsplit

from discord import MediaGalleryItem, SelectOption, ui
from discord.enums import ButtonStyle

from adapters.discord.presses import Kind, Press
from adapters.discord.texts import MOST_TEXT, Line, fitted
from bot.text import count, shorten, visible
from bot.views import Block, Button, Buttons, Field, Item, Outcome, Picture, Text, View

MOST_COMPONENTS = 40
IN_A_ROW = 5
IN_A_MENU = 25
LONGEST_LABEL = 80
LONGEST_OPTION = 100  # characters of a menu's labels
LONGEST_ALT = 1024
LONGEST_PICTURE = 2048  # characters of a picture's address
ACCENTS = {
    Outcome.DONE: 0xFFD21E,
    Outcome.NOTHING: 0x99AAB5,
    Outcome.REFUSED: 0xED4245,
    Outcome.FAILED: 0xED4245,
}
NOTHING_TO_SEE = "—"  # Discord refuses an empty text

Component: TypeAlias = ui.Item[Any]


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Part:
    """What stands together: lines, what can be pressed under them, a thumbnail beside them or a picture of its own."""

    lines: tuple[Line, ...] = ()
    controls: tuple[Control, ...] = ()
    thumbnail: str = ""
    picture: Picture | None = None
    text: str = ""


def render(view: View, tenant: str = "", mark: int | None = None) -> ui.LayoutView:
    """Lay a view out whose button lines are folded to LONGEST_LINE.

    `tenant` is the guild that its buttons are about, where they stand elsewhere. `mark` is an id for the container, by
    which the message is found again.
    """
    parts = _written(_joined(_parts(view, tenant)))
    layout = ui.LayoutView(timeout=None)
    children = next(_fitting(parts)) or [ui.TextDisplay(NOTHING_TO_SEE)]
    layout.add_item(ui.Container(*children, accent_colour=ACCENTS[view.outcome], id=mark))
    layout.stop()  # presses come through on_interaction; nothing is kept in memory
    return layout


def _parts(view: View, tenant: str) -> Iterator[Part]:
    """Say what of a view stands together; each control gets a number of its own."""
    number = 0
    if view.title:
        yield Part((Line((view.title,), "## "),))
    for block in view.blocks:
        part = _part(block)
        controls = []
        for label, press in _presses(block):
            controls.append(Control(visible(label).strip() or press.line, replace(press, tenant=tenant).id(number)))
            number += 1
        yield replace(part, controls=tuple(controls))


def _part(block: Block) -> Part:
    match block:
        case Text(spans, quiet):
            return Part((Line(spans, "-# " if quiet else ""),))
        case Item():
            title = Line(block.title, f"**{block.number}.** " if block.number else "### ")
            return Part((title, *map(Line, block.lines)), thumbnail=_shown(block.picture or ""))
        case Picture(url, alt):
            return Part(picture=block) if _shown(url) else Part((Line((alt,)),))
        case Buttons() | Field():
            return Part()
        case _:
            assert_never(block)


def _presses(block: Block) -> Iterator[tuple[str, Press]]:
    match block:
        case Item() | Buttons():
            for button in block.buttons:
                yield button.label, press(button)
        case Field(label, line):
            yield label, Press(Kind.FIELD, line)
        case Text() | Picture():
            pass
        case _:
            assert_never(block)


def press(button: Button) -> Press:
    """Return what a press of a button carries."""
    return Press(Kind.TURN if button.turns else Kind.ANSWER, button.line)


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Join neighbours that are text and nothing else: each text costs a component."""
    joined: list[Part] = []
    for part in parts:
        if joined and part.lines and not (part.controls or part.thumbnail) and _only_text(joined[-1]):
            joined[-1] = replace(joined[-1], lines=(*joined[-1].lines, *part.lines))
        else:
            joined.append(part)
    return joined


def _only_text(part: Part) -> bool:
    return not (part.controls or part.thumbnail or part.picture)


def _written(parts: Sequence[Part]) -> list[Part]:
    """Write the texts of all parts within what a message holds."""
    texts, remark = fitted([line for part in parts for line in part.lines], MOST_TEXT - 100)
    rest = iter(texts)
    written = [replace(part, text="\n".join(filter(None, [next(rest) for _ in part.lines]))) for part in parts]
    return [*written, Part(text=remark)] if remark else written


def _fitting(parts: Sequence[Part]) -> Iterator[list[Component]]:
    """Yield the ways to lay the parts out that fit, best first."""
    yield from _if_fits(_spaced(parts))
    pictured = [index for index, part in enumerate(parts) if part.thumbnail]
    for most in range(len(pictured), -1, -1):
        bare = set(pictured[most:])
        drawn = [replace(part, thumbnail="") if index in bare else part for index, part in enumerate(parts)]
        yield from _if_fits([child for part in drawn for child in _roomy(part)])
    yield from _if_fits([child for part in parts for child in _narrow(part)])
    yield _narrowest(parts)


def _spaced(parts: Sequence[Part]) -> list[Component]:
    """Lay the parts out with a line between two that have something to press."""
    children: list[Component] = []
    for before, part in pairwise([Part(), *parts]):
        if before.controls and part.lines:
            children.append(ui.Separator())
        children += _roomy(part)
    return children


def _if_fits(children: list[Component]) -> Iterator[list[Component]]:
    if 1 + sum(1 + len(list(_inside(child))) for child in children) <= MOST_COMPONENTS:
        yield children


def _inside(child: Component) -> Iterator[Component]:
    return iter(child.walk_children()) if isinstance(child, ui.ActionRow | ui.Section) else iter(())


def _roomy(part: Part) -> Iterator[Component]:
    if part.thumbnail:
        yield ui.Section(ui.TextDisplay(part.text or NOTHING_TO_SEE), accessory=ui.Thumbnail(part.thumbnail))
    else:
        yield from _shown_text(part)
    for row in _in_rows(part.controls, IN_A_ROW):
        yield ui.ActionRow(*map(_button, row))


def _narrow(part: Part) -> Iterator[Component]:
    yield from _shown_text(part)
    if len(part.controls) == 1:
        yield ui.ActionRow(_button(part.controls[0]))
    else:
        yield from _menus(part.controls)


def _narrowest(parts: Sequence[Part]) -> list[Component]:
    text = "\n".join(filter(None, (part.text for part in parts)))
    pictures = [part.picture for part in parts if part.picture]
    children: list[Component] = [ui.TextDisplay(text)] if text else []
    children += map(_gallery, _in_rows(pictures, 10))
    controls = [control for part in parts for control in part.controls]
    most = (MOST_COMPONENTS - 2 - len(children)) // 2 * IN_A_MENU  # the container, and a remark
    if len(controls) > most:
        left = count(len(controls) - most, "more button")
        children.append(ui.TextDisplay(f"-# … and {left} that no message has room for."))
    return [*children, *_menus(controls[:most])]


def _shown_text(part: Part) -> Iterator[Component]:
    if part.text:
        yield ui.TextDisplay(part.text)
    if part.picture:
        yield _gallery([part.picture])


def _gallery(pictures: Sequence[Picture]) -> Component:
    items = (MediaGalleryItem(one.url, description=shorten(visible(one.alt), LONGEST_ALT) or None) for one in pictures)
    return ui.MediaGallery(*items)


def _menus(controls: Sequence[Control]) -> Iterator[Component]:
    for some in _in_rows(controls, IN_A_MENU):
        options = [SelectOption(label=shorten(one.label, LONGEST_OPTION), value=one.id) for one in some]
        hint = shorten(" · ".join(one.label for one in some), 150)  # Discord's limit for a placeholder
        yield ui.ActionRow(ui.Select(custom_id=f"s{some[0].id}"[:100], options=options, placeholder=hint))


def _button(control: Control) -> ui.Button[Any]:
    return ui.Button(label=shorten(control.label, LONGEST_LABEL), custom_id=control.id, style=ButtonStyle.secondary)


def _in_rows(things: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    return (things[start : start + most] for start in range(0, len(things), most))


def _shown(url: str) -> str:
    """Return the address of a picture if Discord takes it: it refuses the whole message otherwise."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_PICTURE
    return url if plain and parts.scheme in {"http", "https"} and parts.hostname else ""
