"""Two names of one thing find the same papers, if the corpus defines them several times."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.papers import Paper
from bot.search import Hits, Index, parse
from bot.search.analysis.abbreviations import definitions
from bot.search.analysis.tokenizer import tokenize

TODAY = date(2026, 5, 29)
DEFINED = (
    "Mixture-of-Experts (MoE) models route tokens.",
    "A mixture of experts (MoE) has many parts.",
    "MoE (mixture of experts) grows.",
)


def papers(*titles: str, abstracts: Sequence[str] = DEFINED) -> list[Paper]:
    others = [Paper(f"2605.1{n:04}", f"Paper {n}", (), each) for n, each in enumerate(abstracts)]
    found = [Paper(f"2605.0{n:04}", title, ("Ada Moe",)) for n, title in enumerate(titles)]
    return [*found, *others]


async def search(path: Path, known: Sequence[Paper], text: str) -> Hits:
    async def changed(after: int, limit: int) -> list[tuple[int, Paper]]:
        return list(enumerate(known, 1))[after : after + limit]

    async with await Index.open(path / "index.sqlite3", "test") as index:
        await index.follow(changed, len(known))
        return await index.search(parse(text, TODAY), limit=10)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Large language models (LLMs) reason.", {"llm": "large language models"}),
        ("We train an LLM (large language model).", {"llm": "large language model"}),
        ("Proximal policy optimization (PPO) is stable.", {"ppo": "proximal policy optimization"}),
        ("Text-to-image (T2I) and more.", {"t2i": "text to image"}),
        ("Multi-modal language models (MLMs).", {"mlm": "multi modal language models"}),
        ("It is costly. Sparse autoencoders (SAEs; ours)", {"sae": "sparse autoencoders"}),
        ("Our model (BERT) is good (see Fig. 2), (2024) and ()", {}),
    ],
)
def test_a_text_defines_abbreviations(text: str, pairs: dict[str, str]):
    assert {one.short: one.words for one in definitions(text)} == pairs


@pytest.mark.parametrize("query", ["moe routing", "mixture of experts routing", "MoEs routing"])
async def test_both_names_find_both_titles(tmp_path: Path, query: str):
    known = papers("Routing in MoE", "Routing Mixtures of Experts", "Routing Packets")
    hits = await search(tmp_path, known, query)
    assert set(hits.ids[:2]) == {"2605.00000", "2605.00001"}
    assert hits.corrected is None


async def test_of_many_words_the_name_that_was_typed_counts_more(tmp_path: Path):
    known = papers(
        "Sparse Routing of Tokens in MoE", "Sparse Routing of Tokens in Mixture of Experts"
    )
    for query, best in (("sparse token routing moe", 0), ("mixture of experts token routing", 1)):
        assert (await search(tmp_path, known, query)).ids[0] == f"2605.0000{best}"


async def test_a_name_without_its_ending_is_none(tmp_path: Path):
    abstracts = ["Reinforcement learning (RL) is slow."] * 3
    known = papers("Reinforcement Learning", abstracts=abstracts)
    assert (await search(tmp_path, known, "reinforcement learning")).synonyms == ("rl",)
    assert (await search(tmp_path, known, "reinforcement learn ing")).synonyms == ()


async def test_the_other_name_is_told(tmp_path: Path):
    known = papers("Routing in MoE")
    assert (await search(tmp_path, known, "moe routing")).synonyms == ("mixture of experts",)
    assert (await search(tmp_path, known, "mixtures of experts")).synonyms == ("moe",)


@pytest.mark.parametrize("query", ['"moe" routing', "author:moe routing", "ada moe"])
async def test_quoted_words_names_and_parts_have_no_other_name(tmp_path: Path, query: str):
    known = papers("Routing in MoE", "Routing Mixtures of Experts")
    assert (await search(tmp_path, known, query)).synonyms == ()


async def test_a_pair_that_few_papers_define_is_none(tmp_path: Path):
    known = papers("Routing in MoE", abstracts=DEFINED[:2])
    assert (await search(tmp_path, known, "moe routing")).synonyms == ()


async def test_a_paper_that_changes_counts_once(tmp_path: Path):
    known = papers("Routing in MoE", abstracts=DEFINED[:2])
    changed = [replace(known[1], title=f"Version {n}") for n in range(3)]
    assert (await search(tmp_path, [*known, *changed], "moe routing")).synonyms == ()


async def test_a_correction_beside_it_keeps_what_was_typed(tmp_path: Path):
    hits = await search(tmp_path, papers("Routing in MoE"), "mixture of experts ruoting")
    assert hits.corrected == "mixture of experts routing"


async def test_other_endings_and_spellings_match_a_title(tmp_path: Path):
    known = papers("Transformers without Normalization", "Normal Transformers", "With Transformer")
    hits = await search(tmp_path, known, "transformer without normalisation")
    assert hits.ids[0] == "2605.00000"
    assert hits.corrected is None


def test_signs_tell_languages_apart():
    assert tokenize("C++ or C/C++, C# and C") == ["cpp", "or", "c", "cpp", "csharp", "and", "c"]


async def test_a_language_is_no_slip_and_is_shown_with_its_sign(tmp_path: Path):
    known = papers("Web App Code Generation", "Code in C++", "Web App Tests", "App Code in Rust")
    hits = await search(tmp_path, known, "C++ code generation")
    assert hits.corrected is None
    assert (await search(tmp_path, known, "c# code")).absent == ("c#",)
    offered = await search(tmp_path, known, "code in c++ and rsut")
    assert offered.suggestion == "code in c++ and rust"


async def test_a_slip_beside_a_long_name_is_corrected_by_the_words_of_the_name(tmp_path: Path):
    others = (f"Paper number{n}" for n in range(300))
    known = [replace(one, authors=()) for one in papers("Protein Mixture of Experts", *others)]
    hits = await search(tmp_path, known, "protien mixture of experts")
    assert hits.corrected == "protein mixture of experts"
    assert hits.ids[0] == "2605.00000"
