"""How near papers are in what they mean: to queries, and to each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.search.query.query import Query


@dataclass(frozen=True, slots=True)
class Nearness:
    """The papers that are near queries of plain words, by id, and how near each is.

    That is counted in standard deviations above papers by chance. Of the papers `unread` it is
    not known yet.
    """

    scores: Mapping[Query, Mapping[str, float]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
