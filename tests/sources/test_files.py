"""Papers out of files, in every shape that papers come in, and out of files that are none."""

import gzip
import io
import json
import lzma
import os
import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import SourceError
from bot.papers import Account, Paper, record
from bot.sources.files import Skipped, as_of, read
from bot.sources.records import papers
from tests.rigs.hugging_face import item

DAY = date(2026, 5, 20)
ADA = {"id": "2605.00001", "title": "Engines"}
ENGINES = Paper("2605.00001", "Engines")
FULL = Paper(
    "2605.00001",
    "Engines",
    authors=("Ada Lovelace", "Charles Babbage"),
    abstract="Patterns are woven.",
    summary="It weaves.",
    keywords=("weaving",),
    organization=Account("analytical", "Analytical Society"),
    submitter=Account("akhaliq", "AK"),
    published=date(2026, 5, 18),
    daily=DAY,
    upvotes=32,
    comments=3,
    code="https://github.com/ada/engine",
    code_matched=True,
    stars=5,
    project="https://engine.example.org/",
    thumbnail="https://cdn.example.org/1.png",
    media=("https://cdn.example.org/1.mp4",),
)

Found = Callable[[bytes | str | object], list[Paper | Skipped]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Give a way to read what a file holds: bytes, text, or a value to be written as JSON."""

    def found(content: object) -> list[Paper | Skipped]:
        text = content if isinstance(content, bytes | str) else json.dumps(content)
        path = tmp_path / "papers"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return list(read(path))

    return found


def lines(*values: object) -> str:
    return "\n".join(map(json.dumps, values))


# Shapes


@pytest.mark.parametrize("indent", [None, 2])
def test_a_record_an_item_and_an_answer_are_read_however_they_are_laid_out(
    found: Found, indent: int | None
):
    one = item(1, DAY)
    (paper,) = found(json.dumps(one, indent=indent))
    assert isinstance(paper, Paper)
    assert (paper.daily, paper.comments) == (DAY, 1)
    assert found(json.dumps(one["paper"], indent=indent)) == found(
        json.dumps([one["paper"]], indent=indent)
    )
    assert found(json.dumps(ADA, indent=indent)) == [ENGINES]
    assert found(json.dumps({"papers": [ADA, ADA], "total": 2}, indent=indent)) == [
        ENGINES,
        ENGINES,
    ]
    assert len(found(json.dumps([one, ADA, item(2, DAY)], indent=indent))) == 3
    assert (
        len(found(json.dumps([{"date": "2026-05-20", "items": [one, one]}] * 2, indent=indent)))
        == 4
    )


def test_what_a_command_prints_as_json_comes_back_as_it_was(found: Found):
    assert found({"papers": [record(FULL)]}) == [FULL]
    assert found(record(FULL)) == [FULL]


def test_a_captured_day_gives_its_date_to_items_that_have_none(found: Found):
    with_date, without = item(1, DAY), item(2, DAY, submittedOnDailyAt=None)
    days = [
        {"date": "2026-05-21", "items": [with_date, without]},
        {"date": "2026-05-22", "items": []},
    ]
    assert [paper.daily for paper in found(lines(*days)) if isinstance(paper, Paper)] == [
        DAY,
        date(2026, 5, 21),
    ]


def test_lines_lists_and_objects_may_follow_each_other(found: Found):
    assert found(lines([ADA], [ADA, ADA])) == [ENGINES] * 3
    assert found("[][]" + json.dumps([ADA])) == [ENGINES]
    assert found(json.dumps(ADA, indent=1) * 3) == [ENGINES] * 3


def test_the_documents_of_a_test_collection_are_read_and_its_questions_passed_over(found: Found):
    corpus = {
        "part": "corpus",
        "id": "17",
        "title": "",
        "abstract": "compact memories",
        "authors": [],
    }
    rest = [
        {"part": "queries", "qid": "1", "text": "memory"},
        {"part": "qrels", "qid": "1", "docid": "17", "rel": 1},
    ]
    assert found(lines(corpus, *rest)) == [
        Paper("17", "compact memories", abstract="compact memories")
    ]


@pytest.mark.parametrize(
    ("fields", "paper"),
    [
        ({"title": "T", "text": "A"}, Paper("1", "T", abstract="A")),
        ({"title": "T", "summary": "A"}, Paper("1", "T", abstract="A")),
        (
            {"title": "T", "summary": "S", "abstract": "A"},
            Paper("1", "T", abstract="A", summary="S"),
        ),
        ({"title": "T", "published": "2019"}, Paper("1", "T", published=date(2019, 1, 1))),
        ({"title": "T", "published": 2019}, Paper("1", "T", published=date(2019, 1, 1))),
        ({"title": "T", "published": "2019-03"}, Paper("1", "T", published=date(2019, 3, 1))),
        (
            {"title": "T", "published": "2019-03-04T05:06:07Z"},
            Paper("1", "T", published=date(2019, 3, 4)),
        ),
        ({"title": "T", "published": "yesterday"}, Paper("1", "T")),
        ({"title": "T", "authors": ["A B", {"name": "C D"}]}, Paper("1", "T", ("A B", "C D"))),
        ({"title": "T", "authors": "A B"}, Paper("1", "T", ("A B",))),
        (
            {"title": "T", "authors": "A B, C Anderson and E F"},
            Paper("1", "T", ("A B", "C Anderson", "E F")),
        ),
        (
            {"title": "T", "authors": "A B, C D, and E F & G"},
            Paper("1", "T", ("A B", "C D", "E F", "G")),
        ),
        (
            {"title": "T", "authors": "Abel, N.; Betti, E."},
            Paper("1", "T", ("Abel, N.", "Betti, E.")),
        ),
        (
            {"title": "T", "keywords": ["k"], "upvotes": 5},
            Paper("1", "T", keywords=("k",), upvotes=5),
        ),
        (
            {"title": "T", "url": "https://a.example/p"},
            Paper("1", "T", project="https://a.example/p"),
        ),
        ({"title": "T", "url": "https://arxiv.org/abs/2605.00001"}, Paper("1", "T")),
    ],
    ids=str,
)
def test_a_plain_record_is_read(fields: dict[str, object], paper: Paper):
    assert list(papers({"id": "1"} | fields)) == [paper]


def test_a_record_without_an_id_may_have_its_page_at_arxiv():
    assert list(papers({"title": "T", "url": "https://arxiv.org/abs/2605.00001v2"})) == [
        Paper("2605.00001", "T")
    ]


def test_a_title_is_made_of_the_first_words_of_the_abstract():
    (paper,) = papers({"id": "1", "abstract": "words " * 100})
    assert isinstance(paper, Paper)
    assert paper.title == "words " * 15 + "words…"


# Spellings


def packed(data: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(data)
    return lzma.compress(data) if how == "xz" else data


@pytest.mark.parametrize("how", ["plain", "gzip", "xz"])
def test_a_file_is_unpacked_whatever_its_name_is(found: Found, how: str):
    assert found(packed(lines(ADA, ADA).encode(), how)) == [ENGINES, ENGINES]
    assert found(packed(b"[" + lines(ADA).encode() + b"]", how)) == [ENGINES]


@pytest.mark.parametrize("text", [lines(ADA), json.dumps([ADA]), json.dumps(ADA, indent=1)])
def test_marks_and_ends_of_lines_do_not_matter(found: Found, text: str):
    assert found("\ufeff\r\n  " + text.replace("\n", "\r\n") + "\r\n\r\n") == [ENGINES]
    assert found("\ufeff" + text) == [ENGINES]


def test_what_stands_across_two_pieces_of_a_list_is_read_whole(found: Found):
    many = [ADA | {"abstract": "é" * (97 * n)} for n in range(200)]
    assert len(found(json.dumps(many, ensure_ascii=False))) == 200
    assert len(found(json.dumps(many, indent=3))) == 200


# What is no paper


def test_what_is_no_paper_is_told_with_its_line_and_its_reason(found: Found):
    text = (
        lines(ADA, {"title": "T"}, {"id": "2"}, 7, {"id": "3", "part": "corpus"})
        + '\n\n{"id": "4", "ti\n'
        + lines(ADA)
    )
    assert found(text) == [
        ENGINES,
        Skipped(2, "it has no id"),
        Skipped(3, "it has neither a title nor an abstract"),
        Skipped(4, "it is not a JSON object"),
        Skipped(5, "it has neither a title nor an abstract"),
        Skipped(7, "it is not JSON"),
        ENGINES,
    ]


def test_lines_of_a_list_are_counted_too(found: Found):
    text = json.dumps([ADA, {"title": "T"}, [[[[ADA]]]]], indent=0)
    assert found(text)[1] == Skipped(6, "it has no id")


def test_a_line_that_is_not_utf_8_is_skipped(found: Found):
    assert found(b'{"id": "\xff"}\n' + lines(ADA).encode()) == [
        Skipped(1, "it is not UTF-8"),
        ENGINES,
    ]
    assert found(lines(ADA).encode() + b'\n{"id": "\xff"}') == [
        ENGINES,
        Skipped(2, "it is not UTF-8"),
    ]


def test_depth_is_no_danger(found: Found):
    deep = '{"id":' * 100_000
    assert found(lines(ADA) + "\n" + deep)[1] == Skipped(2, "it is not JSON")
    with pytest.raises(SourceError, match="is not JSON from line 1 on"):
        found('[{"id":' + "[" * 100_000)
    assert found("[" * 100_000 + "]" * 100_000) == []


# What is no file of papers


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; name a JSON or JSON Lines file."),
        (b" \n\r\n ", "is empty; name a JSON or JSON Lines file."),
        (b"id,title\n1,T\n", "contains no JSON; name a JSON or JSON Lines file."),
        (b"word\n" * 5000, "contains no JSON; name a JSON or JSON Lines file."),
        (b"1\n2\n", "contains no JSON; name a JSON or JSON Lines file."),
        (b"<html>", "contains no JSON; name a JSON or JSON Lines file."),
        (
            b"\x7fELF\x02\x01\x00\x00",
            "is not UTF-8 text; name a JSON or JSON Lines file.",
        ),
        (
            '{"id": "1"}'.encode("utf-16"),
            "is not UTF-8 text; name a JSON or JSON Lines file.",
        ),
        (b'[{"id": "\xff"}]', "is not UTF-8 text; name a JSON or JSON Lines file."),
        (b'[{"id": "1", "title": "T"}', "is cut off; get the whole file."),
        (b'[{"id": "1", "title": "T"},\n{"id"', "is not JSON from line 2 on; get the file again."),
        (b'{\n"papers": [\n', "is not JSON from line 1 on; get the file again."),
        (
            gzip.compress(b'{"id": "1"}' * 99)[:-9],
            "is damaged or cut off: it cannot be decompressed to its end.",
        ),
        (
            gzip.compress(b'{"id": "1"}')[:-9] + b"12345678",
            "is damaged or cut off: it cannot be decompressed to its end.",
        ),
        (
            lzma.compress(b'{"id": "1"}')[:-9],
            "is damaged or cut off: it cannot be decompressed to its end.",
        ),
        (b"\x1f\x8bnot", "is damaged or cut off: it cannot be decompressed to its end."),
        (b"\xfd7zXZ\x00not", "is damaged or cut off: it cannot be decompressed to its end."),
    ],
    ids=range(17),
)
def test_a_file_of_something_else_is_refused_in_a_sentence(
    found: Found, tmp_path: Path, content: bytes, sentence: str
):
    with pytest.raises(SourceError) as refused:
        found(content)
    assert str(refused.value) == f"{tmp_path / 'papers'} {sentence}"


def test_what_came_before_the_damage_is_read(tmp_path: Path):
    path = tmp_path / "papers"
    noise = random.Random(1).randbytes(200_000).hex()
    whole = gzip.compress("\n".join([lines(ADA), json.dumps(ADA | {"abstract": noise})]).encode())
    path.write_bytes(whole[: len(whole) // 2])
    reading = read(path)
    assert next(reading) == ENGINES
    with pytest.raises(SourceError, match="cut off"):
        next(reading)


def test_a_missing_file_a_folder_and_a_forbidden_file_are_told_apart(tmp_path: Path):
    with pytest.raises(SourceError, match=r"There is no file .*nothing\.json; check its name"):
        list(read(tmp_path / "nothing.json"))
    with pytest.raises(SourceError, match="is a folder; name a file in it"):
        list(read(tmp_path))
    if os.geteuid():  # root may read everything
        (tmp_path / "mine").touch(mode=0)
        with pytest.raises(SourceError, match="cannot be read \\(Permission denied\\)"):
            list(read(tmp_path / "mine"))


@pytest.mark.parametrize("start", [b'{"id": "', b'[{"id": "', b"x"])
def test_a_line_without_end_takes_bounded_memory(found: Found, start: bytes):
    packer = io.BytesIO()
    with gzip.GzipFile(fileobj=packer, mode="wb", compresslevel=1) as stream:
        stream.write(start)
        for _ in range(60):
            stream.write(b" " * 1_000_000)
    tracemalloc.start()
    with pytest.raises(SourceError, match=r"line 1 is too long|not JSON from line 1 on"):
        found(packer.getvalue())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


def test_long_files_are_read_piece_by_piece(tmp_path: Path):
    path = tmp_path / "papers.jsonl.xz"
    with lzma.open(path, "wt", preset=0) as stream:
        stream.writelines(
            json.dumps({"id": f"{n}", "abstract": "words " * 200}) + "\n" for n in range(20_000)
        )
    tracemalloc.start()
    reading = read(path)
    assert sum(isinstance(next(reading), Paper) for _ in range(3000)) == 3000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    reading.close()  # type: ignore[attr-defined]  # it is a generator
    assert peak < 3_000_000


# Anything


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: (
        st.lists(each) | st.dictionaries(st.text() | st.sampled_from(sorted(record(FULL))), each)
    ),
    max_leaves=20,
)


@given(
    JSON
    | st.dictionaries(
        st.sampled_from([*sorted(record(FULL)), "papers", "items", "date", "part", "paper"]), JSON
    )
)
def test_no_value_raises_anything(value: object):
    for paper in papers(value):
        assert paper


@settings(max_examples=25)  # of each of many fields
@given(JSON)
@pytest.mark.parametrize("field", sorted(record(FULL).keys() - {"id", "title"}))
def test_a_field_of_a_record_may_be_anything(field: str, value: object):
    (paper,) = papers(record(FULL) | {field: value})
    assert isinstance(paper, Paper)
    assert paper.title == "Engines"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary()
    | st.text()
    | st.lists(st.sampled_from([*'[]{},:"\n', json.dumps(ADA), "1", "\\"])).map("".join)
)
def test_no_file_raises_anything_but_a_source_error(found: Found, content: bytes | str):
    with suppress(SourceError):
        found(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"))


# As of when


def test_an_import_is_as_old_as_what_it_tells():
    assert as_of(FULL) == datetime(2026, 5, 20, tzinfo=UTC)
    assert as_of(Paper("1", "T", published=DAY)) == datetime(
        1970, 1, 1, tzinfo=UTC
    )  # of no list: only fills gaps
    assert as_of(Paper("1", "T")) == datetime(1970, 1, 1, tzinfo=UTC)
