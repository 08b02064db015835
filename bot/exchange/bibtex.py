"""Shelves as BibTeX, by bibtexparser; what LaTeX would read as a command is written as it looks."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, islice
from unicodedata import normalize

from bibtexparser.entrypoint import parse_string, write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import default_unparse_stack
from bibtexparser.model import Block, Field, ParsingFailedBlock
from bibtexparser.model import Entry as Record
from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

from bot.exchange.entries import MOST, Entry, entry_of
from bot.identifiers import paper_ids
from bot.papers import Paper
from bot.text import clean, shorten

# authors that are no person: BibTeX would take such a name apart
_GROUP = re.compile(
    r"\b(team|group|collaboration|consortium|lab|labs|inc\.?|project|initiative|community|research|ai|university)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"^(?P<first>.+) (?P<last>\S+?),? (?P<suffix>Jr\.?|Sr\.?|II|III|IV)$")
_BEGINS = re.compile(r"@\s*(?!string|preamble|comment)\w+\s*[{(]", re.IGNORECASE)
LONGEST_BROKEN = 100
_LATEX = re.compile(r"[\\{}$%&#~^_`'\"<>-]")  # without any of these, text is what it looks like
# what the encoder changes, sign by sign; most of a text it would only look at
_SPECIAL = re.compile('["#$%&<>\\\\^_{}~\x80-\U0010ffff]+')
_MATH = re.compile(r"(\$[^$]+\$)")
_CAPITALS = re.compile(r"(?<![\\\w])[\w'-]*\w[A-Z][\w'-]*|(?<![\\\w])[A-Z](?![\w'])")
READ, PRIVATE = "paperboy-read", "paperboy-private"


def write(entries: Sequence[Entry]) -> str:
    """Write entries, each under a key of its first author, year and first word."""
    keys: set[str] = set()
    library = Library([_record(one, keys) for one in entries])
    # nobody else has the library: copied before it is written, a large one takes as long again
    return write_string(
        library, unparse_stack=default_unparse_stack(allow_inplace_modification=True)
    )


def read(text: str) -> tuple[Entry, ...]:
    """Read entries; one that is broken has the id that stands in it, if any, and the beginning of it for a title."""
    quiet = logging.getLogger("bibtexparser")
    quiet.setLevel(logging.CRITICAL)  # it warns of every field that stands twice
    blocks = (_read(block) for block in parse_string(text).blocks)
    return tuple(islice(filter(None, blocks), MOST))


def _record(one: Entry, keys: set[str]) -> Record:
    fields = [Field(name, value) for name, value in _fields(one) if value]
    return Record("article" if one.paper.on_arxiv else "misc", _key(one.paper, keys), fields)


def _fields(one: Entry) -> Iterator[tuple[str, str]]:
    paper = one.paper
    yield "title", _CAPITALS.sub(_protected, _latex(paper.title))
    yield "author", " and ".join(_name(name) for name in paper.authors if name.strip())
    if paper.published:
        yield "year", str(paper.published.year)
        yield "month", str(paper.published.month)
    if paper.on_arxiv:
        yield "journal", f"arXiv preprint arXiv:{paper.id}"
        yield "eprint", paper.id
        yield "archivePrefix", "arXiv"
        # an id from before 2007 names its archive; later ones tell nothing of it
        yield "primaryClass", paper.id.partition("/")[0] if "/" in paper.id else ""
        yield "url", paper.arxiv_url or ""
    else:
        yield "howpublished", _latex(paper.id)
    yield "abstract", _latex(paper.abstract)
    yield "keywords", _latex(", ".join(one.tags))
    yield "annote", _latex(one.note)
    yield "date-added", one.saved.isoformat() if one.saved else ""
    yield READ, "yes" if one.read else ""
    yield PRIVATE, "yes" if one.private else ""


def _key(paper: Paper, keys: set[str]) -> str:
    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", _unaccented(text).lower())

    who = plain(next((name.split()[-1] for name in paper.authors if name.strip()), ""))
    word = next((word for word in map(plain, paper.title.split()) if len(word) > 3), "")
    key = f"{who}{paper.published.year if paper.published else ''}{word}" or plain(paper.id)
    chosen = next(one for n in count(1) if (one := key if n == 1 else f"{key}-{n}") not in keys)
    keys.add(chosen)
    return chosen


def _unaccented(text: str) -> str:
    return normalize("NFKD", text).encode("ascii", "ignore").decode()


def _name(name: str) -> str:
    written = _latex(name)
    if " " not in name or "," in name or " and " in f" {name.lower()} " or _GROUP.search(name):
        return f"{{{written}}}"
    if suffixed := _SUFFIX.match(name):
        return f"{_latex(suffixed['last'])}, {suffixed['suffix']}, {_latex(suffixed['first'])}"
    # BibTeX takes a last name by its capital; without one it would be a particle, as “van” is
    return (
        written
        if any(letter.isupper() for letter in name.rsplit(maxsplit=1)[-1])
        else f"{{{written}}}"
    )


def _latex(text: str) -> str:
    """Write text for LaTeX, leaving formulas that are whole as they are."""
    text = normalize("NFC", text)  # an accent may stand beside its letter
    return "".join(
        part if n % 2 and _whole(part) else _SPECIAL.sub(_encoded, part)
        for n, part in enumerate(_MATH.split(text))
    )


def _encoded(signs: re.Match[str]) -> str:
    latex: str = _encoder().unicode_to_latex(signs[0])
    return latex


def _whole(formula: str) -> bool:
    depth = 0
    for sign in formula:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0 and "%" not in formula and formula.isascii()


@cache
def _encoder() -> UnicodeToLatexEncoder:
    # BibTeX counts braces that are escaped, too: they have to be written by name
    braces = {ord("{"): r"\textbraceleft{}", ord("}"): r"\textbraceright{}"}
    return UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, braces), "defaults"],
        replacement_latex_protection="braces",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )


def _read_latex(written: str) -> str:
    try:
        text: str = LatexNodes2Text(math_mode="verbatim").latex_to_text(written)
    except RecursionError:  # thousands of braces in each other
        return written
    return text


def _protected(word: re.Match[str]) -> str:
    return f"{{{word[0]}}}"


def _read(block: Block) -> Entry | None:
    # a key that stands twice breaks LaTeX, but no shelf
    meant = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    if isinstance(meant, Record):
        return _entry(meant)
    begins = _BEGINS.match(block.raw or "")
    if not isinstance(block, ParsingFailedBlock) or not begins:
        return None
    ids = paper_ids(block.raw or "", 2)
    return Entry(
        Paper(ids[0] if len(ids) == 1 else "", shorten(clean(block.raw or ""), LONGEST_BROKEN))
    )


def _entry(record: Record) -> Entry:
    fields = {name.lower(): str(field.value) for name, field in record.fields_dict.items()}

    def plain(name: str) -> str:
        written = (
            fields.get(name, "")
            .replace(r"\textbraceleft{}", r"\{")
            .replace(r"\textbraceright{}", r"\}")
        )
        return " ".join((_read_latex(written) if _LATEX.search(written) else written).split())

    address = (
        fields.get("eprint") or fields.get("doi") or fields.get("url") or plain("howpublished")
    )
    return entry_of(
        address,
        plain("title"),
        fields.get("date-added", ""),
        plain("keywords"),
        plain("annote"),
        read=fields.get(READ) == "yes",
        private=fields.get(PRIVATE) == "yes",
    )
