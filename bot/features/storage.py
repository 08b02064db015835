"""Where Paperboy's data lies and how it is, for `status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.chat.views import Block, Item, Spans, Strong, line
from bot.features.services import Context
from bot.text import count

if TYPE_CHECKING:  # start-up time
    from bot.library.backups import BackupState


async def storage(ctx: Context) -> tuple[Block, ...]:
    """Tell an admin where the database, the search index and the backups are, and what is wrong."""
    if ctx.services.storage is None or not ctx.is_admin:
        return ()
    now = await ctx.services.storage.state()
    kept = await ctx.services.store.retention.sizes()
    facts: list[Spans] = [
        (Strong("Database"), f"  {now.database}{_size(now.database_bytes)}"),
        (
            Strong("Remembered"),
            f"  {count(kept.digests, 'digest')}, {count(kept.messages, 'message')} with papers",
            f", {count(kept.lines, 'button')}",
        ),
        (Strong("Search index"), f"  {now.index}{_size(now.index_bytes)}"),
    ]
    if now.backups:
        facts.append((Strong("Backups"), f"  {_backups(now.backups)}"))
    return (Item(("Data",), tuple(facts)), *map(line, _troubles(now.damage, now.backups)))


def _troubles(damage: str, backups: BackupState | None) -> Iterator[str]:
    if damage:
        yield damage
    if backups and backups.trouble:
        yield backups.trouble


def _backups(now: BackupState) -> str:
    newest = f", the last of {now.newest:%d %B %Y, %H:00} UTC" if now.newest else ""
    return f"{count(now.copies, 'copy', 'copies')} in {now.folder}{newest}"


def _size(size: int) -> str:
    return f" ({size / 1e6:,.1f} MB)" if size else ""
