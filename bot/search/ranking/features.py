"""What is measured of candidates against a query: a line for each candidate, a column a feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.search.analysis.tokenizer import FUNCTION_WORDS, STOP_WORDS, tokenize
from bot.search.index.paper_cache import IndexedPaper
from bot.search.index.postings import ALIAS, KEYWORD, LAST_PLACE, PERSON
from bot.search.query.query_term import QueryTerm
from bot.search.query.spelling import is_year
from bot.search.ranking.candidates import Shortlist
from bot.search.ranking.name_features import name_features, name_term
from bot.search.ranking.scoring import TEXT_ONLY
from bot.search.ranking.title_features import Column, title_features
from bot.search.ranking.weights import FEATURES

# Characters and words that the short name before a title's colon has at most, and letters at least.
MAX_NAME_CHARS, MAX_NAME_WORDS, MIN_NAME_LETTERS = 40, 5, 3
# log(1 + upvotes) that counts as 1: about 400 upvotes.
LOG_VOTES = 6
# A share of the telling words from which on it is all of them, but for rounding.
ALL_HELD = 0.999

# For title, names, other spellings and text, which impacts say that a word is there.
_PLACES = np.zeros((4, 256), np.float32)
_PLACES[0, : LAST_PLACE + 1] = 1
_PLACES[1, PERSON] = _PLACES[2, KEYWORD] = _PLACES[2, ALIAS] = _PLACES[3, TEXT_ONLY] = 1

Features: TypeAlias = npt.NDArray[np.float32]
# A feature of each candidate before it is made a float.
Values: TypeAlias = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query: its words, its terms, each different one once, and the text as it was understood.

    `shares` says what each term counts, together 1; one that no paper contains counts nothing.
    `telling` says which terms tell what the query is about: all, where none does.
    """

    words: Sequence[str]
    terms: Sequence[QueryTerm]
    text: str
    shares: Column
    telling: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, words: Sequence[str], terms: Sequence[QueryTerm]) -> Wanted:
        """Return the query of these words, which the terms interpret."""
        meant = {term.typed: term.best_text for term in terms}
        text = " ".join([meant.get(word, word) for word in words])
        weights = [term.weight if term.papers or term.completions else 0.0 for term in terms]
        counts = np.array(weights if any(weights) else [1.0] * len(weights), np.float32)
        found = [_tells(term) for term in terms]
        telling = np.array(found if any(found) else [True] * len(found))
        return cls(words, terms, text, counts / counts.sum(), telling)


class Unmet(NamedTuple):
    """How much of a query its words leave open, from 0 to 1: of a name, and of a question."""

    of_name: float
    of_question: float

    @classmethod
    def of(cls, titled: float, told: float, asked: float) -> Unmet:
        """Return it for the shares of the query that the best title and the best text have.

        `asked` is how far the query is a sentence.
        """
        in_title, in_text = max(0.0, 1 - titled), max(0.0, 1 - told)
        return cls((in_title * in_text) ** 2, in_text * asked)


@dataclass(frozen=True, slots=True)
class TextScores:
    """BM25's score of each candidate, and the highest that a paper could have."""

    scores: Column
    highest: float


def measure(candidates: Shortlist, wanted: Wanted, bm25: TextScores | None) -> Features:
    """Return the features of candidates, one at least; those of BM25 are 0 without it."""
    papers = candidates.papers
    titles = [paper.title.split() for paper in papers]
    shares = _shares(candidates, wanted)
    columns: dict[str, Values] = {
        **shares,
        **title_features(titles, *_meant_words(wanted)),
        **_paper_features(papers, wanted),
        **_text_features(papers, _start(wanted, may_go_on=bm25 is None), wanted.text),
        **_short_name_features(papers, wanted.words),
        **_name_features(papers, wanted, shares["person"]),
    }
    if bm25:
        headed = shares["title"] + shares["person"]
        columns |= _bm25_features(bm25, headed, asked_share(wanted.words))
    nothing = np.zeros(len(papers), np.float32)
    found = [columns.get(feature, nothing) for feature in FEATURES]
    lines = np.concatenate(found, dtype=np.float32, casting="unsafe")
    return lines.reshape(len(FEATURES), len(papers)).T


def _tells(term: QueryTerm) -> bool:
    is_word = term.typed not in FUNCTION_WORDS and len(term.typed) > 1
    return is_word and not term.is_organization


def _meant_words(wanted: Wanted) -> tuple[list[str], list[int], Column]:
    """Return the different words of a query, their places in its order, and their shares.

    Words that were run together are several.
    """
    words: list[str] = []
    shares: list[float] = []
    places: dict[str, range] = {}
    for term, share in zip(wanted.terms, wanted.shares.tolist(), strict=True):
        parts = term.best_text.split()
        places[term.typed] = range(len(words), len(words) + len(parts))
        words += parts if len(parts) > 1 else [term.typed]
        shares += [share / len(parts)] * len(parts)
    order = [place for word in wanted.words for place in places.get(word, ())]
    return words, order, np.array(shares, np.float32)


