"""Discord on loopback: its HTTP API and gateway as sockets, in front of simcord's state and rules.

The unmodified discord.py connects to it. What simcord lacks is added here: nonces, limits of
bodies, sessions that resume, and faults on demand.
"""

from __future__ import annotations

import asyncio
import fnmatch
import functools
import inspect
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord import intents
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.http import client as _routes  # noqa: F401  # importing it fills the table of routes
from simcord.http import router

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.settings.platforms import DiscordSettings
from tests.rigs.discord_limits import refused

TOKEN = "bot-token-of-the-tests"
PATIENCE = 10.0  # seconds that no answer comes
HEARTBEAT = 41.25  # seconds, as Discord asks for
DISPATCH, BEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, BEATEN = 0, 1, 2, 6, 7, 9, 10, 11
MESSAGE, UPDATE = 4, 7  # types of callbacks to an interaction that show something at once
ALWAYS = ("INTERACTION_CREATE",)  # comes whatever intents there are


@dataclass
class Session:
    """What the gateway knows of one shard's connection, and all that it was told."""

    shard: int
    shards: int
    intents: discord.Intents
    me: int  # the bot's user
    socket: web.WebSocketResponse | None = None
    told: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, event: str, payload: Mapping[str, Any]) -> bool:
        guild = payload.get("id") if event.startswith("GUILD_") else payload.get("guild_id")
        own = payload.get("user", {}).get("id") == str(self.me)  # comes whatever intents there are
        always = event in ALWAYS or (event == "GUILD_MEMBER_UPDATE" and own)
        gate = None if always else intents.required_intent(event, payload)
        return (int(guild or 0) >> 22) % self.shards == self.shard and (
            not gate or getattr(self.intents, gate)
        )

    def tell(self, event: str, payload: Mapping[str, Any]) -> None:
        self.told.append(
            json.dumps({"op": DISPATCH, "t": event, "s": len(self.told) + 1, "d": payload})
        )
        self.news.set()

    async def write(self, socket: web.WebSocketResponse, sent: int) -> None:
        """Send what is told from `sent` on, over this socket as long as it is the session's."""
        self.socket = socket
        with suppress(ConnectionError):
            while self.socket is socket and not socket.closed:
                for frame in self.told[sent:]:
                    await socket.send_str(frame)
                    sent += 1
                if sent == len(self.told):
                    self.news.clear()
                    await self.news.wait()


@dataclass
class Fault:
    """What happens to the next requests that match: `after` serving them, or instead."""

    request: str  # as in "POST /channels/*/messages"
    status: int  # 0: the connection is reset; -1: no answer comes; 200: the answer comes late
    times: int = 1
    after: bool = False
    via: bool = True
    wait: float = 0.05
    code: int = 0
    late: float = 0.0  # seconds that the answer takes
    taken: float = 0.0  # seconds after the answer, at which the request is taken
    errors: Mapping[str, Any] = field(default_factory=dict)  # what is wrong with a body


