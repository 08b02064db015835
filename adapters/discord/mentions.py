"""Commands as Discord shows them in its own help: names that a press puts into the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.chat.views import Block, Code, Item, Spans, Text, View


@dataclass(frozen=True, slots=True)
class Mention(Code):
    """A command line whose command is registered under an id."""

    name: str = ""
    id: int = 0


def with_mentions(view: View, ids: Mapping[str, int]) -> View:
    """Return a view with its code that begins with a registered command as mentions.

    Only for views whose code is the bot's own: nothing from outside becomes a mention.
    """
    return replace(view, blocks=tuple(_block(block, ids) for block in view.blocks))


def _block(block: Block, ids: Mapping[str, int]) -> Block:
    match block:
        case Text():
            return replace(block, spans=_spans(block.spans, ids))
        case Item():
            lines = tuple(_spans(line, ids) for line in block.lines)
            return replace(block, title=_spans(block.title, ids), lines=lines)
        case _:
            return block


def _spans(spans: Spans, ids: Mapping[str, int]) -> Spans:
    return tuple(_mention(span, ids) if isinstance(span, Code) else span for span in spans)


def _mention(code: Code, ids: Mapping[str, int]) -> Code:
    name = code.text.partition(" ")[0]
    return Mention(code.text, name, ids[name]) if name in ids else code
