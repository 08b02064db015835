"""Queries for papers that somebody half remembers, made from the papers with a seed, and those of test collections."""

from __future__ import annotations

import json
import lzma
import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.papers import Paper, record
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# So many papers are drawn to make queries from; names in more papers than a list shows single none
# out.
DRAWN = 20_000
SHARED = 3
_NAMED = re.compile(r"([A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*):")
_DEFINED = re.compile(r"\(([A-Z]{3,6})s?\)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, and how relevant which papers are to it, by their ids."""

    kind: str
    text: str
    gold: Mapping[str, float]


# --- known items ---


def made(papers: Iterable[Paper], seed: int, per_kind: int) -> list[Wanted]:
    """Make queries of each kind, the same for the same papers and seed; the papers are gone through twice."""
    chance = random.Random(seed)
    drawn = _drawn(papers, chance)
    asked = [
        (kind, ask(chance, paper), paper.id, shared(paper) if shared else "")
        for kind, (fits, ask, shared) in KINDS.items()
        for paper in _some([paper for paper in drawn if fits(paper)], chance, per_kind)
    ]
    named = _bearers(papers, {name for *_, name in asked if name})
    found = [
        Wanted(kind, text, dict.fromkeys(named[name] if name else [paper], 1.0))
        for kind, text, paper, name in asked
    ]
    return [
        query
        for query in found
        if len(query.gold) <= SHARED or query.kind not in ("acronym", "initialism")
    ]


def _drawn(papers: Iterable[Paper], chance: random.Random) -> list[Paper]:
    """Draw papers, each as likely as any other, in one pass (Vitter's algorithm R, 1985)."""
    drawn: list[Paper] = []
    for number, paper in enumerate(papers):
        if number < DRAWN:
            drawn.append(paper)
        elif (at := chance.randrange(number + 1)) < DRAWN:
            drawn[at] = paper
    return drawn


def _some(papers: Sequence[Paper], chance: random.Random, number: int) -> list[Paper]:
    return chance.sample(papers, min(number, len(papers)))


def _bearers(papers: Iterable[Paper], names: Collection[str]) -> dict[str, list[str]]:
    """Return the papers that each name stands for: that of an author, of a system, or one that an abstract defines."""
    found: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for name in {
            *map(str.lower, paper.authors),
            _system(paper),
            *map(str.lower, _defined(paper)),
        } & set(names):
            found[name].append(paper.id)
    return found


def telling(paper: Paper) -> list[str]:
    """Return the words of a title that one remembers."""
    return [word for word in tokenize(paper.title) if word not in STOP_WORDS and len(word) > 2]


def slipped(chance: random.Random, word: str) -> str:
    """Return a word with a letter left out, put in, changed, doubled, or swapped with the next; never the first."""
    if len(word) < 4:
        return word
    at = chance.randrange(1, len(word))
    head, letter, tail = word[:at], word[at], word[at + 1 :]
    other = chance.choice(LETTERS)
    ends = [
        tail,
        other + letter + tail,
        other + tail,
        letter * 2 + tail,
        tail[:1] + letter + tail[1:],
    ]
    return head + chance.choice(ends)


def _remembered(chance: random.Random, paper: Paper, number: int) -> list[str]:
    found = telling(paper)
    return [found[n] for n in sorted(chance.sample(range(len(found)), min(number, len(found))))]


def _neighbours(chance: random.Random, paper: Paper, number: int) -> list[str]:
    found = telling(paper)
    at = chance.randrange(len(found) - number + 1)
    return found[at : at + number]


def _misspelt(slips: int) -> Callable[[random.Random, Paper], str]:
    """Four or five words of a title with slips in some of them."""

    def ask(chance: random.Random, paper: Paper) -> str:
        typed = _remembered(chance, paper, chance.randint(4, 5))
        longest = sorted(range(len(typed)), key=lambda n: -len(typed[n]))
        for n in chance.sample(longest[: slips + 1], slips):
            typed[n] = slipped(chance, typed[n])
        return " ".join(typed)

    return ask


def _dropped(chance: random.Random, paper: Paper) -> str:
    found = paper.title.lower().split()
    kept = [word for word in found if chance.random() < 0.6]
    return " ".join(kept if len(kept) > 2 else found)


def _reordered(chance: random.Random, paper: Paper) -> str:
    return " ".join(chance.sample(found := _remembered(chance, paper, 4), len(found)))


def _begun(chance: random.Random, paper: Paper) -> str:
    *ahead, last = _neighbours(chance, paper, 3)
    return " ".join([*ahead, last[: chance.randint(3, 5)]])


def _begun_misspelt(chance: random.Random, paper: Paper) -> str:
    one, other, last = _neighbours(chance, paper, 3)
    one, other = (
        (slipped(chance, one), other) if chance.random() < 0.5 else (one, slipped(chance, other))
    )
    return f"{one} {other} {last[: chance.randint(3, 5)]}"


def _run_together(chance: random.Random, paper: Paper) -> str:
    typed = _neighbours(chance, paper, 4)
    at = chance.randrange(3)
    return " ".join([*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]])


def _split(chance: random.Random, paper: Paper) -> str:
    typed = _neighbours(chance, paper, 4)
    at = max(range(4), key=lambda n: len(typed[n]))
    cut = chance.randint(3, max(3, len(typed[at]) - 3))
    return " ".join([*typed[:at], f"{typed[at][:cut]} {typed[at][cut:]}".strip(), *typed[at + 1 :]])


def _author_misspelt(chance: random.Random, paper: Paper) -> str:
    names = paper.authors[0].lower().split()
    longest = max(range(len(names)), key=lambda n: len(names[n]))
    names[longest] = slipped(chance, names[longest])
    return " ".join(names)


