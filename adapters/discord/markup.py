r"""Spans as Discord's Markdown, in which nothing from outside is markup.

A backslash before a punctuation mark makes it literal, and people read the same text. Discord also
looks for mentions in the raw text, where a backslash in front does not count: there `\<@1>` is one,
and `\<\@1\>` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import assert_never
from urllib.parse import quote, urlsplit

from adapters.discord.dialect import Mention
from bot.chat.views import Code, Link, Moment, Span, Spans, Strong
from bot.text import shorten, visible

# a colon can be that of an address or of an emoji's name such as :tada:, but not before a space
_MARKS = re.compile(r"[\\*_~`|<>\[\]@]|:(?!\s)")
# markup only at the beginning of a line: headings, small print, lists
_LINE_MARK = re.compile(r"^(\s*)(?:(?=[-+#])|(\d+)(?=[.)]))")
# in a link Discord wants brackets in pairs, and shows the source where the text looks like another
# address
_NO_LINK_TEXT = re.compile(r"[\[\]\\]|://|www\.|discord\.gg", re.IGNORECASE)
# unchanged in an address; brackets, quotes, spaces and asterisks are written in percent
_IN_ADDRESS = "/:?#@!$&+,;=%~-._"
# between backticks nothing can be escaped, and the search for mentions can pair them otherwise
_NO_CODE = re.compile(r"[`\\]|<[@#]")
MAX_URL = 512  # characters, as for a link button; a paper's addresses have a tenth of it


def markdown(spans: Spans) -> str:
    """Write one line of spans as Markdown; "" if nothing of it is visible."""
    text = "".join(map(_span, _merge(spans)))
    if not text.strip():
        return ""
    return _LINE_MARK.sub(lambda found: f"{found[1]}{found[2] or ''}\\", text)


def escape(text: str) -> str:
    """Escape text, so that people read it as it is wherever it does not begin a line."""
    return _MARKS.sub(r"\\\g<0>", visible(text))


def cut(spans: Spans, max_text: int) -> Spans:
    """Shorten a line to `max_text` characters as people count them, at a word boundary."""
    words = "".join(map(_text, spans))
    if len(words) <= max_text:
        return spans
    left = len(shorten(words, max_text)) - 1
    kept: list[Span] = []
    for span in spans:
        kept.append(_with(span, _text(span)[:left]))
        left -= len(_text(span))
        if left <= 0:
            break
    return (*kept, "…")


def _merge(spans: Iterable[Span]) -> Iterator[Span]:
    """Join neighbours of one kind, and leave out empty ones: `**a****b**` means something else."""
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
            return escape(span)
        case Strong(text):
            return _strong(text)
        case Mention(text, name, id_) if text.startswith(f"/{name}"):
            rest = text.removeprefix(f"/{name}").strip()
            return f"</{name}:{id_}>" + (f" {_span(Code(rest))}" if rest else "")
        case Code(text):
            return f"`{text}`" if text.strip() and not _NO_CODE.search(text) else escape(text)
        case Link(text, url):
            return _link(text, url)
        case Moment(_, at):
            return f"<t:{at.timestamp():.0f}:f>"
        case _:
            assert_never(span)


def _strong(text: str) -> str:
    inner = escape(text.strip())
    return escape(text).replace(inner, f"**{inner}**", 1) if inner else text


def _link(text: str, url: str) -> str:
    if not (address := link_address(url)):
        return escape(text if text == url else f"{text} ({url})")
    if text == url == address:
        return f"<{address}>"  # the angles keep a preview of it away
    if text.strip() and not _NO_LINK_TEXT.search(text):
        return f"[{escape(text)}]({address})"
    return f"{escape(text)} ([link]({address}))"


def link_address(url: str) -> str:
    """Return the address as a link can hold it, "" if none can."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    address = quote(url, safe=_IN_ADDRESS)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(address) > MAX_URL:
        return ""
    return address


def _text(span: Span) -> str:
    return span if isinstance(span, str) else span.text


def _with(span: Span, text: str) -> Span:
    match span:
        case str():
            return text
        case Strong():
            return Strong(text)
        case Mention(_, name, id_):
            return Mention(text, name, id_)
        case Code():
            return Code(text)
        case Link(_, url):
            return Link(text, url)
        case Moment():
            return span if text == span.text else text
        case _:
            assert_never(span)
