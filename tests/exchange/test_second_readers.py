"""What is exported, read by other programs, and read and exported again: byte by byte the same."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from unicodedata import normalize

import pytest
import rispy
from markdown_it import MarkdownIt
from pybtex import errors
from pybtex.database import parse_string

from bot.exchange import FORMATS, Entry, read, write
from bot.exchange.latex import decode
from bot.exchange.names import inverted
from bot.papers import Paper
from bot.text import clean

SAVED = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEXTS = [
    *(
        "{",
        "}",
        "}{",
        "\\",
        "\\\\",
        "\\{ \\}",
        "{{double}}",
        "%comment",
        "@misc{a, b}",
        "\\textbf{x}",
    ),
    *("$x$ and $", "$\\alpha_{i}^2$-GAN", "$unbalanced{$", "x^2_3", "100% of #1_a & ~^", '\\"u'),
    *("\"quoted\" 'x' ``y'' --- -- -", "“curly” ‘quotes’ – — …", "''", "``", "?` !`"),
    *(
        "<think> </think>",
        "&amp; &lt; &#38;",
        "<b>bold</b>",
        "!important!",
        "`code`",
        "[a](b) *c* _d_",
    ),
    *(
        "~~f~~",
        "| a | b |",
        "# heading",
        "- list",
        "1. one",
        "> quote",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "'=1",
    ),
    *("ü é ñ ß ø Å ş", "α β γ ∑ ∞ ≤", "中文 标题 日本語", "emoji 🤖🔥", "Zoe\u0308 e\u0301"),
    *(
        "a,b;c\td",
        "TY  - x",
        "ER  - ",
        "arXiv:2401.00001 in a title",
        "Note: x",
        "Saved: y",
        "Read",
    ),
    *("http://x.org/a_b?c=d&e=%20", "oxi Wu", "Private"),
]
PAPERS = [
    Paper(
        f"own-{n}" if n % 3 == 0 else f"2807.{n:05}",
        clean(text),
        (clean(text), "Ada Lovelace", f"{clean(text)} Smith"),
        abstract=f"{clean(text)} {clean(text)}.",
        published=date(2028, 7, 1),
    )
    for n, text in enumerate(TEXTS)
]
ENTRIES = [
    Entry(
        paper,
        SAVED,
        read=n % 3 == 0,
        private=n % 4 == 0,
        tags=("a", "to-replicate") if n % 2 else (),
        note=clean(TEXTS[-n]) if n % 5 else "",
    )
    for n, paper in enumerate(PAPERS)
]


def test_there_are_fifty_hostile_papers():
    assert len(PAPERS) >= 50


@pytest.mark.parametrize("format_", FORMATS)
def test_what_was_written_is_read_and_written_again_byte_by_byte(format_):
    text = write(format_, ENTRIES)
    papers = {paper.id: paper for paper in PAPERS}
    found = read(text)
    assert [one.paper.id for one in found] == list(papers)
    assert write(format_, [replace(one, paper=papers[one.paper.id]) for one in found]) == text


def test_bibtex_is_read_by_pybtex():
    with errors.capture() as warned:
        found = parse_string(write("bibtex", ENTRIES), "bibtex").entries.values()
    assert warned == []
    for record, one in zip(found, ENTRIES, strict=True):
        paper, fields = one.paper, record.fields
        assert decode(fields["title"]) == normalize("NFC", paper.title)
        assert decode(fields["abstract"]) == normalize("NFC", paper.abstract)
        assert (fields["year"], fields["month"]) == ("2028", "July")
        assert fields.get("eprint") == (paper.id if paper.on_arxiv else None)
        assert fields.get("doi", "") == paper.doi
        assert fields.get("eprinttype") == ("arxiv" if paper.on_arxiv else None)
        assert decode(fields.get("annote", "")) == normalize("NFC", one.note)
        assert len(record.persons["author"]) == 3


def test_ris_is_read_by_rispy():
    for record, one in zip(rispy.loads(write("ris", ENTRIES)), ENTRIES, strict=True):
        assert record["title"] == one.paper.title
        assert record["abstract"] == one.paper.abstract
        assert record["authors"] == [inverted(name) for name in one.paper.authors]
        assert (record["year"], record["date"]) == ("2028", "2028/07/01")
        assert record.get("doi", "") == one.paper.doi
        assert record.get("keywords", []) == list(one.tags)
        assert record.get("notes", []) == [one.note] * bool(one.note)


def test_tables_json_and_markdown_are_read_by_anything():
    rows = csv.DictReader(io.StringIO(write("csv", ENTRIES), newline=""))
    records = json.loads(write("json", ENTRIES))["papers"]
    items = json.loads(write("csl", ENTRIES))
    tokens = MarkdownIt().parse(write("markdown", ENTRIES))
    lines = [
        token.children or []
        for before, token in pairwise(tokens)
        if token.type == "inline" and token.level == 3 and before.type == "paragraph_open"
    ]
    for row, record, item, line, one in zip(rows, records, items, lines, ENTRIES, strict=True):
        title = one.paper.title
        assert row["title"].removeprefix("'") in {title, title.removeprefix("'")}
        assert (record["title"], record["note"]) == (title, one.note)
        assert (item["title"], item.get("note", "")) == (title, one.note)
        end = next(
            n for n, token in enumerate(line) if token.type in {"link_close", "strong_close"}
        )
        assert "".join(token.content for token in line[:end]) == title


def test_bibtex_looks_as_other_programs_want_it():
    paper = Paper(
        "2605.00001", 'Über "BERT" and $x^2$', ("Jürgen Müller",), published=date(2026, 7, 2)
    )
    text = write("bibtex", [Entry(paper)])
    assert text.startswith("@misc{muller2026uber,\n")
    for line in (
        '  title = {{\\"U}ber "{BERT}" and $x^2$},',
        '  author = {J{\\"u}rgen M{\\"u}ller},',
        "  month = jul,",
        "  eprinttype = {arxiv},",
        "  doi = {10.48550/arXiv.2605.00001},",
    ):
        assert line in text, line


def test_csl_takes_names_apart_and_leaves_out_what_one_lacks():
    authors = ("Ludwig van Beethoven", "Martin Luther King Jr.", "OpenAI")
    (item,) = json.loads(write("csl", [Entry(Paper("2605.00001", "Ode", authors))]))
    assert item["author"] == [
        {"family": "van Beethoven", "given": "Ludwig"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"literal": "OpenAI"},
    ]
