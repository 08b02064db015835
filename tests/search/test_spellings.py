"""Names and symbols are found however people type them."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from bot.papers import Paper
from bot.search import Index, parse
from bot.search.analysis.spellings import from_russian_keys, name_parts
from bot.search.analysis.tokenizer import formula_spellings, tokenize

TITLES = (
    r"$\tau^2$-Bench: Evaluating Agents",
    "γ-MoD: Mixture of Depths",
    "Tulu 3: Pushing Frontiers",
    "Diffusion Models are GameNGen Engines",
    "MedAgentSim: Interactions in Hospitals",
    "InternVL3: Open Models",
    r"$\pi_0$: A Flow Model for Robots",
    "A^2FM: An Adaptive Agent",
    "Robust and Realistic Understanding",
)


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    papers = [Paper(f"2501.{n:05}", title) for n, title in enumerate(TITLES)]

    async def changed(after: int, limit: int) -> list[tuple[int, Paper]]:
        return list(enumerate(papers, 1))[after : after + limit]

    async with await Index.open(tmp_path / "index.db", "a database") as index:
        await index.follow(changed, len(papers))
        yield index


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("tau^2-bench", 0),
        ("tau2 bench", 0),
        ("τ²-bench", 0),
        ("tau 2 bench", 0),
        ("gamma-mod", 1),
        ("γ-MoD", 1),
        ("tulu3", 2),
        ("tulu 3", 2),
        ("game n gen", 3),
        ("gamengen", 3),
        ("med agent sim", 4),
        ("medagentsim", 4),
        ("intern vl 3", 5),
        ("internvl 3", 5),
        ("pi0", 6),
        ("pi_0", 6),
        (r"$\pi_0$", 6),
        ("π0", 6),
        ("ьувфпутеышь", 4),
        ("Мedagentsim", 4),
        ("a2fm", 7),
        ("2fm", 7),
        ("robust realistic understanding", 8),
        ("robustrealisticunderstanding", 8),
    ],
)
async def test_a_name_is_found_in_any_spelling(index: Index, typed: str, number: int):
    hits = await index.search(parse(typed, date(2025, 6, 1)), limit=3)
    assert hits.ids[:1] == (f"2501.{number:05}",)


def test_parts_of_names_are_other_spellings():
    assert name_parts("GameNGen") == ["game", "n", "gen", "gamen"]
    assert name_parts("InternVL3") == ["intern", "vl", "3", "internvl"]
    assert name_parts("Tulu 3") == ["tulu3"]
    assert name_parts("GPTs, LLMs, LoRA and gpt4") == []


def test_the_words_of_a_formula_are_other_spellings():
    assert formula_spellings("A^2FM and $R^{2}$ec") == ["2fm", "a2fm", "ec", "r2ec"]
    assert formula_spellings("Agents in the Wild") == []


def test_words_of_other_scripts_are_left_alone():
    assert tokenize("Ελλάδα привет") == ["ελλαδα", "привет"]
    assert from_russian_keys("вшаагышщт") == "diffusion"
