"""Messages posted for everyone of a tenant on request, and how far each one has come.

They are stored among the command lines, under keys that no line has: a few bytes a week.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import bindparam, delete, select, update

from bot.store.engine import Database
from bot.store.schema import lines
from bot.store.upserts import insert_or_keep

_THIS = (
    lines.c.platform == bindparam("its_platform"),
    lines.c.tenant == bindparam("its_tenant"),
    lines.c.key == bindparam("its_key"),
)
_LINE = select(lines.c.line).where(*_THIS)
_MOVE = (
    update(lines).where(*_THIS, lines.c.line == bindparam("was")).values(line=bindparam("becomes"))
)
_FORGET = delete(lines).where(*_THIS, lines.c.line == bindparam("was"))


@dataclass(frozen=True, slots=True)
class Post:
    """A message, and the first one in its thread.

    `begun` is when it was first tried, `tried` when last; `message` and `sent_to` tell where it was
    posted, once it is.
    """

    address: str
    name: str  # of the place
    begun: datetime
    tried: datetime
    message: str = ""
    sent_to: str = ""
    done: bool = False

    def written(self) -> str:
        """Return it as text."""
        times = {"begun": self.begun.isoformat(), "tried": self.tried.isoformat()}
        return json.dumps({**asdict(self), **times}, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Post:
        """Read what `written` returned."""
        found = json.loads(text)
        times = {name: datetime.fromisoformat(found[name]) for name in ("begun", "tried")}
        return cls(**{**found, **times})


class Posts:
    """The posts of one tenant, by their names."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._begin = insert_or_keep(database.dialect, lines)

    async def begin(self, name: str, post: Post) -> bool:
        """Add a new one; False if there is one of that name."""
        return (
            await self._database.change(
                self._begin, {**self._tenant, "key": _key(name), "line": post.written()}
            )
            == 1
        )

    async def get(self, name: str) -> Post | None:
        """Return one."""
        rows = await self._database.read(_LINE, self._this(name))
        return Post.read(rows[0][0]) if rows else None

    async def move(self, name: str, was: Post, becomes: Post) -> bool:
        """Change one; False if it was changed by another process."""
        values = {**self._this(name), "was": was.written(), "becomes": becomes.written()}
        return await self._database.change(_MOVE, values) == 1

    async def forget(self, name: str, was: Post) -> None:
        """Delete one, unless it was changed."""
        await self._database.change(_FORGET, {**self._this(name), "was": was.written()})

    def _this(self, name: str) -> dict[str, str]:
        return {
            **{f"its_{key}": value for key, value in self._tenant.items()},
            "its_key": _key(name),
        }


def _key(name: str) -> str:
    return "post:" + blake2b(name.encode(), digest_size=10).hexdigest()
