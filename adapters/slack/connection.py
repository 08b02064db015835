"""Two Socket Mode connections: what Slack sends comes over either of them, and one at least is always there.

The SDK's own client is left aside: after a failure it dials one used-up address for ever, in fixed
steps, and closes a connection before it has the next (slack_sdk 3.47, socket_mode/aiohttp).
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

import aiohttp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.errors import TOKEN_REFUSED, SlackError
from adapters.slack.limits import Json
from adapters.slack.web import Web, told
from bot.errors import SettingsError

log = logging.getLogger(__name__)

CONNECTIONS = 2
HEARTBEAT = 10.0  # seconds between pings; half of it without an answer means the connection is lost
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before dialling again
LEAVING = 30.0  # seconds that Slack takes at most to close a connection it has said goodbye to
HOLDING = 10.0  # seconds that what was begun has to finish at the end

Answer = Callable[[SocketModeRequest], Awaitable[BoltResponse]]


class Connections:
    """Stays connected; hands every request to `answer`, and acknowledges it where that says so.

    `back` is called whenever there is a connection after there was none.
    """

    def __init__(self, web: Web, app_token: str, answer: Answer, back: Callable[[], None]) -> None:
        self._web = web
        self._app_token = app_token
        self._answer = answer
        self._back = back
        self._open = 0
        self._closing = False
        self._reading: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Task[object]] = set()

    async def stay(self) -> None:
        """Stay connected until cancelled, and then finish what was begun.

        Raises SettingsError for a refused token.
        """
        lines = [asyncio.create_task(self._line()) for _ in range(CONNECTIONS)]
        try:
            await asyncio.gather(*lines)
        finally:
            self._closing = True
            if self._held:
                await asyncio.wait(self._held, timeout=HOLDING)
            for task in (*lines, *self._reading, *self._held):
                task.cancel()
            await asyncio.gather(*lines, *self._reading, *self._held, return_exceptions=True)

    def hold(self, work: asyncio.Task[object]) -> None:
        """Let a task finish before the end."""
        self._held.add(work)
        work.add_done_callback(self._held.discard)

    async def _line(self) -> None:
        failures = 0
        while True:
            started = monotonic()
            try:
                await self._connection()
            except (SlackError, aiohttp.ClientError, OSError) as error:
                failures = 1 if monotonic() - started > LONGEST_PAUSE else failures + 1
                pause = pause_after(failures, random.random(), getattr(error, "retry_after", None))  # noqa: S311  # spreads dialling, keeps no secret
                log.warning(
                    "the connection to Slack was lost, dialling again in %.1f s: %s",
                    pause,
                    _reason(error),
                )
                await asyncio.sleep(pause)

    async def _connection(self) -> None:
        """Be connected until Slack says goodbye; what still comes over the old line then is read meanwhile."""
        url, started = await self._address(), monotonic()
        session, proxy = self._web.client.session, self._web.client.proxy
        assert session is not None  # noqa: S101  # there is one while the adapter runs
        socket = await session.ws_connect(url, heartbeat=HEARTBEAT, proxy=proxy, max_msg_size=0)
        goodbye = asyncio.Event()
        reading = asyncio.create_task(self._read(socket, goodbye))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        waiting = asyncio.create_task(goodbye.wait())
        try:
            await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not goodbye.is_set():
            await reading
            raise ConnectionResetError("Slack closed it")
        if (
            monotonic() - started < LONGEST_PAUSE
        ):  # too_many_websockets, say: dialling at once would be of no use
            raise ConnectionResetError("Slack wants no connection now")

    async def _address(self) -> str:
        try:
            answer = await self._web.ask(
                partial(self._web.client.apps_connections_open, app_token=self._app_token)
            )
        except SlackError as error:
            if error.code in TOKEN_REFUSED or error.code == "missing_scope":
                raise SettingsError(
                    "Slack refuses SLACK_APP_TOKEN: make one with the scope connections:write "
                    "under Basic Information, "
                    "App-Level Tokens."
                ) from error
            raise
        return told(answer, "url")

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, goodbye: asyncio.Event) -> None:
        greeted = False
        try:
            async with asyncio.timeout(None) as limit:
                async for message in socket:
                    if message.type != aiohttp.WSMsgType.TEXT:
                        continue
                    envelope = _envelope(message.data)
                    match envelope.get("type"):
                        case "hello" if not greeted:
                            greeted = True
                            self._count(+1)
                        case "disconnect":
                            goodbye.set()
                            limit.reschedule(asyncio.get_running_loop().time() + LEAVING)
                        case _:
                            self._heard(socket, _request(envelope))
        except TimeoutError:
            log.debug("an old connection was left")
        finally:
            if greeted:
                self._count(-1)
            await socket.close()

    def _heard(
        self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest | None
    ) -> None:
        if request and not self._closing:  # unacknowledged, it comes again to whoever is there then
            self.hold(asyncio.create_task(self._acknowledge(socket, request)))

    async def _acknowledge(
        self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest
    ) -> None:
        response = await self._answer(request)
        if response.status >= 500:  # what nobody listens for, a 404, would only come again
            log.warning("not acknowledged, so that Slack sends it again: %s", request.type)
            return
        frame: dict[str, object] = {"envelope_id": request.envelope_id}
        if response.status == 200 and response.body:
            frame["payload"] = json.loads(response.body)
        try:
            await socket.send_str(json.dumps(frame))
        except (aiohttp.ClientError, ConnectionError) as error:
            log.warning("an acknowledgement was lost, so Slack sends it again: %s", error)

    def _count(self, change: int) -> None:
        self._open += change
        if change > 0 and self._open == 1:
            self._back()


def pause_after(failures: int, luck: float, asked: float | None = None) -> float:
    """Return the seconds to wait after so many failures in a row, at least what Slack asked for; `luck` is 0 to 1."""
    pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(failures - 1, 10)) * (0.5 + luck / 2)
    return max(pause, asked or 0.0)


def _envelope(frame: str) -> Json:
    try:
        envelope = json.loads(frame)
    except ValueError:
        envelope = None
    if isinstance(envelope, dict):
        return envelope
    log.warning("Slack sent what cannot be read: %.80r", frame)
    return {}


def _request(envelope: Json) -> SocketModeRequest | None:
    try:
        return SocketModeRequest.from_dict(envelope)
    except (
        ValueError,
        TypeError,
    ):  # its payload is no object; the SDK stumbles over its own complaint (3.47)
        log.warning("Slack sent an envelope that cannot be read: %.80r", envelope.get("type"))
        return None


def _reason(error: Exception) -> str:
    # what aiohttp says of a refused handshake names the address, and that holds a ticket
    return (
        f"HTTP {error.status}"
        if isinstance(error, aiohttp.ClientResponseError)
        else str(error) or repr(error)
    )
