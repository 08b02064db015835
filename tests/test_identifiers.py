"""Ids and links, as messages, files and keyboards spell them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identifiers import id_in_address, looks_like_id, paper_id, paper_ids

A, B, C = "2401.00001", "2402.00002", "1706.03762"

SPELLINGS = {
    A: [
        A,
        f" {A}v3 ",
        f"arXiv:{A}v2",
        f"ARXIV: {A}",
        f"arXiv:{A}v1 [cs.LG]",
        f"arXiv {A}",
        f"arXiv id: {A}",
        f"arXiv preprint arXiv:{A}",
        f"arxivId = {{{A}}}",
        f"https://arxiv.org/abs/{A}",
        f"http://www.arxiv.org/abs/{A}v1",
        f"arxiv.org/pdf/{A}v2.pdf",
        f"https://arxiv.org/html/{A}v1#S1",
        f"https://arxiv.org/abs/arXiv:{A}",
        f"export.arxiv.org/abs/{A}?context=cs",
        f"hf.co/papers/{A}",
        f"https://huggingface.co/papers/{A}",
        f"https://huggingface.co/papers/{A}.md",
        f"huggingface.co/papers/{A}?utm=x#community",
        f"https://huggingface.co/api/papers/{A}",
        f"https://doi.org/10.48550/arXiv.{A}",
        f"http://dx.doi.org/10.48550/ARXIV.{A}",
        f"doi:10.48550/arXiv.{A}",
        f"DOI: 10.48550/arxiv.{A}",
        f"10.48550/arXiv.{A}v2",
        f"https://doi.org/10.48550%2FarXiv.{A}",
        f"<https://arxiv.org/abs/{A}>",
        f"({A}).",
        f"“{A}”",
        f"{A}.pdf",
        f"e-Print: {A} [cs.LG]",
    ],
    "0704.0001": ["0704.0001", "arxiv.org/abs/0704.0001v1"],
    "1412.6980": ["1412.6980", "https://ui.adsabs.harvard.edu/abs/2014arXiv1412.6980K/abstract"],
    C: [
        "https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V",
        "https://dblp.org/rec/journals/corr/abs-1706-03762.html",
        "DBLP:journals/corr/abs-1706-03762".partition(":")[2],
        "abs/1706.03762",
    ],
    "cs/0112017": [
        "cs/0112017",
        "cs.LG/0112017v1",
        "arXiv:CS/0112017",
        "https://arxiv.org/abs/cs/0112017",
        "https://arxiv.org/abs/cs%2F0112017",
        "https://arxiv.org/ftp/cs/papers/0112/0112017.pdf",
    ],
    "hep-th/9901001": [
        "hep-th/9901001",
        "https://arxiv.org/pdf/hep-th/9901001v2.pdf",
        "hep\u2010th/9901001",
        "doi:10.48550/arXiv.hep-th/9901001",
        "http://xxx.lanl.gov/abs/hep-th/9901001",
    ],
    "cond-mat/0309136": [
        "cond-mat.stat-mech/0309136",
        "https://arxiv.org/abs/cond-mat.stat-mech/0309136",
    ],
    "physics/9601001": ["physics.atom-ph/9601001", "arXiv:physics.atom-ph/9601001v1"],
}


@pytest.mark.parametrize(
    ("wanted", "spelling"), [(i, s) for i, spellings in SPELLINGS.items() for s in spellings]
)
def test_every_spelling_of_an_id_is_understood(wanted, spelling):
    assert paper_id(spelling) == wanted
    assert paper_ids(f"See:\n{spelling}\n") == (wanted,)


@pytest.mark.parametrize(
    "address",
    [
        "https://alphaxiv.org/abs/{}",
        "https://www.alphaxiv.org/pdf/{}v2",
        "https://www.alphaxiv.org/overview/{}v1",
        "https://ar5iv.org/abs/{}",
        "https://ar5iv.labs.arxiv.org/html/{}",
        "https://www.arxiv-vanity.com/papers/{}/",
        "https://arxiv-sanity-lite.com/?rank=pid&pid={}",
        "https://scirate.com/arxiv/{}",
        "https://papers.cool/arxiv/{}",
        "https://www.emergentmind.com/papers/{}",
        "https://www.semanticscholar.org/arxiv/{}",
        "https://api.semanticscholar.org/arXiv:{}",
        "https://api.semanticscholar.org/graph/v1/paper/ARXIV:{}?fields=title",
        "https://inspirehep.net/api/arxiv/{}",
        "https://inspirehep.net/literature?q=arxiv%3A{}",
        "https://ui.adsabs.harvard.edu/abs/arXiv:{}",
        "https://www.catalyzex.com/paper/arxiv:{}",
        "https://bytez.com/docs/arxiv/{}/paper",
        "https://browse.arxiv.org/pdf/{}v3",
        "http://cn.arxiv.org/abs/{}",
        "https://archive.org/details/arxiv-{}",
        "https://web.archive.org/web/20240101000000/https://arxiv.org/abs/{}",
        "https://r.jina.ai/https://arxiv.org/pdf/{}",
        "https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F{}&sa=D&usg=x",
        "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fpdf%2F{}&data=5",
        "https://l.facebook.com/l.php?u=https%253A%252F%252Farxiv.org%252Fabs%252F{}",
        "https://huggingface.co/papers?q={}",
        "https://example.org/library/#/paper/{}",
        "https://example.org/pdfs/arXiv{}.pdf",
        "https://people.example.edu/~ada/papers/{}_camera_ready.pdf",
        "example.org/arxiv/{}",
        "https://arxiv.org/pdf/{0}/{0}v2.pdf",
        "https://user:pass@example.org:8080/abs/{}",
    ],
)
def test_the_address_of_any_site_leads_to_the_one_paper_in_it(address):
    assert paper_id(address.format(A)) == A
    assert paper_ids(f"see {address.format(A)} and say") == (A,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2401",
        "1.5",
        "2413.00001",  # there is no month 13
        "2401.000011",
        "2401.0001",  # five digits since 2015
        "0703.0001",  # ids of that form begin in April 2007
        "foo/1234567",
        "cs/0812017",  # and those of the other end before
        "about 2401.00001",
        "2401.00001 and more",
        "2401.00001x",
        "https://vixra.org/abs/1205.0001",
        "https://chinaxiv.org/abs/202401.00001",
        "https://doi.org/10.1145/1102.1103",
        "https://dl.acm.org/doi/pdf/10.1109/CVPR.2012.10001",
        "https://example.org/releases/2012.10001.3",
        "https://example.org/2401.00001/2402.00002",
        "https://arxiv.org/list/cs.LG/2401",
        "https://github.com/ada/repo",
    ],
)
def test_other_text_is_no_id(text):
    assert paper_id(text) is None


MESSAGES = [
    # running text, markup and keyboards beside a link
    (f"see [A](https://arxiv.org/abs/{A}) today", [A]),
    (f"读了（https://arxiv.org/abs/{A}），很好", [A]),
    (f"论文arXiv:{A}很好。", [A]),
    (f"「https://arxiv.org/abs/{A}」を読んだ", [A]),
    (f"читаю https://arxiv.org/abs/{A}, рекомендую", [A]),
    (f"¿Has leído https://arxiv.org/abs/{A}?", [A]),
    (f"«https://arxiv.org/abs/{A}»", [A]),
    (f"**https://arxiv.org/abs/{A}**", [A]),
    (f"_https://arxiv.org/abs/{A}_", [A]),
    (f"~~https://arxiv.org/abs/{A}~~", [A]),
    (f"||https://arxiv.org/abs/{A}||", [A]),
    (f"`https://arxiv.org/abs/{A}`", [A]),
    (f"<https://arxiv.org/abs/{A}|Attention>", [A]),
    (f"<https://arxiv.org/abs/{A}>", [A]),
    (f"[https://arxiv.org/abs/{A}](https://arxiv.org/abs/{A})", [A]),
    (f"[paper](<https://arxiv.org/abs/{A}> 'the title')", [A]),
    (f"![figure](https://arxiv.org/html/{A}/x1.png)", [A]),
    (f"[1]: https://arxiv.org/abs/{A}", [A]),
    (f"[pdf](papers/{A}v2.pdf)", [A]),
    (f"[{A}](https://example.org/reading)", [A]),
    (f"<a href='https://arxiv.org/abs/{A}'>A</a>", [A]),
    (f'<a class="x" href="/abs/{A}">A</a>', [A]),
    (f"&lt;https://arxiv.org/abs/{A}&gt; &amp; more", [A]),
    (f"href=&quot;https://arxiv.org/abs/{A}&quot;", [A]),
    (f"link:https://arxiv.org/abs/{A}", [A]),
    (f"paper=https://arxiv.org/abs/{A};next", [A]),
    (f"https://arxiv.org/abs/{A}!!!", [A]),
    (f"https://arxiv.org/abs/{A}…", [A]),
    (f"→https://arxiv.org/abs/{A}←", [A]),
    (f"📄https://arxiv.org/abs/{A}🔥", [A]),
    (f"(https://arxiv.org/abs/{A})", [A]),
    (f"((https://arxiv.org/abs/{A}))", [A]),
    (f"{{https://arxiv.org/abs/{A}}}", [A]),
    (f"\\url{{https://arxiv.org/abs/{A}}} and \\href{{https://arxiv.org/abs/{B}}}{{B}}", [A, B]),
    (f"https:\\/\\/arxiv.org\\/abs\\/{A}", [A]),
    (f'{{"url":"https://arxiv.org/abs/{A}"}}', [A]),
    (f"https://arxiv.org/abs/{A}\u200b", [A]),
    ("https://arxiv.org/abs/2401.\u200b00001", [A]),
    (f"\u2066arXiv:{A}\u2069", [A]),
    (f"arXiv\u00a0:\u00a0{A}", [A]),
    ("ａｒＸｉｖ：２４０１．００００１", [A]),
    (f"arXiv：{A}", [A]),
    (f"arxiv.org/abs/{A}", [A]),
    (f"URL:arxiv.org/abs/{A}.", [A]),
    (f"HTTPS://ARXIV.ORG/ABS/{A}V2", [A]),
    (f"> quoted https://arxiv.org/abs/{A}\n> again", [A]),
    # labels
    (f"Ho et al., arXiv preprint arXiv:{A}, 2024.", [A]),
    (f"CoRR, abs/{C}, 2017", [C]),
    (f"(arXiv {A}; under review)", [A]),
    (f"**arXiv:** {A}", [A]),
    (f"arXiv:{A}v3 [cs.CL] 6 Dec 2024", [A]),
    (f"arXiv ID: `{A}`", [A]),
    (f"arXiv[{A}]", [A]),
    (f"arXiv #{A}", [A]),
    (f"arXiv_{A}", [A]),
    (f"arXiv:{A}¹ shows", [A]),
    (f"arXiv:{A}, {B} and {C}", [A, B, C]),
    (f"doi: 10.48550/arXiv.{A}, accessed today", [A]),
    ("see hep-th/9901001 and math.GT/0309136", ["hep-th/9901001", "math/0309136"]),
    (f"Vaswani, {C} [cs.CL], is it", [C]),
    (f"read {A}v2 first", [A]),
    # several
    (f"https://arxiv.org/abs/{A},https://arxiv.org/abs/{B}", [A, B]),
    (f"https://arxiv.org/abs/{A};https://arxiv.org/abs/{B}", [A, B]),
    (f"https://arxiv.org/abs/{A}|https://arxiv.org/abs/{B}", [A, B]),
    (f"[A](https://arxiv.org/abs/{A})[B](https://arxiv.org/abs/{B})", [A, B]),
    (f"https://arxiv.org/abs/{A}\nhttps://arxiv.org/pdf/{A}v2", [A]),
    (f"https://arxiv.org/abs/{B} before hf.co/papers/{A}", [B, A]),
    # alone
    (A, [A]),
    (f"{A}\n{B}\nwhat a week", [A, B]),
    (f"{A}, {B}; {C}", [A, B, C]),
    (f"{A} and {B}", [A, B]),
    (f"- {A}\n* {B}\n3. {C}", [A, B, C]),
    (f"- [x] {A}\n- [ ] {B}", [A, B]),
    (f"| {A} | A title |", [A]),
    (f"{A}\tA title\t2024", [A]),
    (f"“{A}”", [A]),
    # no paper
    (f"our invoice {A} is due", []),
    (f"invoice no. {A}", []),
    (f"it costs {A} euros, or $ {B}", []),
    (f"version {A} (stable)", []),
    ("PsyArXiv:2401.00001 is another", []),
    ("viXra:1205.0001 is another", []),
    ("see https://vixra.org/abs/1205.0001", []),
    ("from chinaxiv.org/abs/202401.00001", []),
    ("the DOI 10.1145/1102.1103 is a publisher's", []),
    (f"https://example.org/{A}/{B}", []),
    ("arXiv:2401.000011", []),
    ("call 2401 00001", []),
    ("ip 2401.00001.3.4", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "ids"), MESSAGES)
def test_a_message_names_these_papers_and_no_others(text, ids):
    assert paper_ids(text) == tuple(ids)


def test_a_number_among_words_counts_where_a_person_names_a_paper():
    assert paper_ids(f"the paper {A} please", bare=True) == (A,)
    assert paper_ids(f"the paper {A} please") == ()


def test_ids_come_in_order_each_once_and_not_too_many():
    many = " ".join(f"arXiv:2401.{n:05}" for n in range(100))
    assert paper_ids(many, limit=3) == ("2401.00000", "2401.00001", "2401.00002")


def test_what_looks_like_an_id_is_told_from_words():
    for text in ("9999.99999", "2401.0001", "arXiv:2413.00001v2", "foo/1234567"):
        assert looks_like_id(text)
    for text in ("dora", "0.9999", "2401", "a/b", "2401.00001 and more"):
        assert not looks_like_id(text)


def test_a_relative_address_leads_to_a_paper_too():
    assert id_in_address(f"../pdf/{A}v1.pdf") == A
    assert id_in_address("#introduction") is None


@given(st.text(alphabet="0123456789./:arxivhfcoabspdf?#[] \n<>()", max_size=60))
def test_any_text_is_an_id_in_its_plain_spelling_or_none(text):
    found = paper_id(text)
    assert found is None or paper_id(found) == found


@pytest.mark.parametrize(
    "part", ["arxiv", "abs/", "[", "](", "a.", "https://", "2401.00001,", "&amp;", "\\{"]
)
def test_a_long_text_takes_no_long_time(part):
    began = process_time()
    assert set(paper_ids(part * (400_000 // len(part)) + " 2401.00001")) <= {"2401.00001"}
    assert process_time() - began < 10  # it takes less than one
