"""Shelves as files: written, read back, and opened by somebody else's programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pybtex import errors
from pybtex.database import BibliographyData, parse_string

from bot.exchange import FORMATS, MAX_ENTRIES, Entry, read, write
from bot.exchange.fields import id_of
from bot.exchange.json import MAX_DEPTH
from bot.exchange.json import read as read_json
from bot.papers import Paper
from tests.conftest import DIFFUSION, HEBB

SAVED = datetime(2026, 5, 1, 12, tzinfo=UTC)
OLD = Paper(
    "hep-th/9901001",
    "100% of {Braces} & $E = mc^2$ at #1_a",
    ("Émile Zola",),
    published=date(1999, 1, 1),
)
FOREIGN = Paper("imported-7", "Not on arXiv", ("Plato",))
ENTRIES = (
    Entry(
        HEBB,
        SAVED,
        read=True,
        tags=("memory", "to-replicate"),
        note="50% of {this} costs $5 & more \\ less",
    ),
    Entry(DIFFUSION, SAVED, private=True),
    Entry(OLD, SAVED),
    Entry(FOREIGN, SAVED),
)
PAPERS = {one.paper.id: one.paper for one in ENTRIES}


def opened(text: str) -> BibliographyData:
    """Open BibTeX with pybtex, for which a warning is an error here."""
    with errors.capture() as warned:
        found = parse_string(text, "bibtex")
    assert warned == []
    return found


@pytest.mark.parametrize("format_", FORMATS)
def test_what_was_written_is_read_and_written_again_alike(format_):
    text = write(format_, ENTRIES)
    found = read(text)
    assert [one.paper.id for one in found] == list(PAPERS)
    assert found[0].note == ENTRIES[0].note
    assert write(format_, [replace(one, paper=PAPERS[one.paper.id]) for one in found]) == text


def test_ris_tells_all_that_other_programs_read():
    lines = write("ris", ENTRIES[:1]).splitlines()
    assert lines[:2] == ["TY  - UNPB", f"TI  - {HEBB.title}"]
    assert lines[-2:] == ["ER  - ", ""]
    told = {
        *("AU  - Lovelace, Ada", "AU  - Boole, George"),
        *("PY  - 2026", "DA  - 2026/05/27", f"AB  - {HEBB.abstract}"),
        *(f"UR  - https://arxiv.org/abs/{HEBB.id}", "DB  - arXiv", f"AN  - {HEBB.id}"),
        *("KW  - memory", "KW  - to-replicate", f"N1  - {ENTRIES[0].note}"),
    }
    assert told <= set(lines)


def test_bibtex_names_arxiv_and_the_archive_where_the_id_tells_it():
    first, _, old, foreign = opened(write("bibtex", ENTRIES)).entries.values()
    assert (first.fields["eprint"], first.fields["archivePrefix"]) == (HEBB.id, "arXiv")
    assert "primaryClass" not in first.fields
    assert old.fields["primaryClass"] == "hep-th"
    assert "eprint" not in foreign.fields
    assert old.fields["title"].startswith(r"100\% of ")


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Ada Lovelace", "Lovelace"),
        ("Ludwig van Beethoven", "Beethoven"),
        ("Sammy Davis Jr.", "Davis"),
        ("Gemma Team", "{Gemma Team}"),
        ("OpenAI", "{OpenAI}"),
        ("Simon and Garfunkel", "{Simon and Garfunkel}"),
        ("bell hooks", "{bell hooks}"),
    ],
)
def test_bibtex_names_are_read_as_they_are_meant(name, last):
    (entry,) = opened(write("bibtex", [Entry(Paper("1", "T", (name,)))])).entries.values()
    (person,) = entry.persons["author"]
    assert " ".join(person.last_names) == last


def test_all_authors_of_a_paper_with_hundreds_are_there():
    names = tuple(f"Émilie N° {chr(65 + n % 26)}. Škoda-{n}" for n in range(664))
    (entry,) = opened(write("bibtex", [Entry(Paper("2401.00001", "Many", names))])).entries.values()
    assert len(entry.persons["author"]) == 664


def test_accents_are_written_by_name_also_where_they_stand_beside_their_letter():
    written = [
        write("bibtex", [Entry(Paper("1", "T", (name,)))])
        for name in ("Zo\u00eb Sn", "Zoe\u0308 Sn")
    ]
    assert written[0] == written[1]
    assert 'Zo{\\"e} Sn' in written[0]


def test_two_papers_never_share_a_key():
    paper = Paper("1", "Same Title", ("Ada Lovelace",))
    assert (
        len(opened(write("bibtex", [Entry(replace(paper, id=str(n))) for n in range(3)])).entries)
        == 3
    )


@example(" ")
@given(
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60
    )
)
def test_no_title_breaks_bibtex_apart(title):
    entries = [
        Entry(Paper("2401.00001", title, (title,), abstract=title)),
        Entry(Paper("2401.00002", "Next")),
    ]
    assert [one.fields["eprint"] for one in opened(write("bibtex", entries)).entries.values()] == [
        "2401.00001",
        "2401.00002",
    ]
    assert [one.paper.id for one in read(write("bibtex", entries))] == ["2401.00001", "2401.00002"]


@pytest.mark.parametrize("sign", "=+-@")
def test_a_spreadsheet_is_given_nothing_to_compute(sign: str):
    text = write("csv", [Entry(Paper("1", f"{sign}HYPERLINK(1)"), note=f"{sign}1")])
    assert f",{sign}" not in text
    assert read(text)[0].note == f"{sign}1"


@pytest.mark.parametrize(
    "text",
    [
        "https://arxiv.org/abs/2605.00001v2 and arXiv:2605.00002",
        "- https://huggingface.co/papers/2605.00001\n- 2605.00002\n",
        '["2605.00001", {"url": "https://arxiv.org/abs/2605.00002"}]',
        "\ufeffid,title\n2605.00001,A\narXiv:2605.00002,B\n",
        (
            "TY  - JOUR\nUR  - arxiv.org/abs/2605.00001\nER  - \nTY  - JOUR\nDO  - "
            "10.48550/arXiv.2605.00002\nER  -\n"
        ),
        "@misc{a, eprint = {2605.00001}}\n@misc{b, url = {https://arxiv.org/pdf/2605.00002v3}}",
    ],
)
def test_files_of_other_programs_and_plain_links_are_read(text):
    assert [one.paper.id for one in read(text)] == ["2605.00001", "2605.00002"]


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{", "[1, 2]", "@", "TY  - ", "id,title", "- [x](y", "{}", '{"papers": 3}'],
)
def test_what_holds_no_paper_gives_none(text):
    assert [one for one in read(text) if one.paper.id or one.paper.title] == []


@pytest.mark.parametrize(("depth", "found"), [(MAX_DEPTH, [HEBB.id]), (MAX_DEPTH + 1, [])])
def test_json_is_read_to_a_certain_depth(depth: int, found: list[str]):
    text = "[" * depth + f'"{HEBB.id}"' + "]" * depth
    assert [one.paper.id for one in read_json(text)] == found


def test_an_entry_whose_key_stands_twice_is_read_and_a_broken_one_is_named():
    text = (
        "@misc{a, eprint={2605.00001}, title={One}}\n@misc{a, eprint={2605.00002}, title={Two}}\n"
        "@string{x=\n@misc{b, title={Lost}\n@misc{c eprint={2605.00003}}\n@comment{no}\n"
    )
    *found, broken, last = read(text)
    assert [one.paper.id for one in found] == ["2605.00001", "2605.00002"]
    assert (broken.key, broken.paper.id, broken.paper.title) == ("b", "", "Lost")
    assert (last.key, last.paper.id) == ("c", "2605.00003")


@pytest.mark.parametrize(
    "text",
    [
        "@misc{a, title={" + "{" * 20_000 + "}" * 20_000 + "}, eprint={2605.00001}}",
        "@misc{a, title={" + "\\textbf{" * 5000 + "x" + "}" * 5000 + "}, eprint={2605.00001}}",
        '{"a":' * 20_000 + '" 2605.00001 "' + "}" * 20_000,
        "[" * 20_000 + '" 2605.00001 "' + "]" * 20_000,
        'id,title\n2605.00001,"' + "y" * 200_000,
        "[paper 1. 2. 3. " + "4 . " * 60 + "x](https://arxiv.org/abs/2605.00001)",
        "@misc{a, abstract={" + "\\alpha{}" * 50_000 + "}, eprint={2605.00001}}",
    ],
)
def test_what_is_made_to_break_a_reader_breaks_none(text):
    assert [one.paper.id for one in read(text)] == ["2605.00001"]


@pytest.mark.parametrize(
    "part", ["| a ", "%\n", "\n", "@misc{a,\n", 'a,"b\n', "- a\n", "[", "](", "a b\n\n", "[a]: b\n"]
)
def test_a_long_file_of_anything_is_read_in_seconds(part):
    started = process_time()
    found = read(part * (1_000_000 // len(part)) + "\nhttps://arxiv.org/abs/2605.00001\n")
    assert process_time() - started < 5
    assert "2605.00001" in [one.paper.id for one in found] or part.startswith("@")


def test_a_file_of_any_length_is_read_to_a_bound():
    many = [Entry(Paper(f"2401.{n:05}", "T")) for n in range(MAX_ENTRIES + 1)]
    assert len(read(write("csv", many))) == MAX_ENTRIES


def test_a_note_names_the_paper_before_its_abstract_does():
    fields = {"abstract": "We extend arXiv:2401.00001.", "note": "Preprint, arXiv:2605.00001."}
    assert id_of(fields.items()) == "2605.00001"
