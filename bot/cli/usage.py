"""What `paperboy --help` prints, and `paperboy COMMAND --help` beside the command's options."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from bot.features.about import GROUPS

MAX_WIDTH = 100  # columns: longer lines are hard to read
INDENT = "  "  # of lines that stay as they are
INTRO = "Browse, search and save Hugging Face’s daily papers, and get them as digests."
OUTRO = (
    "`paperboy` alone connects to Slack and Discord if their tokens are set, and opens a prompt "
    "otherwise. `paperboy COMMAND --help` explains a command.\n\n"
    "Exit codes: 0 done, 1 nothing found, 2 wrong use."
)
EVERY_DAY = {
    "today": "today",
    "find": "find catastrofic forgeting",
    "paper": "paper 2401.00001",
    "similar": "similar 2401.00001",
    "save": "save 2401.00001",
    "saved": "saved diffusion",
}
SHELL_GROUP = "Set up and run"
# of `find`: a test sees to it that no filter is missing
FILTERS = {
    "author:hinton": 'by an author, misspelt or not; author:"ada lovelace"',
    "org:nvidia": "from an organisation (also organization:, organisation:)",
    "title:graph": 'with the word in the title; title:"world model"',
    "abstract:graph": "with the word in the abstract",
    "keyword:robotics": "with the keyword",
    "after:2025-03": "published in or after that month (also since:7d)",
    "before:2026": "published before that year; until:2025 is the same",
    "month:2026-05": "published in that month (also day:, week:, year:)",
    "votes:50": "with 50 upvotes or more",
    "has:code": "with code; -has:code is without",
    "sort:votes": "most upvotes first; also sort:new, sort:best",
    "-survey": 'without a word; also -"large language", -author:li',
    "a OR b": "with one or the other",
    '"graph networks"': "with exactly these words in a row",
}


class Formatter(argparse.HelpFormatter):
    """Lays out paragraphs one by one, and leaves lines that are indented as they are."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal_width())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = (
            [line] if line.startswith(INDENT) else textwrap.wrap(line, width) or [""]
            for line in text.splitlines()
        )
        return "\n".join(f"{indent}{line}" for group in lines for line in group)


def terminal_width() -> int:
    """Return how many columns a line of help may have."""
    return min(shutil.get_terminal_size().columns - 2, MAX_WIDTH)


def overview(summaries: Mapping[str, str]) -> str:
    """Describe all commands in groups, those of every day first; `summaries` are by command."""
    examples = {f"paperboy {line}": summaries[name] for name, line in EVERY_DAY.items()}
    sections = [section("Every day", examples)]
    for title, names in groups(summaries).items():
        sections.append(section(title, {name: summaries[name] for name in names}))
    return "\n\n".join([INTRO, *sections, OUTRO])


def section(title: str, rows: Mapping[str, str]) -> str:
    """Lay out two columns under a title; what does not fit goes on under its own column."""
    return "\n".join([f"{title}:", *_rows(rows, terminal_width())])


def _rows(rows: Mapping[str, str], width: int) -> Iterator[str]:
    left = max(map(len, rows), default=0) + len(INDENT)
    for name, text in rows.items():
        first, *more = textwrap.wrap(text, max(width - left - len(INDENT), 20)) or [""]
        yield f"{INDENT}{name:<{left}}{first}"
        yield from (f"{INDENT}{'':<{left}}{line}" for line in more)


def groups(summaries: Mapping[str, str], *, whole: bool = False) -> Mapping[str, Sequence[str]]:
    """Return the commands of each group, those of every day too if it is to be `whole`."""
    grouped = {
        title: [name for name in names if whole or name not in EVERY_DAY]
        for title, names in GROUPS.items()
    }
    chat = {name for names in GROUPS.values() for name in names}
    return {**grouped, SHELL_GROUP: [name for name in summaries if name not in chat]}
