"""Slack's mrkdwn, for the few elements that take no rich text, and only where it is inert."""

from __future__ import annotations

import re
from typing import assert_never

from bot.chat.views import Code, Link, Moment, Span, Spans, Strong
from bot.text import visible

# what Slack would read as bold, italic, struck out, code, an emoji or a quotation
_MARKUP = re.compile(r"[*_~`\\]|:\S+:|^\s*>", re.MULTILINE)
_URL = re.compile(r"https?://[^\s|<>]+")


def escape(text: str) -> str:
    """Escape what Slack would read as a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(*lines: Spans, bold: bool = False) -> str | None:
    """Return lines as mrkdwn, the first of them bold if `bold`.

    None if Slack would read something in them as markup.
    """
    written = [_line(spans, bold=bold and not number) for number, spans in enumerate(lines)]
    return "\n".join(one or "" for one in written) if all(written) else None


def _line(spans: Spans, *, bold: bool) -> str | None:
    words = visible("".join(one if isinstance(one, str) else one.text for one in spans))
    if _MARKUP.search(words) or not words.strip() or (bold and words != words.strip()):
        return None
    text = "".join(map(_span, spans))
    return f"*{text}*" if bold else text


def _span(span: Span) -> str:
    match span:
        case str():
            return escape(visible(span))
        case Link(text, url):
            label = escape(visible(text))
            return f"<{url}|{label}>" if label.strip() and _URL.fullmatch(url) else label
        case Strong(text) | Code(text) | Moment(text):
            return escape(visible(text))
        case _:
            assert_never(span)
