"""Views as Discord's components: one container, at most 40 components and 4,000 characters.

Where a view has too much for one message, the lines between its items go first, then thumbnails
from the last one up. Then the buttons of each item become a menu. Then all texts are one and all
buttons a few menus, and what even those have no room for is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeAlias

from discord import MediaGalleryItem, SelectOption, ui
from discord.enums import ButtonStyle

from adapters.discord.parts import Control, Part, parts_of
from bot.chat.views import Outcome, Picture, View
from bot.text import count, shorten, visible

MOST_COMPONENTS = 40
IN_A_ROW = 5
IN_A_MENU = 25
LONGEST_LABEL = 80
LONGEST_OPTION = 100  # characters of a menu's labels
LONGEST_ALT = 1024
ACCENTS = {
    Outcome.DONE: 0xFFD21E,
    Outcome.NOTHING: 0x99AAB5,
    Outcome.REFUSED: 0xED4245,
    Outcome.FAILED: 0xED4245,
}
NOTHING_TO_SEE = "—"  # Discord refuses an empty text

Component: TypeAlias = ui.Item[Any]


def render(view: View, tenant: str = "", mark: int | None = None) -> ui.LayoutView:
    """Lay a view out whose button lines are folded to LONGEST_LINE.

    `tenant` is the guild that its buttons are about, where they stand elsewhere. `mark` is an id
    for the container, by which the message is found again.
    """
    parts = parts_of(view, tenant)
    layout = ui.LayoutView(timeout=None)
    children = next(_fitting(parts)) or [ui.TextDisplay(NOTHING_TO_SEE)]
    layout.add_item(ui.Container(*children, accent_colour=ACCENTS[view.outcome], id=mark))
    layout.stop()  # presses come through on_interaction; nothing is kept in memory
    return layout


def _fitting(parts: Sequence[Part]) -> Iterator[list[Component]]:
    """Yield the ways to lay the parts out that fit, best first."""
    yield from _if_fits(_spaced(parts))
    pictured = [index for index, part in enumerate(parts) if part.thumbnail]
    for most in range(len(pictured), -1, -1):
        bare = set(pictured[most:])
        drawn = [
            replace(part, thumbnail="") if index in bare else part
            for index, part in enumerate(parts)
        ]
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
        yield ui.Section(
            ui.TextDisplay(part.text or NOTHING_TO_SEE), accessory=ui.Thumbnail(part.thumbnail)
        )
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
    items = (
        MediaGalleryItem(one.url, description=shorten(visible(one.alt), LONGEST_ALT) or None)
        for one in pictures
    )
    return ui.MediaGallery(*items)


def _menus(controls: Sequence[Control]) -> Iterator[Component]:
    for some in _in_rows(controls, IN_A_MENU):
        options = [
            SelectOption(label=shorten(one.label, LONGEST_OPTION), value=one.id) for one in some
        ]
        hint = shorten(
            " · ".join(one.label for one in some), 150
        )  # Discord's limit for a placeholder
        yield ui.ActionRow(
            ui.Select(custom_id=f"s{some[0].id}"[:100], options=options, placeholder=hint)
        )


def _button(control: Control) -> ui.Button[Any]:
    return ui.Button(
        label=shorten(control.label, LONGEST_LABEL),
        custom_id=control.id,
        style=ButtonStyle.secondary,
    )


def _in_rows(things: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    return (things[start : start + most] for start in range(0, len(things), most))
