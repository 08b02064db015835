"""Views as the HTML of an e-mail: pure.

Tables and inline styles, because that is what Outlook and Gmail draw
(https://www.caniemail.com); the style sheet adds dark mode where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import assert_never

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
    plain_spans,
)
from bot.text import count, shorten, visible

MAX_BYTES = 96_000  # Gmail shows no more than 102 kB of a message
PREHEADER = 140  # characters that a list of messages shows after the subject
WIDTH = 600  # pixels
UNBROKEN = 24  # characters of a command that stay on one line, also on a phone
# Hugging Face's pictures are 1200 × 648
THUMBNAIL = (120, 65)
FULL_PICTURE = (552, 298)

_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
_STYLE = """
body{margin:0;padding:0;background:#f4f4f5}
@media (max-width:480px){.side{display:none!important}.sheet{padding:16px!important}}
@media (prefers-color-scheme:dark){
body,.ground{background:#18181b!important}.sheet{background:#27272a!important}
.ink{color:#f4f4f5!important}.quiet{color:#a1a1aa!important}
.link{color:#93c5fd!important}.code{background:#3f3f46!important;color:#e4e4e7!important}}
"""


def render(view: View) -> str:
    """Return a view as an HTML document of at most `MAX_BYTES` bytes."""
    rows = [_heading(view.title)] if view.title else []
    used = sum(len(row.encode()) for row in rows)
    for number, block in enumerate(view.blocks):
        row = _row(_block(block))
        used += len(row.encode())
        if used > MAX_BYTES:
            rest = count(len(view.blocks) - number, "more part")
            rows.append(_row(_paragraph((f"… {rest} in the plain text.",), quiet=True)))
            break
        rows.append(row)
    return _document(view.title, _preheader(view), "".join(rows))


def _document(title: str, preheader: str, rows: str) -> str:
    # an empty run after the preheader keeps the text below out of the list of messages
    hidden = "display:none;max-height:0;overflow:hidden;mso-hide:all"
    sheet = "background:#ffffff;border-radius:8px;padding:24px"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f'<body><div style="{hidden}">{_text(preheader)}{"&#8199;&#847; " * 40}</div>'
        '<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" '
        'style="background:#f4f4f5"><tr><td align="center" style="padding:16px 8px">'
        f'<table role="presentation" width="{WIDTH}" cellpadding="0" cellspacing="0" '
        f'style="width:100%;max-width:{WIDTH}px"><tr><td class="sheet" style="{sheet}">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0">'
        f"{rows}</table></td></tr></table></td></tr></table></body></html>\n"
    )


def _preheader(view: View) -> str:
    """Return what a list of messages shows: the first paragraph, then the titles."""
    texts = [plain_spans(block.spans) for block in view.blocks if isinstance(block, Text)][:1]
    titles = [_words(block.title) for block in view.blocks if isinstance(block, Item)]
    return shorten(" · ".join([*texts, *titles]), PREHEADER)


def _heading(title: str) -> str:
    style = f"{_FONT}font-size:22px;line-height:28px;font-weight:700;color:#18181b;margin:0"
    return _row(f'<h1 class="ink" style="{style}">{_text(title)}</h1>')


def _row(html: str) -> str:
    return f'<tr><td style="padding:0 0 18px 0">{html}</td></tr>'


def _block(block: Block) -> str:
    match block:
        case Text(spans, quiet):
            return _paragraph(spans, quiet=quiet)
        case Item():
            return _item(block)
        case Picture(url, alt):
            return _image(url, alt, FULL_PICTURE)
        case Buttons(buttons):
            return _commands(buttons)
        case Field(label, line):
            return _paragraph((f"{label}: ", Code(f"{line} …")), quiet=True)
        case _:
            assert_never(block)


def _item(item: Item) -> str:
    number = f"{item.number}. " if item.number else ""
    title = f"{_FONT}font-size:16px;line-height:22px;font-weight:600;color:#18181b;margin:0"
    parts = [f'<h2 class="ink" style="{title}">{number}{_spans(item.title)}</h2>']
    parts += [_paragraph(spans) for spans in item.lines]
    parts += [_commands(item.buttons)] if item.buttons else []
    said = f'<td valign="top">{"".join(parts)}</td>'
    if item.picture is None:
        return _table(said)
    picture = _image(item.picture, _words(item.title), THUMBNAIL)
    width = THUMBNAIL[0] + 16
    return _table(
        f'{said}<td class="side" valign="top" width="{width}" style="padding:2px 0 0 16px">'
        f"{picture}</td>"
    )


def _table(cells: str) -> str:
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>'
        f"{cells}</tr></table>"
    )


def _paragraph(spans: Spans, *, quiet: bool = False) -> str:
    size, color = ("13px", "#71717a") if quiet else ("14px", "#3f3f46")
    style = f"{_FONT}font-size:{size};line-height:20px;color:{color};margin:4px 0 0 0"
    return f'<p class="{"quiet" if quiet else "ink"}" style="{style}">{_spans(spans)}</p>'


def _commands(buttons: Iterable[Button]) -> str:
    """Show what can be typed in chat: nothing can be pressed in an e-mail."""
    spans: list[Span] = []
    for button in buttons:
        says_so = button.line.partition(" ")[0] == button.label.lower()
        spans += ["\u2003" if spans else "", "" if says_so else f"{button.label}: "]
        spans.append(Code(button.line))
    return _paragraph(tuple(spans), quiet=True)


def _image(url: str, alt: str, size: tuple[int, int]) -> str:
    width, height = size
    style = (
        f"{_FONT}font-size:11px;line-height:14px;color:#a1a1aa;"  # of the words in its place
        "display:block;border:0;border-radius:6px;max-width:100%;height:auto"
    )
    return (
        f'<img src="{_text(url)}" alt="{_text(alt)}" width="{width}" height="{height}" '
        f'style="{style}">'
    )


def _spans(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    match span:
        case str():
            return _text(span)
        case Moment(text):
            return _text(text)
        case Strong(text):
            return f"<strong>{_text(text)}</strong>"
        case Code(text):
            style = "font-size:12px;background:#f4f4f5;border-radius:3px;padding:1px 4px"
            if len(text) <= UNBROKEN:
                style += ";white-space:nowrap"
            return f'<code class="code" style="{style}">{_text(text)}</code>'
        case Link(text, url):
            style = "color:#1d4ed8;text-decoration:none"
            return f'<a class="link" href="{_text(url)}" style="{style}">{_text(text)}</a>'
        case _:
            assert_never(span)


def _words(spans: Spans) -> str:
    return "".join(span if isinstance(span, str) else span.text for span in spans)


def _text(text: str) -> str:
    return escape(visible(text))
