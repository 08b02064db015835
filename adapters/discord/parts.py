"""What of a view stands together in a message: lines, what can be pressed under them, a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import urlsplit

from adapters.discord.custom_ids import Kind, Press
from adapters.discord.limits import MOST_TEXT, Line, fitted
from bot.chat.views import Block, Button, Buttons, Field, Item, Picture, Text, View
from bot.text import visible

LONGEST_PICTURE = 2048  # characters of a picture's address


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


def parts_of(view: View, tenant: str) -> list[Part]:
    """Say what of a view stands together, its texts within what a message holds."""
    return _written(_joined(_parts(view, tenant)))


def press(button: Button) -> Press:
    """Return what a press of a button carries."""
    return Press(Kind.TURN if button.turns else Kind.ANSWER, button.line)


def _parts(view: View, tenant: str) -> Iterator[Part]:
    """Yield the parts; each control gets a number of its own."""
    number = 0
    if view.title:
        yield Part((Line((view.title,), "## "),))
    for block in view.blocks:
        part = _part(block)
        controls = []
        for label, press in _presses(block):
            controls.append(
                Control(
                    visible(label).strip() or press.line, replace(press, tenant=tenant).id(number)
                )
            )
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
            return Part(picture=block) if _shown(url) else Part((Line((alt or url,)),))
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


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Join neighbours that are text and nothing else: each text costs a component."""
    joined: list[Part] = []
    for part in parts:
        if (
            joined
            and part.lines
            and not (part.controls or part.thumbnail)
            and _only_text(joined[-1])
        ):
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
    written = [
        replace(part, text="\n".join(filter(None, [next(rest) for _ in part.lines])))
        for part in parts
    ]
    return [*written, Part(text=remark)] if remark else written


def _shown(url: str) -> str:
    """Return the address of a picture if Discord takes it: it refuses the whole message otherwise."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_PICTURE
    return url if plain and parts.scheme in {"http", "https"} and parts.hostname else ""
