"""The figures of a running bot for Prometheus; needs the package prometheus-client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.library.library import Status
from bot.runtime.health import Health
from bot.runtime.heartbeat import Heartbeat
from bot.store.delivery_reports import Health as Outbox


async def collect(health: Health) -> tuple[bytes, str]:
    """Return the figures as text, and its content type. Raises StoreError."""
    services = health.services
    heartbeat = health.report()
    status = await services.library.status()
    outbox = await services.dispatcher.health(heartbeat.at)
    registry = CollectorRegistry()
    figures: Any = _Figures(
        heartbeat, status, outbox, health.platforms()
    )  # a collector by its form
    registry.register(figures)
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


@dataclass(eq=False)
class _Figures:
    heartbeat: Heartbeat
    status: Status
    outbox: Outbox
    platforms: dict[str, bool]

    def collect(self) -> Iterable[Metric]:
        """Yield all figures."""
        yield InfoMetricFamily(
            "paperboy", "The running version", value={"version": self.heartbeat.version}
        )
        yield from self._gauges()
        connected = GaugeMetricFamily(
            "paperboy_connected", "1 while a chat platform is connected", labels=["platform"]
        )
        for name, is_on in self.platforms.items():
            connected.add_metric([name], is_on)
        yield connected

    def _gauges(self) -> Iterator[Metric]:
        synced, oldest = self.status.synced, self.outbox.oldest
        late = (self.heartbeat.at - oldest).total_seconds() if oldest else 0.0
        figures = {
            "alive": ("1 while all loops go round", float(self.heartbeat.alive)),
            "ready": ("1 while everything works", float(self.heartbeat.ready)),
            "problems": ("Problems that /readyz tells", len(self.heartbeat.problems)),
            "papers": ("Papers in the collection", self.status.papers),
            "messages_overdue": ("Messages of digests that are late", self.outbox.overdue),
            "messages_uncertain": (
                "Messages that may or may not have arrived",
                self.outbox.uncertain,
            ),
            "message_delay_seconds": ("How late the oldest message is", late),
            "last_sync_timestamp_seconds": (
                "When papers last came from Hugging Face, 0 for never",
                synced.timestamp() if synced else 0.0,
            ),
        }
        for name, (text, value) in figures.items():
            yield GaugeMetricFamily(f"paperboy_{name}", text, value=value)
