"""One ranking: what people type beside the right words does not hide the paper that they mean."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.training import Bounds, Judged, fit
from bot.papers import Account, Paper
from bot.search import Index, Query, parse
from bot.search.ranking.weights import FEATURES, WORD_COUNTS, fitted_weights
from bot.sources.files import read

TODAY = date(2026, 6, 1)
ROOT = Path(__file__).parents[2]


def paper(id_: str, title: str, *authors: str, abstract: str = "", year: int = 2025) -> Paper:
    return Paper(id_, title, authors, abstract, published=date(year, 3, 1), upvotes=3)


def neighbours() -> list[Paper]:
    """Return papers that share words with those that are looked for, as a real corpus does."""
    topics = ("diffusion", "robot", "policy", "consistency", "generation", "learning", "agents")
    return [
        paper(
            f"n{n}",
            f"{one.title()} and {other} for task {n}",
            f"Wei Li{n}",
            abstract=f"On arxiv we compare {other} with a generator, unified, for image tasks.",
        )
        for n, (one, other) in enumerate(pairwise(topics * 5))
    ]


PAPERS = (
    paper("policy", "Diffusion Policy: Visuomotor Robot Learning", "Cheng Chi", "Zhen Yang"),
    paper("twin", "Consistency Twins Train a Generator by Adversarial Learning", "Ada Byron"),
    paper("unify", "Unified Image Generation in One Model", "Jie Xiao"),
    paper("old", "A Survey of Video Diffusion", "Ling Yang", year=2024),
    paper("new", "A Survey of Video Diffusion Models", "Ling Yang", year=2026),
    paper("face", "Identity in Portraits", "Zhen Yang", "Mo Li"),
    paper("faces", "Identity of Faces", "Ling Yang", "Zoe Li"),
    paper("key", "Keyframe Interpolation", "Jian Liang", "Wu Hao"),
    paper("keys", "Keyframe Search", "Mei Liang", "Jo Wu"),
    paper("r1", "DeepSeek-R1: Incentivizing Reasoning in Models"),
    paper("r1b", "DeepSeek-R1 Thoughtology: What Is in a Chain"),
    paper("r1c", "Safety of DeepSeek R1"),
    paper("quant", "Quantized Geometry Transformers", "Mira Kolb"),
    paper("deepmind", "Geometry at DeepMind"),
    paper("bat", "Agreement Tests", abstract="We propose Benchmark Agreement Testing (BAT)."),
    paper("batcoder", "Batcoder: Sounds and Words"),
    paper("court", "Incentivizing Reflection of Judges"),
    paper("courts", "Incentives and Reflection of Judges"),
    paper("long", "Long-Context Large Reasoners"),
    paper("silent", "Reasoners of Large and Silent Context"),
    paper("store", "Sparse Memory of Octopuses", "Lance Ying"),
    paper("beach", "Dense Beaches of Octopuses", "Wei Ying"),
    replace(
        paper("coast", "Coasts", "Wei Xu"), organization=Account("atlantis", "Atlantis University")
    ),
)


@asynccontextmanager
async def index_of(folder: Path, papers: Sequence[Paper]) -> AsyncIterator[Index]:
    index = await Index.open(folder / "search.sqlite3", "test")

    async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        return list(enumerate(papers, 1))[after : after + limit]

    await index.follow(changed, len(papers))
    try:
        yield index
    finally:
        await index.close()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # a word more does not turn what is remembered into a question that abstracts answer
        ("consistency generator learning", "twin"),
        ("consistency generator learning arxiv", "twin"),
        ("consistency generator adversarial learning pdf", "twin"),
        # every word may be unfinished
        ("diffus polic robot", "policy"),
        ("visuom robo lear", "policy"),
        ("polic diffusion", "policy"),
        # a year lifts papers of that year
        ("survey video diffusion 2024", "old"),
        ("2026 survey video diffusion", "new"),
        # an initial belongs to its surname
        ("yang, z. identity", "face"),
        ("z yang identity", "face"),
        ("liang j keyframe", "key"),
        ("liang m keyframe", "keys"),
        ("yang zhen identity", "face"),
        ("yang zh identity", "face"),
        # the paper whose own name that is
        ("deepseek r1", "r1"),
        ("deepseek-r1", "r1"),
        # a word that fits nothing of the right paper
        ("unified noceling generation", "unify"),
        ("deepmind quantized geometry transformers", "quant"),
        ("quantized geometry bassoon", "quant"),
        ("stanford quantized geometry", "quant"),
        ("byron et al. 2025 consistency twins", "twin"),
    ],
)
async def test_the_paper_that_is_meant_comes_first(tmp_path: Path, text: str, meant: str):
    async with index_of(tmp_path, [*PAPERS, *neighbours()]) as index:
        hits = await index.search(parse(text, TODAY), limit=5)
        assert hits.ids[0] == meant
        typed = await index.suggest("paper", text)
        assert typed[0].value == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # an organisation that is another one's, or the paper's own
        ("atlantis university unified image", "unify"),
        ("coasts atlantis university", "coast"),
        # the initials that an abstract spells out, not a longer name
        ("bat", "bat"),
        # British spelling is the same word, another form is not
        ("incentivising reflection judges", "court"),
        # words that were run together stand together
        ("contextlarge reasoners", "long"),
        # a slip that is most of a name
        ("lanfe ying", "store"),
    ],
)
async def test_what_is_nearly_right_finds_what_is_meant(tmp_path: Path, text: str, meant: str):
    async with index_of(tmp_path, [*PAPERS, *neighbours()]) as index:
        assert (await index.search(parse(text, TODAY), limit=5)).ids[0] == meant


async def test_more_words_only_move_papers_and_lose_none(tmp_path: Path):
    async with index_of(tmp_path, [*PAPERS, *neighbours()]) as index:
        text = "consistency generator learning"
        first = (await index.search(Query(text), limit=1)).ids
        for word in ("paper", "github", "github paper", "paper that has code on github"):
            assert (await index.search(Query(f"{text} {word}"), limit=1)).ids == first


async def test_of_two_namesakes_the_one_with_more_votes_comes_first(tmp_path: Path):
    papers = [
        Paper("1", "Mamba-2: Fast", upvotes=2, published=date(2025, 1, 1)),
        Paper("2", "Mamba-2: Slow", upvotes=300, published=date(2024, 1, 1)),
        Paper("3", "Mamba-2 for Vision", upvotes=900, published=date(2026, 1, 1)),
    ]
    async with index_of(tmp_path, papers) as index:
        assert (await index.search(Query("mamba 2"), limit=3)).ids == ("2", "1", "3")


async def test_a_name_counts_only_papers_of_people_who_bear_it(tmp_path: Path):
    papers = [
        paper("1", "Networks", "Kaiming He", "Wei Li"),
        paper("2", "Graphs", "Kaiming Xu", "Lu He"),
        paper("3", "Molecules", "He Zhang", "Kaiming Li"),
        paper("4", "Proteins", "Kaiming He"),
    ]
    async with index_of(tmp_path, papers) as index:
        for text in ("kaiming he", "he kaiming", "he, k."):
            hits = await index.search(Query(text), limit=5)
            assert (sorted(hits.ids), hits.total) == (["1", "4"], 2), text


def test_weights_are_there_for_every_feature_and_count_nothing_against_a_match():
    written = json.loads((ROOT / "bot/search/ranking/weights.json").read_text("utf-8"))
    assert written["word_counts"] == list(WORD_COUNTS)
    for use in ("search", "completion"):
        assert tuple(written[use]) == FEATURES
        assert all(min(line) >= 0 for name, line in written[use].items() if name != "length")


def test_weights_between_two_word_counts_are_between_theirs():
    weights = fitted_weights()
    four, five, six = (weights.of_query(n, thorough=True) for n in (4, 5, 6))
    assert np.allclose(five, (four + six) / 2, atol=1e-5)
    assert (weights.of_query(99, thorough=False) == weights.completion[-1]).all()


def test_a_fit_finds_what_tells_and_is_the_same_each_time():
    chance = np.random.default_rng(1)
    queries = []
    for _ in range(200):
        features = chance.random((10, 3), np.float32)
        gains = np.zeros(10, np.float32)
        gains[features[:, 1].argmax()] = 1
        queries.append(Judged(features, gains, 1.0))
    bounds = Bounds(np.array([0.0, 0.0, 0.25]), np.array([np.inf, np.inf, 0.25]))
    fitted = fit(queries, np.zeros(3), bounds)
    assert fitted[1] > 3 * fitted[0]
    assert fitted[2] == 0.25
    assert (fit(queries, np.zeros(3), bounds) == fitted).all()


async def test_the_examples_of_the_readme_find_papers_of_the_sample(tmp_path: Path):
    papers = [each for each in read(ROOT / "bot/sample/days.jsonl") if isinstance(each, Paper)]
    readme = (ROOT / "README.md").read_text("utf-8")
    examples = re.findall(r"^\| `find ([^`]+)` \| (.*) \|$", readme, re.MULTILINE)
    assert any("*" in says for _, says in examples)
    async with index_of(tmp_path, papers) as index:
        for text, says in examples:
            if meant := re.search(r"\*(.+?)\*", says):
                hits = await index.search(parse(text, TODAY), limit=1)
                [found] = [each for each in papers if each.id == hits.ids[0]]
                assert found.title.startswith(meant[1])
