"""A view as JSON values and back: a message that waits is sent as it was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, assert_never

from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Moment,
    Picture,
    Span,
    Spans,
    Strong,
    Text,
    View,
)

Json: TypeAlias = dict[str, Any]
Values: TypeAlias = Mapping[str, Any]


def freeze(view: View) -> Json:
    """Return what of a view is shown."""
    return {
        "title": view.title,
        "blocks": [_block(block) for block in view.blocks],
        "reactions": list(view.reactions),
        "arranged": view.arranged,
        "ping": view.ping,
        "publish": view.publish,
    }


def thaw(frozen: Values) -> View:
    """Return the view again."""
    blocks = tuple(BLOCKS[one["kind"]](one) for one in frozen["blocks"])
    return View(
        blocks,
        title=frozen["title"],
        reactions=tuple(frozen["reactions"]),
        # messages that were stored before there was a choice are lists, and ping no one
        arranged=frozen.get("arranged", "list"),
        ping=frozen.get("ping", ""),
        publish=frozen.get("publish", False),
    )


def _block(block: Block) -> Json:
    match block:
        case Text(spans, quiet):
            return {"kind": "Text", "spans": _spans(spans), "quiet": quiet}
        case Item():
            return {
                "kind": "Item",
                "title": _spans(block.title),
                "lines": [_spans(line) for line in block.lines],
                "buttons": _buttons(block.buttons),
                "number": block.number,
                "paper": block.paper,
                "picture": block.picture,
            }
        case Picture(url, alt):
            return {"kind": "Picture", "url": url, "alt": alt}
        case Buttons(buttons):
            return {"kind": "Buttons", "buttons": _buttons(buttons)}
        case Field(label, line):
            return {"kind": "Field", "label": label, "line": line}
        case _:
            assert_never(block)


def _spans(spans: Spans) -> list[str | Json]:
    return [_span(span) for span in spans]


def _span(span: Span) -> str | Json:
    match span:
        case str():
            return span
        case Strong(text):
            return {"kind": "Strong", "text": text}
        case Code(text):
            return {"kind": "Code", "text": text}
        case Link(text, url):
            return {"kind": "Link", "text": text, "url": url}
        case Moment(text, at):
            return {"kind": "Moment", "text": text, "at": at.isoformat()}
        case _:
            assert_never(span)


def _buttons(buttons: Sequence[Button]) -> list[Json]:
    return [
        {"kind": "Button", "label": one.label, "line": one.line, "turns": one.turns}
        for one in buttons
    ]


def _read_text(frozen: Values) -> Text:
    return Text(_read_spans(frozen["spans"]), frozen["quiet"])


def _read_item(frozen: Values) -> Item:
    return Item(
        _read_spans(frozen["title"]),
        tuple(_read_spans(line) for line in frozen["lines"]),
        _read_buttons(frozen["buttons"]),
        frozen["number"],
        frozen["paper"],
        frozen["picture"],
    )


def _read_spans(frozen: Sequence[str | Values]) -> Spans:
    return tuple(one if isinstance(one, str) else SPANS[one["kind"]](one) for one in frozen)


def _read_buttons(frozen: Sequence[Values]) -> tuple[Button, ...]:
    return tuple(Button(one["label"], one["line"], one["turns"]) for one in frozen)


# a test holds these against the members of the unions
BLOCKS: Mapping[str, Callable[[Values], Block]] = {
    "Text": _read_text,
    "Item": _read_item,
    "Picture": lambda frozen: Picture(frozen["url"], frozen["alt"]),
    "Buttons": lambda frozen: Buttons(_read_buttons(frozen["buttons"])),
    "Field": lambda frozen: Field(frozen["label"], frozen["line"]),
}
SPANS: Mapping[str, Callable[[Values], Span]] = {
    "Strong": lambda frozen: Strong(frozen["text"]),
    "Code": lambda frozen: Code(frozen["text"]),
    "Link": lambda frozen: Link(frozen["text"], frozen["url"]),
    "Moment": lambda frozen: Moment(frozen["text"], datetime.fromisoformat(frozen["at"])),
}
