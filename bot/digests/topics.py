"""The topics of digests and watches: searches, questions, and repositories of code. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import TypeAlias, assert_never

from bot.digests.topic_text import is_phrase, is_repository, repository_key, split
from bot.models import Closeness, DigestOptions
from bot.papers import Paper
from bot.search import Query, parse
from bot.search.nearness import Nearness
from bot.search.ranking.matcher import Subject, is_match, subject

# Standard deviations above papers by chance. Of the 803 papers of 30 days, ten topics took 31 more
# that were "close", of which 20 fitted, and 85 that were "wide", of which 35 did.
LEAST_NEARNESS: Mapping[Closeness, float] = {"words": inf, "close": 3.0, "wide": 2.5}
NOTHING_NEAR = Nearness()


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of code, as its host and path in lower case: "github.com/owner/name"."""

    key: str


@dataclass(frozen=True, slots=True)
class Question:
    """A search in plain words, and the papers that are near it in meaning, whatever their words."""

    query: Query
    near: frozenset[str]


Topic: TypeAlias = Query | Question | Repository


@dataclass(frozen=True, slots=True)
class Selector:
    """What options ask of a paper: one of the topics or none given, and none of `without`."""

    topics: tuple[Topic, ...]
    without: tuple[Topic, ...]
    votes: int
    code: bool

    def admits(self, paper: Paper) -> bool:
        """Tell whether a paper has the votes and the code that are asked for."""
        return (paper.upvotes or 0) >= self.votes and (bool(paper.code) or not self.code)

    def matches(self, one: Subject) -> bool:
        """Tell whether a paper that was made ready is asked for."""
        if not self.admits(one.paper):
            return False
        return self.is_on_topic(one) and not any(_is_about(topic, one) for topic in self.without)

    def is_on_topic(self, one: Subject) -> bool:
        """Tell whether a paper that was made ready is about one of the topics."""
        return not self.topics or any(_is_about(topic, one) for topic in self.topics)

    def selects(self, paper: Paper) -> bool:
        """Tell whether a paper is asked for, looking at its text only where that matters."""
        reads = self.topics or self.without
        return self.admits(paper) and (not reads or self.matches(subject(paper)))


def selector(options: DigestOptions, today: date, nearness: Nearness = NOTHING_NEAR) -> Selector:
    """Read what options ask of a paper."""
    least = LEAST_NEARNESS[options.closeness]
    topics = tuple(
        _with_near(parse_topic(part, today), nearness, least) for part in split(options.topics)
    )
    without = tuple(parse_topic(part, today) for part in split(options.without))
    return Selector(topics, without, options.votes, options.code)


def parse_topic(text: str, today: date) -> Query | Repository:
    """Read one topic: the address of a repository, or a search. Raises UsageError."""
    return Repository(repository_key(text)) if is_repository(text) else parse(text, today)


def questions(options: DigestOptions, today: date) -> tuple[Query, ...]:
    """Return the topics that can be said in other words, where those count too."""
    if options.closeness == "words":
        return ()
    topics = (parse_topic(part, today) for part in split(options.topics) if is_phrase(part))
    return tuple(topic for topic in topics if isinstance(topic, Query))


def only_by_meaning(options: DigestOptions, papers: Iterable[Paper], today: date) -> frozenset[str]:
    """Return those of some matching papers that lack the words of every topic."""
    if not any(map(is_phrase, split(options.topics))):
        return frozenset()
    by_words = selector(options, today)
    return frozenset(paper.id for paper in papers if not by_words.is_on_topic(subject(paper)))


def _with_near(topic: Query | Repository, nearness: Nearness, least: float) -> Topic:
    """Add the papers that are near enough to a topic."""
    if isinstance(topic, Repository):
        return topic
    scores = nearness.scores.get(topic, {})
    near = frozenset(paper for paper, score in scores.items() if score >= least)
    return Question(topic, near) if near else topic


def _is_about(topic: Topic, one: Subject) -> bool:
    match topic:
        case Repository(key):
            return one.paper.code is not None and repository_key(one.paper.code) == key
        case Query():
            return is_match(topic, one)
        case Question(query, near):
            has_filters = one.paper.id in near and is_match(replace(query, text=""), one)
            return has_filters or is_match(query, one)
        case _:
            assert_never(topic)
