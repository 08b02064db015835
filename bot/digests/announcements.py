"""Announcements: messages that are posted once for everyone, each with the first one of its thread.

It is written down before it is tried. What may have reached the place is looked for before it is
said again, so that a crash, or an answer that was lost, neither loses nor doubles it: whoever asks
again has it finished.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.chat.outlet import Outlet
from bot.chat.tallies import live_view
from bot.chat.views import View
from bot.digests.delivery import request
from bot.errors import DeliveryError, UsageError
from bot.models import Place, Sent
from bot.store import Store
from bot.store.announcements import Post

UNDER_WAY = timedelta(minutes=2)  # that whoever posts it needs at most


@dataclass(frozen=True, slots=True)
class Posted:
    """Whether an announcement is `new`, its place, and why it has no thread, "" if it has one."""

    new: bool
    where: str
    no_thread: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What to post: the message, and if given the first one of its thread, with its name."""

    name: str  # the same for all who want it posted
    key: str  # by which a message is known again, at most 20 characters
    head: View
    first: View | None = None
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Posts announcements to the outlets that are connected here."""

    store: Store
    outlets: Mapping[str, Outlet]
    clock: Callable[[], datetime]

    async def post_once(self, place: Place, what: Announcement) -> Posted:
        """Post it unless it is there. Raises UsageError if another process is posting it.

        Raises DeliveryError if it cannot be posted.
        """
        posts, now = self.store.tenant(place.platform, place.tenant).posts, self.clock()
        post, begun = Post(place.address, place.name, now, now), None
        if not await posts.begin(what.name, post):
            known = await posts.get(what.name) or post
            if known.done:
                return Posted(new=False, where=known.name)
            if timedelta() <= now - known.tried < UNDER_WAY:
                raise UsageError(
                    "It is being posted just now; ask again in two minutes if it is not there by "
                    "then."
                )
            # the clock can have been set back
            post, begun = replace(known, tried=now), min(known.begun, now)
            if not await posts.move(what.name, known, post):
                raise UsageError("It is being posted just now.")
        place = replace(place, address=post.address, name=post.name)
        outlet = self.outlets[place.platform]
        try:
            head = await self._head(place, what, post, begun)
        except DeliveryError as error:
            if not error.ambiguous:
                await posts.forget(what.name, post)
            elif error.permanent:  # nobody but a person can tell
                await posts.move(what.name, post, replace(post, done=True))
            raise
        there = replace(post, message=head.message, sent_to=head.place.address)
        await posts.move(what.name, post, there)
        no_thread = ""
        if what.first:
            thread, no_thread = await _thread(outlet, head, what)
            await _said(outlet, thread, what.first, f"{what.key}-1", begun)
        await posts.move(what.name, there, replace(there, done=True))
        return Posted(new=True, where=post.name, no_thread=no_thread)

    async def _head(
        self, place: Place, what: Announcement, post: Post, begun: datetime | None
    ) -> Sent:
        if post.message:
            return Sent(replace(place, address=post.sent_to), post.message)
        sent = await _said(self.outlets[place.platform], place, what.head, what.key, begun)
        if papers := what.head.numbered_papers:
            messages = self.store.tenant(sent.place.platform, sent.place.tenant).messages
            live = live_view(sent.place, what.head)
            await messages.record(sent.place.address, sent.message, papers, self.clock(), live)
        return sent


async def _thread(outlet: Outlet, head: Sent, what: Announcement) -> tuple[Place, str]:
    """Return the thread of a message, or its own place and why there is none."""
    try:
        thread = await request(outlet.thread(head, what.thread))
    except DeliveryError as error:
        if not error.permanent:
            raise
        return head.place, str(error)
    return thread, "Messages have no threads here." if thread == head.place else ""


async def _said(outlet: Outlet, place: Place, view: View, key: str, begun: datetime | None) -> Sent:
    """Say something; where it may have been said since it was `begun`, it is looked for."""
    if begun and (found := await _found(outlet, place, key, begun)):
        return found
    return await request(outlet.send(place, view, key))


async def _found(outlet: Outlet, place: Place, key: str, begun: datetime) -> Sent | None:
    try:
        return await request(outlet.find(place, key, begun))
    except DeliveryError as error:
        sentence = f"Whether it is there already cannot be looked for now. {error}"
        raise DeliveryError(sentence, permanent=error.permanent, ambiguous=True) from error
