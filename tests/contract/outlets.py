"""The contract of an outlet, and of an adapter, which is more.

A test module makes a class of one of these, with two fixtures: `outlet`, and `far`, the platform as
people and its operators see it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum

import pytest

from bot.chat.outlet import Adapter, Membership, Outlet
from bot.chat.views import Button, Buttons, Code, Field, Item, Link, Picture, Strong, Text, View
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place
from bot.text import visible
from tests.contract.views import MARKUP, words

# every kind of block and span, with all that is markup somewhere in each of them
EVERYTHING = View(
    (
        Text((" ".join(MARKUP[:8]), Strong(MARKUP[2]), Code(MARKUP[0]))),
        Text((Link(" ".join(MARKUP[8:16]), "https://example.org/1"),), quiet=True),
        Item(
            (Link(f"A paper {MARKUP[0]}", "https://example.org/2"),),
            (("by ", Strong(" ".join(MARKUP[16:]))),),
            (Button("Save @everyone", "save 2401.00001"),),
            1,
            "2401.00001",
        ),
        Item(("Another *paper*",), paper="2401.00002"),
        Picture("https://example.org/3.png", "a picture of _snow_"),
        Buttons((Button("More <!here>", "find snow page:2"),)),
        Field("Look for", "find"),
    ),
    title="Papers & <@U1> more",
)
ONE = View((Item(("A paper",), paper="2401.00001"),), title="One")


class Failure(Enum):
    """What goes wrong with one request, and what it means: permanent, ambiguous, told to wait."""

    REFUSED = "the place is gone, or does not take messages", (True, False, False)
    BUSY = "there were too many messages: wait a few minutes", (False, False, True)
    BROKEN = "an error there, before or after it is taken", (False, True, False)
    LOST = "it is taken, and the answer is lost", (False, True, False)

    @property
    def meaning(self) -> tuple[bool, bool, bool]:
        """Return what a DeliveryError must say: permanent, ambiguous, whether to wait."""
        return self.value[1]


@dataclass
class Far(ABC):
    """The platform's side of one place; `failures` are those that there can be."""

    place: Place
    failures: frozenset[Failure] = field(default_factory=lambda: frozenset(Failure))

    @abstractmethod
    def texts(self) -> list[str]:
        """Return the messages in the place as people read them, oldest first."""

    @abstractmethod
    def fail(self, failure: Failure) -> None:
        """Let the next message meet a failure."""

    def now(self) -> datetime:
        """Return the time there."""
        return datetime.now(UTC)


@dataclass
class FarChat(Far):
    """The side of a platform with people: `name` is what one of them calls the place."""

    person: Person = field(kw_only=True)
    name: str = field(kw_only=True)


def again(place: Place) -> Place:
    """Return a place as it comes back from the store, which keeps three columns of it."""
    kept = json.loads(json.dumps(asdict(place)))
    return Place(kept["platform"], kept["tenant"], kept["address"])


class OutletContract:
    """What delivery relies on."""

    everything = EVERYTHING  # of which nothing may be dropped

    async def test_a_message_is_where_it_was_sent(self, outlet: Outlet, far: Far):
        sent = await outlet.send(far.place, ONE, "key-1")
        assert (sent.place.platform, sent.place.tenant) == (outlet.platform, far.place.tenant)
        assert sent.message
        (text,) = far.texts()
        assert "A paper" in text

    async def test_nothing_is_dropped_and_nothing_is_markup(self, outlet: Outlet, far: Far):
        await outlet.send(far.place, self.everything, "key-1")
        seen = "".join("".join(far.texts()).split())
        wanted = words(self.everything)
        missing = [word for word in wanted if "".join(visible(word).split()) not in seen]
        assert missing == []

    async def test_places_survive_a_round_trip(self, outlet: Outlet, far: Far):
        assert far.place.platform == outlet.platform
        sent = await outlet.send(again(far.place), ONE, "key-1")
        thread = await outlet.thread(sent, "Papers")
        assert again(thread) == await outlet.thread(sent, "Papers")
        await outlet.send(again(thread), ONE, "key-2")
        await outlet.send(again(sent.place), ONE, "key-3")
        assert len(far.texts()) == 3

    @pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.name.lower())
    async def test_each_failure_says_what_became_of_the_message(
        self, outlet: Outlet, far: Far, failure: Failure
    ):
        if failure not in far.failures:
            return
        far.fail(failure)
        with pytest.raises(DeliveryError) as caught:
            await outlet.send(far.place, ONE, "key-1")
        error = caught.value
        told = (error.permanent, error.ambiguous, bool(error.retry_after))
        assert told == failure.meaning, failure.value
        assert error.ambiguous or far.texts() == []
        assert str(error)[0].isupper()
        assert str(error)[-1] in ".!?"

    async def test_after_a_lost_answer_the_message_is_found_or_nothing_is_claimed(
        self, outlet: Outlet, far: Far
    ):
        if Failure.LOST not in far.failures:
            return
        before = far.now()
        far.fail(Failure.LOST)
        with pytest.raises(DeliveryError):
            await outlet.send(far.place, ONE, "key-1")
        if type(outlet).find is Outlet.find:  # it cannot look at all, and a person is asked
            with pytest.raises(DeliveryError) as caught:
                await outlet.find(far.place, "key-1", before)
            assert caught.value.permanent
            return
        found = await outlet.find(far.place, "key-1", before)
        assert found
        assert found.message
        assert await outlet.find(far.place, "key-2", before) is None

    async def test_a_key_that_is_known_again_makes_no_second_message(
        self, outlet: Outlet, far: Far
    ):
        first = await outlet.send(far.place, ONE, "key-1")
        if not outlet.repeatable:
            return
        assert await outlet.send(far.place, ONE, "key-1") == first
        assert len(far.texts()) == 1

    def test_its_pace_and_memory_make_sense(self, outlet: Outlet):
        assert outlet.platform.isidentifier()
        assert outlet.repeatable.total_seconds() >= 0
        assert outlet.pace is None or outlet.pace > 0


class AdapterContract(OutletContract):
    """What commands rely on besides."""

    async def test_a_named_place_is_that_place(self, outlet: Adapter, far: FarChat):
        place = await outlet.place(far.name, far.person)
        assert place == far.place
        assert (place.platform, place.tenant) == (far.person.platform, far.person.tenant)

    async def test_everybody_has_a_place_of_their_own(self, outlet: Adapter, far: FarChat):
        mine = again(await outlet.place("me", far.person))
        there = await outlet.membership(far.person, mine)
        assert (there.own, there.manages) == (True, True)
        await outlet.send(mine, ONE, "key-1")

    async def test_membership_is_known_for_a_place_from_the_store(
        self, outlet: Adapter, far: FarChat
    ):
        there = await outlet.membership(far.person, again(far.place))
        assert isinstance(there, Membership)
        assert there.managers

    @pytest.mark.parametrize(
        "name", ["webhook", "#no-such-place", "", "x" * 500, "../..", "<!here>"]
    )
    async def test_what_names_no_place_is_refused_in_a_sentence(
        self, outlet: Adapter, far: FarChat, name: str
    ):
        with pytest.raises(UsageError) as refused:
            await outlet.place(name, far.person)
        assert len(str(refused.value)) < 400
