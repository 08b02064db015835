import pytest

from bot.papers import Paper, record, web_address


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
