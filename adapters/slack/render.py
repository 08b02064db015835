"""Views as Block Kit: text goes only into rich_text and plain_text, where nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from adapters.slack.limits import MESSAGE, OPTION, Json, Room, fit, name_blocks
from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Picture,
    Span,
    Spans,
    Strong,
    Text,
    View,
)
from bot.text import count, shorten, visible

# https://docs.slack.dev/reference/block-kit/blocks and …/block-elements
PARAGRAPH = 2900  # of the 3,000 characters of a text
HEADER = 150
LABEL = OPTION
ALT = 2000
ACTION_ID = 255
BUTTONS_PER_ROW = 25
FALLBACK = 300  # characters: all that a phone shows of a notification
BLANK = "…"  # Slack refuses a text in which there is nothing to see


def render(view: View, prefix: str, room: Room = MESSAGE) -> list[Json]:
    """Return the blocks of a view; their ids begin with `prefix`.

    What does not fit is left out, and a note says how much that is.
    """
    title = [[{"type": "header", "text": plain_text(view.title, HEADER)}]] if view.title else []
    groups = [*title, *(list(_block(block)) for block in view.blocks)] or [[_rich_text([])]]
    ends_with_buttons = bool(view.blocks) and isinstance(view.blocks[-1], Buttons)
    return name_blocks(fit(groups, room, left_out, keep_last=ends_with_buttons), prefix)


def fallback_text(view: View) -> str:
    """Return one escaped line about a view, for notifications and screen readers."""
    items = [block for block in view.blocks if isinstance(block, Item)]
    papers = " · ".join(_words(item.title) for item in items if item.paper)
    texts = (_words(block.spans) for block in view.blocks if isinstance(block, Text))
    titles = (_words(item.title) for item in items)
    content = papers or next(texts, "") or next(titles, "")
    line = ": ".join(filter(None, (visible(view.title), content))).strip()
    return escape(shorten(line or "Paperboy", FALLBACK))


def escape(text: str) -> str:
    """Escape what Slack would read as a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, limit: int) -> Json:
    """Return a plain_text object, in which neither markup nor :emoji: is read."""
    text = visible(text)
    shown = shorten(text, limit) if text.strip() else BLANK
    return {"type": "plain_text", "text": shown, "emoji": False}


def left_out(blocks: int) -> Json:
    """Return the note that so many things did not fit."""
    return _context(f"{count(blocks, 'more', 'more')} not shown: the message would be too long.")


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Text(spans, quiet):
            has_link = any(isinstance(span, Link) for span in spans)
            yield _context(_words(spans)) if quiet and not has_link else _rich_text([spans])
        case Item():
            yield from _item(block)
            yield from _button_rows(block.buttons)
        case Picture(url, alt):
            yield {"type": "image", "image_url": url, "alt_text": _shorten(alt, ALT)}
        case Buttons(buttons):
            yield from _button_rows(buttons)
        case Field(label, line):
            yield _field(label, line)
        case _:
            assert_never(block)


def _item(item: Item) -> Iterator[Json]:
    """Render an item, with its picture beside the longest run of lines without links.

    Only a section takes a picture at its side, and it is used for plain text only.
    """
    head = (f"{item.number}. ", *item.title) if item.number else item.title
    beside = _longest_plain_run(item.lines)
    if not item.picture or not beside:
        yield _rich_text([head, *item.lines], bold=True)
        if item.picture:
            yield {"type": "context", "elements": [_image(item.picture, item)]}
        return
    yield _rich_text([head, *item.lines[: beside.start]], bold=True)
    yield _section(item.lines[beside.start : beside.stop], _image(item.picture, item))
    if after := item.lines[beside.stop :]:
        yield _rich_text(after)


def _section(lines: Sequence[Spans], accessory: Json) -> Json:
    text = "\n".join(map(_words, lines))
    shown = shorten(text, PARAGRAPH) if text.strip() else BLANK
    plain = {"type": "plain_text", "text": shown, "emoji": False}
    return {"type": "section", "text": plain, "accessory": accessory}


def _longest_plain_run(lines: Sequence[Spans]) -> range:
    """Return the run of lines that are nothing but text and have the most characters."""
    plain = [all(isinstance(span, str) for span in spans) for spans in lines]
    ends = range(len(lines) + 1)
    runs = [range(first, last) for first in ends for last in ends[first:] if all(plain[first:last])]
    return max(runs, key=lambda run: sum(len(_words(lines[n])) for n in run), default=range(0))


def _image(url: str, item: Item) -> Json:
    return {"type": "image", "image_url": url, "alt_text": _shorten(_words(item.title), ALT)}


def _context(text: str) -> Json:
    return {"type": "context", "elements": [plain_text(text, PARAGRAPH)]}


def _button_rows(buttons: Sequence[Button]) -> Iterator[Json]:
    for first in range(0, len(buttons), BUTTONS_PER_ROW):
        row = buttons[first : first + BUTTONS_PER_ROW]
        yield {"type": "actions", "elements": [_button(one, n) for n, one in enumerate(row)]}


def _button(one: Button, number: int) -> Json:
    # ids are unique within a row; the first word comes back with the press, and tells whether the
    # answer takes the place of what is shown
    action_id = f"{'turn' if one.turns else 'press'}.{number}"
    label = plain_text(one.label, LABEL)
    return {"type": "button", "text": label, "action_id": action_id, "value": one.line}


def _field(label: str, line: str) -> Json:
    action_id = f"field.{line}"
    if len(action_id) > ACTION_ID:
        return _rich_text([(f"{label}: type ", Code(f"{line} …"))])
    element = {
        "type": "plain_text_input",
        "action_id": action_id,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return {
        "type": "input",
        "dispatch_action": True,
        "label": plain_text(label, ALT),
        "element": element,
    }


def _rich_text(lines: Sequence[Spans], *, bold: bool = False) -> Json:
    """Return a paragraph of lines, the first of them bold if `bold`, cut to PARAGRAPH."""
    elements: list[Json] = []
    room = PARAGRAPH
    for number, spans in enumerate(lines):
        if elements and room > 0:
            elements.append({"type": "text", "text": "\n"})
        for span in spans:
            words = _words((span,))
            if words and room > 0:
                elements.append(_element(span, shorten(words, room), bold=bold and number == 0))
            room -= len(words)
    if _lacks_ellipsis(elements, room):
        elements.append({"type": "text", "text": BLANK})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _lacks_ellipsis(elements: Sequence[Json], room: int) -> bool:
    """Return whether a paragraph shows nothing, or was cut between two of its elements."""
    is_blank = not any(element["text"].strip() for element in elements)
    return is_blank or (room < 0 and not elements[-1]["text"].endswith("…"))


def _element(span: Span, text: str, *, bold: bool) -> Json:
    style = {"bold": True} if bold or isinstance(span, Strong) else {}
    match span:
        case str() | Strong():
            element: Json = {"type": "text", "text": text}
        case Code():
            element, style = {"type": "text", "text": text}, {**style, "code": True}
        case Link(_, url):
            element = {"type": "link", "url": url, "text": text}
        case _:
            assert_never(span)
    return {**element, "style": style} if style else element


def _words(spans: Spans) -> str:
    return visible("".join(span if isinstance(span, str) else span.text for span in spans))


def _shorten(text: str, limit: int) -> str:
    return str(plain_text(text, limit)["text"])
