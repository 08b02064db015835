"""How the bot is, over HTTP: /healthz, /readyz, and /metrics for Prometheus."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.errors import PaperboyError, SettingsError
from bot.runtime.health import Health
from bot.runtime.heartbeat import Heartbeat

NO_CLIENT = "/metrics needs the package prometheus-client: install paperboy-bot[metrics].\n"


async def serve(health: Health, host: str, port: int) -> None:
    """Answer until cancelled. Raises SettingsError where the address can't be used."""
    app = web.Application()
    app.router.add_get("/healthz", _Handler(health).healthz)
    app.router.add_get("/readyz", _Handler(health).readyz)
    app.router.add_get("/metrics", _Handler(health).metrics)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise SettingsError(
            f"PAPERBOY_HEALTH={host}:{port} can’t be used ({error.strerror}). Set another port."
        ) from error
    try:
        await asyncio.Future()
    finally:
        await runner.cleanup()


class _Handler:
    def __init__(self, health: Health) -> None:
        self._health = health

    async def healthz(self, _: web.Request) -> web.Response:
        """Tell whether the loops go round: if not, restarting helps."""
        heartbeat = self._health.report()
        return _answer(heartbeat, good=heartbeat.alive)

    async def readyz(self, _: web.Request) -> web.Response:
        """Tell whether everything works."""
        heartbeat = self._health.report()
        return _answer(heartbeat, good=heartbeat.ready)

    async def metrics(self, _: web.Request) -> web.Response:
        """Give the figures in Prometheus's text format."""
        try:
            from bot.runtime.metrics import collect
        except ImportError:
            return web.Response(status=501, text=NO_CLIENT)
        try:
            body, kind = await collect(self._health)
        except PaperboyError as error:
            return web.Response(status=503, text=f"{error}\n")
        return web.Response(body=body, headers={"Content-Type": kind})


def _answer(heartbeat: Heartbeat, *, good: bool) -> web.Response:
    values = {"status": "ok" if good else "failing", "problems": list(heartbeat.problems)}
    return web.json_response(values, status=200 if good else 503)
