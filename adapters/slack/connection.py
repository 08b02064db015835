"""Socket Mode over two connections, so that Slack can always reach the bot over one of them.

The SDK's own client is not used: after a failure it dials one used-up address for ever, in fixed
steps, and closes a connection before it has the next (slack_sdk 3.47, socket_mode/aiohttp).
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

import aiohttp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.errors import TOKEN_REFUSED, SlackError
from adapters.slack.limits import Json
from adapters.slack.web import Web, require
from bot.errors import SettingsError
from bot.network.backoff import Backoff
from bot.network.connection_errors import describe_failure

log = logging.getLogger(__name__)

CONNECTIONS = 2
HEARTBEAT = 10.0  # seconds between pings; half of it without an answer means the connection is lost
BACKOFF = Backoff(0.5, 30)  # seconds before dialling again
OFFLINE_PAUSE = 4.0  # seconds before dialling again while there is no connection at all
DIAL_SECONDS = 5.0  # for asking for an address and connecting to it
DRAIN_SECONDS = 30.0  # in which Slack closes a connection after it has announced that
MAX_REMEMBERED = 1000  # requests that are not handled again when Slack repeats them
SHUTDOWN_SECONDS = 10.0  # in which work that was begun has to finish

Handle = Callable[[SocketModeRequest], Coroutine[Any, Any, BoltResponse]]


class Connections:
    """Stays connected, gives every request to `handle` and acknowledges it as that says.

    `on_connect` is called whenever there is a connection after there was none.
    """

    def __init__(
        self, web: Web, app_token: str, handle: Handle, on_connect: Callable[[], None]
    ) -> None:
        self._web = web
        self._app_token = app_token
        self._handle = handle
        self._on_connect = on_connect
        self._open = 0
        self._offline = asyncio.Event()  # set while no connection is open
        self._closing = False
        self._readers: set[asyncio.Task[None]] = set()
        self._work: set[asyncio.Task[object]] = set()
        self._responses: OrderedDict[str, asyncio.Task[BoltResponse]] = OrderedDict()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection now."""
        return self._open > 0

    async def run(self) -> None:
        """Stay connected until cancelled, then finish what was begun.

        Raises SettingsError for a refused token.
        """
        lines = [asyncio.create_task(self._keep_line()) for _ in range(CONNECTIONS)]
        try:
            await asyncio.gather(*lines)
        finally:
            self._closing = True
            if self._work:
                await asyncio.wait(self._work, timeout=SHUTDOWN_SECONDS)
            for task in (*lines, *self._readers, *self._work):
                task.cancel()
            await asyncio.gather(*lines, *self._readers, *self._work, return_exceptions=True)

    def hold(self, task: asyncio.Task[object]) -> None:
        """Let a task finish before the end of `run`."""
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _keep_line(self) -> None:
        failures = 0
        while True:
            hello = asyncio.Event()
            try:
                await self._connect(hello)
            except (SlackError, aiohttp.ClientError, OSError) as error:
                failures = 1 if hello.is_set() else failures + 1
                asked = getattr(error, "retry_after", None) or 0.0
                pause = self._pause(failures, asked)
                log.warning(
                    "Slack disconnected; reconnecting in %.1f s: %s", pause, _describe(error)
                )
                await self._rest(pause, asked)

    def _pause(self, failures: int, asked: float) -> float:
        """Return the seconds before dialling again, at least the `asked` ones.

        Without any connection they are OFFLINE_PAUSE at most.
        """
        luck = random.random()  # noqa: S311  # spreads dialling, keeps no secret
        pause = BACKOFF.pause(failures, luck)
        return max(pause if self._open else min(pause, OFFLINE_PAUSE), asked)

    async def _rest(self, pause: float, asked: float) -> None:
        """Wait before dialling again, shorter if the other connection is lost as well."""
        try:
            async with asyncio.timeout(pause):
                await self._offline.wait()
        except TimeoutError:
            return
        await asyncio.sleep(max(min(pause, OFFLINE_PAUSE), asked))

    async def _connect(self, hello: asyncio.Event) -> None:
        """Be connected until Slack announces that it closes the connection.

        `hello` is set once Slack greets, so that earlier failures no longer count. What still
        arrives over the old connection is read while the next one is made.
        """
        started = monotonic()
        async with asyncio.timeout(DIAL_SECONDS):
            socket = await self._dial()
        goodbye = asyncio.Event()
        reader = asyncio.create_task(self._read(socket, hello, goodbye))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        waiter = asyncio.create_task(goodbye.wait())
        try:
            await asyncio.wait({reader, waiter}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
        if not goodbye.is_set():
            await reader
            raise ConnectionResetError("Slack closed the connection")
        if monotonic() - started < BACKOFF.longest:
            # too_many_websockets, for example: dialling again at once would be refused too
            hello.clear()
            raise ConnectionResetError("Slack wants no connection now")

    async def _dial(self) -> aiohttp.ClientWebSocketResponse:
        session = self._web.client.session
        assert session is not None  # noqa: S101  # there is one while the adapter runs
        url = await self._address()
        proxy = self._web.proxy_for(url)
        return await session.ws_connect(url, heartbeat=HEARTBEAT, proxy=proxy, max_msg_size=0)

    async def _address(self) -> str:
        try:
            answer = await self._web.call(
                self._web.client.apps_connections_open, as_app=True, app_token=self._app_token
            )
        except SlackError as error:
            if error.code in TOKEN_REFUSED or error.code == "missing_scope":
                raise SettingsError(
                    "Slack refuses SLACK_APP_TOKEN. Create one with the scope connections:write "
                    "under Basic Information, App-Level Tokens."
                ) from error
            raise
        return require(answer, "url")

    async def _read(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        hello: asyncio.Event,
        goodbye: asyncio.Event,
    ) -> None:
        greeted = False
        try:
            async with asyncio.timeout(None) as limit:
                async for message in socket:
                    if message.type != aiohttp.WSMsgType.TEXT:
                        continue
                    envelope = _parse_envelope(message.data)
                    match envelope.get("type"):
                        case "hello" if not greeted:
                            greeted = True
                            hello.set()
                            self._count(+1)
                        case "disconnect":
                            goodbye.set()
                            limit.reschedule(asyncio.get_running_loop().time() + DRAIN_SECONDS)
                        case _:
                            self._accept(socket, _parse_request(envelope))
        except TimeoutError:
            log.debug("an old connection was closed")
        finally:
            if greeted:
                self._count(-1)
            await socket.close()

    def _accept(
        self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest | None
    ) -> None:
        # while closing, nothing is acknowledged: Slack sends it again to the next process
        if request and not self._closing:
            self.hold(asyncio.create_task(self._acknowledge(socket, request)))

    async def _acknowledge(
        self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest
    ) -> None:
        response = await self._handle_once(request)
        if response.status >= 500:  # a 404, for which there is no listener, would only come again
            log.warning("not acknowledged, so that Slack sends it again: %s", request.type)
            return
        frame: dict[str, object] = {"envelope_id": request.envelope_id}
        if response.status == 200 and response.body:
            frame["payload"] = json.loads(response.body)
        try:
            await socket.send_str(json.dumps(frame))
        except (aiohttp.ClientError, ConnectionError) as error:
            log.warning("an acknowledgement was lost, so Slack sends it again: %s", error)

    async def _handle_once(self, request: SocketModeRequest) -> BoltResponse:
        """Handle a request, or return the response to it if Slack has sent it before."""
        key = str(request.payload.get("event_id") or request.envelope_id)
        if key not in self._responses:
            self._responses[key] = asyncio.create_task(self._handle(request))
            if len(self._responses) > MAX_REMEMBERED:
                self._responses.popitem(last=False)
        response = await self._responses[key]
        if response.status >= 500:
            self._responses.pop(key, None)  # it failed, so it is handled when it comes again
        return response

    def _count(self, change: int) -> None:
        self._open += change
        if self._open:
            self._offline.clear()
        else:
            self._offline.set()
        if change > 0 and self._open == 1:
            self._on_connect()


def _parse_envelope(frame: str) -> Json:
    try:
        envelope = json.loads(frame)
    except ValueError:
        envelope = None
    if isinstance(envelope, dict):
        return envelope
    log.warning("Slack sent a frame that can't be read: %.80r", frame)
    return {}


def _parse_request(envelope: Json) -> SocketModeRequest | None:
    try:
        return SocketModeRequest.from_dict(envelope)
    except (ValueError, TypeError):
        # the payload is no object; the SDK stumbles over its own complaint (3.47)
        log.warning("Slack sent an envelope that can't be read: %.80r", envelope.get("type"))
        return None


def _describe(error: Exception) -> str:
    if sentence := describe_failure(error):
        return sentence
    # aiohttp's message for a refused handshake contains the address, and that holds a ticket
    if isinstance(error, aiohttp.ClientResponseError):
        return f"HTTP {error.status}"
    return str(error) or repr(error)
