"""A view as the JSON of a web hook. Pure."""

from __future__ import annotations

import json

from bot.chat.views import Item, Link, View, plain


def render(view: View, key: str) -> bytes:
    """Return the body of a message: its text, and its papers in their order."""
    items = [block for block in view.blocks if isinstance(block, Item) and block.paper]
    papers = [_paper(item) for item in items]
    values = {"key": key, "title": view.title, "text": plain(view), "papers": papers}
    return json.dumps(values, ensure_ascii=False).encode()


def _paper(item: Item) -> dict[str, str | None]:
    title = "".join(span if isinstance(span, str) else span.text for span in item.title)
    url = next((span.url for span in item.title if isinstance(span, Link)), None)
    return {"id": item.paper, "title": title, "url": url}
