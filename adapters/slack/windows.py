"""Modals that show a view: opened over what is there, and updated."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, TypeAlias

from adapters.slack.elements import plain_text, words_of
from adapters.slack.errors import SlackError
from adapters.slack.ids import random_prefix
from adapters.slack.limits import LINE, TITLE, Json
from adapters.slack.pages import paginate, render_page
from adapters.slack.render import PARAGRAPH
from adapters.slack.requests import Request
from adapters.slack.web import Method, Web, retry
from bot.chat.bot import Bot
from bot.chat.views import Outcome, Text, View, note
from bot.models import Place

ALERT = "alert"  # a type of blocks for modals
WINDOW = "window"  # the callback id
LOADING = View((note("One moment …"),))
TOO_OLD = View((note("That page is gone. Run the command again."),), outcome=Outcome.FAILED)
# returns a modal or Home in which newer types of blocks are used, of those given
DrawView: TypeAlias = Callable[[Collection[str]], Json]
MAX_KEPT = 200  # views of several pages, which can be turned


class Windows:
    """Opens and updates modals."""

    def __init__(self, bot: Bot, web: Web) -> None:
        self._bot = bot
        self._web = web
        self._pages: OrderedDict[str, tuple[View, ...]] = OrderedDict()

    async def build(self, view: View, place: Place) -> DrawView:
        """Return a modal that shows a view, or the first page of a long one."""
        key = random_prefix()
        self._pages[key] = paginate(await self._bot.fold(view, place, LINE))
        if len(self._pages) > MAX_KEPT:
            self._pages.popitem(last=False)
        return self.build_page(key, 0)

    def build_page(self, key: str, number: int) -> DrawView:
        """Return a modal with one of the pages of a long view, if it is known still."""
        pages = self._pages.get(key, (TOO_OLD,))

        def draw(newer: Collection[str]) -> Json:
            blocks = render_page(pages, number, key, newer)
            return frame(_with_alert(blocks, pages[0]) if ALERT in newer else blocks)

        return draw

    async def build_sure(self, view: View, place: Place) -> Json:
        """Return a modal that shows a view, only of types of blocks that Slack has taken."""
        return (await self.build(view, place))(self._web.accepted)

    async def open(self, request: Request, draw: DrawView) -> str:
        """Open a modal over what is there, and return its id. Raises SlackError.

        Slack stacks three; a further one takes the place of the last.
        """
        client = self._web.client
        is_stacked = request.surface.get("type") == "modal"
        method = client.views_push if is_stacked else client.views_open
        try:
            return await show_view(self._web, method, draw, trigger_id=request.trigger)
        except SlackError as error:
            if error.code != "push_limit_reached":
                raise
            return await self.update(request.surface["id"], draw)

    async def update(self, window: str, draw: DrawView) -> str:
        """Show something else in an open modal, and return its id. Raises SlackError."""
        method = self._web.client.views_update
        return await show_view(self._web, method, draw, repeatable=True, view_id=window)


async def show_view(
    web: Web, method: Method, draw: DrawView, *, repeatable: bool = False, **arguments: Any
) -> str:
    """Send a modal or Home by one of Slack's views methods, and return its id.

    A `repeatable` one is sent again after a failure that passes. Raises SlackError.
    """
    frame = draw(())

    async def send(blocks: list[Json]) -> Json:
        return await web.call(method, view={**frame, "blocks": blocks}, **arguments)

    def send_once() -> Coroutine[Any, Any, Json]:
        return web.send_drawn(send, lambda newer: draw(newer)["blocks"])

    answer = await (retry(send_once, repeatable=True) if repeatable else send_once())
    return str(answer.get("view", {}).get("id", ""))


def frame(blocks: Sequence[Json]) -> Json:
    """Return a modal of rendered blocks."""
    modal = {
        "type": "modal",
        "callback_id": WINDOW,
        "title": plain_text("Paperboy", TITLE),
        "close": plain_text("Close", TITLE),
        "blocks": list(blocks),
    }
    # Slack wants a way to send a modal in which something can be typed
    has_input = any(block["type"] == "input" for block in blocks)
    return {**modal, "submit": plain_text("Done", TITLE)} if has_input else modal


def _with_alert(blocks: list[Json], view: View) -> list[Json]:
    """Return blocks of which the first is an alert, where a command was refused or failed."""
    first = view.blocks[0] if view.blocks and not view.title else None
    has_failed = view.outcome in {Outcome.REFUSED, Outcome.FAILED}
    if not has_failed or not isinstance(first, Text) or not _is_plain(first):
        return blocks
    text, level = plain_text(words_of(first.spans), PARAGRAPH), "error"
    alert = {"type": ALERT, "block_id": blocks[0]["block_id"], "level": level, "text": text}
    return [alert, *blocks[1:]]


def _is_plain(text: Text) -> bool:
    return all(isinstance(span, str) for span in text.spans) and (
        len(words_of(text.spans)) <= PARAGRAPH
    )


def is_page(view: View) -> bool:
    """Return whether a view may replace the page before it: an error may not."""
    return view.outcome in {Outcome.DONE, Outcome.NOTHING}
