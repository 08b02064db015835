"""The paper that a person means: by its id, a link, its cite key, or its title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot import cards
from bot.chat.commands import EarlyAnswer
from bot.chat.views import Block, Button, Buttons, Outcome, View, line
from bot.errors import UsageError
from bot.features.contributions import not_indexed
from bot.features.services import Context
from bot.identifiers import looks_like_id, paper_ids
from bot.papers import Paper, record
from bot.text import shorten

if TYPE_CHECKING:
    from bot.library.search_service import Found

MAX_OFFERED = 3  # papers, where a title fits several
MAX_CANDIDATES = 50  # papers whose keys are compared
MAX_SPLITS = 12  # ways to part a key that has no year
MIN_NAME, MIN_WORD = 2, 4  # letters


async def resolve(ctx: Context, text: str, verb: str, *, reads: bool = False) -> Paper:
    """Return the paper that is meant: by id, link, cite key or title.

    Only a command that `reads` takes the one paper that a search finds, whatever its title says.

    Raises UsageError, or EarlyAnswer with what is known instead; `verb` is the command to go on
    with once the paper is chosen.
    """
    if known := await _exact(ctx, text):
        return known
    found = await ctx.library.search(text, limit=MAX_OFFERED)
    match found.papers:
        case ():
            raise UsageError(
                f"No paper matches “{shorten(text, 80)}”. Try its arXiv id, a link, or words from "
                "the title.",
                argument="paper",
            )
        case (only,) if found.total == 1 and (reads or is_part_of_title(text, only)):
            return only
        case (best, *_) if has_title(text, best):
            return best
        case _:
            raise EarlyAnswer(_which(found, verb))


async def _exact(ctx: Context, text: str) -> Paper | None:
    """Return the paper of an id, a link or a cite key; None where the text may be a title."""
    named = paper_ids(text, 2, bare=True)
    if len(named) == 1:
        if found := await ctx.library.paper(named[0]):
            return found
        raise not_indexed(ctx, named[0])
    if text.startswith(("http://", "https://")):
        raise UsageError(
            "That link doesn't point to a paper. Give a link to arXiv or Hugging Face Papers, or "
            "words from the title.",
            argument="paper",
        )
    if " " not in text and (known := await ctx.library.papers([text])):
        return known[0]
    if looks_like_id(text):
        raise no_such_id(text)
    cited = await find_cited(ctx, text) if text.startswith("@") else ()
    return cited[0] if len(cited) == 1 else None


def no_such_id(text: str) -> UsageError:
    """Say that there is no paper with an id."""
    return UsageError(
        f"There is no paper {text}. Check the id, or try words from the title.", argument="paper"
    )


def _which(found: Found, verb: str) -> View:
    buttons = [
        Button(shorten(cards.title(paper), 70), f"{verb} {paper.id}") for paper in found.papers
    ]
    blocks: tuple[Block, ...] = (
        line("Which one do you mean?"),
        *(Buttons((button,)) for button in buttons),
    )
    return View(
        blocks,
        outcome=Outcome.NOTHING,
        data={"candidates": [record(paper) for paper in found.papers]},
    )


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
