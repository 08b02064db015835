"""Papers from elsewhere onto a shelf: a file of another program, or links."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from bot.chat.commands import LONGEST_ARGUMENT
from bot.chat.signatures import asked_in
from bot.chat.views import View, line, note
from bot.errors import DeliveryError, SourceError, UsageError
from bot.features.arguments import ATTACHED, LONGEST_TAG, MAX_TAGS, PASTED
from bot.features.import_report import NO_ID, NO_TITLE, ImportProgress, report, summary
from bot.features.services import Context
from bot.features.team import introduce
from bot.identifiers import paper_id
from bot.models import Kept
from bot.papers import Paper
from bot.text import clean, count, shorten

if TYPE_CHECKING:
    from bot.chat.outlet import Adapter
    from bot.exchange import Entry
    from bot.models import Sent

ANSWER_SECONDS = 15.0  # for which the command itself looks papers up; a job does the rest
SAVE_EVERY = 50  # papers
SHOW_SECONDS = 10.0  # between two changes of a progress message


async def _nothing_yet(_: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    return given


@asked_in(_nothing_yet)
async def keep_from(
    ctx: Context,
    text: Annotated[str, PASTED] = "",
    *,
    file: Annotated[str, ATTACHED] = "",
    private: bool = False,
) -> View:
    """Import papers to your shelf from links, BibTeX, RIS, CSV, JSON or Markdown.

    text: links or ids of papers, or the text of such a file; at the prompt, the file's name
    file: a file with them, up to 20 MB
    private: Only for you? [no] – yes hides them from your team
    """
    given = [one for one in (text, file) if one]
    if not given:
        raise UsageError("“keep-from” needs a file, or links or ids of papers.")
    entries = await _read(ctx, given)
    if not any(one.paper.id or one.paper.title for one in entries):
        raise _no_papers(text)
    importing = _Import(ctx, entries, private=private)
    await importing.save_known()
    await importing.look_up(None if ctx.progress else ANSWER_SECONDS)
    if importing.pending and (adapter := _adapter(ctx)):
        return await _as_job(ctx, adapter, importing)
    return importing.report()


async def _read(ctx: Context, given: Sequence[str]) -> list[Entry]:
    from bot.exchange import read  # start-up time

    async with ctx.services.heavy:
        return [entry for one in given for entry in await asyncio.to_thread(read, one)]


def _no_papers(text: str) -> UsageError:
    from bot.exchange import format_of

    if format_of(text.strip()) and len(text.split()) == 1:
        name = shorten(text.strip(), 80)
        return UsageError(f"There is no file “{name}”. Check its name, or paste its text.")
    return UsageError(
        "No papers found. Paste links or arXiv ids, or attach a BibTeX, RIS, CSV, JSON or "
        "Markdown file."
    )


class _Import:
    """The entries of a file on their way to a shelf; `pending` are those still to be looked up."""

    def __init__(self, ctx: Context, entries: Sequence[Entry], *, private: bool) -> None:
        from bot.exchange import MAX_ENTRIES

        self._ctx = ctx
        self._private = private
        self._order = {id(one): n for n, one in enumerate(entries)}
        self._found: list[tuple[Entry, Paper]] = []
        self._seen: set[str] = set()
        self.pending = [one for one in entries if not _is_unread(one)]
        self.progress = ImportProgress(
            total=len(entries),
            unread=[one for one in entries if _is_unread(one)],
            cut=len(entries) >= MAX_ENTRIES,
        )

    async def save_known(self) -> None:
        """Save the papers whose ids are known."""
        ids = [one.paper.id for one in self.pending if one.paper.id]
        known = await self._ctx.services.lookups.known(ids)
        for one in self.pending:
            if one.paper.id in known:
                self._take(one, known[one.paper.id])
        self.pending = [one for one in self.pending if one.paper.id not in known]
        await self._save()

    async def look_up(self, seconds: float | None) -> None:
        """Look the others up for some seconds, or until all are."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds if seconds is not None else None
        while self.pending:
            one = self.pending.pop(0)
            await self._look_up(one)
            if len(self._found) >= SAVE_EVERY:
                await self._save()
            if self._ctx.progress:
                self._ctx.progress(self.progress.total - len(self.pending), self.progress.total)
            if until is not None and clock() >= until:
                break
        await self._save()

    def report(self) -> View:
        """Show what became of the entries."""
        if self.pending:
            self.progress.trouble = self.progress.trouble or "That takes longer than an answer may."
        self.progress.not_asked += self.pending
        self.pending = []
        return report(self.progress)

    async def _look_up(self, one: Entry) -> None:
        lookups, progress = self._ctx.services.lookups, self.progress
        has_id = bool(paper_id(one.paper.id))
        try:
            paper = None if has_id else await lookups.known_title(one.paper.title)
            if paper is None and progress.trouble and not lookups.is_missing(one.paper):
                progress.not_asked.append(one)
                return
            paper = paper or await lookups.remote(one.paper)
        except SourceError as error:
            progress.trouble = str(error)
            progress.not_asked.append(one)
            return
        if paper:
            self._take(one, paper)
        else:
            progress.not_found.append((one, NO_ID if has_id else NO_TITLE))

    def _take(self, one: Entry, paper: Paper) -> None:
        if paper.id not in self._seen:
            self._seen.add(paper.id)
            self._found.append((one, paper))

    async def _save(self) -> None:
        found, self._found = self._found, []
        kept = await self._ctx.tenant.shelf.kept(
            self._ctx.person.id, [paper.id for _, paper in found]
        )
        new = [(one, paper) for one, paper in found if paper.id not in kept]
        self.progress.known += len(found) - len(new)
        self.progress.new += len(new)
        if new:
            await self._write(new)

    async def _write(self, new: Sequence[tuple[Entry, Paper]]) -> None:
        """Save papers with what the file says of them, in its order."""
        from bot.store.notes import Note

        ctx = self._ctx
        await introduce(ctx)
        tenant, me = ctx.tenant, ctx.person.id
        tags: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for one, paper in new:
            tags[paper.id] = _tags(one.tags)
            if text := clean(one.note)[:LONGEST_ARGUMENT]:
                await tenant.notes.write(Note(paper.id, me, text, private=True, written=ctx.now))
        await tenant.shelf.save_all([self._row(one, paper) for one, paper in new])
        ctx.counts_changed(*(paper.id for _, paper in new))
        await tenant.tags.add_all(me, tags)

    def _row(self, one: Entry, paper: Paper) -> Kept:
        ctx = self._ctx
        later = ctx.now + timedelta(microseconds=self._order[id(one)])
        at = min(one.saved, ctx.now) if one.saved is not None else later
        private = self._private or one.private or ctx.place.private
        read = at if one.read else None
        return Kept(
            paper.id, ctx.person.id, at, at, read, private, ctx.place.address, ctx.place.name
        )


