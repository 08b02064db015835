import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers import Paper, paper_id, paper_ids, record, web_address

SPELLINGS = {
    "2401.00001": [
        "2401.00001",
        " 2401.00001v3 ",
        "arXiv:2401.00001v2",
        "ARXIV: 2401.00001",
        "arXiv:2401.00001v1 [cs.LG]",
        "https://arxiv.org/abs/2401.00001",
        "http://www.arxiv.org/abs/2401.00001v1",
        "arxiv.org/pdf/2401.00001v2.pdf",
        "https://arxiv.org/html/2401.00001v1#S1",
        "export.arxiv.org/abs/2401.00001?context=cs",
        "hf.co/papers/2401.00001",
        "https://huggingface.co/papers/2401.00001",
        "https://huggingface.co/papers/2401.00001.md",
        "huggingface.co/papers/2401.00001?utm=x#community",
        "https://huggingface.co/api/papers/2401.00001",
        "https://doi.org/10.48550/arXiv.2401.00001",
        "<https://arxiv.org/abs/2401.00001>",
        "(2401.00001).",
    ],
    "0704.0001": ["0704.0001", "arxiv.org/abs/0704.0001v1"],
    "cs/0112017": [
        "cs/0112017",
        "cs.LG/0112017v1",
        "arXiv:CS/0112017",
        "https://arxiv.org/abs/cs/0112017",
    ],
    "hep-th/9901001": ["hep-th/9901001", "https://arxiv.org/pdf/hep-th/9901001v2.pdf"],
}


@pytest.mark.parametrize(
    ("wanted", "spelling"), [(i, s) for i, spellings in SPELLINGS.items() for s in spellings]
)
def test_every_spelling_of_an_id_is_understood(wanted, spelling):
    assert paper_id(spelling) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2401",
        "1.5",
        "2413.00001",  # there is no month 13
        "2401.000011",
        "foo/1234567",
        "evilarxiv.org/abs/2401.00001",
        "https://arxiv.org.example/abs/2401.00001",
        "huggingface.co/models/2401.00001",
        "about 2401.00001",
        "2401.00001 and more",
        "2401.00001x",
    ],
)
def test_other_text_is_no_id(text):
    assert paper_id(text) is None


@given(st.text(alphabet="0123456789./:arxivhfcoabspdf?#[] \n<>()", max_size=60))
def test_any_text_is_an_id_in_its_plain_spelling_or_none(text):
    found = paper_id(text)
    assert found is None or paper_id(found) == found


def test_ids_are_found_in_a_longer_text_each_once_and_in_order():
    text = "see <https://arxiv.org/abs/2401.00002|this>, (hf.co/papers/2401.00001) and https://arxiv.org/pdf/2401.00002"
    assert paper_ids(text) == ("2401.00002", "2401.00001")
    assert paper_ids(" ".join(f"2401.{n:05}" for n in range(100)), limit=3) == (
        "2401.00000",
        "2401.00001",
        "2401.00002",
    )


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/avatars/1.svg",
        "https://",
        "https://exa mple.org",
        "https://example.org/\u202egnp",
        "https://[broken",
        "ftp://example.org",
        'https://example.org/"onmouseover=',
        "https://example.org/" + "x" * 2000,
        None,
        7,
    ],
)
def test_what_cannot_be_followed_safely_is_no_address(text):
    assert web_address(text) is None


def test_a_web_address_is_kept_as_it_is():
    assert web_address("https://github.com/a/b?x=1#y") == "https://github.com/a/b?x=1#y"


def test_a_paper_links_to_its_pages_only_where_it_has_some():
    known, imported = Paper("2401.00001", "A"), Paper("MED-10", "B")
    assert known.url == "https://huggingface.co/papers/2401.00001"
    assert known.pdf_url == "https://arxiv.org/pdf/2401.00001"
    assert (imported.url, imported.arxiv_url, imported.pdf_url) == (None, None, None)
    assert record(imported)["title"] == "B"