class Hurried:
    """asyncio for discord.py, which waits for seconds before it sends a request again."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        """Wait for a twentieth of it."""
        await asyncio.sleep(seconds / 20)


def _let_wait(clock: object) -> None:
    for module in (discord.http, discord.webhook.async_):
        module.asyncio = clock  # type: ignore[attr-defined]  # it has all of it


class DiscordRig:
    """The server: its state is `backend`, what it was asked `asked`."""

    def __init__(self, shards: int = 1) -> None:
        self.backend = Backend()
        self.backend.subscribers.append(self._tell)
        self.asked: list[tuple[str, Any]] = []
        self.faults: list[Fault] = []
        self.sessions: dict[str, Session] = {}
        self.refuse_gateway = 0  # so many connections to the gateway are refused
        self.refusals: list[str] = []  # what was wrong with requests
        self.identified = 0  # sessions that were asked for
        self.closed_with = 0  # the code with which the gateway closes an IDENTIFY
        self.shards = shards
        self.changed = asyncio.Event()
        self.at = ""
        self.files: list[tuple[str, str]] = []
        self.uploads: dict[str, bytes] = {}  # files that people attached
        self.redirect = ""  # where whoever asks for one is sent
        self.endless, self.poured = False, 0  # whether it never ends, and how much of it was taken
        self.finished: set[str] = (
            set()
        )  # tokens of interactions that got more than an acknowledgement
        self._runner: web.AppRunner | None = None
        self._nonces: dict[tuple[str, str], Any] = {}

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[DiscordRig]:
        """Serve on a port, by default a free one."""
        app = web.Application(client_max_size=2**24)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/gateway", self._gateway)  # as the settings write it
        app.router.add_get("/attachments/{id}", self._attachment)
        app.router.add_route("*", "/api/v10/{path:.*}", self._api)
        runner = self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await (site := web.TCPSite(runner, "127.0.0.1", port)).start()
        assert site._server is not None  # noqa: SLF001  # aiohttp tells the port nowhere else
        self.at = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]  # noqa: SLF001
        _let_wait(Hurried())
        try:
            yield self
        finally:
            _let_wait(asyncio)
            await runner.cleanup()

    async def stop(self) -> None:
        """Stop serving: nobody answers at the address any more."""
        self.drop()
        if self._runner:
            await self._runner.cleanup()

    async def ask_to_reconnect(self) -> None:
        """Ask all shards to connect again, as Discord does before it restarts a gateway."""
        for session in list(self.sessions.values()):
            if session.socket:
                await _send(session.socket, RECONNECT, None)

    def settings(self, token: str = TOKEN, **changed: Any) -> DiscordSettings:
        return DiscordSettings(
            token, f"http://{self.at}/api/v10", f"ws://{self.at}/gateway/", **changed
        )

    def attach(self, name: str, content: bytes, **told: Any) -> dict[str, Any]:
        """Let a person have uploaded a file; return what an interaction tells of it."""
        id_ = str(self.backend.snowflake())
        self.uploads[id_] = content
        return {
            "id": id_,
            "filename": name,
            "size": len(content),
            "url": f"http://{self.at}/attachments/{id_}",
            **told,
        }

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(("GET attachment", dict(request.headers)))
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(self.uploads[request.match_info["id"]])
        if self.endless:
            with suppress(ConnectionError):
                while True:
                    await answer.write(b"x" * 2**16)
                    self.poured += 2**16
            self.endless = False  # whoever read it has gone
        return answer

    # the HTTP API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body, files = await self._read(request) if request.can_read_body else (None, [])
        asked = f"{request.method} {path}"
        self.asked.append((asked, body))
        if (
            not path.startswith(("/webhooks", "/interactions"))
            and request.headers.get("Authorization") != f"Bot {TOKEN}"
        ):
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        fault = next((one for one in self.faults if fnmatch.fnmatchcase(asked, one.request)), None)
        if fault:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
        if fault and fault.taken:
            later = functools.partial(self._answer, request.method, path, body, {}, files)
            asyncio.get_running_loop().call_later(fault.taken, later)
        if fault and not fault.after:
            return _broken(request, fault)
        answer = self._answer(request.method, path, body, dict(request.query), files)
        self.changed.set()
        if fault:
            await asyncio.sleep(PATIENCE if fault.status < 0 else fault.late)
        return _broken(request, fault) if fault and fault.status != 200 else answer

    async def _read(self, request: web.Request) -> tuple[Any, list[discord.File]]:
        """Return a body and its files, which are noted."""
        if request.content_type != "multipart/form-data":
            return await request.json(), []
        parts = await request.post()
        files = [
            discord.File(io.BytesIO(part.file.read()), part.filename)
            for part in parts.values()
            if isinstance(part, web.FileField)
        ]
        for file in files:
            self.files.append((file.filename, file.fp.read().decode()))
            file.fp.seek(0)
        return json.loads(str(parts["payload_json"])), files

    def _answer(
        self,
        method: str,
        path: str,
        body: Any,
        query: dict[str, str],
        files: Sequence[discord.File] = (),
    ) -> web.Response:
        if path == "/gateway/bot":
            limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
            return _json(
                {
                    "url": f"ws://{self.at}/gateway/",
                    "shards": self.shards,
                    "session_start_limit": limits,
                }
            )
        if problem := refused(method, path, body):
            self.refusals.append(f"{method} {path}: {problem}")
            return _json({"message": f"Invalid Form Body: {problem}", "code": 50035}, 400)
        said_before = (
            (path, str(body.get("nonce")))
            if isinstance(body, dict) and body.get("enforce_nonce")
            else None
        )
        if said_before in self._nonces:
            return _json(self._nonces[said_before])
        if method == "POST" and path.endswith("/threads") and self._has_thread(path):
            return _json(
                {"message": "A thread has already been created for this message", "code": 160004},
                400,
            )
        try:
            found = router.dispatch(
                self.backend, method, path, json=body, params=query, files=list(files)
            )
        except BackendError as error:
            self.refusals.append(f"{method} {path}: {error.to_json()}")
            return _json(error.to_json(), error.status)
        if said_before:
            self._nonces[said_before] = found
        shown = path.endswith("/callback") and body["type"] in {MESSAGE, UPDATE}
        if shown or (method != "GET" and path.startswith("/webhooks/")):
            self.finished.add(path.split("/")[3])
        return _json(found) if found is not None else web.Response(status=204)

    def _has_thread(self, path: str) -> bool:
        message = path.split("/")[-2]
        return (
            message.isdecimal() and int(message) in self.backend.channels and "/messages/" in path
        )

    # the gateway

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_gateway > 0:
            self.refuse_gateway -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await _send(socket, HELLO, {"heartbeat_interval": HEARTBEAT * 1000})
        async with asyncio.TaskGroup() as writers:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                heard = json.loads(message.data)
                if heard["op"] == BEAT:
                    await _send(socket, BEATEN, None)
                elif heard["op"] == IDENTIFY and (
                    session := await self._identified(socket, heard["d"])
                ):
                    writers.create_task(session.write(socket, 0))
                elif heard["op"] == RESUME and (session := await self._resumed(socket, heard["d"])):
                    writers.create_task(session.write(socket, heard["d"]["seq"]))
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
                session.news.set()
        return socket

    async def _identified(
        self, socket: web.WebSocketResponse, asked: Mapping[str, Any]
    ) -> Session | None:
        self.identified += 1
        if asked["token"] != TOKEN or self.closed_with:
            await socket.close(code=self.closed_with or 4004)
            return None
        shard, shards = asked.get("shard", (0, 1))
        name = f"session-{len(self.sessions)}"
        wanted = discord.Intents._from_value(asked["intents"])  # noqa: SLF001
        session = Session(shard, shards, wanted, self.backend.bot_user.id)
        guilds = [
            guild for guild in self.backend.guilds.values() if (guild.id >> 22) % shards == shard
        ]
        ready = {
            "v": 10,
            "user": serializers.user_payload(self.backend.bot_user),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": name,
            "resume_gateway_url": f"ws://{self.at}/gateway/",
            "shard": [shard, shards],
            "application": {"id": str(self.backend.application_id), "flags": 0},
        }
        self.sessions[name] = session
        session.tell("READY", ready)
        for guild in guilds:
            payload: dict[str, Any] = json.loads(
                json.dumps(serializers.guild_create_payload(self.backend, guild))
            )
            intents.prune_guild_create(payload, session.intents, self.backend.bot_user.id)
            session.tell("GUILD_CREATE", payload)
        return session

    async def _resumed(
        self, socket: web.WebSocketResponse, asked: Mapping[str, Any]
    ) -> Session | None:
        session = self.sessions.get(asked["session_id"])
        if session is None:
            await _send(socket, INVALID, False)  # noqa: FBT003  # Discord's own value
            return None
        session.tell("RESUMED", {})
        return session

    def _tell(self, event: str, payload: Mapping[str, Any]) -> None:
        if event == "MESSAGE_REACTION_ADD":  # as Discord does since 2024
            channel, message = int(payload["channel_id"]), int(payload["message_id"])
            author = self.backend.get_message(channel, message).author_id
            payload = {**payload, "message_author_id": str(author)}
        for session in self.sessions.values():
            if session.wants(event, payload):
                session.tell(event, payload)
        self.changed.set()

    def drop(self, *, resumable: bool = True) -> None:
        """Cut all gateway connections; unless `resumable`, events of the gap are never sent."""
        for session in self.sessions.values():
            if session.socket is not None and session.socket._req and session.socket._req.transport:  # noqa: SLF001
                session.socket._req.transport.abort()  # noqa: SLF001
            session.socket = None
            session.news.set()
        if not resumable:
            self.sessions.clear()

    async def until(self, holds: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait until something holds; return it."""
        async with asyncio.timeout(seconds):
            while True:
                found = holds()
                if found := await found if inspect.isawaitable(found) else found:
                    return found
                self.changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.02)

    def requests(self, fitting: str) -> list[Any]:
        """Return the bodies of the requests that fit, as in "POST /channels/*"."""
        return [body for asked, body in self.asked if fnmatch.fnmatchcase(asked, fitting)]


async def _send(socket: web.WebSocketResponse, op: int, data: Any) -> None:
    await socket.send_str(json.dumps({"op": op, "d": data}))


def _json(data: Any, status: int = 200) -> web.Response:
    # the SDK wants exactly this content type, without a charset
    return web.Response(
        body=json.dumps(data).encode(), status=status, content_type="application/json"
    )


def _broken(request: web.Request, fault: Fault) -> web.Response:
    if not fault.status and request.transport:
        request.transport.close()
    said = {"message": "…", "code": fault.code, "retry_after": fault.wait, "global": False}
    answer = _json({**said, "errors": fault.errors} if fault.errors else said, fault.status or 500)
    if fault.via:
        answer.headers["Via"] = "1.1 google"
    elif fault.status == 429:
        answer.headers["Retry-After"] = f"{fault.wait:g}"
    return answer


@asynccontextmanager
async def connect(bot: Bot, rig: DiscordRig) -> AsyncIterator[Discord]:
    """Run the adapter against a rig that serves, from its first READY on."""
    adapter = Discord(rig.settings())
    running = asyncio.create_task(adapter.run(bot))
    known = len(rig.sessions)
    try:
        await rig.until(lambda: len(rig.sessions) > known or running.done())
        yield adapter
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