def _shares(candidates: Shortlist, wanted: Wanted) -> Mapping[str, Column]:
    """Return what shares of the query are where."""
    confidences = candidates.confidences
    title, person, alias, text = (_PLACES[:, candidates.impacts] * confidences) @ wanted.shares
    held = (confidences > 0) @ (wanted.telling / np.float32(wanted.telling.sum()))
    return {
        "title": title,
        "person": person,
        "alias": alias,
        "text": text,
        "title_squared": title * title,
        "title_and_person": np.minimum(title, person),
        "held": held,
        "complete": held > ALL_HELD,
    }


def asked_share(words: Sequence[str]) -> np.float32:
    """Return how far a query is a sentence, by its function words beyond the first."""
    others = sum(word in FUNCTION_WORDS for word in words) - 1
    return np.float32(max(0.0, min(1.0, 2 * others / len(words))))


def _bm25_features(bm25: TextScores, headed: Column, asked: np.float32) -> Mapping[str, Column]:
    """Return what texts say; `headed` is the share of the query in each title and names."""
    relative = bm25.scores / np.float32(float(bm25.scores.max()) or 1.0)
    share = bm25.scores / np.float32(bm25.highest or 1.0)
    lacking = np.float32(max(0.0, 1.0 - float(headed.max())))
    return {
        "bm25": relative,
        "bm25_lead": relative**4,
        "bm25_share": share,
        "bm25_untitled": relative * lacking,
        "bm25_share_untitled": share * lacking,
        "bm25_asked": relative * lacking * asked,
        "bm25_share_asked": share * lacking * asked,
    }


def _paper_features(papers: Sequence[IndexedPaper], wanted: Wanted) -> Mapping[str, Values]:
    """Return what speaks for papers themselves: the year that is asked for, votes, newness."""
    years = [int(word) for word in wanted.words if is_year(word)]
    days = np.array([paper.day for paper in papers])
    ordered = np.sort(days)
    votes = np.array([max(paper.votes, 0) for paper in papers], np.float32)
    found: dict[str, Values] = {
        "votes": np.log1p(votes) / np.float32(LOG_VOTES),
        "newness": ordered.searchsorted(days, side="right") / len(days),
    }
    if years:
        found["year"] = np.isin(days // 10_000, years)
    return found


def _start(wanted: Wanted, *, may_go_on: bool) -> str:
    """Return how a title begins that begins with the query; a lone known word is whole."""
    is_whole = not may_go_on and len(wanted.words) == 1 and wanted.terms[0].known
    return f" {wanted.text} " if is_whole else f" {wanted.text}"


def _text_features(papers: Sequence[IndexedPaper], start: str, text: str) -> Mapping[str, Values]:
    """Compare titles as wholes with the query as it was understood, and with its `start`."""
    titles = [paper.title[1:-1] for paper in papers]
    similarity = process.cdist([text], titles, scorer=fuzz.ratio, dtype=np.float32)[0]
    return {
        "similarity": similarity / np.float32(100),
        "starts": np.array([paper.title.startswith(start) for paper in papers]),
        "contains": np.array(_contain(titles, _without_stop_words(text))),
    }


def _contain(titles: Sequence[str], telling: str) -> list[bool]:
    """Return whether each title contains the telling words of the query in a row."""
    first = telling.partition(" ")[0]
    # most titles lack the first word, which is found out sooner
    return [first in title and telling in _without_stop_words(title) for title in titles]


def _without_stop_words(text: str) -> str:
    return " ".join([word for word in text.split() if word not in STOP_WORDS])


def _short_name_features(
    papers: Sequence[IndexedPaper], words: Sequence[str]
) -> Mapping[str, Column]:
    """Compare papers' own names with the query and its parts, however they are joined."""
    whole = "".join(words)
    spans = (
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + MAX_NAME_WORDS) + 1)
    )
    parts = {"".join(words[start:end]): (end - start) / len(words) for start, end in spans}
    parts.pop(whole, None)
    names = [short_name(paper.label) for paper in papers]
    namesake = [
        name == whole if name else _is_whole(paper.title, whole)
        for paper, name in zip(papers, names, strict=True)
    ]
    part = [parts.get(name, 0.0) if len(name) >= MIN_NAME_LETTERS else 0.0 for name in names]
    return {"namesake": np.array(namesake), "name_part": np.array(part, np.float32)}


def _is_whole(title: str, letters: str) -> bool:
    """Whether a title, with a space around its words, has these letters and no others."""
    # most begin otherwise, which is found out sooner
    return title.startswith(letters[0], 1) and title.replace(" ", "") == letters


@lru_cache(maxsize=1 << 14)
def short_name(label: str) -> str:
    """Return what is before the colon of a title, folded and joined; "" where that is no name."""
    name, colon, _ = label.partition(":")
    return "".join(tokenize(name)) if colon and len(name) <= MAX_NAME_CHARS else ""


def _name_features(
    papers: Sequence[IndexedPaper], wanted: Wanted, person: Column
) -> Mapping[str, Column]:
    """Return how far the query is one author's name, where any of it is in names."""
    named = [name_term(term) for term in wanted.terms]
    letters = np.array([len(term.typed) == 1 for term in wanted.terms])
    telling = int((wanted.telling | letters).sum())
    found = np.zeros((2, len(papers)), np.float32)
    for n in np.flatnonzero(person > 0).tolist():
        found[:, n] = name_features(papers[n].people, named)
    # a function word that is a name, such as "he", makes up for one that is none
    one_name, first = np.minimum(1, found / np.float32(telling))
    return {"one_name": one_name, "first_author": first}
