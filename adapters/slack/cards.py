"""Papers as Slack's cards, one under the other or side by side, where a workspace takes these."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.slack.elements import draw_button, draw_picture, plain_text, words_of
from adapters.slack.limits import Json
from adapters.slack.markup import mrkdwn
from bot.chat.views import Arrangement, Block, Item, Spans
from bot.text import shorten

CARD, CAROUSEL = "card", "carousel"
# https://docs.slack.dev/reference/block-kit/blocks/card-block
MAX_TITLE = MAX_SUBTITLE = 150  # characters
MAX_BODY = 200
MIN_SUMMARY = 80  # what a summary is cut to at least
MAX_ACTIONS = 3
MAX_CARDS = 10  # in a carousel
MIN_CARDS = 2
SEPARATOR = " · "
# side by side there is room for a picture above the text
PICTURES = {"cards": "icon", "row": "hero_image"}


def draw_cards(
    blocks: Sequence[Block], arranged: Arrangement, newer: Collection[str]
) -> list[Json]:
    """Return cards for the papers with which blocks begin, as many as can be cards.

    `newer` are the types of blocks that the workspace takes.
    """
    kind = CARD if arranged == "cards" else CAROUSEL
    if arranged == "list" or kind not in newer:
        return []
    cards: list[Json] = []
    for block in blocks[:MAX_CARDS]:
        card = _card(block, len(cards), PICTURES[arranged])
        if card is None:
            break
        cards.append(card)
    return cards if kind == CARD or len(cards) >= MIN_CARDS else []


def join_cards(cards: list[Json], arranged: Arrangement) -> list[Json]:
    """Return the blocks of cards: side by side in one, or each a block of its own."""
    if arranged == "cards":
        return cards
    return [{"type": CAROUSEL, "elements": cards}]


def _card(item: Block, position: int, picture: str) -> Json | None:
    """Return the card of a paper, None if not all but the end of its summary has room."""
    if not isinstance(item, Item) or not item.paper:
        return None
    parts = _parts(item)
    if parts is None or not 0 < len(item.buttons) <= MAX_ACTIONS:
        return None
    title, subtitle, body = parts
    about = words_of(item.title)
    actions = [draw_button(one, position * 10 + n, about) for n, one in enumerate(item.buttons)]
    return {
        "type": CARD,
        **({picture: draw_picture(item.picture, about)} if item.picture else {}),
        "title": title,
        **({"subtitle": subtitle} if subtitle else {}),
        **({"body": body} if body else {}),
        "actions": actions,
    }


def _parts(item: Item) -> tuple[Json, Json | None, Json | None] | None:
    """Return the title, subtitle and body of a card, None for what has no room."""
    head: Spans = (f"{item.number}. ", *item.title) if item.number else item.title
    lengths = [len(words_of(line)) for line in item.lines]
    at = lengths.index(max(lengths)) if lengths else 0  # the summary; facts stand above it
    facts = item.lines[:at]
    title = _fit([head], MAX_TITLE)
    subtitle = _fit(facts, MAX_SUBTITLE)
    rest = sum(lengths[at + 1 :]) + len(lengths[at + 1 :])
    if title is None or (facts and subtitle is None) or MAX_BODY - rest < MIN_SUMMARY:
        return None
    summary = (shorten(words_of(item.lines[at]), MAX_BODY - rest),) if item.lines else ()
    body = _fit([summary, *item.lines[at + 1 :]], MAX_BODY, "\n") if summary else None
    return (title, subtitle, body) if body or not summary else None


def _fit(lines: Sequence[Spans], limit: int, between: str = SEPARATOR) -> Json | None:
    """Return lines as one text, with as many links as have room; None for too long ones."""
    bare: list[Spans] = [(words_of(line),) for line in lines]
    for linked in (lines, [*bare[:-1], *lines[-1:]]):
        marked = [mrkdwn(line) for line in linked]
        text = between.join(filter(None, marked))
        if text and all(marked) and len(text) <= limit:
            return {"type": "mrkdwn", "text": text, "verbatim": True}
    words = between.join(map(words_of, lines))
    return plain_text(words, limit) if words.strip() and len(words) <= limit else None
