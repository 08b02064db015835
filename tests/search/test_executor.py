"""What a search finds: slips, parts and reordered words; filters apply, and no text breaks it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.models import Suggestion
from bot.papers import Account, Paper
from bot.search import Hits, Index, Phrase, Query, SimilarPaper, parse
from bot.search.analysis.tokenizer import acronyms, compound_spellings, tokenize
from bot.search.query.query import Place

TODAY = date(2025, 6, 1)
NVIDIA, LAB = Account("nvidia", "NVIDIA"), Account("turing-lab", "Turing Lab")
PAPERS = (
    Paper(
        "2501.00001",
        "Hebbian Learning for Very Deep Networks",
        ("Ada Lovelace", "Alan M. Turing"),
        "We revisit the learning rule of Hebb with a Synaptic Decay Schedule (SDS).",
        keywords=("biologically plausible learning",),
        organization=LAB,
        published=date(2024, 3, 5),
        upvotes=10,
    ),
    Paper(
        "2501.00002",
        "ConvLLaVA: Hierarchical Backbones for Large Multimodal Models",
        ("Chunjiang Ge", "Wei Li"),
        "Visual tokens are redundant.",
        organization=NVIDIA,
        published=date(2025, 1, 7),
        upvotes=50,
        code="https://github.com/example/conv-llava",
    ),
    Paper(
        "2501.00003",
        "Attention-Free Transformers for Speech Recognition",
        ("Bernhard Schölkopf", "Grace Hopper"),
        "Attention is costly.",
        published=date(2025, 2, 1),
        upvotes=7,
        code="https://github.com/example/aft",
    ),
    Paper(
        "2501.00004",
        "Speech Recognition without Labels",
        ("Grace Hopper", "Wei Zhang", "Ming Li"),
        "Self-supervised pre-training with transformers.",
        daily=date(2025, 5, 30),
        upvotes=90,
    ),
    Paper(
        "2501.00005",
        "学習する機械",
        ("山田 太郎",),
        "深層学習について。",
        published=date(2023, 1, 1),
    ),
    Paper("2501.00006", "Speech Recognition", ("Li Wei",), published=date(2022, 1, 1)),
)


async def filled(path: Path, papers: Sequence[Paper]) -> Index:
    index = await Index.open(path, "a database")

    async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        return list(enumerate(papers, 1))[after : after + limit]

    await index.follow(changed, len(papers))
    return index


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    async with await filled(tmp_path / "index.db", PAPERS) as index:
        yield index


async def search(index: Index, text: str, limit: int = 5, offset: int = 0) -> Hits:
    return await index.search(parse(text, TODAY), limit=limit, offset=offset)


async def found(index: Index, text: str) -> list[str]:
    """Return the last figure of each id found."""
    return [paper_id[-1] for paper_id in (await search(index, text)).ids]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Hebbian Learning for Very Deep Networks", "1"),
        ("networks hebbian", "1"),
        ("hebbain", "1"),
        ("hebian lerning", "1"),
        ("hebb", "1"),
        ("deep netw", "1"),
        ("deep nwtw", "1"),
        ("hebbianlearning", "1"),
        ("heb bian learning", "1"),
        ("lovelace networks", "1"),
        ("loevlace", "1"),
        ("biologicaly plausible", "1"),
        ("SDS", "1"),
        ("sds", "1"),
        ("turing lab", "1"),
        ("convllava", "2"),
        ("conv llava", "2"),
        ("multi-modal backbones", "2"),
        ("multi modal backbones", "2"),
        ("redundant tokens", "2"),
        ("attention free", "3"),
        ("attentionfree", "3"),
        ("scholkopf", "3"),
        ("SCHÖLKOPF", "3"),
        ("schölkopf", "3"),
        ("pretraining labels", "4"),
        ("学習", "5"),
        ("機械", "5"),
        ("山田", "5"),
        ("speech recognition", "6"),
    ],
)
async def test_what_was_half_remembered_or_misspelt_comes_first(
    index: Index, typed: str, meant: str
):
    assert (await found(index, typed))[0] == meant


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("hebian lerning", "hebbian learning"),
        ("hebbian learning", None),
        ("hebbian lear", None),
        ("hebbianlearning", "hebbian learning"),
        ("Scholkopf", None),
        ("attenton sort:new", "attention"),
        ("qqqqqqqq", None),
    ],
)
async def test_replaced_words_are_said(index: Index, typed: str, understood: str | None):
    assert (await search(index, typed)).corrected == understood


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("author:lovelace", "1"),
        ('author:"ada lovelace"', "1"),
        ('author:"Lovelace Ada"', "1"),
        ("author:lovelase", "1"),
        ('author:"A. Turing"', "1"),
        ('author:"wei li"', "26"),
        ("author:hopper", "43"),
        ("author:hopper author:schölkopf", "3"),
        ("author:nobody", ""),
        ('author:"?!"', ""),
        ("org:nvidia", "2"),
        ("org:nvidea", "2"),
        ('org:"turing lab"', "1"),
        ("org:turing-lab", "1"),
        ("org:nobody", ""),
        ("has:code", "32"),
        ("has:code sort:votes", "23"),
        ("votes:50", "42"),
        ("votes:>50", "4"),
        ("since:2025", "432"),
        ("since:2025 before:2025-02", "2"),
        ("until:2023", "56"),
        ("after:7d", "4"),
        ("speech sort:votes", "436"),
        ("speech sort:new", "436"),
        ("speech until:2025-03 sort:new", "36"),
        ("speech has:code", "3"),
        ("speech author:hopper sort:new", "43"),
        ("sort:new", "43215"),
        ("grace hopper sort:votes", "43"),
        ("ada lovelace sort:new", "1"),
        ('"speech recognition" labels', "4"),
        ('"recognition speech"', ""),
        ('"speech recognition" -labels sort:new', "36"),
        ('speech -"recognition without"', "63"),
        ("speech -author:hopper", "6"),
        ("has:code -org:nvidia", "3"),
        ("-has:code -speech sort:votes", "15"),
        ("title:transformer", "3"),
        ("abstract:transformers", "4"),
        ("title:transfomers", "3"),
        ("title:attention -abstract:costly", ""),
        ('keyword:"plausible learning"', "1"),
        ("keyword:nvidia", ""),
        ("hebbian OR convllava sort:votes", "21"),
        ('author:lovelace OR author:"bernhard schölkopf" sort:votes', "13"),
        ('learning "speech recognition" OR hebbian', "1"),
        ("week:2025-W02", "2"),
        ("month:2025-02", "3"),
        ("year:2022", "6"),
        ("day:2025-05-30", "4"),
    ],
)
async def test_filters_are_kept(index: Index, typed: str, meant: str):
    hits = await search(index, typed)
    assert "".join(paper_id[-1] for paper_id in hits.ids) == meant
    assert hits.total == (6 if typed == "sort:new" else len(meant))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How can we learn from speech when there are no labels for it?", "4"),
        ("why is attention so costly for the models that we use", "3"),
        ("which redundant visual tokens could a multimodal model do without?", "2"),
        ("what is the synaptic decay schedule good for has:code", ""),
    ],
)
async def test_a_question_is_answered_by_the_paper_that_says_most_of_it(
    index: Index, typed: str, meant: str
):
    assert (await found(index, typed))[:1] == list(meant)


async def test_of_abstracts_the_one_that_says_most_comes_first(tmp_path: Path):
    papers = [
        Paper(
            "1",
            "Old",
            abstract="Tensor networks, and what tensor networks are for.",
            published=date(2020, 1, 1),
        ),
        Paper(
            "2",
            "New",
            abstract=f"Tensor {'and much else ' * 30} networks.",
            published=date(2025, 1, 1),
        ),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "tensor networks")).ids == ("1", "2")


async def test_everybody_of_a_frequent_name_is_found(tmp_path: Path):
    papers = [
        Paper(f"2501.{n:05}", "Graph networks", (f"Given{n} Wang", f"Given{n} Li"))
        for n in range(250)
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "author:wang")).total == 250
        assert (await search(index, 'author:"given7 wang"')).ids == ("2501.00007",)


async def test_what_filters_exclude_is_near(index: Index):
    hits = await search(index, "hebian lerning has:code")
    assert hits == Hits((), 0, "hebbian learning", ("2501.00001",))


async def test_a_shelf_is_searched_alone(index: Index):
    shelf = {"2501.00003", "2501.00004", "9999.99999"}
    assert (await index.search(Query("speech"), limit=5, within=shelf)).total == 2
    assert (await index.search(Query(), limit=5, within=shelf)).total == 2
    assert (await index.search(Query("hebbian"), limit=5, within=shelf)).total == 0
    assert (await index.search(Query("speech"), limit=5, within=())).ids == ()


async def test_a_large_shelf_is_searched(index: Index):
    shelf = [f"1901.{n:05}" for n in range(20_000)] + ["2501.00004"]
    assert (await index.search(Query("speech"), limit=5, within=shelf)).ids == ("2501.00004",)


async def test_text_without_words_finds_nothing(index: Index):
    assert await search(index, "?! …") == Hits()
    assert await search(index, '"" -""') == Hits()


async def test_similar_papers_share_what_tells_most(index: Index):
    assert (await index.similar(PAPERS[3], limit=2))[0] == SimilarPaper(
        "2501.00003", ("recognition", "speech", "transformers")
    )
    assert PAPERS[3].id not in {other.id for other in await index.similar(PAPERS[3], limit=9)}
    assert await index.similar(Paper("1", "?!"), limit=3) == ()


@pytest.mark.parametrize(
    ("kind", "typed", "first"),
    [
        ("paper", "hebb", Suggestion("Hebbian Learning for Very Deep Networks", "2501.00001")),
        ("paper", "", Suggestion("Speech Recognition without Labels", "2501.00004")),
        ("author", "", Suggestion("Grace Hopper", "Grace Hopper")),
        ("author", "lov", Suggestion("Ada Lovelace", "Ada Lovelace")),
        ("author", "schol", Suggestion("Bernhard Schölkopf", "Bernhard Schölkopf")),
        ("author", "tur al", Suggestion("Alan M. Turing", "Alan M. Turing")),
        ("author", "loevlace", Suggestion("Ada Lovelace", "Ada Lovelace")),
        ("organization", "nvid", Suggestion("NVIDIA", "NVIDIA")),
        ("organization", "nvdia", Suggestion("NVIDIA", "NVIDIA")),
        ("organization", "", Suggestion("NVIDIA", "NVIDIA")),
    ],
)
async def test_what_is_typed_is_completed(index: Index, kind: str, typed: str, first: Suggestion):
    assert (await index.suggest(kind, typed))[0] == first  # type: ignore[arg-type]  # one of the three


async def test_a_page_follows_a_page(tmp_path: Path):
    papers = [
        Paper(f"2501.{n:05}", f"Graph networks number {n}", upvotes=n % 9) for n in range(300)
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        for text in (
            "graph networks",
            "graph netwroks",
            "graph sort:votes",
            "has:code",
            "sort:new",
        ):
            pages = [
                await search(index, text, limit=50, offset=offset) for offset in range(0, 350, 50)
            ]
            listed = [paper_id for page in pages for paper_id in page.ids]
            assert (
                len(listed)
                == len(set(listed))
                == pages[0].total
                == (0 if text == "has:code" else 300)
            )
            assert {page.total for page in pages} == {pages[0].total}


async def test_the_rarest_of_many_words_that_begin_alike_is_found(tmp_path: Path):
    papers = [
        Paper(f"2501.{n:05}", f"Hebbian networks and trac{n:02}s")
        for n in range(40)
        for _ in range(40 - n)
    ]
    papers.append(Paper("2502.00001", "Oja rules and traczzz"))
    async with await filled(tmp_path / "index.db", papers) as index:
        for text in ("oja trac", "oja trac sort:new"):
            assert (await search(index, text)).ids == ("2502.00001",)


async def test_votes_and_age_only_settle_ties(tmp_path: Path):
    title = "Graph networks for molecules"
    papers = [
        Paper("1", title, upvotes=1, published=date(2024, 1, 1)),
        Paper("2", title, upvotes=99, published=date(2024, 1, 1)),
        Paper("3", title, upvotes=1, published=date(2025, 1, 1)),
        Paper("4", "On molecules, networks and a graph", upvotes=9999, published=date(2025, 5, 1)),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        ids = (await search(index, "graph networks for molecules")).ids
        assert ids[-1] == "4"
        assert ids.index("2") < ids.index("1") > ids.index("3")


def test_words_are_folded_and_compounds_joined():
    assert tokenize("Schölkopf's ŁÓDŹ: GPT-4, naïve ﬁne Straße") == [
        "scholkopf", "s", "lodz", "gpt", "4", "naive", "fine", "strasse",
    ]  # fmt: skip
    assert tokenize("深層 learning") == ["深", "層", "learning"]
    assert compound_spellings("a pre-training of state-of-the-art C++ models") == [
        "pretraining", "stateof", "ofthe", "theart", "stateoftheart",
    ]  # fmt: skip
    assert acronyms("Large Models (LMMs) and a ViT (see Sec. 2) with GRPO (GRPO-2).") == [
        "lmms",
        "lmm",
        "grpo",
        "2",
        "grpo2",
    ]


# Quality: titles out of made-up words, so that nothing of it is learnt by heart.
SYLLABLES = (
    "ba be da di fa go hu ka ko la le lo ma mi mo na ne no pa po ra re ri ro sa se si ta te ti to "
    "tu va"
).split()


def made_up(seed: int, number: int) -> list[Paper]:
    rnd = random.Random(seed)
    vocabulary = ["".join(rnd.choices(SYLLABLES, k=rnd.randint(2, 4))) for _ in range(700)]
    # a few words are frequent and most are rare, as in any language
    odds = [1 / (n + 5) for n in range(len(vocabulary))]

    def some(low: int, high: int) -> str:
        return " ".join(rnd.choices(vocabulary, odds, k=rnd.randint(low, high)))

    return [
        Paper(
            f"2503.{n:05}",
            some(5, 9).title(),
            tuple(some(2, 2).title() for _ in range(3)),
            some(60, 90),
        )
        for n in range(number)
    ]


def slipped(rnd: random.Random, word: str) -> str:
    at = rnd.randrange(1, len(word))
    letter = rnd.choice("abcdefghijklmnopqrstuvwxyz")
    return rnd.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
        ]
    )


async def test_nine_of_ten_misspelt_half_titles_find_their_paper_at_once(tmp_path: Path):
    papers, rnd, at_once, among_five = made_up(1, 800), random.Random(2), 0, 0
    async with await filled(tmp_path / "index.db", papers) as index:
        for paper in rnd.sample(papers, 100):
            typed = rnd.sample(paper.title.lower().split(), 4)
            typed[0] = slipped(rnd, typed[0])
            ids = (await index.search(Query(" ".join(typed)), limit=5)).ids
            at_once += ids[:1] == (paper.id,)
            among_five += paper.id in ids
    assert at_once >= 90
    assert among_five >= 97


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def shared(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = runner.run(filled(tmp_path_factory.mktemp("search") / "index.db", PAPERS))
    yield index
    runner.run(index.close())


PIECES = st.sampled_from(
    (
        "hebbian Lerning \" \"\" ' '' * ^ ( ) { } NEAR NEAR( AND OR NOT - + : ; -- % _ \\ \x00 "
        "\u202e \ud7ff 学習 مرحبا 🙂 ﬁ ß İ title: body: rowid author:li org:n votes:1 has:code "
        'sort:new since:2020 speech speech* "speech a'
    ).split(" ")
)


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.text(), st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=40).map(" ".join)
    )
)
def test_any_text_is_searched(runner: asyncio.Runner, shared: Index, text: str):
    try:
        query = parse(text, TODAY)
    except UsageError:
        query = Query(text)
    hits = runner.run(shared.search(query, limit=3))
    assert len(hits.ids) <= 3
    assert len(hits.ids) <= hits.total <= len(PAPERS)
    assert len(set(hits.ids)) == len(hits.ids)
    for raw in (
        replace(query, text=text),
        *(
            Query(wanted=((Phrase(text, place, quoted=quoted),),))
            for place in get_args(Place)
            for quoted in (True, False)
        ),
        Query(unwanted=(Phrase(text), Phrase(text, "author"), Phrase(text, "organization"))),
    ):
        runner.run(shared.search(raw, limit=3, offset=2, within=[text, "2501.00001"]))
    for kind in ("paper", "author", "organization"):
        runner.run(shared.suggest(kind, text, 5))
    runner.run(shared.similar(Paper("x", text, (text,), text, keywords=(text,)), limit=2))


async def test_a_name_with_slips_is_somebody_where_nobody_is_called_that(tmp_path: Path):
    papers = [
        Paper("1", "Graph networks", ("Tong Chen", "Ada Lovelace")),
        Paper("2", "Molecules", ("Tog Li", "Wei Chen")),
        Paper("3", "Proteins", ("Ruoqi Liu",)),
        Paper("4", "Weather", ("Ruoqi Sun", "Lui Wang")),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        for typed, meant in (
            ("tog chen", "1"),
            ("chen tog", "1"),
            ("ruoqi lui", "3"),
            ("tong chen", "1"),
            ("tog li", "2"),
        ):
            assert (await search(index, typed)).ids[:1] == (meant,), typed
        assert (await search(index, "author:tog author:chen")).ids == ("2",)
        assert (await search(index, 'author:"tog chen"')).ids == ()


async def test_the_first_author_counts_more(tmp_path: Path):
    names = ("Ada Lovelace", "Alan Turing", "Emmy Noether")
    papers = [
        Paper(
            f"{n}",
            "Graph networks",
            (*names[n:], *names[:n]),
            upvotes=n * 30,
            published=date(2025, 1, 1 + n),
        )
        for n in range(3)
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        for n, name in enumerate(names):
            assert (await search(index, name)).ids[0] == str(n)
            assert (await search(index, f"{name.split()[1]} networks")).ids[0] == str(n)


async def test_a_rare_word_that_is_only_begun_is_found_beside_the_frequent_ones(tmp_path: Path):
    papers = [
        Paper(f"2501.{n:05}", f"Tokens of tra{n % 20:02}t", abstract="For graphs.")
        for n in range(200)
    ]
    papers.append(Paper("2502.00001", "Graphs and tractability", ("Ada Lovelace",)))
    papers.append(Paper("2502.00002", "Graphs", ("Emmy Trachtenberg",), keywords=("tralala",)))
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "lovelace tra")).ids == ("2502.00001",)
        assert (await search(index, "emmy trac")).ids == ("2502.00002",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("are video models r", "1"),
        ("are video models re", "1"),
        ("on the role of d", "2"),
        ("on the role of disc", "2"),
        ("agents o", "3"),
        ("agents of ch", "3"),
        ("agents of ch after:2025-01", "4"),
    ],
)
async def test_a_title_is_found_while_its_last_word_is_typed(
    tmp_path: Path, typed: str, meant: str
):
    papers = [
        Paper(f"2501.{n:05}", f"Video models in R {n}", abstract="They are rated.")
        for n in range(30)
    ]
    papers += [
        Paper(f"2502.{n:05}", f"Graphs: what role has disc{n % 20:02}ness?", abstract="On disc")
        for n in range(60)
    ]
    papers += [
        Paper(
            f"2503.{n:05}", f"Ch agents {n}", ("Ch. Ada",), "O ch, agents of cha", keywords=("ch",)
        )
        for n in range(60)
    ]
    papers += [
        Paper("1", "Are Video Models Ready as Reasoners?"),
        Paper("2", "On the Role of Discreteness in Diffusion"),
        Paper(
            "3", "Agents of Chaos, and Whatever Else Can Be Said of Them at Great Length in a Title"
        ),
        Paper("4", "Agents of Chance", published=date(2025, 2, 1)),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        assert meant in (await search(index, typed)).ids[:2]
        if ":" not in typed:
            assert meant in [one.value for one in (await index.suggest("paper", typed, 5))[:2]]


async def test_a_title_with_a_slip_comes_before_few_abstracts_that_have_the_words_as_typed(
    tmp_path: Path,
):
    papers = [
        Paper("1", "Feed forward networks"),
        Paper("2", "Graphs", abstract="Pictures are fed and go forward."),
        Paper("3", "Fed by rivers"),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "fed forward")).ids == ("1", "2")
        assert (await search(index, "fed forw")).ids == ("1", "2")
        assert (await search(index, "fed by rivers")).ids == ("3",)


async def test_a_common_name_is_found_among_many_papers_that_have_its_words_in_two(tmp_path: Path):
    papers = [
        Paper("1", "Graphs", ("Ada Lovelace", "Benjamin Li")),
        Paper("2", "Tests", ("Li Benjamin",)),
    ]
    papers += [
        Paper(f"2501.{n:05}", f"Tests {n}", ("Benjamin Fung", "Boyang Li")) for n in range(200)
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        for typed in ("benjamin li", "li benjamin"):
            assert set((await search(index, typed)).ids[:2]) == {"1", "2"}, typed


async def test_an_abbreviation_is_no_slip_for_a_frequent_word(tmp_path: Path):
    papers = [Paper(f"2501.{n:05}", f"Load balancing {n}: an is and a ought") for n in range(60)]
    papers.append(
        Paper(
            "1", "Online anomaly detection", abstract="We call it long-tailed (LTOAD), or (ANIS)."
        )
    )
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "LTOAD")).ids[0] == "1"
        assert (await search(index, "anis")).ids[0] == "1"
        assert (await search(index, "laod")).ids[0] != "1"


async def test_two_words_of_different_names_are_no_name_run_together(tmp_path: Path):
    papers = [
        Paper("1", "Tests", ("Xin Li", "Hui Sun", "Ming Li")),
        Paper("2", "Graphs", ("Ada Lovelace", "Xinghui Li")),
        Paper("3", "Molecules", ("Emmy Noether", "Xin Yue Li")),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        assert (await search(index, "xinhui li")).ids[0] == "2"
        assert (await search(index, "xinyue li")).ids[0] == "3"


async def test_a_correction_is_shown_only_where_the_best_paper_has_the_corrected_word(
    tmp_path: Path,
):
    papers = [
        Paper("1", "Hebbian learning for graphs"),
        Paper("2", "Diffusion for weather", abstract="A paper without any of it."),
        Paper("3", "Leaning towers", abstract="Why they stand."),
    ]
    async with await filled(tmp_path / "index.db", papers) as index:
        for typed, meant, corrected in (
            ("hebian learning", "1", "hebbian learning"),
            ("hebbian lerning graphs", "1", "hebbian learning graphs"),
            ("hebbian leaning", "1", "hebbian learning"),
            ("leaning towers", "3", None),
            ("leaning tower", "3", None),
            ("diffusion for weather hebian", "2", None),
            ("hebbian graph", "1", None),
        ):
            hits = await search(index, typed)
            assert (hits.ids or hits.nearest)[0] == meant, typed
            assert hits.corrected == corrected, typed


async def test_every_page_of_a_common_word_has_papers(tmp_path: Path):
    papers = [Paper(f"2503.{n:05}", f"Learning number{n}") for n in range(1700)]
    async with await filled(tmp_path / "index.db", papers) as index:
        pages = [
            (await index.search(Query("learning"), limit=100, offset=at)).ids
            for at in range(0, 1700, 100)
        ]
    assert {paper for page in pages for paper in page} == {paper.id for paper in papers}


async def test_a_short_question_lists_all_that_say_something_of_it(tmp_path: Path):
    papers = [
        Paper("2501.10001", "Spiking Cells", (), "Neurons talk by spikes."),
        Paper("2501.10002", "Graphs", (), "A network of roads."),
    ]
    async with await filled(tmp_path / "questions.db", papers) as index:
        hits = await search(index, "how do neurons talk to each other in a network")
    assert set(hits.ids) == {"2501.10001", "2501.10002"}
