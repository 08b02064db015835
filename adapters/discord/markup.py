r"""Spans as Discord's Markdown, in which nothing from outside is markup.

A backslash before a punctuation mark makes it literal, and people read the same text. Discord looks
for mentions in the raw text as well, where a backslash in front counts for nothing: there `\<@1>`
is one, and `\<\@1\>` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import assert_never
from urllib.parse import quote, urlsplit

from bot.chat.views import Code, Link, Span, Spans, Strong
from bot.text import shorten, visible

# a colon can be that of an address or of an emoji's name such as :tada:, but not before a space
_MARKS = re.compile(r"[\\*_~`|<>\[\]@]|:(?!\s)")
# what is markup at the beginning of a line only: headings, small print, lists
_LINE_MARK = re.compile(r"^(\s*)(?:(?=[-+#])|(\d+)(?=[.)]))")
# in a link Discord wants brackets in pairs, and shows the source where the text looks like another
# address
_NO_LINK_TEXT = re.compile(r"[\[\]\\]|://|www\.|discord\.gg", re.IGNORECASE)
# kept in an address; brackets, quotes, spaces and asterisks are written in percent
_IN_ADDRESS = "/:?#@!$&+,;=%~-._"
LONGEST_ADDRESS = 512  # as for a link button; a paper's addresses have a tenth of it


def markdown(spans: Spans) -> str:
    """Write one line of spans as Markdown; "" where nothing of it can be seen."""
    text = "".join(map(_span, _merged(spans)))
    return (
        _LINE_MARK.sub(lambda found: f"{found[1]}{found[2] or ''}\\", text) if text.strip() else ""
    )


def escaped(text: str) -> str:
    """Write text so that it is read as it is, wherever it does not begin a line."""
    return _MARKS.sub(r"\\\g<0>", visible(text))


def cut(spans: Spans, most: int) -> Spans:
    """Shorten a line to `most` characters as people count them, at a word boundary."""
    words = "".join(map(_text, spans))
    if len(words) <= most:
        return spans
    left = len(shorten(words, most)) - 1
    kept: list[Span] = []
    for span in spans:
        kept.append(_with(span, _text(span)[:left]))
        left -= len(_text(span))
        if left <= 0:
            break
    return (*kept, "…")


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Join neighbours of one kind, as `**a****b**` and its like mean something else, and leave out what is empty."""
    last: Span | None = None
    for span in (_with(span, visible(_text(span))) for span in spans):
        if not _text(span):
            continue
        if last is not None and type(last) is type(span) and not isinstance(span, Link):
            last = _with(span, _text(last) + _text(span))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _span(span: Span) -> str:
    match span:
        case str():
            return escaped(span)
        case Strong(text):
            inner = text.strip()
            return (
                escaped(text).replace(escaped(inner), f"**{escaped(inner)}**", 1) if inner else text
            )
        case Code(text):
            # between backticks nothing is markup, and nothing can be escaped
            return f"`{text}`" if text.strip() and not set("`\\") & set(text) else escaped(text)
        case Link(text, url):
            return _link(text, url)
        case _:
            assert_never(span)


def _link(text: str, url: str) -> str:
    if not (address := _address(url)):
        return escaped(text if text == url else f"{text} ({url})")
    if text == url == address:
        return f"<{address}>"  # the angles keep a preview of it away
    if text.strip() and not _NO_LINK_TEXT.search(text):
        return f"[{escaped(text)}]({address})"
    return f"{escaped(text)} ([link]({address}))"


def _address(url: str) -> str:
    """Return the address as it can stand in a link, or ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    address = quote(url, safe=_IN_ADDRESS)
    return (
        address
        if parts.scheme in {"http", "https"} and parts.hostname and len(address) <= LONGEST_ADDRESS
        else ""
    )


def _text(span: Span) -> str:
    return span if isinstance(span, str) else span.text


def _with(span: Span, text: str) -> Span:
    match span:
        case str():
            return text
        case Strong():
            return Strong(text)
        case Code():
            return Code(text)
        case Link(_, url):
            return Link(text, url)
        case _:
            assert_never(span)
