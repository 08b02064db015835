"""Views as Block Kit: text goes into rich_text and plain_text, where nothing is markup.

Only what takes neither gets mrkdwn, where that is inert.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import assert_never

from adapters.slack import limits
from adapters.slack.cards import draw_cards, join_cards
from adapters.slack.elements import (
    ALT,
    BLANK,
    draw_button,
    draw_feedback,
    draw_picture,
    draw_rows,
    plain_text,
    words_of,
)
from adapters.slack.limits import MESSAGE, Json, Room, name_blocks
from adapters.slack.markup import escape, mrkdwn
from adapters.slack.styles import style_buttons
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
from bot.text import count, shorten, visible

# https://docs.slack.dev/reference/block-kit/blocks and …/block-elements
PARAGRAPH = 2900  # of the 3,000 characters of a text
HEADER = 150
ACTION_ID = 255
FALLBACK = 300  # characters: all that a phone shows of a notification
DIVIDER = {"type": "divider"}
FEEDBACK = "context_actions"
DATE = "{date_long_pretty} at {time}"  # by the reader's clock
VERDICT = "rate "  # how lines begin that say what something was worth


def render(
    view: View, prefix: str, room: Room = MESSAGE, newer: Collection[str] = ()
) -> list[Json]:
    """Return the blocks of a view; their ids begin with `prefix`.

    `newer` are the types of blocks, of those that not every workspace takes, which may be used.
    What does not fit is left out, and a note says how much that is.
    """
    ends_with_buttons = bool(view.blocks) and isinstance(view.blocks[-1], Buttons)
    blocks = limits.fit(_groups(view, newer), room, left_out, keep_last=ends_with_buttons)
    return name_blocks(style_buttons(blocks, [one.line for one in view.buttons]), prefix)


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
    papers = " · ".join(words_of(item.title) for item in items if item.paper)
    texts = [words_of(block.spans) for block in view.blocks if isinstance(block, Text)]
    return next(filter(None, (papers, *texts[:1], *(words_of(item.title) for item in items))), "")


def left_out(blocks: int) -> Json:
    """Return the note that so many things did not fit."""
    return _context(f"{count(blocks, 'more', 'more')} not shown: the message would be too long.")


def _groups(view: View, newer: Collection[str] = ()) -> list[list[Json]]:
    """Return the blocks for the title, and for each block of a view."""
    title = [[{"type": "header", "text": plain_text(view.title, HEADER)}]] if view.title else []
    return [*title, *_body(view, newer)] or [[_paragraph([])]]


def _body(view: View, newer: Collection[str]) -> Iterator[list[Json]]:
    waiting, is_after_item, subjects = _merge_buttons(view.blocks), False, _subjects(view)
    while waiting:
        if cards := draw_cards(waiting, view.arranged, newer):
            del waiting[: len(cards)]
            for block in join_cards(cards, view.arranged):
                yield [block]
            is_after_item = True
            continue
        first = waiting.pop(0)
        blocks = list(_block(first, newer, subjects))
        is_item = isinstance(first, Item) and len(blocks) > 1
        is_heading = isinstance(first, Text) and not first.quiet
        yield [DIVIDER, *blocks] if is_after_item and (is_item or is_heading) else blocks
        is_after_item = is_item


def _merge_buttons(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks in which rows of buttons that follow one another are one row."""
    merged: list[Block] = []
    for block in blocks:
        before = merged[-1] if merged else None
        if isinstance(before, Buttons) and isinstance(block, Buttons):
            merged[-1] = Buttons(before.buttons + block.buttons)
        else:
            merged.append(block)
    return merged


def _subjects(view: View) -> Mapping[str, str]:
    """Return what buttons of a view are about: titles by the paper, and under "" what stands out.

    That is the only paper, or what the first text names.
    """
    items = [block for block in view.blocks if isinstance(block, Item)]
    titles = {item.paper: words_of(item.title) for item in items if item.paper}
    spans = view.blocks[0].spans if view.blocks and isinstance(view.blocks[0], Text) else ()
    named = (words_of((one,)) for one in spans if isinstance(one, Strong | Link))
    only = next(iter(titles.values())) if len(titles) == 1 else next(named, "")
    return {**titles, "": only}


def _block(block: Block, newer: Collection[str], subjects: Mapping[str, str]) -> Iterator[Json]:
    match block:
        case Text(spans, quiet):
            has_link = any(isinstance(span, Link) for span in spans)
            yield from _remark(words_of(spans)) if quiet and not has_link else _paragraphs([spans])
        case Item():
            yield from _item(block)
        case Picture(url, alt):
            yield draw_picture(url, alt)
        case Buttons(buttons):
            yield from _buttons(buttons, newer, subjects)
        case Field(label, line):
            yield _field(label, line)
        case _:
            assert_never(block)


def _buttons(
    buttons: Sequence[Button], newer: Collection[str], subjects: Mapping[str, str]
) -> Iterator[Json]:
    """Render buttons, those that ask for a verdict as thumbs where Slack takes these."""
    verdicts = [one for one in buttons if one.line.startswith(VERDICT)]
    if FEEDBACK not in newer or len(verdicts) != 2:
        yield from draw_rows(buttons, subjects)
        return
    if others := [one for one in buttons if one not in verdicts]:
        yield from draw_rows(others, subjects)
    yield {"type": FEEDBACK, "elements": [draw_feedback(*verdicts)]}


def _item(item: Item) -> Iterator[Json]:
    """Render an item: its text, beside it the picture or the only button, and buttons below."""
    about, buttons = words_of(item.title), item.buttons
    head: Spans = (f"{item.number}. ", *item.title) if item.number else item.title
    text = mrkdwn(head, *item.lines, bold=True) or ""
    if item.picture:
        side = draw_picture(item.picture, about)
    elif len(buttons) == 1:
        side = draw_button(buttons[0], 0, about)
    else:
        side = {}
    if side and 0 < len(text) <= PARAGRAPH:
        shown = {"type": "mrkdwn", "text": text, "verbatim": True}
        yield {"type": "section", "text": shown, "accessory": side}
        buttons = buttons if item.picture else ()
    elif item.picture:
        yield from _beside_picture(head, item.lines, side)
    else:
        yield from _paragraphs([head, *item.lines], bold=True)
    yield from draw_rows(buttons, {"": about})


def _beside_picture(head: Spans, lines: Sequence[Spans], picture: Json) -> Iterator[Json]:
    """Render lines that mrkdwn can't hold, those without links at a picture.

    Only a section takes a picture at its side, and it is used for plain text then.
    """
    plain = [spans for spans in lines if all(isinstance(span, str) for span in spans)]
    yield from _paragraphs([head, *(spans for spans in lines if spans not in plain)], bold=True)
    text = "\n".join(map(words_of, plain))
    if not text.strip():
        yield {"type": "context", "elements": [picture]}
        return
    shown = _head(text, PARAGRAPH)
    yield {"type": "section", "text": plain_text(shown, PARAGRAPH), "accessory": picture}
    if rest := text[len(shown) :].strip():
        yield from _paragraphs([(rest,)])


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
            words = words_of((span,))
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
    shown = elements[:-1] if elements and elements[-1].get("text") == "\n" else elements
    if not any(element.get("text", BLANK).strip() for element in shown):
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
        case Moment(_, at):
            seconds = round(at.timestamp())
            element = {"type": "date", "timestamp": seconds, "format": DATE, "fallback": text}
        case _:
            assert_never(span)
    return {**element, "style": style} if style else element