def _author_and_words(chance: random.Random, paper: Paper) -> str:
    return " ".join([paper.authors[0].lower().split()[-1], *_remembered(chance, paper, 2)])


def _from_abstract(chance: random.Random, paper: Paper) -> str:
    """Two words of the title and three of the abstract's first sentences, in any order."""
    said = [
        word for word in tokenize(paper.abstract)[:60] if word not in STOP_WORDS and len(word) > 4
    ]
    typed = _remembered(chance, paper, 2) + chance.sample(said, min(3, len(said)))
    return " ".join(chance.sample(typed, len(typed)))


def _defined(paper: Paper) -> list[str]:
    """Return the initials that only the abstract spells out: "(CTM)" in one whose title begins its words with them."""
    initials = "".join(word[0] for word in tokenize(paper.title) if word not in STOP_WORDS)
    said = sorted(set(_DEFINED.findall(paper.abstract)))
    return [
        name
        for name in said
        if name.lower() in initials and name.lower() not in tokenize(paper.title)
    ]


def _system(paper: Paper) -> str:
    found = _NAMED.match(paper.title)
    return found[1].lower() if found and 3 <= len(found[1]) <= 12 else ""


def _id(chance: random.Random, paper: Paper) -> str:
    spelt = (
        "{}",
        "arxiv:{}v2",
        "https://arxiv.org/abs/{}",
        "https://huggingface.co/papers/{}",
        "arxiv.org/pdf/{}v1.pdf",
    )
    return chance.choice(spelt).format(paper.id)


def _rich(paper: Paper) -> bool:
    return len(telling(paper)) > 4


def _signed(paper: Paper) -> bool:
    return (
        _rich(paper)
        and bool(paper.authors)
        and len(paper.authors[0]) > 8
        and " " in paper.authors[0]
    )


def _first_author(paper: Paper) -> str:
    return paper.authors[0].lower()


# What a paper needs, how it is asked for, and for what it shares with others, the name that others
# bear too.
Kind = tuple[
    Callable[[Paper], bool], Callable[[random.Random, Paper], str], Callable[[Paper], str] | None
]
KINDS: dict[str, Kind] = {
    "title": (_rich, lambda _, paper: paper.title, None),
    "one slip": (_rich, _misspelt(1), None),
    "three slips": (_rich, _misspelt(3), None),
    "words left out": (_rich, _dropped, None),
    "reordered": (_rich, _reordered, None),
    "beginning": (
        lambda paper: len(paper.title) > 35,
        lambda chance, paper: paper.title.lower()[: chance.randint(16, 30)],
        None,
    ),
    "begun": (_rich, _begun, None),
    "begun, one slip": (_rich, _begun_misspelt, None),
    "run together": (_rich, _run_together, None),
    "split": (_rich, _split, None),
    "acronym": (lambda paper: bool(_system(paper)), lambda _, paper: _system(paper), _system),
    "initialism": (
        lambda paper: bool(_defined(paper)),
        lambda _, paper: _defined(paper)[0],
        lambda p: _defined(p)[0].lower(),
    ),
    "author": (_signed, lambda _, paper: _first_author(paper), _first_author),
    "author misspelt": (_signed, _author_misspelt, _first_author),
    "author and words": (_signed, _author_and_words, None),
    "from the abstract": (
        lambda paper: _rich(paper) and len(paper.abstract) > 400,
        _from_abstract,
        None,
    ),
    "id": (lambda paper: paper.on_arxiv, _id, None),
}


# --- from elsewhere ---


def read(path: Path) -> list[Wanted]:
    """Read queries from lines of {"kind", "text", "gold": [ids]}."""
    asked = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Wanted(query["kind"], query["text"], dict.fromkeys(query["gold"], 1.0)) for query in asked
    ]


def made_by(program: Path, papers: Iterable[Paper], seed: int, per_kind: int) -> list[Wanted]:
    """Let another program make the queries from the papers, written for it as one plain record a line."""
    with TemporaryDirectory() as folder:
        listed, answered = Path(folder, "papers.jsonl"), Path(folder, "queries.jsonl")
        with listed.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(record(paper)) + "\n" for paper in papers)
        command = [
            sys.executable,
            str(program),
            str(listed),
            "--seed",
            str(seed),
            "--per-kind",
            str(per_kind),
        ]
        with answered.open("wb") as out:
            subprocess.run(command, stdout=out, check=True)  # noqa: S603  # a program that the caller names
        return read(answered)


def judged(collection: Path) -> list[Wanted]:
    """Read the queries of a test collection (.jsonl.xz), each with the judgements of its documents."""
    return [query for half in halves(collection) for query in half]


def reported(collection: Path) -> list[Wanted]:
    """Read the half of a test collection's queries that nothing was tuned on."""
    return halves(collection)[1]


def halves(collection: Path) -> tuple[list[Wanted], list[Wanted]]:
    """Read the queries of a test collection to tune on, and those to report, by a hash of their ids."""
    texts: dict[str, str] = {}
    gold: dict[str, dict[str, float]] = defaultdict(dict)
    for line in _lines(collection):
        match line:
            case {"part": "queries", "qid": qid, "text": text}:
                texts[str(qid)] = text
            case {"part": "qrels", "qid": qid, "docid": docid, "rel": rel}:
                gold[str(qid)][docid] = float(rel)
    name = collection.name.partition(".")[0]
    found: tuple[list[Wanted], list[Wanted]] = [], []
    for qid, text in texts.items():
        if any(gold[qid].values()):
            found[sha256(qid.encode()).digest()[0] % 2].append(Wanted(name, text, gold[qid]))
    return found


def _lines(path: Path) -> Iterator[object]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
