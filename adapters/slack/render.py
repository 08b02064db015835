"""Views as Block Kit: text goes only into rich_text and plain_text, where nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from adapters.slack import limits
from adapters.slack.limits import MESSAGE, OPTION, Json, Room, name_blocks
from adapters.slack.styles import style_buttons
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
    ends_with_buttons = bool(view.blocks) and isinstance(view.blocks[-1], Buttons)
    blocks = limits.fit(_groups(view), room, left_out, keep_last=ends_with_buttons)
    return name_blocks(style_buttons(blocks), prefix)


def fits(view: View, room: Room) -> bool:
    """Return whether a view fits into a message, modal or Home as a whole."""
    return limits.fits(_groups(view), room)


def fits_message(view: View) -> bool:
    """Return whether a view fits into one message as a whole."""
    return fits(view, MESSAGE)


def fallback_text(view: View) -> str:
    """Return one escaped line about a view, for notifications and screen readers."""
    line = ": ".join(filter(None, (visible(view.title), _summary(view)))).strip()
    return escape(shorten(line or "Paperboy", FALLBACK))


def _summary(view: View) -> str:
    """Return the titles of the papers in a view, or else its first text or title."""
    items = [block for block in view.blocks if isinstance(block, Item)]
    papers = " · ".join(_words(item.title) for item in items if item.paper)
    texts = [_words(block.spans) for block in view.blocks if isinstance(block, Text)]
    return next(filter(None, (papers, *texts[:1], *(_words(item.title) for item in items))), "")


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


def _groups(view: View) -> list[list[Json]]:
    """Return the blocks for the title, and for each block of a view."""
    title = [[{"type": "header", "text": plain_text(view.title, HEADER)}]] if view.title else []
    return [*title, *(list(_block(block)) for block in view.blocks)] or [[_paragraph([])]]


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Text(spans, quiet):
            has_link = any(isinstance(span, Link) for span in spans)
            yield from _remark(_words(spans)) if quiet and not has_link else _paragraphs([spans])
        case Item():
            yield from _item(block)
            yield from _button_rows(block.buttons, _words(block.title))
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
        yield from _paragraphs([head, *item.lines], bold=True)
        if item.picture:
            yield {"type": "context", "elements": [_image(item.picture, item)]}
        return
    yield from _paragraphs([head, *item.lines[: beside.start]], bold=True)
    text = "\n".join(map(_words, item.lines[beside.start : beside.stop]))
    shown = _head(text, PARAGRAPH)
    yield _section(shown, _image(item.picture, item))
    rest: list[Spans] = [(line,) for line in text[len(shown) :].split("\n") if line]
    if after := [*rest, *item.lines[beside.stop :]]:
        yield from _paragraphs(after)


def _section(text: str, accessory: Json) -> Json:
    shown = text if text.strip() else BLANK
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


def _remark(text: str) -> Iterator[Json]:
    """Render quiet text, in several blocks if it is long."""
    while shown := _head(text, PARAGRAPH):
        yield _context(shown)
        text = text[len(shown) :]
        if not text:
            return
    yield _context(text)


def _context(text: str) -> Json:
    return {"type": "context", "elements": [plain_text(text, PARAGRAPH)]}


def _button_rows(buttons: Sequence[Button], about: str = "") -> Iterator[Json]:
    """Render buttons; `about` is what they are about, for screen readers."""
    for first in range(0, len(buttons), BUTTONS_PER_ROW):
        row = buttons[first : first + BUTTONS_PER_ROW]
        yield {"type": "actions", "elements": [_button(one, n, about) for n, one in enumerate(row)]}


def _button(one: Button, number: int, about: str) -> Json:
    # ids are unique within a row; the first word comes back with the press, and tells whether the
    # answer takes the place of what is shown
    action_id = f"{'turn' if one.turns else 'press'}.{number}"
    label = plain_text(one.label, LABEL)
    button = {"type": "button", "text": label, "action_id": action_id, "value": one.line}
    spoken = f"{visible(one.label)}: {about}"
    return {**button, "accessibility_label": shorten(spoken, LABEL)} if about.strip() else button


def _field(label: str, line: str) -> Json:
    action_id = f"field.{line}"
    if len(action_id) > ACTION_ID:
        return next(_paragraphs([(f"{label}: type ", Code(f"{line} …"))]))
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


def _paragraphs(lines: Sequence[Spans], *, bold: bool = False) -> Iterator[Json]:
    """Render lines, the first of them bold if `bold`, in several paragraphs if they are long."""
    elements: list[Json] = []
    room = PARAGRAPH
    for number, spans in enumerate(lines):
        if elements:
            elements.append({"type": "text", "text": "\n"})
        for span in spans:
            words = _words((span,))
            while words:
                shown = _head(words, room)
                if shown:
                    elements.append(_element(span, shown, bold=bold and number == 0))
                words, room = words[len(shown) :], room - len(shown)
                if words:
                    yield _paragraph(elements)
                    elements, room = [], PARAGRAPH
    yield _paragraph(elements)


def _paragraph(elements: list[Json]) -> Json:
    shown = elements[:-1] if elements and elements[-1]["text"] == "\n" else elements
    if not any(element["text"].strip() for element in shown):
        shown = [*shown, {"type": "text", "text": BLANK}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": shown}]}


def _head(text: str, room: int) -> str:
    """Return as much of a text as there is room for, up to a space or the end of a line."""
    if len(text) <= room:
        return text
    end = max(text.rfind(" ", 0, room), text.rfind("\n", 0, room)) + 1
    return text[: end or (room if room == PARAGRAPH else 0)]


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
