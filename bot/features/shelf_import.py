"""Papers from elsewhere onto a shelf: a file of another program, or links."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from bot.chat.commands import LONGEST_ARGUMENT, asked_in
from bot.chat.views import Attachment, Block, Buttons, Code, Item, Outcome, Spans, View, line, note
from bot.errors import SourceError, UsageError
from bot.features.arguments import ATTACHED, PASTED
from bot.features.services import Context
from bot.features.shelf import SHELF
from bot.features.team import introduce
from bot.identifiers import paper_id
from bot.models import Kept
from bot.papers import Paper
from bot.text import clean, count, shorten

if TYPE_CHECKING:
    from bot.exchange import Entry

MOST_ASKED = 100  # papers of one file that are not known and asked for at Hugging Face
LONGEST = 30.0  # seconds that papers are looked for
MOST_REPORTED = 20
NO_TIME = "Looking for more would have taken too long: give the same again, and it goes on."


@dataclass(slots=True)
class _Search:
    """What became of the entries of a file: `left` are those that were not looked for, and `trouble` says why."""

    found: dict[str, tuple[Entry, Paper]] = field(default_factory=dict)
    lost: list[Entry] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    trouble: str = ""
    asked: int = 0
    cut: bool = False  # there may be more in the file than is read


async def _nothing_yet(_: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    return given


@asked_in(_nothing_yet)
async def keep_from(
    ctx: Context,
    text: Annotated[str, PASTED] = "",
    *,
    file: Annotated[str, ATTACHED] = "",
    private: Literal["yes", "no"] = "no",
) -> View:
    """Keep all papers that a text names, or a BibTeX, RIS, CSV, JSON or Markdown file.

    text: links or ids of papers, or the text of such a file; at the prompt, the file's name
    file: a file with them, up to 20 MB
    private: yes keeps them to yourself
    """
    from bot.exchange import MAX_ENTRIES, format_of, read  # start-up time

    given = [one for one in (text, file) if one]
    if not given:
        raise UsageError("“keep-from” needs a file, or links or ids of papers.")
    async with ctx.services.heavy:
        entries = [entry for one in given for entry in await asyncio.to_thread(read, one)]
    if not entries and format_of(text.strip()) and len(text.split()) == 1:
        raise UsageError(
            f"There is no file “{shorten(text.strip(), 80)}” to read: check its name, or give its "
            "text."
        )
    if not any(one.paper.id or one.paper.title for one in entries):
        raise UsageError(
            "No papers found. Paste links or arXiv ids, or attach a BibTeX, RIS, CSV, JSON or "
            "Markdown file."
        )
    search = await _searched(ctx, entries)
    search.cut = len(entries) == MAX_ENTRIES
    new = await _keep_all(ctx, list(search.found.values()), private=private == "yes")
    there = len(search.found) - new
    told = f"{count(new, 'paper')} kept" + (
        f", {there:,} stood on your shelf already." if there else "."
    )
    missing = [*search.lost, *search.left]
    blocks: list[Block] = [line(told), *_report(search), Buttons((SHELF,))]
    names = {
        name: [_named(one) for one in some]
        for name, some in (("not_found", search.lost), ("not_asked", search.left))
    }
    return View(
        tuple(blocks),
        outcome=Outcome.DONE if search.found else Outcome.NOTHING,
        data={"kept": new, "there": there, **names},
        file=Attachment("not-found.txt", "".join(f"{_written(one)}\n" for one in missing))
        if len(missing) > MOST_REPORTED
        else None,
    )


def _report(search: _Search) -> list[Block]:
    blocks: list[Block] = []
    lost, left = len(search.lost), len(search.left)
    if lost:
        blocks.append(_listed(f"{count(lost, 'paper')} not found", search.lost))
    if left:
        blocks.append(
            _listed(f"{count(left, 'paper')} not known here, and not asked for", search.left)
        )
        blocks.append(note(search.trouble))
    if search.cut:
        blocks.append(
            note("There may be more in it than is read at once: give the rest in another file.")
        )
    if lost + left > MOST_REPORTED:
        blocks.append(note("All of these are in not-found.txt."))
    return blocks


def _listed(title: str, entries: Sequence[Entry]) -> Item:
    lines: list[Spans] = [(Code(_named(one)),) for one in entries[:MOST_REPORTED]]
    if len(entries) > MOST_REPORTED:
        lines.append((f"and {len(entries) - MOST_REPORTED:,} more",))
    return Item((title,), tuple(lines))


def _named(one: Entry) -> str:
    return shorten(clean(one.paper.title or one.paper.id) or "an entry without id and title", 120)


def _written(one: Entry) -> str:
    return "  ".join(filter(None, (clean(one.paper.id), clean(one.paper.title)))) or _named(one)


async def _searched(ctx: Context, entries: Sequence[Entry]) -> _Search:
    """Find the papers that are meant, by id or by the whole title, in bounded time."""
    known = {
        paper.id: paper
        for paper in await ctx.library.papers([one.paper.id for one in entries if one.paper.id])
    }
    search, clock = _Search(), asyncio.get_running_loop().time
    until = clock() + LONGEST
    for one in entries:
        paper = known.get(one.paper.id)
        if paper is None and clock() > until:
            search.trouble = search.trouble or NO_TIME
            search.left.append(one)
        elif paper is None and paper_id(one.paper.id):
            await _ask(ctx, one, search)
        elif paper or (paper := await _titled(ctx, one.paper.title)):
            search.found.setdefault(paper.id, (one, paper))
        else:
            search.lost.append(one)
    return search


async def _ask(ctx: Context, one: Entry, search: _Search) -> None:
    """Ask for a paper that is not known, as long as that is answered."""
    if search.asked >= MOST_ASKED:
        search.trouble = (
            search.trouble or f"Hugging Face is asked for {MOST_ASKED} papers at a time."
        )
    if search.trouble:
        search.left.append(one)
        return
    search.asked += 1
    try:
        paper = await ctx.library.paper(one.paper.id)
    except SourceError as error:
        search.trouble = str(error)
        search.left.append(one)
        return
    if paper:
        search.found.setdefault(paper.id, (one, paper))
    else:
        search.lost.append(one)


async def _titled(ctx: Context, title: str) -> Paper | None:
    words = " ".join(word for word in clean(title).split() if ":" not in word)
    found = await ctx.library.search(words, limit=3) if words else None
    same = (
        [one for one in found.papers if one.title.casefold() == clean(title).casefold()]
        if found
        else []
    )
    return same[0] if same else None


async def _keep_all(ctx: Context, found: Sequence[tuple[Entry, Paper]], *, private: bool) -> int:
    """Keep papers with what the file says of them, in its order; return how many are new."""
    from bot.store.notes import Note

    await introduce(ctx)
    tenant, me, place = ctx.tenant, ctx.person.id, ctx.place
    there = await tenant.shelf.kept(me, [paper.id for _, paper in found])
    rows: list[Kept] = []
    tags: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for n, (one, paper) in enumerate(found):
        if paper.id in there:
            continue
        at = (
            min(one.saved, ctx.now)
            if one.saved is not None
            else ctx.now + timedelta(microseconds=n)
        )
        alone = private or one.private or place.private
        rows.append(
            Kept(paper.id, me, at, at, at if one.read else None, alone, place.address, place.name)
        )
        tags[paper.id] = one.tags
        if one.note:
            await tenant.notes.write(
                Note(
                    paper.id, me, clean(one.note)[:LONGEST_ARGUMENT], private=True, written=ctx.now
                )
            )
    await tenant.shelf.save_all(rows)
    await tenant.tags.add_all(me, tags)
    return len(rows)
