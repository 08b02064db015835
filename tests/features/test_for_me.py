"""What is suggested to a person, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bot.chat.views import Outcome, plain
from bot.papers import Account, Paper
from bot.search.ranking.profile import rank_for
from tests.conftest import DIFFUSION, HEBB, MANY


def test_what_is_like_the_kept_comes_first_with_the_one_it_is_most_like():
    kept = [
        Paper("1", "Diffusion models for images", abstract="noise is removed step by step"),
        Paper("2", "Protein folding with language models", abstract="amino acids as words"),
    ]
    papers = [
        Paper("3", "Folding proteins", abstract="protein structure from amino acids"),
        Paper("4", "Faster diffusion", abstract="fewer step of noise"),
        Paper("5", "Cooking", abstract="soup"),
    ]
    ranked = [(paper.id, because.id) for paper, because in rank_for(kept, papers)]
    assert sorted(ranked) == [("3", "2"), ("4", "1")]


def test_papers_of_an_organisation_that_is_kept_are_liked():
    lab = Account("lab", "Lab")
    kept = [Paper("1", "One", organization=lab)]
    papers = [Paper("2", "Two"), Paper("3", "Three", organization=lab), Paper("4", "Four")]
    assert [paper.id for paper, _ in rank_for(kept, papers)] == ["3"]


def test_what_several_kept_papers_are_about_says_more_than_what_one_is():
    kept = [
        Paper("1", "Walking robots", keywords=("reinforcement learning", "gait")),
        Paper("2", "Games of chance", keywords=("reinforcement learning", "poker")),
        Paper("3", "Folding of molecules", keywords=("protein design", "diffusion")),
        Paper("4", "Binding of drugs", keywords=("protein design", "docking")),
    ]
    papers = [
        Paper("5", "Gait"),
        Paper("6", "Chips", keywords=("Reinforcement Learning",)),
        Paper("7", "Enzymes", keywords=("protein design",)),
        Paper("8", "Docking of ships"),
    ]
    ranked = [paper.id for paper, _ in rank_for(kept, papers)]
    assert set(ranked[:2]) == {"6", "7"}


def test_without_anything_kept_or_new_nothing_is_ranked():
    assert rank_for([], [HEBB]) == []
    assert rank_for([HEBB], []) == []


def test_a_paper_that_means_the_same_comes_first_without_a_word_in_common():
    kept = [Paper("1", "Automobile"), Paper("2", "Whiskers")]
    papers = [Paper("3", "Soup"), Paper("4", "Kitten"), Paper("5", "Stars")]
    places = {"1": (1, 0, 0), "2": (0, 1, 0), "3": (0, 0, 1), "4": (0.1, 1, 0), "5": (0, 0, 1)}
    meanings = {id_: np.array(place, np.float32) for id_, place in places.items()}
    assert rank_for(kept, papers) == []
    ranked = rank_for(kept, papers, meanings=meanings)
    assert [(paper.id, because.id) for paper, because in ranked] == [("4", "2")]


def test_what_was_kept_last_counts_more():
    kept = [Paper("1", "Automobile"), Paper("2", "Whiskers")]
    papers = [Paper("3", "Kitten"), Paper("4", "Wheels"), Paper("5", "Soup")]
    places = {"1": (1, 0, 0), "2": (0, 1, 0), "3": (0, 1, 0), "4": (1, 0, 0), "5": (0, 0, 1)}
    meanings = {id_: np.array(place, np.float32) for id_, place in places.items()}
    assert [paper.id for paper, _ in rank_for(kept, papers, meanings=meanings)] == ["4", "3"]


async def test_suggestions_say_why_and_leave_out_what_is_kept(bot, ask):
    await bot.services.library.add(
        [replace(MANY[0], id="2605.20000", title="Transformers Again")], bot.now()
    )
    await ask(f"save {MANY[0].id}")
    view = await ask("for-me")
    assert MANY[0].id not in view.papers
    assert f"Because you saved “{MANY[0].title}”" in plain(view)
    assert DIFFUSION.id not in view.papers


async def test_an_empty_shelf_gives_nothing_to_go_by(ask):
    assert (await ask("for-me")).outcome is Outcome.NOTHING


async def test_what_was_called_useful_comes_first_and_what_was_not_last(ask, bot):
    like = [
        Paper(f"2605.2000{n}", f"{topic} sampling", abstract=f"{topic} sampling of {topic}.")
        for n, topic in enumerate(("Molecule", "Speech"))
    ]
    rated = [replace(one, id=f"2605.3000{n}") for n, one in enumerate(like)]
    today = bot.services.library.today()
    await bot.services.library.add([replace(one, daily=today) for one in like], bot.now())
    await bot.services.library.add([*rated, KEPT], bot.now())
    await ask(f"save {KEPT.id}")
    orders = []
    for verdicts in (("useful", "not-for-us"), ("not-for-us", "useful")):
        for verdict, paper in zip(verdicts, rated, strict=True):
            assert "Thanks." in plain(await ask(f"rate {verdict} {paper.id}"))
        found = (await ask("for-me")).papers
        orders.append([one for one in found if one in {paper.id for paper in like}])
    assert orders == [[like[0].id, like[1].id], [like[1].id, like[0].id]]


KEPT = Paper("2605.40000", "Sampling", abstract="Sampling of molecule and speech.")


async def test_only_known_papers_can_be_rated(ask):
    view = await ask("rate useful 1999.99999")
    assert "No known paper in that." in plain(view)
    assert view.outcome is Outcome.REFUSED
