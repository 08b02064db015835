"""What is measured of candidates against a query: a line for each candidate, a column a feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.search.analysis.tokenizer import FUNCTION_WORDS, STOP_WORDS, tokenize
from bot.search.index.postings import LAST_PLACE, PERSON
from bot.search.query.query_term import QueryTerm
from bot.search.query.spelling import is_year
from bot.search.ranking.candidates import Candidate
from bot.search.ranking.name_features import name_features, name_term
from bot.search.ranking.scoring import TEXT_ONLY
from bot.search.ranking.title_features import Column, title_features
from bot.search.ranking.weights import FEATURES

# A title that has less of the query than this does not contain all of it in a row.
MIN_TITLE_SHARE = 0.3
# Characters and words that the short name before a title's colon has at most, and letters at least.
MAX_NAME_CHARS, MAX_NAME_WORDS, MIN_NAME_LETTERS = 40, 5, 3
# log(1 + upvotes) that counts as 1: about 400 upvotes.
LOG_VOTES = 6

Features: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query: its words, its terms, each different one once, and the text as it was understood."""

    words: Sequence[str]
    terms: Sequence[QueryTerm]

    @property
    def text(self) -> str:
        """The words as they were understood."""
        meant = {term.typed: term.best_text for term in self.terms}
        return " ".join(meant.get(word, word) for word in self.words)

    @property
    def shares(self) -> Column:
        """What each term counts, together 1; one that no paper contains counts nothing."""
        weights = [term.weight if term.papers or term.completions else 0.0 for term in self.terms]
        found = np.array(weights if any(weights) else [1.0] * len(weights), np.float32)
        shares: Column = found / found.sum()
        return shares

    @property
    def telling(self) -> npt.NDArray[np.bool_]:
        """Which terms say what the query is about: all, where none does."""
        found = [term.typed not in FUNCTION_WORDS and len(term.typed) > 1 for term in self.terms]
        return np.array(found if any(found) else [True] * len(found))


def measure(
    candidates: Sequence[Candidate], wanted: Wanted, bm25: Column, max_bm25: float
) -> Features:
    """Return the features of candidates, one at least.

    `bm25` has the score of each, `max_bm25` is the highest that a paper could have.
    """
    titles = [candidate.title.split() for candidate in candidates]
    typed = [term.typed for term in wanted.terms]
    order = [typed.index(word) for word in wanted.words if word in typed]
    columns = {
        **_shares(candidates, wanted),
        **title_features(titles, typed, order, wanted.shares),
        **_bm25_features(bm25, max_bm25),
        **_paper_features(candidates, wanted),
        **_text_features(candidates, wanted.text),
        **_short_name_features(candidates, wanted.words),
    }
    columns |= _name_features(candidates, wanted, columns["person"])
    lacking = np.float32(max(0.0, 1.0 - float((columns["title"] + columns["person"]).max())))
    columns["bm25_untitled"] = columns["bm25"] * lacking
    columns["bm25_share_untitled"] = columns["bm25_share"] * lacking
    return np.column_stack([columns[feature] for feature in FEATURES]).astype(np.float32)


def _shares(candidates: Sequence[Candidate], wanted: Wanted) -> Mapping[str, Column]:
    """Return what shares of the query are where."""
    impacts = np.array([candidate.impacts for candidate in candidates], np.uint8)
    confidences = np.array([candidate.confidences for candidate in candidates], np.float32)
    in_title, in_names, in_text = impacts <= LAST_PLACE, impacts == PERSON, impacts == TEXT_ONLY
    counts = confidences * wanted.shares
    title: Column = (counts * in_title).sum(axis=1)
    person: Column = (counts * in_names).sum(axis=1)
    held = confidences[:, wanted.telling] > 0
    return {
        "title": title,
        "person": person,
        "alias": (counts * ~(in_title | in_names | in_text)).sum(axis=1),
        "text": (counts * in_text).sum(axis=1),
        "title_squared": title * title,
        "title_and_person": np.minimum(title, person),
        "held": held.mean(axis=1, dtype=np.float32),
        "complete": held.all(axis=1).astype(np.float32),
    }


def _bm25_features(scores: Column, max_score: float) -> Mapping[str, Column]:
    best = float(scores.max())
    relative = scores / np.float32(best or 1.0)
    return {
        "bm25": relative,
        "bm25_lead": relative**4,
        "bm25_share": scores / np.float32(max_score or 1.0),
    }


def _paper_features(candidates: Sequence[Candidate], wanted: Wanted) -> Mapping[str, Column]:
    """Return what speaks for papers themselves: the year that is asked for, votes, newness."""
    years = [int(word) for word in wanted.words if is_year(word)]
    days = np.array([candidate.day for candidate in candidates])
    older = np.searchsorted(np.sort(days), days, side="right")
    votes = np.array([max(candidate.votes, 0) for candidate in candidates], np.float32)
    return {
        "year": np.isin(days // 10_000, years).astype(np.float32),
        "votes": (np.log1p(votes) / LOG_VOTES).astype(np.float32),
        "newness": (older / len(days)).astype(np.float32),
    }


def _text_features(candidates: Sequence[Candidate], text: str) -> Mapping[str, Column]:
    """Compare titles as wholes with the query as it was understood."""
    titles = [candidate.title[1:-1] for candidate in candidates]
    telling = _without_stop_words(text)
    similarity = process.cdist([text], titles, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
    return {
        "similarity": similarity,
        "starts": np.array([title.startswith(text) for title in titles], np.float32),
        "contains": np.array(
            [telling in _without_stop_words(title) for title in titles], np.float32
        ),
    }


def _without_stop_words(text: str) -> str:
    return " ".join([word for word in text.split() if word not in STOP_WORDS])


def _short_name_features(
    candidates: Sequence[Candidate], words: Sequence[str]
) -> Mapping[str, Column]:
    """Compare papers' own names with the query and its parts, however they are joined."""
    parts = {
        "".join(words[start:end]): (end - start) / len(words)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + MAX_NAME_WORDS) + 1)
    }
    names = [_short_name(candidate) for candidate in candidates]
    whole = "".join(words)
    part = [
        parts.get(name, 0.0) if named and len(name) >= MIN_NAME_LETTERS and name != whole else 0.0
        for name, named in names
    ]
    return {
        "namesake": np.array([name == whole for name, _ in names], np.float32),
        "name_part": np.array(part, np.float32),
    }


def _short_name(candidate: Candidate) -> tuple[str, bool]:
    """Return what is before a title's colon, or the title, joined; and whether it is the former."""
    name, colon, _ = candidate.label.partition(":")
    if colon and len(name) <= MAX_NAME_CHARS:
        return "".join(tokenize(name)), True
    return candidate.title.replace(" ", ""), False


def _name_features(
    candidates: Sequence[Candidate], wanted: Wanted, person: Column
) -> Mapping[str, Column]:
    """Return how far the query is one author's name, where any of it is in names."""
    named = [name_term(term) for term in wanted.terms]
    letters = np.array([len(term.typed) == 1 for term in wanted.terms])
    telling = int((wanted.telling | letters).sum())
    found = np.zeros((2, len(candidates)), np.float32)
    for n in np.flatnonzero(person > 0).tolist():
        found[:, n] = name_features(candidates[n].people, named)
    # a function word that is a name, such as "he", makes up for one that is none
    one_name, first = np.minimum(1, found / np.float32(telling))
    return {"one_name": one_name, "first_author": first}
