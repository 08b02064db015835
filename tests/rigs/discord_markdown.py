r"""How Discord's own client reads Markdown, as far as is known: a second writing of its rules.

The rules are those of github.com/brussell98/discord-markdown and simple-markdown, which the client
is built on, with the client's later additions. At each place the first that fits is taken; of bold,
italics and underline the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simcord.components import walk_components

ANY, S = r"(?:\\[\s\S]|[^\\])+?", r"[\s\S]"
BEGINNINGS = {
    "heading": re.compile(r" *(#{1,3}) +(?=\S)"),
    "small": re.compile(r" *-# +(?=\S)"),
    "quote": re.compile(r" *>(?:>>)? "),
    "list": re.compile(r" *(?:[-*+]|\d+[.)]) +(?=\S)"),
}
LITERAL = {
    "escape": re.compile(r"\\([^0-9A-Za-z\s])"),
    "code": re.compile(rf"(`+)({S}*?[^`])\1(?!`)"),
    "address": re.compile(r"<((?:https?|mailto|tel|discord):[^\s>]+)>"),
    "person": re.compile(r"<@[!&]?\d+>"),
    "channel": re.compile(r"<#\d+>"),
    "command": re.compile(r"</[^:\n]+:\d+>"),
    "time": re.compile(r"<t:-?\d+(?::[tTdDfFRsS])?>"),
    "custom emoji": re.compile(r"<a?:\w+:\d+>"),
    "guide": re.compile(r"<id:\w+>"),
    "everyone": re.compile(r"@(?:everyone|here)"),
    "emoji": re.compile(r":[^\s:]+?:"),
    "bare address": re.compile(r"(?:https?|discord)://[^\s<]+[^<.,:;\"')\]\s]"),
}
NESTED = {
    "link": re.compile(
        r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"].*?['\"])?\s*\)"
    ),
    "strong": re.compile(rf"\*\*({ANY})\*\*(?!\*)"),
    "underline": re.compile(rf"__({ANY})__(?!_)"),
    "italic _": re.compile(r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"),
    "italic *": re.compile(
        r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
    ),
    "strike": re.compile(r"~~(?=\S)((?:\\[\s\S]|~(?!~)|[^\s\\~]|\s(?!~~))+?)~~"),
    "spoiler": re.compile(rf"\|\|({S}+?)\|\|"),
}


@dataclass(frozen=True)
class Run:
    """A piece of what people read: its text, the markup around it, and a link's address."""

    kinds: tuple[str, ...]
    text: str
    url: str = ""


def read(line: str) -> list[Run]:
    """Read one line as the client does."""
    for kind, rule in BEGINNINGS.items():
        if found := rule.match(line):
            return [
                Run((kind, *run.kinds), run.text, run.url)
                for run in _inline(line[found.end() :], ())
            ]
    return _inline(line, ())


def seen(line: str) -> str:
    """Return what people read of a line."""
    return "".join(run.text for run in read(line))


def _inline(text: str, kinds: tuple[str, ...]) -> list[Run]:
    runs: list[Run] = []
    at = 0
    while at < len(text):
        end, found = _next(text, at, kinds)
        for run in found:
            if runs and (runs[-1].kinds, runs[-1].url) == (run.kinds, run.url):
                runs[-1] = Run(run.kinds, runs[-1].text + run.text, run.url)
            else:
                runs.append(run)
        at = end
    return runs


def _next(text: str, at: int, kinds: tuple[str, ...]) -> tuple[int, list[Run]]:
    for kind, rule in LITERAL.items():
        if found := rule.match(text, at):
            if kind == "escape":
                return found.end(), [Run(kinds, found[1])]
            return found.end(), [Run((*kinds, kind), found[2] if kind == "code" else found[0])]
    nested = [(kind, found) for kind, rule in NESTED.items() if (found := rule.match(text, at))]
    if not nested:
        return at + 1, [Run(kinds, text[at])]
    kind, found = max(nested, key=lambda one: (one[0] == "link", len(one[1][0])))
    if kind == "link":
        if "://" in "".join(
            run.text for run in _inline(found[1], ())
        ):  # the client shows the source of such a link
            return at + 1, [Run(kinds, text[at])]
        return found.end(), [
            Run(run.kinds, run.text, found[2]) for run in _inline(found[1], (*kinds, kind))
        ]
    return found.end(), _inline(found[1], (*kinds, kind))


def markup(lines: str) -> Iterator[Run]:
    """Yield whatever is markup in some lines."""
    for line in lines.split("\n"):
        yield from (run for run in read(line) if run.kinds)


def texts(made: list[dict[str, Any]]) -> Iterator[str]:
    """Yield every line as people read it, and all that stands on controls and pictures."""
    for one in walk_components(made):
        if one["type"] == 10:
            yield from map(seen, one["content"].split("\n"))
        yield from filter(
            None, [one.get("label"), *(option["label"] for option in one.get("options", ()))]
        )
        yield from (item.get("description") or "" for item in one.get("items", ()))
