"""Questions in plain words about themes of the daily papers, to tune on: others than those of `bench/page.py`.

A paper answers one if its title or one of its keywords has one of the phrases. Papers that have no
keywords are left out, since nothing says what they are about, and from the others these are taken
away, so that only meaning joins the words of a question and those of its theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.queries import Wanted
from bot.papers import Paper

# Fewer papers with a phrase are no theme.
MIN_PAPERS = 8

THEMES = {
    "how can a picture be changed by saying what should be different": ("image editing",),
    "moving pictures made from a written description": ("video generation", "text-to-video"),
    "making a big model small enough for weak hardware": ("quantization", "pruning"),
    "why do chatbots make up facts": ("hallucination",),
    "models that look things up before they answer": ("retrieval-augmented", "rag"),
    "how do robots learn to move things with their hands": (
        "robotic manipulation",
        "vision-language-action",
    ),
    "rewards that a model learns to cheat": ("reward hacking", "reward models"),
    "solving school and olympiad mathematics with language models": (
        "mathematical reasoning",
        "aime",
    ),
    "programs that click through a computer's screen for you": (
        "gui agents",
        "gui grounding",
        "osworld",
    ),
    "writing and repairing software automatically": (
        "code generation",
        "swe-bench",
        "software engineering",
    ),
    "many models that talk to each other to solve a task": ("multi-agent",),
    "how to teach a model something new without losing the old": (
        "catastrophic forgetting",
        "continual learning",
    ),
    "rebuilding a room in three dimensions from photographs": (
        "gaussian splatting",
        "3d reconstruction",
        "novel view synthesis",
    ),
    "guessing several words ahead to answer sooner": ("speculative decoding", "parallel decoding"),
    "tune a giant network by changing only few of its numbers": (
        "low-rank adaptation",
        "lora",
        "parameter-efficient",
    ),
    "keeping models from saying dangerous things": ("safety alignment", "jailbreak"),
    "people's preferences as a signal for training": (
        "reinforcement learning from human feedback",
        "rlhf",
        "direct preference optimization",
        "dpo",
    ),
    "understanding very long texts at once": ("long-context", "context window", "context length"),
    "turning speech into text": ("automatic speech recognition", "speech recognition"),
    "only a part of the network works on each word": ("mixture-of-experts", "moe"),
    "letting a model think longer when a problem is hard": (
        "test-time scaling",
        "inference-time scaling",
        "test-time compute",
    ),
    "writing text by removing noise instead of word after word": (
        "diffusion language models",
        "diffusion large language models",
    ),
    "a model that imagines what will happen next in its surroundings": ("world model",),
    "questions about what a film clip shows": ("video understanding", "video question answering"),
    "where things are in a scene relative to each other": (
        "spatial reasoning",
        "spatial intelligence",
    ),
    "one model grades the answers of another": ("llm-as-a-judge",),
    "a small model learns from a big one": ("knowledge distillation", "on-policy distillation"),
    "pictures that get sharper and larger": ("super-resolution",),
    "what happens inside a model, read out as features that people understand": (
        "sparse autoencoders",
        "interpretability",
    ),
    "reading documents, tables and scanned pages": ("ocr", "document understanding"),
}


def asked(papers: Sequence[Paper]) -> list[Wanted]:
    """Return the questions that enough of these papers answer."""
    found = []
    for text, phrases in THEMES.items():
        gold = [paper.id for paper in papers if _is_about(paper, phrases)]
        if len(gold) >= MIN_PAPERS:
            found.append(Wanted("theme", text, dict.fromkeys(gold, 1.0)))
    return found


def without_keywords(papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers that have keywords, without them."""
    return [replace(paper, keywords=()) for paper in papers if paper.keywords]


def _is_about(paper: Paper, phrases: Sequence[str]) -> bool:
    words = " ".join((paper.title, *paper.keywords)).lower() if paper.keywords else ""
    return any(f" {phrase}" in f" {words} " for phrase in phrases)
