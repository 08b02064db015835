"""A share of the seeds that `make soak` runs by the thousand."""

import pytest

from bot.digests.delivery import DeliveryWorker
from tests.simulation import simulate


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 31))
def test_every_digest_comes_once_and_in_order(seed: int):
    figures = simulate(seed, days=20)
    assert figures.bad == []
    assert figures.digests


def test_a_seed_gives_the_same_course_again():
    assert str(simulate(7, days=10)) == str(simulate(7, days=10))


def test_the_simulation_notices_what_is_posted_twice(monkeypatch: pytest.MonkeyPatch):
    async def look_nowhere(*_: object) -> None:
        pass

    monkeypatch.setattr(DeliveryWorker, "_find", look_nowhere)
    assert any(simulate(seed, days=20).doubled for seed in range(1, 6))


def test_the_simulation_notices_what_is_lost(monkeypatch: pytest.MonkeyPatch):
    async def forget(self: DeliveryWorker, one: object, *_: object) -> None:
        await self._store.finish(one, "", "", self._now())  # type: ignore[arg-type]

    monkeypatch.setattr(DeliveryWorker, "_postpone", forget)
    assert any(simulate(seed, days=20).lost for seed in range(1, 6))
