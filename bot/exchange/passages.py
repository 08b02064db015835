"""The passages of Markdown or HTML: list items, table rows and paragraphs, with their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text import clean

MAX_MARKDOWN = 2_500_000  # characters read as Markdown; the rest line by line
LINE_COST = 100  # characters that take as long to read as a line takes besides
PIECE = 60_000  # characters read at once
MAX_DEFINITIONS = 5_000  # addresses with a name
_DIGITS = re.compile(r"[0-9]{4}|://")  # without them, a line names no paper
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,300}\]: *\S[^\n]{0,2000}$", re.MULTILINE)
# a line that nothing before it takes in: a heading, or an item of a list at its margin
_NEW_PASSAGE = re.compile(r"\n(?=\n#|#{1,6} |\n\S|[-*+] )")
MAX_LINE = 20_000  # characters of a line: a longer one is no writing of a person
_BIBTEX = re.compile(r"^[ \t]*@\w+\s*\{", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BLOCK = re.compile(
    r"<(?:/?(?:tr|li|p|div|h[1-6]|dt|dd|table|details|summary|ul|ol)\b|br\b)[^<>]{0,500}>",
    re.IGNORECASE,
)
_HREF = re.compile(
    r"<a\b[^<>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s<>]{1,2000})[^<>]{0,500}>", re.IGNORECASE
)
_SOURCE = re.compile(
    r"\bsrc\s*=\s*[\"']?([^\"'\s<>]{1,2000})|=\s*[\"']?(https?://[^\"'\s<>]{1,2000})", re.IGNORECASE
)
_HTML_TAG = re.compile(r"<[^<>]{1,2000}>")
_MARKER = re.compile(r"^[\s\[\]xX☐☑✅]*|[\s:,.;–—|-]*$")


@dataclass(frozen=True, slots=True)
class NamedLink:
    """Where a link leads, and what it is called."""

    address: str
    label: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands together: one item, row or paragraph.

    `lead` is its text before the first link, `strong` its first bold text, `code` its first code;
    `source` is the Markdown itself.
    """

    text: str
    links: tuple[NamedLink, ...] = ()
    lead: str = ""
    strong: str = ""
    code: str = ""
    cells: tuple[str, ...] = ()
    source: str = ""
    heading: bool = False
    nested: bool = False
    bibtex: bool = False


def passages(text: str) -> Iterator[Passage]:
    """Yield the passages of a text in order."""
    parser = _parser()
    environment: dict[str, dict[str, dict[str, str]]] = {}
    parser.parse("\n".join(islice(_DEFINITION.findall(text), MAX_DEFINITIONS)), environment)
    room = MAX_MARKDOWN
    for piece in _pieces(text):
        is_long = max(map(len, piece.splitlines()), default=0) > MAX_LINE
        if is_long or room <= 0:
            yield from map(Passage, filter(_DIGITS.search, piece.splitlines()))
        else:
            room -= len(piece) + LINE_COST * piece.count("\n")
            yield from _of_tokens(parser.parse(piece, environment))
    # addresses with a name that nothing uses
    for reference in environment.get("references", {}).values():
        yield Passage("", (NamedLink(reference["href"], reference.get("title", "")),), heading=True)


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that end where a new passage begins."""
    start = 0
    while start < len(text):
        end = _NEW_PASSAGE.search(text, start + PIECE)
        stop = end.start() if end and end.start() < start + 4 * PIECE else start + 4 * PIECE
        yield text[start:stop]
        start = stop


def _of_tokens(tokens: list[Token]) -> Iterator[Passage]:
    kinds: list[str] = []
    row: list[Passage] = []
    for token in tokens:
        if token.nesting:
            kinds = [*kinds, token.type] if token.nesting == 1 else kinds[:-1]
            if token.type == "tr_close":
                yield _joined(row)
                row = []
        elif token.type == "inline":
            passage = _of_inline(token, kinds)
            if "tr_open" in kinds:
                row.append(passage)
            else:
                yield passage
        elif token.type in {"fence", "code_block"}:
            yield Passage(token.content, bibtex=bool(_BIBTEX.search(token.content)))
        elif token.type == "html_block":
            yield from _of_html(token.content)


def _of_inline(token: Token, kinds: list[str]) -> Passage:
    state = _Inline()
    for child in token.children or ():
        state.take(child)
    return Passage(
        "".join(state.texts),
        tuple(state.links),
        _tidy(state.lead),
        _tidy(state.strong),
        state.code,
        source=token.content,
        heading="heading_open" in kinds or "thead_open" in kinds,
        nested=kinds.count("list_item_open") > 1,
    )


class _Inline:
    """What a line holds so far, read token by token."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.links: list[NamedLink] = []
        self.lead = self.strong = self.code = ""
        self._address = self._label = ""
        self._bold = False

    def take(self, token: Token) -> None:
        match token.type:
            case "text" | "softbreak" | "hardbreak" | "code_inline":
                self._add(token)
            case "link_open":
                self._open(str(token.attrs.get("href", "")))
            case "link_close":
                self._close()
            case "strong_open" | "strong_close":
                self._bold = token.type == "strong_open" and not self.strong
            case "image":
                self.links.append(NamedLink(str(token.attrs.get("src", "")), ""))
            case "html_inline":
                self._take_html(token.content)
            case _:  # emphasis and the like
                pass

    def _add(self, token: Token) -> None:
        text = token.content or "\n"
        # an autolink's text repeats its address
        self.texts.append("" if self._address and "://" in text else text)
        self.code = self.code or (text if token.type == "code_inline" else "")
        self.strong += text if self._bold else ""
        if self._address:
            self._label += text
        elif not self.links:
            self.lead += text

    def _open(self, address: str) -> None:
        self._close()
        self._address, self._label = address, ""

    def _close(self) -> None:
        if self._address:
            self.links.append(NamedLink(self._address, _tidy(self._label)))
        self._address = ""

    def _take_html(self, tag: str) -> None:
        if tag.startswith("<!--"):
            return
        if opened := _HREF.match(tag):
            self._open(unescape(opened[1]))
        elif tag.lower().startswith("</a"):
            self._close()
        elif source := _SOURCE.search(tag):
            self.links.append(NamedLink(unescape(source[1] or source[2]), ""))


def _joined(row: list[Passage]) -> Passage:
    """Return the cells of a row as one passage; what stands in a cell stands alone."""
    return Passage(
        "\n".join(cell.text for cell in row),
        tuple(link for cell in row for link in cell.links),
        strong=next((cell.strong for cell in row if cell.strong), ""),
        cells=tuple(_tidy(cell.text) for cell in sorted(row, key=lambda cell: -len(cell.text))),
        heading=any(cell.heading for cell in row),
    )


def _of_html(content: str) -> Iterator[Passage]:
    for part in _BLOCK.split(_COMMENT.sub(" ", content)):
        if not part.strip():
            continue
        links = [
            NamedLink(unescape(href[1]), _tidy(_shown(part[href.end() :].partition("</a")[0])))
            for href in _HREF.finditer(part)
        ]
        links += [
            NamedLink(unescape(source[1] or source[2]), "") for source in _SOURCE.finditer(part)
        ]
        yield Passage(_shown(part), tuple(links), _tidy(_shown(part.partition("<a")[0])))


def _shown(part: str) -> str:
    return unescape(_HTML_TAG.sub(" ", part))


def _tidy(text: str) -> str:
    return clean(_MARKER.sub("", text))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 30}).enable("table")
