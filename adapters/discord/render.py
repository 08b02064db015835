"""Views as Discord's components: one container, at most 40 components and 4,000 characters.

If a view has too much for one message, the separators go first. Then the buttons below all items
become a menu, unless they turn pages, and thumbnails go, the last ones or all. Then the buttons of
each item become a menu. Then all texts become one and all buttons a few menus, and what still has
no room is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeAlias

from discord import MediaGalleryItem, SelectOption, ui

from adapters.discord.custom_ids import Kind, Press
from adapters.discord.layout import Control, Panel, has_link_lines, panels
from bot.chat.views import Outcome, Picture, View
from bot.text import count, shorten, visible

MAX_COMPONENTS = 40
ROW_BUTTONS = 5
MENU_OPTIONS = 25
MAX_LABEL = 80  # characters
MAX_OPTION_LABEL = 100  # characters of a menu's labels
MAX_PLACEHOLDER = 150  # characters
GALLERY_PICTURES = 10
MAX_ALT = 1024  # characters
ACCENTS = {
    Outcome.DONE: 0xFFD21E,
    Outcome.NOTHING: 0x99AAB5,
    Outcome.REFUSED: 0xED4245,
    Outcome.FAILED: 0xED4245,
}
EMPTY_TEXT = "—"  # Discord refuses an empty text

Component: TypeAlias = ui.Item[Any]


def render(view: View, tenant: str = "", mark: int | None = None) -> ui.LayoutView:
    """Render a view whose button lines are folded to MAX_LINE.

    `tenant` is the guild that its buttons are about, if the message stands elsewhere. `mark` is an
    id for the container, by which the message is found again.
    """
    layout = ui.LayoutView(timeout=None)
    children = next(_layouts(view, tenant)) or [ui.TextDisplay(EMPTY_TEXT)]
    layout.add_item(ui.Container(*children, accent_colour=ACCENTS[view.outcome], id=mark))
    layout.stop()  # presses arrive in on_interaction: nothing stays in memory
    return layout


def _layouts(view: View, tenant: str) -> Iterator[list[Component]]:
    """Yield the layouts that Discord takes, best first: one with link buttons if it has room."""
    if has_link_lines(view):
        yield from _if_valid(_with_separators(panels(view, tenant, link_buttons=True)))
    yield from _variants(panels(view, tenant))


def _variants(parts: Sequence[Panel]) -> Iterator[list[Component]]:
    """Yield the layouts that Discord takes, best first."""
    yield from _if_valid(_with_separators(parts))
    yield from _if_valid([child for part in parts for child in _wide(part)])
    yield from _if_valid([child for part in parts for child in _with_menu(part)])
    pictured = [index for index, part in enumerate(parts) if part.thumbnail]
    most = range(len(pictured), len(pictured) // 2, -1)
    for thumbnails in (*most, 0):  # fewer than half of them look like a mistake
        bare = set(pictured[thumbnails:])
        drawn = [
            replace(part, thumbnail="") if index in bare else part
            for index, part in enumerate(parts)
        ]
        yield from _if_valid([child for part in drawn for child in _wide(part)])
    yield from _if_valid([child for part in parts for child in _narrow(part)])
    yield _narrowest(parts)


def _with_separators(parts: Sequence[Panel]) -> list[Component]:
    """Lay panels out, with a separator under each that has controls."""
    children: list[Component] = []
    for before, part in pairwise([Panel(), *parts]):
        if before.controls and part.lines and not _is_beside(before):
            children.append(ui.Separator())
        children += _wide(part)
    return children


def _if_valid(children: list[Component]) -> Iterator[list[Component]]:
    if 1 + sum(map(_component_count, children)) <= MAX_COMPONENTS:  # with the container
        yield children


def _component_count(child: Component) -> int:
    inner = child.walk_children() if isinstance(child, ui.ActionRow | ui.Section) else ()
    return 1 + len(list(inner))


def _wide(part: Panel) -> Iterator[Component]:
    if _is_beside(part):
        yield ui.Section(ui.TextDisplay(part.text), accessory=_button(part.controls[0]))
        return
    if part.thumbnail:
        yield ui.Section(
            ui.TextDisplay(part.text or EMPTY_TEXT), accessory=ui.Thumbnail(part.thumbnail)
        )
    else:
        yield from _text(part)
    for row in _batches(part.controls, ROW_BUTTONS):
        yield ui.ActionRow(*map(_button, row))


def _with_menu(part: Panel) -> Iterator[Component]:
    """Lay a panel out, with a menu for buttons that belong to no text and turn no pages."""
    presses = [Press.read(control.id) for control in part.controls]
    turns = any(press and press.kind is Kind.TURN for press in presses)
    if part.text or part.picture or turns or not all(presses):
        return _wide(part)
    return _menus(part.controls)


def _is_beside(part: Panel) -> bool:
    """Tell whether the one control of a panel stands beside its text: half as high as below it."""
    return bool(part.text) and len(part.controls) == 1 and not (part.thumbnail or part.picture)


def _narrow(part: Panel) -> Iterator[Component]:
    yield from _text(part)
    if len(part.controls) == 1:
        yield ui.ActionRow(_button(part.controls[0]))
    else:
        yield from _menus(part.controls)


def _narrowest(parts: Sequence[Panel]) -> list[Component]:
    text = "\n".join(filter(None, (part.text for part in parts)))
    pictures = [part.picture for part in parts if part.picture]
    children: list[Component] = [ui.TextDisplay(text)] if text else []
    children += map(_gallery, _batches(pictures, GALLERY_PICTURES))
    controls = [control for part in parts for control in part.controls]
    # beside the menus and their rows: the container, and a remark
    room = (MAX_COMPONENTS - 2 - len(children)) // 2 * MENU_OPTIONS
    if len(controls) > room:
        left_out = count(len(controls) - room, "more button")
        children.append(ui.TextDisplay(f"-# … and {left_out} that don't fit in a message."))
    return [*children, *_menus(controls[:room])]


def _text(part: Panel) -> Iterator[Component]:
    if part.text:
        yield ui.TextDisplay(part.text)
    if part.picture:
        yield _gallery([part.picture])


def _gallery(pictures: Sequence[Picture]) -> Component:
    items = (
        MediaGalleryItem(one.url, description=shorten(visible(one.alt), MAX_ALT) or None)
        for one in pictures
    )
    return ui.MediaGallery(*items)


def _menus(controls: Sequence[Control]) -> Iterator[Component]:
    for some in _batches(controls, MENU_OPTIONS):
        options = [
            SelectOption(
                label=shorten(one.label, MAX_OPTION_LABEL),
                value=one.id,
                emoji=one.look.emoji or None,
            )
            for one in some
        ]
        hint = shorten(" · ".join(one.label for one in some), MAX_PLACEHOLDER)
        yield ui.ActionRow(
            ui.Select(custom_id=f"s{some[0].id}"[:100], options=options, placeholder=hint)
        )


def _button(control: Control) -> ui.Button[Any]:
    label = shorten(control.label, MAX_LABEL)
    if control.url:
        return ui.Button(label=label, url=control.url)
    style, emoji = control.look.style, control.look.emoji or None
    return ui.Button(label=label, custom_id=control.id, style=style, emoji=emoji)


def _batches(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (things[start : start + size] for start in range(0, len(things), size))
