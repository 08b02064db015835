"""A view as Block Kit, pure: what is said stands in rich_text and plain_text only, where nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from adapters.slack.limits import MESSAGE, Json, Room, fitting, named
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
LABEL = 75
ALT = 2000
ACTION_ID = 255
BUTTONS_IN_A_ROW = 25
NOTICE = 300  # all that a phone shows of a notification
BLANK = "…"  # Slack refuses a text in which there is nothing to see


def blocks(view: View, name: str, room: Room = MESSAGE) -> list[Json]:
    """Render a view; `name` begins the id of each block, so that the message is known again by it.

    What has no room is left out, with a remark that says so.
    """
    title = [[{"type": "header", "text": plain_text(view.title, HEADER)}]] if view.title else []
    groups = [*title, *(list(_block(block)) for block in view.blocks)] or [[_rich([])]]
    ends_with_buttons = bool(view.blocks) and isinstance(view.blocks[-1], Buttons)
    return named(fitting(groups, room, left_out, keep_last=ends_with_buttons), name)


def notice(view: View) -> str:
    """Say in one line what a view shows, for notifications and screen readers; escaped, as Slack wants it."""
    papers = " · ".join(
        _words(block.title) for block in view.blocks if isinstance(block, Item) and block.paper
    )
    texts = (_words(block.spans) for block in view.blocks if isinstance(block, Text))
    titles = (_words(block.title) for block in view.blocks if isinstance(block, Item))
    said = ": ".join(
        filter(None, (visible(view.title), papers or next(texts, "") or next(titles, "")))
    )
    return escaped(shorten(said.strip() or "Paperboy", NOTICE))


def escaped(text: str) -> str:
    """Escape what Slack would read as a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, limit: int) -> Json:
    """Make a plain_text object, in which neither markup nor :emoji: is read."""
    text = visible(text)
    return {
        "type": "plain_text",
        "text": shorten(text, limit) if text.strip() else BLANK,
        "emoji": False,
    }


def left_out(blocks: int) -> Json:
    """Make the remark that so many things found no room."""
    return _quiet(
        f"{count(blocks, 'more', 'more')} left out here: Slack has no room for them in one message."
    )


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Text(spans, quiet):
            has_link = any(isinstance(span, Link) for span in spans)
            yield _quiet(_words(spans)) if quiet and not has_link else _rich([spans])
        case Item():
            yield from _item(block)
            yield from _actions(block.buttons)
        case Picture(url, alt):
            yield {"type": "image", "image_url": url, "alt_text": _short(alt, ALT)}
        case Buttons(buttons):
            yield from _actions(buttons)
        case Field(label, line):
            yield _field(label, line)
        case _:
            assert_never(block)


def _item(item: Item) -> Iterator[Json]:
    """Show the picture beside the longest lines without links: only a section takes one, and only with such text."""
    head = (f"{item.number}. ", *item.title) if item.number else item.title
    beside = _plain_lines(item.lines)
    if not item.picture or not beside:
        yield _rich([head, *item.lines], bold=True)
        if item.picture:
            yield {"type": "context", "elements": [_image(item.picture, item)]}
        return
    yield _rich([head, *item.lines[: beside.start]], bold=True)
    text = "\n".join(_words(item.lines[n]) for n in beside)
    section = {
        "type": "plain_text",
        "text": shorten(text, PARAGRAPH) if text.strip() else BLANK,
        "emoji": False,
    }
    yield {"type": "section", "text": section, "accessory": _image(item.picture, item)}
    if after := item.lines[beside.stop :]:
        yield _rich(after)


def _plain_lines(lines: Sequence[Spans]) -> range:
    """Return where the longest run of lines stands that are nothing but text."""
    plain = [all(isinstance(span, str) for span in spans) for spans in lines]
    ends = range(len(lines) + 1)
    runs = [range(first, last) for first in ends for last in ends[first:] if all(plain[first:last])]
    return max(runs, key=lambda run: sum(len(_words(lines[n])) for n in run), default=range(0))


def _image(url: str, item: Item) -> Json:
    return {"type": "image", "image_url": url, "alt_text": _short(_words(item.title), ALT)}


def _quiet(text: str) -> Json:
    return {"type": "context", "elements": [plain_text(text, PARAGRAPH)]}


def _actions(buttons: Sequence[Button]) -> Iterator[Json]:
    for first in range(0, len(buttons), BUTTONS_IN_A_ROW):
        row = buttons[first : first + BUTTONS_IN_A_ROW]
        yield {"type": "actions", "elements": [_button(one, n) for n, one in enumerate(row)]}


def _button(one: Button, number: int) -> Json:
    # ids are unique within a row; whether the answer takes the place of what is shown comes back
    # with the press
    action_id = f"{'turn' if one.turns else 'press'}.{number}"
    return {
        "type": "button",
        "text": plain_text(one.label, LABEL),
        "action_id": action_id,
        "value": one.line,
    }


def _field(label: str, line: str) -> Json:
    action_id = f"field.{line}"
    if len(action_id) > ACTION_ID:
        return _rich([(f"{label}: type ", Code(f"{line} …"))])
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


def _rich(lines: Sequence[Spans], *, bold: bool = False) -> Json:
    """Make a paragraph of lines, the first of them in bold where `bold`; too long a text is shortened."""
    elements: list[Json] = []
    room = PARAGRAPH
    for number, spans in enumerate(lines):
        if elements and room > 0:
            elements.append({"type": "text", "text": "\n"})
        for span in spans:
            if (words := _words((span,))) and room > 0:
                elements.append(_element(span, shorten(words, room), bold=bold and number == 0))
            room -= len(words)
    blank = not any(element["text"].strip() for element in elements)
    if blank or (room < 0 and not elements[-1]["text"].endswith("…")):
        elements.append({"type": "text", "text": BLANK})
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


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


def _short(text: str, limit: int) -> str:
    return str(plain_text(text, limit)["text"])
