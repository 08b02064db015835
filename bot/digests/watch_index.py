"""Many watches matched with a day's papers: only those that share a word are compared. Pure.

Each topic of a watch is filed under words of which a paper needs one: a part of an author's name,
the beginning of an organisation's, a repository, the stem of the longest word that is sought, or
the id of a paper that is near in meaning.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import assert_never

from bot.digests.topic_text import repository_key
from bot.digests.topics import NOTHING_NEAR, Question, Repository, Selector, Topic, selector
from bot.errors import UsageError
from bot.models import Subscription
from bot.papers import Paper
from bot.search import Phrase, Query
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.nearness import Nearness
from bot.search.ranking.matcher import Subject, subject

log = logging.getLogger(__name__)


class WatchIndex:
    """Watches by the words of which a paper needs one."""

    def __init__(
        self, watches: Iterable[Subscription], today: date, nearness: Nearness = NOTHING_NEAR
    ) -> None:
        alike: dict[Selector, list[int]] = defaultdict(list)
        for watch in watches:
            try:
                alike[selector(watch.options, today, nearness)].append(watch.id)
            except UsageError as error:  # what an earlier version took holds up no other
                log.warning("watch %d can't be read: %s", watch.id, error)
        self._entries = tuple(alike.items())
        self._by_word: dict[str, list[int]] = defaultdict(list)  # places in the entries
        self._others: list[int] = []  # those that any paper may match
        for place, (wanted, _) in enumerate(self._entries):
            words = _filed_under(wanted)
            for word in words or ():
                self._by_word[word].append(place)
            if words is None:
                self._others.append(place)

    def match(self, papers: Sequence[Paper]) -> Mapping[int, tuple[Paper, ...]]:
        """Return the papers that each watch asks for, in their order; only for those with some."""
        found: dict[int, list[Paper]] = defaultdict(list)
        for paper in papers:
            one = subject(paper)
            for place in self._candidates(one):
                wanted, numbers = self._entries[place]
                if wanted.matches(one):
                    for number in numbers:
                        found[number].append(paper)
        return {number: tuple(some) for number, some in found.items()}

    def _candidates(self, one: Subject) -> frozenset[int]:
        words = self._by_word.keys() & set(_words_of(one))
        return frozenset(self._others).union(*(self._by_word[word] for word in words))


def _words_of(one: Subject) -> Iterator[str]:
    """Yield all words under which a watch for this paper may be filed."""
    yield from one.stems
    for _, name in one.written.authors:
        yield from (f"author:{part}" for part in name.split())
    for word in one.written.organization[2].split() if one.written.organization else ():
        yield from (f"org:{word[:end]}" for end in range(1, len(word) + 1))
    yield f"id:{one.paper.id}"
    if one.paper.code:
        yield f"code:{repository_key(one.paper.code)}"


def _filed_under(wanted: Selector) -> frozenset[str] | None:
    """Return words of which each paper that is asked for has one; None if there are none."""
    words = [_words_of_topic(topic) for topic in wanted.topics]
    if not words or any(some is None for some in words):
        return None
    return frozenset(word for some in words for word in some or ())


def _words_of_topic(topic: Topic) -> frozenset[str] | None:
    match topic:
        case Repository(key):
            return frozenset({f"code:{key}"})
        case Query():
            return _words_of_query(topic)
        case Question(query, near):
            words = _words_of_query(query)
            return None if words is None else words | {f"id:{paper}" for paper in near}
        case _:
            assert_never(topic)


def _words_of_query(query: Query) -> frozenset[str] | None:
    groups = [[_words_of_phrase(phrase) for phrase in group] for group in query.wanted]
    telling = [group for group in groups if all(group)]
    names = [group for group in telling if any(":" in word for some in group for word in some)]
    if names:
        return frozenset().union(*names[0])
    if text := _words_of_text(query.text):
        return text
    return frozenset().union(*telling[0]) if telling else None


def _words_of_phrase(phrase: Phrase) -> frozenset[str]:
    """Return words of which one is in each paper with the phrase; none if that can't be told."""
    words = tokenize(phrase.text)
    match phrase.place:
        case "author":
            named = [word for word in words if len(word) > 1]  # one letter begins many names
            return frozenset({f"author:{max(named, key=len)}"} if named else ())
        case "organization":
            return frozenset({f"org:{max(words, key=len)}"} if words else ())
        case _:
            return frozenset({stem(max(words, key=len))} if words else ())


def _words_of_text(text: str) -> frozenset[str]:
    """Return the stem of the longest word, alone and joined with its neighbours."""
    words = tokenize(text)
    telling = [n for n, word in enumerate(words) if word not in STOP_WORDS] or range(len(words))
    if not telling:
        return frozenset()
    longest = max(telling, key=lambda n: len(words[n]))
    joined = [words[n] + words[n + 1] for n in (longest - 1, longest) if 0 <= n < len(words) - 1]
    return frozenset(map(stem, [words[longest], *joined]))
