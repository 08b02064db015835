"""Papers that are meant by their titles or by the keys under which they are cited."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.services import Context
from bot.papers import Paper

MAX_CANDIDATES = 50  # papers whose keys are compared
MAX_SPLITS = 12  # ways to part a key that has no year
MIN_NAME, MIN_WORD = 2, 4  # letters


async def find_cited(ctx: Context, key: str) -> tuple[Paper, ...]:
    """Return the papers that are exported under a cite key, as in @vaswani2017attention."""
    from bot.exchange.cite_keys import matches  # start-up time

    for query in _queries(key):
        found = await ctx.library.search(query, limit=MAX_CANDIDATES)
        cited = [paper for paper in found.papers if matches(key, paper)]
        exact = [paper for paper in cited if key.lower().endswith(paper.id.replace("/", "-"))]
        if cited:
            return tuple(exact or cited)
    return ()


def has_title(text: str, paper: Paper) -> bool:
    """Tell whether `text` is the title of a paper, however it is written."""
    from bot.exchange.titles import title_key  # start-up time

    return title_key(text) == title_key(paper.title) != ""


def is_part_of_title(text: str, paper: Paper) -> bool:
    """Tell whether the words of `text` are in a paper's title; the last may be only begun."""
    from bot.exchange.titles import words_of  # start-up time

    words, title = words_of(text).split(), words_of(paper.title).split()
    whole, begun = words[:-1], words[-1:]
    return bool(words) and set(whole) <= set(title) and any(w.startswith(begun[0]) for w in title)


def _queries(key: str) -> Iterator[str]:
    from bot.exchange.cite_keys import parse_key  # start-up time

    name, year, word = parse_key(key)
    if not name + word:
        return
    yield f"{name} {word}".strip()
    if name and year:
        yield f"author:{name} after:{year} before:{year}-12-31"
    if not year:  # nothing says where the name ends
        ends = range(len(name) - MIN_WORD, MIN_NAME - 1, -1)
        yield from (f"{name[:end]} {name[end:]}" for end in ends[:MAX_SPLITS])
