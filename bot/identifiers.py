"""ArXiv ids: read in every spelling, out of links, labels and lists. Nothing here does I/O.

An id counts where a link, an address or the word arXiv says what it is, or where it stands alone:
“our invoice 2401.00001 is due” names no paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from urllib.parse import unquote

from bot.text import strip_invisible

# https://info.arxiv.org/help/arxiv_identifier.html: YYMM.NNNN from 0704 to 1412, YYMM.NNNNN since
# 1501; before, archive[.CLASS]/YYMMNNN from 9107 to 0703
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|"
    "cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|"
    "nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_MONTH = "(?:0[1-9]|1[0-2])"
_FOUR = rf"(?:07(?:0[4-9]|1[0-2])|0[89]{_MONTH}|1[0-4]{_MONTH})\.[0-9]{{4}}"
_FIVE = rf"(?:1[5-9]|[2-8][0-9]){_MONTH}\.[0-9]{{5}}"
_OLD = rf"(?:{_ARCHIVES})(?:\.[a-z-]+)?/(?:9[1-9]|0[0-7]){_MONTH}[0-9]{{3}}"
_ID = rf"(?:{_FOUR}|{_FIVE}|{_OLD})"
_VERSION = "(?:v[0-9]{1,3})?"
_CLASS = re.compile(rf"\[(?:{_ARCHIVES})(?:\.[a-z-]+)?\]", re.IGNORECASE)

_EXACT = re.compile(rf"{_ID}")
_SHAPE = re.compile(
    r"(?:arxiv:)?(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z-]+)?/[0-9]{7})(?:v[0-9]+)?", re.IGNORECASE
)
_MAYBE = re.compile(r"[0-9]{4}[.-]?[0-9]{3}")  # without it, a text names no paper
# Start-up time: `_BARE`, `_TELLING`, `_LABELLED` and `_IN_ADDRESS` are compiled when a text is
# first searched with them, since each takes a millisecond or two.
_BARE = rf"(?i)(?<![0-9A-Za-z.])({_ID}){_VERSION}(?:\.pdf)?(?![0-9A-Za-z]|\.[0-9])"
# says by its spelling that it is arXiv's: a version, a class in brackets, or an archive of old
_TELLING = (
    rf"(?i)(?<![0-9A-Za-z./-])(?:({_FOUR}|{_FIVE})(?:v[0-9]{{1,3}}(?![0-9A-Za-z]|\.[0-9])"
    rf"|{_VERSION}\s?{_CLASS.pattern})"
    rf"|({_OLD}){_VERSION}(?![0-9A-Za-z]))"
)
_WORDS = (
    r"(?:ids?|identifiers?|nos?|nr|num|numbers?|preprints?|e-?prints?|papers?|arxiv|abs|pdf"
    r"|html|org)"
)
_LABELLED = (
    rf"(?i)(?:doi\W{{0,3}})?(?:10\.48550/)?(?:(?<![a-z])arxiv|(?<![a-z])e-?prints?(?![a-z]))"
    rf"(?:[^0-9A-Za-z]|(?<![A-Za-z]){_WORDS}(?![A-Za-z])|id(?=[^A-Za-z]))"
    rf"{{0,20}}?({_ID}){_VERSION}(?![0-9])"
    rf"|(?<![0-9A-Za-z])abs/({_ID}){_VERSION}(?![0-9])"
)
_MORE = re.compile(
    rf"\s*(?:,|;|&|、|/|\band\b|\bor\b)\s*(?:and\s+|or\s+)?({_ID}){_VERSION}(?![0-9])",
    re.IGNORECASE,
)
# as DBLP's keys and the bibcodes of ADS spell it: abs-1706-03762, 2017arXiv170603762V
_CODED = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:journals/corr/)?abs-(?P<month>[0-9]{4})-"
    r"|[0-9]{4}arXiv(?P<code>[0-9]{4})\.?)"
    r"(?P<number>[0-9]{4,5})(?:(?<=[0-9])[A-Z])?(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_IN_ADDRESS = (
    rf"(?i)(?:(?<![0-9A-Za-z.])|(?<=arxiv)|(?<=arxiv\.))({_ID})(?:v[0-9]{{1,3}})?"
    rf"(?![0-9A-Za-z]|\.[0-9])"
    rf"|/ftp/(?P<archive>{_ARCHIVES})/papers/[0-9]{{4}}/(?P<paper>[0-9]{{7}})"
)
_WORD = re.compile(r"[^\s<>\"'`{}|\\^\[\]()（）【】「」『』《》〈〉“”‘’«»„，。、；]+")
_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z])[a-z][a-z0-9+.-]*://(?P<rest>.*)"
    r"|(?<![0-9A-Za-z.@-])(?P<bare>(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::[0-9]+)?/.*)",
    re.IGNORECASE,
)
_NEXT_ADDRESS = re.compile(r"[,;]+(?=(?:https?:|www\.|arxiv))", re.IGNORECASE)
_OTHER_DOI = re.compile(r"\b10\.[0-9]{4,9}/(?!arxiv)\S*", re.IGNORECASE)
_OTHER_NUMBERS = re.compile(  # sites whose ids look like arXiv's, and are not
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[\w-]+\.)*(?:vixra|rxiv)\.org(?=[/:?#]|$)", re.IGNORECASE
)
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
# Markdown's [text](address), and what HTML links to
_LINK = re.compile(
    r"\[([^\[\]\n]{0,300})\]\(\s*<?([^()\s<>]{0,2000})|\b(?:href|src)\s*=\s*([^\s<>]+)"
)
_BULLET = re.compile(r"^\s*(?:[-*+•·–—]|[0-9]{1,4}[.)])?\s*(?:\[[ xX]?\])?\s+")
_CELLS = re.compile(r"[|\t]")
_ALPHANUMERIC = re.compile(r"[^\W_]")
_JOINS = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([^\w\s\\])")
_SIGNS = {0xFF01 + n: 0x21 + n for n in range(94)} | dict.fromkeys(
    [*range(0x2010, 0x2016), 0x2212], "-"
)  # full width as in ASCII, and every hyphen
MAX_ADDRESS = 4000  # characters

Found = tuple[int, int, str]  # where it begins and ends, and the id


def arxiv_month(id_: str) -> date | None:
    """Return the first day of the month that an arXiv id since 2007 begins with, None for others.

    >>> arxiv_month("2401.00001")
    datetime.date(2024, 1, 1)
    """
    if not re.fullmatch(f"{_FOUR}|{_FIVE}", id_):
        return None
    return date(2000 + int(id_[:2]), int(id_[2:4]), 1)


def paper_id(text: str) -> str | None:
    """Return the arXiv id that `text` spells, without its version, or None where it spells none.

    >>> paper_id("https://arxiv.org/pdf/2401.00001v2.pdf?download=1")
    '2401.00001'
    """
    text = text.strip()
    if _EXACT.fullmatch(text):
        return _canonical(text)
    text = _readable(text)
    if len(text) > MAX_ADDRESS or not _MAYBE.search(text):
        return None
    found = list(_scan(text, bare=True))
    rest = _CLASS.sub("", _without(text, [(start, end) for start, end, _ in found]))
    one = len({id_ for *_, id_ in found}) == 1
    return found[0][2] if one and not _says_something(rest) else None


def paper_ids(text: str, limit: int = 20, *, bare: bool = False) -> tuple[str, ...]:
    """Return the ids of the papers that a text names or links to, in order, each once.

    They are `limit` at most. A number among other words counts only where `bare` ones do.
    """
    text = _readable(text)
    found = sorted(_scan(text, bare=bare)) if _MAYBE.search(text) else ()
    return tuple(dict.fromkeys(id_ for *_, id_ in found))[:limit]


def id_in_address(address: str) -> str | None:
    """Return the id of the paper that an address, whole or relative, leads to.

    That is the only one in its path, or else in its query or fragment.
    """
    if len(address) > MAX_ADDRESS:
        return None
    address = _readable(_decode(address.strip()))
    if _OTHER_NUMBERS.match(address):
        return None
    address = _HOST.sub("", address, count=1) if _HOST.match(address) else address
    path, mark, rest = _OTHER_DOI.sub("", address).partition("?")
    if not mark:
        path, _, rest = path.partition("#")
    return next((ids[0] for part in (path, rest) if len(ids := _ids_in(part)) == 1), None)


def looks_like_id(text: str) -> bool:
    """Tell whether `text` is meant as an id, right or wrong, so that a search is of no use."""
    return bool(_SHAPE.fullmatch(text.strip()))


def _readable(text: str) -> str:
    """Return `text` with neither invisible characters nor escapes, and with ASCII's punctuation."""
    text = strip_invisible(text).translate(_SIGNS) if not text.isascii() else text
    text = _ENTITY.sub(lambda entity: unescape(entity[0]), text) if "&" in text else text
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _scan(text: str, *, bare: bool) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for part in (_linked, _addressed):
        for start, end, id_ in part(text):
            taken.append((start, end))
            if id_:
                yield start, end, id_
        text = _without(text, taken)
    labelled = [*_labelled(text), *_coded(text), *_telling(text)]
    yield from labelled
    text = _without(text, [(start, end) for start, end, _ in labelled])
    yield from _bare(text, only_alone=not bare)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return `text` with spaces in place of `spans`."""
    parts, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], " " * (end - start)]
            done = end
    return "".join([*parts, text[done:]]) if spans else text


def _linked(text: str) -> Iterator[Found]:
    """Yield what links lead to, and ids that are the whole text of a link."""
    if "](" not in text and "=" not in text:
        return
    for link in _LINK.finditer(text):
        label, address = link[1] or "", link[2] or (link[3] or "").strip("\"'")
        own = re.fullmatch(_BARE, label.strip(" `*_"))
        id_ = id_in_address(address) or (_canonical(own[1]) if own else "")
        if id_:
            yield link.start(), link.end(), id_


def _addressed(text: str) -> Iterator[Found]:
    """Yield addresses: with the paper that each leads to, or "" where that is none."""
    for word in _WORD.finditer(text):
        if len(word[0]) > MAX_ADDRESS or not _MAYBE.search(word[0]):
            continue
        at = word.start()
        for piece in _NEXT_ADDRESS.split(word[0]):
            at = text.index(piece, at) if piece else at
            if address := _ADDRESS.search(piece):
                start = at + address.start()
                id_ = id_in_address(address[0])
                yield start, at + len(piece), id_ or ""
                after = at + (address.end() if id_ else len(piece))
                yield from _more(text, after) if id_ else ()


def _labelled(text: str) -> Iterator[Found]:
    done = 0
    for label in re.finditer(_LABELLED, text):
        if label.start() < done:
            continue
        yield label.start(), label.end(), _canonical(label[1] or label[2])
        for more in _more(text, label.end()):
            yield more
            done = more[1]


def _more(text: str, at: int) -> Iterator[Found]:
    """Yield the ids of a list that goes on at a position: “arXiv:2401.00001, 2401.00002”."""
    while more := _MORE.match(text, at):
        at = more.end()
        yield more.start(), at, _canonical(more[1])


def _coded(text: str) -> Iterator[Found]:
    for code in _CODED.finditer(text):
        id_ = f"{code['month'] or code['code']}.{code['number']}"
        if _EXACT.fullmatch(id_):
            yield code.start(), code.end(), id_


def _telling(text: str) -> Iterator[Found]:
    for spelt in re.finditer(_TELLING, text):
        yield spelt.start(), spelt.end(), _canonical(spelt[1] or spelt[2])


def _bare(text: str, *, only_alone: bool) -> Iterator[Found]:
    at = 0
    for line in text.splitlines(keepends=True):
        if _MAYBE.search(line):
            start = at
            for cell in _CELLS.split(line):
                if not only_alone or _stands_alone(cell):
                    for found in re.finditer(_BARE, cell):
                        yield start + found.start(), start + found.end(), _canonical(found[1])
                start += len(cell) + 1
        at += len(line)


def _stands_alone(cell: str) -> bool:
    return not _says_something(_JOINS.sub(" ", re.sub(_BARE, " ", _BULLET.sub(" ", cell))))


def _says_something(rest: str) -> bool:
    return bool(_ALPHANUMERIC.search(rest))


def _ids_in(part: str) -> list[str]:
    spelt = [
        f"{found['archive']}/{found['paper']}" if found["archive"] else found[1]
        for found in re.finditer(_IN_ADDRESS, part)
    ]
    return list(dict.fromkeys([*map(_canonical, spelt), *(id_ for *_, id_ in _coded(part))]))


def _decode(address: str) -> str:
    """Return an address without escapes: one inside another can have them twice."""
    for _ in range(2):
        address = unquote(address, errors="replace") if "%" in address else address
    return address


def _canonical(spelt: str) -> str:
    archive, slash, number = spelt.partition("/")
    # the subject class is no part of the canonical id: math.GT/0309136 is math/0309136
    return f"{archive.partition('.')[0].lower()}/{number}" if slash else spelt
