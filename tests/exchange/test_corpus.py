"""Files of other programs and people, each with the ids that come out of it and no others."""

from pathlib import Path

import pytest

from bot.chat.encodings import decode
from bot.exchange import read
from bot.identifiers import paper_id

CORPUS = Path(__file__).parent / "corpus"


def expected() -> list[tuple[str, list[str]]]:
    lines = (CORPUS / "expected.txt").read_text(encoding="utf-8").splitlines()[1:]
    parts = (line.partition(":") for line in lines)
    return [(name, ids.split()) for name, _, ids in parts]


@pytest.mark.parametrize(("name", "ids"), expected())
def test_these_ids_come_out_of_the_file_and_no_others(name, ids):
    decoded = decode((CORPUS / name).read_bytes())
    assert decoded
    found = [one.paper.id for one in read(decoded.text)]
    assert [id_ for id_ in found if paper_id(id_)] == ids


def test_every_file_is_expected():
    assert {name for name, _ in expected()} == {
        path.name for path in CORPUS.iterdir() if path.name != "expected.txt"
    }
    assert len(expected()) >= 60
