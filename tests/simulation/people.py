"""What people do: subscribe, watch, answer, resume; and what the store tells them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time as clock
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.calendar.schedule import Every, Schedule
from bot.digests.watches import Watches
from bot.models import DigestOptions, Layout, Person, Place, Subscription
from bot.store.schema import deliveries, digests
from tests.rigs.platform import PLATFORM
from tests.rigs.virtual import Direct
from tests.simulation.arrivals import SUBJECTS, VOTES

if TYPE_CHECKING:
    from tests.simulation.world import World

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
)
HOUR = timedelta(hours=1)
TENANTS = ("T0", "T1")
LATER = 5 * 86400.0  # seconds after which people watch for something more


class People:
    """The people of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def subscribe(self, address: str, tenant: str) -> None:
        """Subscribe a place to digests of any kind."""
        world, luck = self._world, self._world.luck
        every: Every = luck.choice(("daily", "daily", "weekdays", "weekly", "monthly"))
        schedule = Schedule(
            every, clock(luck.randint(0, 23), luck.choice((0, 30))), luck.choice(ZONES), (2,)
        )
        layout: Layout = luck.choice(("threaded", "compact", "full"))
        options = DigestOptions(
            schedule,
            luck.randint(1, 8),
            day="yesterday",
            layout=layout,
            repeats=True,
            quiet=luck.random() < 0.7,
        )
        day, due = schedule.after(world.now())
        place, person = Place(PLATFORM, tenant, address), Person(PLATFORM, tenant, "ada")
        new = Subscription(0, place, person, options, world.now(), day, due)
        made = await world.store.tenant(PLATFORM, tenant).subscriptions.add(new)
        world.subscriptions.append(made)

    async def watch(self) -> None:
        """Watch for papers in a channel, or in a thread of one."""
        world, luck = self._world, self._world.luck
        tenant = luck.choice(TENANTS)
        options = DigestOptions(
            Schedule("daily", clock(9), luck.choice(ZONES)),
            topics=luck.choice(SUBJECTS),
            votes=luck.choice((0, 0, VOTES)),
            repeats=luck.random() < 0.5,
        )
        address = luck.choice(("C1", "C2", "C1/thread"))
        place, person = Place(PLATFORM, tenant, address), Person(PLATFORM, tenant, "ada")
        new = Subscription(0, place, person, options, world.now(), watch=True)
        made, _ = await Watches(world.store, world.now).add(new)
        world.watches.append(made)

    async def watch_later(self) -> None:
        """Watch for something more when papers are there."""
        await asyncio.sleep(self._world.luck.uniform(0, LATER))
        await self.watch()

    async def administer(self) -> None:
        """Answer for what is uncertain as a person who looks does, and resume what has paused."""
        world = self._world
        while True:
            await asyncio.sleep(world.luck.uniform(4, 9) * 3600)
            world.given_up |= await self._given_up()  # before the store forgets it
            world.gone |= await self.given_up_messages()
            for tenant in TENANTS:
                await self._answer(tenant)
            for one in (*world.subscriptions, *world.watches):
                known = await world.store.subscriptions.get(one.id)
                if known and known.paused:
                    await self._resume(known)

    async def _answer(self, tenant: str) -> None:
        world = self._world
        for doubt in await world.store.delivery_reports.uncertain(PLATFORM, tenant):
            world.figures.uncertain[doubt.trouble] += 1
            world.answered.add((doubt.subscription, doubt.day, doubt.part))
            this = select(deliveries.c.key).where(deliveries.c.id == doubt.id)
            ((key,),) = await Direct(world.connection).read(this)
            log = (*world.platform.log, *world.relay.log)
            there = any(message.key == key for message in log)
            await world.store.delivery_reports.resolve(
                PLATFORM, tenant, doubt.id, there=there, now=world.machine()
            )

    async def _resume(self, known: Subscription) -> None:
        world = self._world
        world.figures.paused += 1
        world.away[known.id].append((world.now() - 9 * HOUR, world.now()))
        again = replace(known, covered=None, paused="", refused=None)
        again = again.from_now(world.machine(), await world.store.digest_history.last(known.id))
        await world.store.tenant(PLATFORM, known.place.tenant).subscriptions.change(again)

    async def _given_up(self) -> set[Any]:
        """Return what the store says will never be posted: whole digests, and single parts."""
        database = Direct(self._world.connection)
        d, p = digests.c, deliveries.c
        whole = await database.read(
            select(d.subscription, d.date).where(d.state == "skipped", d.reason != "")
        )
        parts = await database.read(
            select(p.subscription, p.date, p.part).where(
                p.part >= 0, p.trouble != "", p.state == "dead"
            )
        )
        return {tuple(row) for row in (*whole, *parts)}

    async def given_up_messages(self) -> set[str]:
        """Return the keys of all messages that the store has given up, or still asks about."""
        p = deliveries.c
        gone = select(p.key).where(p.trouble != "", p.state.in_(("dead", "uncertain")))
        return {row.key for row in await Direct(self._world.connection).read(gone)}

    async def told(self) -> set[Any]:
        """Return what the store says, or said before it forgot it, was not posted."""
        database, p = Direct(self._world.connection), deliveries.c
        uncertain = await database.read(
            select(p.subscription, p.date, p.part).where(
                p.part >= 0, p.trouble != "", p.state == "uncertain"
            )
        )
        # what follows a message that is uncertain waits for the answer
        waiting = await database.read(
            select(p.subscription, p.date, p.part).where(p.part >= 0, p.state == "pending")
        )
        given_up = self._world.given_up | await self._given_up()
        gone = given_up | {tuple(row) for row in uncertain}
        held = {one[:2] for one in gone if len(one) == 3}
        return gone | {tuple(w) for w in waiting if (w.subscription, w.date) in held}
