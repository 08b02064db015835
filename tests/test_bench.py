"""What the benchmark of the search computes, and what it asks."""

import json
import lzma
import random
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from bench import kinds
from bench.catalog import Catalog, glued, telling_words, words_of
from bench.corpora import Corpus, enlarge
from bench.metrics import Spread, ndcg, percentile, rank
from bench.picture import Point, heights
from bench.queries import KINDS, judged, made, slipped

PAPERS = list(Corpus())


def test_a_percentile_is_one_of_the_figures():
    assert [percentile([3, 1, 2, 4], percent) for percent in (0, 25, 50, 95, 100)] == [
        1,
        1,
        2,
        4,
        4,
    ]
    assert Spread.of([7.0]) == Spread(7, 7, 7, 7)


def test_the_gain_is_one_for_the_best_order_and_less_for_any_other():
    relevance = {"a": 2.0, "b": 1.0}
    assert ndcg(["a", "b", "x"], relevance) == 1
    assert ndcg(["x", "a"], {"a": 1.0}) == pytest.approx(0.6309, abs=1e-4)  # 1 / log2(3)
    assert 0 < ndcg(["b", "a"], relevance) < 1
    assert ndcg(["x"] * 10 + ["a"], relevance) == ndcg([], {}) == 0


def test_a_rank_counts_from_one():
    assert [rank(found, {"b", "c"}) for found in (["b"], ["a", "c", "b"], ["a"], [])] == [
        1,
        2,
        0,
        0,
    ]


def test_a_seed_makes_the_same_queries_and_another_seed_others():
    assert made(PAPERS, 1, 5) == made(Corpus(), 1, 5) != made(PAPERS, 2, 5)


def test_each_kind_of_query_is_for_papers_of_the_corpus():
    asked = made(PAPERS, 1, 5)
    assert {query.kind for query in asked} >= KINDS.keys() - {"initialism", "from the abstract"}
    assert {paper for query in asked for paper in query.gold} <= {paper.id for paper in PAPERS}
    assert all(query.text.strip() and query.gold for query in asked)


def test_the_newer_kinds_are_many_and_the_same_for_a_seed():
    asked = kinds.make_queries(PAPERS, 1, 2)
    assert asked == kinds.make_queries(PAPERS, 1, 2) != kinds.make_queries(PAPERS, 2, 2)
    assert len(kinds.KINDS) >= 60
    assert {query.kind for query in asked} <= kinds.KINDS.keys()
    assert not set(kinds.DEVELOPMENT_SEEDS) & set(kinds.REPORTING_SEEDS)
    assert all(query.text.strip() and 0 < len(query.gold) <= 10 for query in asked)


def test_the_gold_of_a_newer_kind_is_every_paper_that_fits():
    titles = {paper.id: set(words_of(paper.title)) for paper in PAPERS}
    for query in kinds.make_queries(PAPERS, 1, 5):
        if query.kind == "three words and a site":
            meant = set(query.text.split()) - set("arxiv paper pdf github huggingface code".split())
            fitting = {paper for paper, title in titles.items() if meant <= title}
            # a title can have one of the sites' names among its own words
            assert len(meant) < 3 or fitting == query.gold.keys()


def test_a_catalog_finds_people_by_initials_and_names_however_they_are_joined():
    paper = replace(
        PAPERS[0], id="x", title="τ^2-Bench: Agents That Call", authors=("Zhen Yang", "J. Li")
    )
    catalog = Catalog([paper])
    assert catalog.by("yang", "z") == catalog.by("yang", "zhen") == catalog.by("li") == {"x"}
    assert not catalog.by("yang", "j")
    assert catalog.called("tau2 bench") == catalog.mentions("Tau^2Bench") == {"x"}
    assert glued("τ^2-Bench") == "tau2bench"
    assert telling_words(paper) == ["bench", "agents", "call"]


def test_a_slip_leaves_the_first_letter_and_short_words():
    chance = random.Random(1)
    assert {slipped(chance, "diffusion")[0] for _ in range(50)} == {"d"}
    assert slipped(chance, "gan") == "gan"


def test_enlarging_begins_with_the_real_papers_and_is_the_same_each_time():
    papers = list(enlarge(PAPERS, 500, seed=1))
    assert papers == list(enlarge(PAPERS, 500, seed=1)) != list(enlarge(PAPERS, 500, seed=2))
    assert papers[: len(PAPERS)] == PAPERS
    assert len({paper.id for paper in papers}) == 500
    assert all(paper.title for paper in papers)
    known = {word for paper in PAPERS for word in paper.title.split()}
    assert {word for paper in papers for word in paper.title.split()} <= known


def test_enlarging_makes_papers_one_by_one():
    assert len(list(islice(enlarge(PAPERS, 10**12, seed=1), 200))) == 200


def test_a_collection_gives_its_queries_with_their_judgements(tmp_path: Path):
    lines = [
        {"part": "corpus", "id": "d1", "title": "Lenses", "abstract": ""},
        {"part": "queries", "qid": "1", "text": "lens"},
        {"part": "queries", "qid": "2", "text": "nobody judged this"},
        {"part": "qrels", "qid": "1", "docid": "d1", "rel": 2},
    ]
    path = tmp_path / "eyes.jsonl.xz"
    path.write_bytes(lzma.compress("\n".join(map(json.dumps, lines)).encode()))
    [query] = judged(path)
    assert (query.kind, query.text, query.gold) == ("eyes", "lens", {"d1": 2.0})
    assert [paper.id for paper in Corpus(path)] == ["d1"]


def test_names_in_the_picture_stand_apart_and_as_near_to_their_points_as_that_allows():
    points = [Point(str(first), 1, 2, first) for first in (0.2, 0.55, 0.56, 0.99)]
    assert heights(points) == pytest.approx([0.2, 0.5, 0.56, 0.94])