def _is_unread(one: Entry) -> bool:
    return bool(one.problem) or not (one.paper.id or one.paper.title)


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return tags as a person would type them, without those that are no words."""
    typed = ("-".join(clean(tag).lower().lstrip("#").split()) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in typed if 0 < len(tag) <= LONGEST_TAG))[:MAX_TAGS]


def _adapter(ctx: Context) -> Adapter | None:
    """Return what can send a message when a job ends, None where there is nothing."""
    try:
        return ctx.services.adapter(ctx.person.platform)
    except UsageError:
        return None


async def _as_job(ctx: Context, adapter: Adapter, importing: _Import) -> View:
    """Answer with how far the import is, and let it go on."""
    owner = (ctx.person.platform, ctx.person.tenant, ctx.person.id)
    if ctx.services.jobs.has(owner):
        raise UsageError("Another import of yours is still going on. Try again when it has ended.")
    left = len(importing.pending)
    blocks = (
        line(summary(importing.progress)),
        line(f"{count(left, 'more entry', 'more entries')} are being looked up at Hugging Face."),
        note("The result comes as a direct message."),
    )
    data = {**(report(importing.progress).data or {}), "pending": left}
    ctx.services.jobs.start(owner, _finish(ctx, adapter, importing))
    return View(blocks, data=data)


async def _finish(ctx: Context, adapter: Adapter, importing: _Import) -> None:
    """Look the rest up, with a message that shows how far it is and ends as the report."""
    place = await adapter.place("me", ctx.person)
    key = f"import-{ctx.person.id}-{ctx.now:%Y%m%d%H%M%S}"
    sent = await adapter.send(place, _progress_view(importing), key)
    while importing.pending:
        await importing.look_up(SHOW_SECONDS)
        if importing.pending:
            await _show(adapter, sent, _progress_view(importing))
    # a message has no room for a file; the list in it says what is missing
    last = replace(importing.report(), file=None)
    if not await _show(adapter, sent, last):
        await adapter.send(place, last, f"{key}-end")


async def _show(adapter: Adapter, sent: Sent, view: View) -> bool:
    try:
        return await adapter.edit(sent, view)
    except DeliveryError:
        return False


def _progress_view(importing: _Import) -> View:
    total = importing.progress.total
    done = total - len(importing.pending)
    said = line(f"Importing: {done:,} of {count(total, 'entry', 'entries')} looked up.")
    return View((said, note(summary(importing.progress))))
