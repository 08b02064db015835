"""The topics of digests and watches: searches, and repositories of code. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, assert_never

from bot.digests.topic_text import is_repository, repository_key, split
from bot.models import DigestOptions
from bot.papers import Paper
from bot.search import Query, parse
from bot.search.ranking.matcher import Subject, is_match, subject


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of code, as its host and path in lower case: "github.com/owner/name"."""

    key: str


Topic: TypeAlias = Query | Repository


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
        on_topic = not self.topics or any(_is_about(topic, one) for topic in self.topics)
        return on_topic and not any(_is_about(topic, one) for topic in self.without)

    def selects(self, paper: Paper) -> bool:
        """Tell whether a paper is asked for, looking at its text only where that matters."""
        reads = self.topics or self.without
        return self.admits(paper) and (not reads or self.matches(subject(paper)))


def selector(options: DigestOptions, today: date) -> Selector:
    """Read what options ask of a paper."""
    topics = tuple(parse_topic(part, today) for part in split(options.topics))
    without = tuple(parse_topic(part, today) for part in split(options.without))
    return Selector(topics, without, options.votes, options.code)


def parse_topic(text: str, today: date) -> Topic:
    """Read one topic: the address of a repository, or a search. Raises UsageError."""
    return Repository(repository_key(text)) if is_repository(text) else parse(text, today)


def _is_about(topic: Topic, one: Subject) -> bool:
    match topic:
        case Repository(key):
            return one.paper.code is not None and repository_key(one.paper.code) == key
        case Query():
            return is_match(topic, one)
        case _:
            assert_never(topic)
