"""What people are told in private, and that an address which refuses mail is left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.outlets import Refusal
    from tests.simulation.world import World

UNDISTURBED = timedelta(minutes=30)  # in which a process can write down what it was told
_NOTICE = re.compile(r"digest of (\S+) \(subscription (\d+)\) (could not|was posted)")
Span = tuple[datetime, datetime]


class NoticeChecker:
    """Holds what people are told against what was refused or uncertain."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._figures = world.figures

    def check(self) -> None:
        """Note what people were not told, what they were told without a reason, and where."""
        self._check_notices()
        self._check_reasons()
        self._check_mail()

    def _check_reasons(self) -> None:
        """Look that whatever is no digest is a notice to a person, about something that was."""
        world = self._world
        uncertain = {(number, str(day)) for number, day, _ in world.answered}
        refused_keys = {refusal.key for refusal in world.refusals} | world.threadless
        digests = (world.keys.get(key) for key in refused_keys)
        watches = (world.watch_notes.get(refusal.key) for refusal in world.refusals)
        refused = {(one.id[0], str(one.id[1])) for one in digests if one}
        refused |= {(one.watch, str(one.day)) for one in watches if one}
        subscriptions = (*world.subscriptions, *world.watches)
        for message in world.platform.log:
            if message.key in world.keys or message.key in world.watch_notes:
                continue
            told = _NOTICE.search(message.text)
            name = f"seed {world.seed}: a notice in {message.place.address}"
            if not told or message.place.address != "me ada":
                self._figures.misplaced.append(name)
                continue
            about = (int(told[2]), told[1])
            tenant = next(o.place.tenant for o in subscriptions if o.id == about[0])
            if message.place.tenant != tenant:
                self._figures.misplaced.append(name)
            if about not in (refused if told[3] == "could not" else uncertain):
                self._figures.needless.append(f"{name} about {about}")

    def _check_notices(self) -> None:
        """Look that people were told what was refused, and asked what is uncertain."""
        world = self._world
        told = [message.text for message in world.platform.log if message.place.address == "me ada"]
        for subscription, day, part in world.answered:
            begin = f"can’t tell whether the digest of {day} (subscription {subscription})"
            if not any(begin in text for text in told):
                one = f"seed {world.seed}: {subscription} {day} {part} is uncertain"
                self._figures.untold.append(one)
        for refusal in world.refusals:
            known = world.keys.get(refusal.key)
            if known and self._is_noted(refusal):
                words = f"(subscription {known.id[0]}) could not be posted"
                if not any(words in text for text in told):
                    self._figures.untold.append(f"seed {world.seed}: {known.id} is refused")

    def _is_noted(self, refusal: Refusal) -> bool:
        """Tell whether the process that was refused could write that down for certain."""
        span = (refusal.at, refusal.at + UNDISTURBED)
        process = refusal.process
        lived = process.ended is None or process.ended > span[1]
        stopped = any(span[0] <= at <= span[1] for at in process.stops)
        return lived and not stopped and not _meets(span, self._world.troubles)

    def _check_mail(self) -> None:
        """Look that an address that refused is left alone until a person resumes it."""
        world = self._world
        for one in world.subscriptions:
            if not one.place.is_mail:
                continue
            resumed = [until for _, until in world.away[one.id]]
            refused = [r.at for r in world.refusals if r.place == one.place and self._is_noted(r)]
            for at in refused:
                until = min((then for then in resumed if then >= at), default=world.now())
                span = (at + UNDISTURBED, until)
                tries = [then for then, place in world.mailed if place == one.place]
                if again := [then for then in tries if span[0] < then < span[1]]:
                    what = f"{one.id} is mailed at {again[0]}, refused at {at}"
                    self._figures.needless.append(f"seed {world.seed}: {what}")
                    break


def _meets(span: Span, spans: Sequence[Span]) -> bool:
    return any(begin <= span[1] and span[0] <= end for begin, end in spans)
