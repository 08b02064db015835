"""Slack on loopback: the parts of its Web API and Socket Mode that the bot uses, strictly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from typing import Any

from aiohttp import WSMsgType, web
from slack_sdk.models.views import View

from tests.rigs.slack_rules import NEWER, broken_rules, design_faults, seen

Json = dict[str, Any]
TEAM, BOT = "T1", "UBOT"
BOT_TOKEN, APP_TOKEN = "xoxb-good", "xapp-good"
PATIENCE = 10.0


@dataclass
class Message:
    """A message as one person or a channel sees it."""

    channel: str
    ts: str
    body: Json
    person: str = ""  # who alone sees it
    thread: str = ""
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def seen(self) -> str:
        return seen(self.blocks)


class SlackServer:
    """One workspace, as the bot meets it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.unfurls: list[Json] = []
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[
            str, tuple[str, str, str]
        ] = {}  # name, content and the channel where it was put
        self.uploads: dict[str, bytes] = {}  # files that people gave
        self.downloads: list[str] = []  # with which authorization each was asked for
        self.redirect = ""  # where whoever asks for a file is sent
        self.endless, self.poured = (
            False,
            0,
        )  # whether a file never ends, and how much of it was taken
        self.calls: list[tuple[str, Json]] = []
        self.faults: dict[str, list[Any]] = {}  # what the next calls of a method meet
        self.members = {"C1", "C2"}  # channels that the bot is in
        self.public = {"C8"}  # further channels that it can see
        self.channels: dict[str, Json] = {
            "C1": {"creator": "U3"},
            "C2": {"name": "papers"},
        }  # what is known of them
        self.people: dict[str, Json] = {
            "U1": {"tz": "Europe/Berlin"},
            "U2": {"is_admin": True, "tz": None},
            "U3": {},
            "U4": {"is_admin": True, "team_id": "T2"},
            "W1": {},  # a person of a company with several workspaces
            "U8": {"is_bot": True, "name": "jira"},
            "U9": {"team_id": "T2", "profile": {"display_name": "Mallory"}},
        }
        self.shared_channels: set[str] = set()  # with people of other workspaces in them
        self.sockets: list[web.WebSocketResponse] = []
        self.broken_pictures: set[str] = set()
        self.trace: list[str] = []  # what was not as Slack wants it
        self.faults_of_design: list[str] = []  # what people would have changed about buttons
        # where it takes the app for one from outside its Marketplace, the seconds by its clock
        self.minutes: Callable[[], float] | None = None
        self._may_read = 0.0
        self.always: dict[str, Any] = {}  # what every call of a method meets
        self.read_only: set[str] = set()  # channels in which only some may write
        self.changes = 0  # that people could see
        self.scopes = ""  # those of the bot's token, with commas between
        self.date = ""  # what it says that the time is
        self.socket_url = ""  # of Socket Mode, where it is not this server's own
        self.refusing = False  # to be called at all
        self.newer: set[str] = set()  # types of blocks that not every workspace takes, but this one
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._urls: dict[
            str, tuple[str, str, str, int]
        ] = {}  # channel, person, ts of the message, uses
        self._numbers = count(1)
        self._turn = count()
        self._news = asyncio.Condition()

    async def start(self) -> None:
        app = web.Application(client_max_size=10**7)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket", self._socket)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_post("/upload/{key}", self._upload)
        app.router.add_get("/files/{key}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        for socket in self.sockets:
            await socket.close()
        await self._runner.cleanup()

    async def deliver(
        self, kind: str, payload: Json, patience: float = 3.0, envelope: str = ""
    ) -> tuple[Any, float]:
        """Send an envelope over one of the connections; return its acknowledgement and seconds."""
        envelope = envelope or f"e{next(self._numbers)}"
        self._acks[envelope] = asyncio.get_running_loop().create_future()
        socket = self.sockets[next(self._turn) % len(self.sockets)]
        started = time.monotonic()
        await socket.send_json({"envelope_id": envelope, "type": kind, "payload": payload})
        answer = await asyncio.wait_for(self._acks[envelope], patience)
        return answer, time.monotonic() - started

    async def until(self, condition: Any) -> None:
        """Wait until something is so."""
        async with self._news, asyncio.timeout(PATIENCE):
            await self._news.wait_for(condition)

    def response_url(self, channel: str, user: str, ts: str = "") -> str:
        key = f"r{next(self._numbers)}"
        self._urls[key] = (channel, user, ts, 0)
        return f"{self.url}/respond/{key}"

    async def _changed(self, *, seen: bool = False) -> None:
        self.changes += seen
        async with self._news:
            self._news.notify_all()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        await self._changed()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    ack = json.loads(message.data)
                    future = self._acks.pop(ack["envelope_id"], None)
                    if future and not future.done():
                        future.set_result(ack.get("payload"))
        finally:
            self.sockets.remove(socket)
            await self._changed()
        return socket

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            body = await request.json()
        else:
            body = {**request.query, **await request.post()}
            body = {k: json.loads(v) if str(v)[:1] in ("{", "[") else v for k, v in body.items()}
        self.calls.append((method, body))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self.faults.get(method, [])
        met = fault.pop(0) if fault else self.always.get(method)
        met = self._limit(method, body) or met
        if self.refusing or met == "drop":
            request.transport.abort()  # type: ignore[union-attr]  # there is one while a request is handled
            return web.Response()
        if isinstance(met, int):
            return web.Response(status=met, text="<html>no</html>", content_type="text/html")
        if isinstance(met, dict):
            headers = {"Retry-After": str(met["retry_after"])} if "retry_after" in met else {}
            why = {key: met[key] for key in ("error", "needed") if key in met}
            return web.json_response(
                {"ok": False, **why}, status=met.get("status", 200), headers=headers
            )
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        try:
            answer = getattr(self, "_" + method.replace(".", "_").lower())(body)
        except Refused as error:
            await self._changed()
            return web.json_response({"ok": False, "error": str(error)})
        await self._changed(seen=method.startswith(("chat.post", "views.")))
        if met == "late":  # it was done, and whoever asked has given up
            await asyncio.sleep(PATIENCE)
        if met == "lost":  # it was done, and nobody learns of it
            request.transport.abort()  # type: ignore[union-attr]  # there is one while a request is handled
        said = {
            "bare": {"ok": True},
            "failed": {"ok": False, "error": "fatal_error"},
        }  # the second although it was done
        told = (
            said.get(met, {"ok": True, **answer})
            if isinstance(met, str)
            else {"ok": True, **answer}
        )
        headers = {"x-oauth-scopes": self.scopes, "Date": self.date}
        headers = {name: value for name, value in headers.items() if value}
        return web.json_response(told, status=503 if met == "failed" else 200, headers=headers)

    def _limit(self, method: str, body: Json) -> Json | None:
        """Let an app from outside the Marketplace read a conversation once a minute."""
        if not self.minutes or method not in {"conversations.history", "conversations.replies"}:
            return None
        body["limit"] = min(int(body["limit"]), 15)
        wait = self._may_read - self.minutes()
        if wait > 0:
            return {"status": 429, "error": "ratelimited", "retry_after": ceil(wait)}
        self._may_read = self.minutes() + 60
        return None

    def _auth_test(self, _: Json) -> Json:
        return {
            "team_id": TEAM,
            "team": "Acme",
            "user_id": BOT,
            "bot_id": "B1",
            "user": "paperboy",
            "url": "https://team.slack.com/",
        }

    def _apps_connections_open(self, _: Json) -> Json:
        return {"url": self.socket_url or f"ws://127.0.0.1:{self.port}/socket"}

    def _chat_postmessage(self, body: Json) -> Json:
        channel = f"D{body['channel']}" if body["channel"].startswith("U") else body["channel"]
        if channel not in self.members and not channel.startswith("D"):
            raise Refused("not_in_channel")
        if channel in self.read_only:
            raise Refused("restricted_action")
        self._check_message(body)
        message = Message(channel, self._ts(), body, thread=body.get("thread_ts", ""))
        self.messages.append(message)
        return {"channel": channel, "ts": message.ts, "message": body}

    def _chat_update(self, body: Json) -> Json:
        self._check_message(body)
        found = [
            one for one in self.messages if (one.channel, one.ts) == (body["channel"], body["ts"])
        ]
        if not found:
            raise Refused("message_not_found")
        found[0].body = body
        return {"channel": body["channel"], "ts": body["ts"]}

    def _chat_postephemeral(self, body: Json) -> Json:
        self._check_message(body)
        if body["channel"] not in self.members and not body["channel"].startswith("D"):
            raise Refused("channel_not_found")
        thread = body.get("thread_ts", "")
        self.messages.append(Message(body["channel"], self._ts(), body, body["user"], thread))
        return {"message_ts": self.messages[-1].ts}

    def _files_getuploadurlexternal(self, body: Json) -> Json:
        key = f"F{next(self._numbers)}"
        self.files[key] = (str(body["filename"]), "", "")
        return {"upload_url": f"{self.url}/upload/{key}", "file_id": key}

    def _files_completeuploadexternal(self, body: Json) -> Json:
        for one in body["files"]:
            name, content, _ = self.files[one["id"]]
            self.files[one["id"]] = (name, content, body["channel_id"])
        return {"files": body["files"]}

    async def _upload(self, request: web.Request) -> web.Response:
        name, _, channel = self.files[request.match_info["key"]]
        self.files[request.match_info["key"]] = (name, (await request.read()).decode(), channel)
        return web.Response(text="OK")

    def give(self, name: str, content: bytes, **told: Any) -> Json:
        """Let somebody have uploaded a file; return what Slack tells of it."""
        key = f"F{next(self._numbers)}"
        self.uploads[key] = content
        url = f"{self.url}/files/{key}"
        return {"id": key, "name": name, "size": len(content), "url_private_download": url, **told}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self.downloads.append(request.headers.get("Authorization", ""))
        key = request.match_info["key"]
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        if self.downloads[-1] != f"Bearer {BOT_TOKEN}":
            raise web.HTTPFound(f"{self.url}/files/sign-in")
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(self.uploads[key])
        if self.endless:
            with suppress(ConnectionError):
                while True:
                    await answer.write(b"x" * 2**16)
                    self.poured += 2**16
            self.endless = False  # whoever read it has gone
        return answer

    def _files_info(self, body: Json) -> Json:
        return {"file": {"id": body["file"], "url_private": f"{self.url}/files/{body['file']}"}}

    def _chat_unfurl(self, body: Json) -> Json:
        for unfurl in body["unfurls"].values():
            self._check_blocks(unfurl["blocks"], 50)
        self.unfurls.append(body)
        return {}

    def _views_open(self, body: Json) -> Json:
        self._check_view(body["view"])
        key = f"V{next(self._numbers)}"
        self.views[key] = {**body["view"], "id": key}
        return {"view": self.views[key]}

    _views_push = _views_open

    def _views_update(self, body: Json) -> Json:
        self._check_view(body["view"])
        self.views[body["view_id"]] = {**body["view"], "id": body["view_id"]}
        return {"view": self.views[body["view_id"]]}

    def _views_publish(self, body: Json) -> Json:
        self._check_view(body["view"])
        self.homes[body["user_id"]] = {**body["view"], "id": f"V{body['user_id']}"}
        return {"view": self.homes[body["user_id"]]}

    def _conversations_history(self, body: Json) -> Json:
        """Give a page of a channel, or of the thread `ts`; a person's id names no channel."""
        thread = body.get("ts", "")
        self._readable(body["channel"])
        found = [
            {"ts": m.ts, **m.body}
            for m in reversed(self.messages)
            if (m.channel, m.thread) == (body["channel"], thread)
            and not m.person
            and float(m.ts) >= float(body.get("oldest", 0))
        ]
        begin, end = int(body.get("cursor") or 0), int(body.get("cursor") or 0) + int(body["limit"])
        more = len(found) > end
        return {
            "messages": found[begin:end],
            "has_more": more,
            "response_metadata": {"next_cursor": str(end) if more else ""},
        }

    def _conversations_replies(self, body: Json) -> Json:
        """Give a page of a thread; of a message in it, that message alone."""
        for message in self.messages:
            if (message.channel, message.ts) == (
                body["channel"],
                body["ts"],
            ) and "oldest" not in body:
                return {"messages": [{"ts": message.ts, **message.body}]}
        return self._conversations_history(body)

    def _conversations_open(self, body: Json) -> Json:
        if body["users"] not in self.people:
            raise Refused("user_not_found")
        return {"channel": {"id": f"D{body['users']}"}}

    def _conversations_info(self, body: Json) -> Json:
        channel = body["channel"]
        if channel not in self.members | self.public:
            raise Refused("channel_not_found")
        return {
            "channel": {
                "id": channel,
                "is_member": channel in self.members,
                "is_ext_shared": channel in self.shared_channels,
                **self.channels.get(channel, {}),
            }
        }

    def _users_conversations(self, _: Json) -> Json:
        return {
            "channels": [{"id": one, **self.channels.get(one, {})} for one in sorted(self.members)]
        }

    def _users_info(self, body: Json) -> Json:
        if body["user"] not in self.people:
            raise Refused("user_not_found")
        return {"user": {"id": body["user"], "team_id": TEAM, **self.people[body["user"]]}}

    def _reactions_add(self, body: Json) -> Json:
        for message in self.messages:
            if (message.channel, message.ts) == (body["channel"], body["timestamp"]):
                users = message.reactions.setdefault(body["name"], [])
                if BOT in users:
                    raise Refused("already_reacted")
                users.append(BOT)
                return {}
        raise Refused("message_not_found")

    def _readable(self, channel: str) -> None:
        if channel not in self.members and not channel.startswith("D"):
            raise Refused("channel_not_found")

    def _reactions_get(self, body: Json) -> Json:
        for message in self.messages:
            if (message.channel, message.ts) == (body["channel"], body["timestamp"]):
                reactions = [
                    {"name": name, "users": users}
                    for name, users in message.reactions.items()
                    if users
                ]
                return {"message": {"reactions": reactions}}
        raise Refused("message_not_found")

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(("response_url", body))
        fault = self.faults.get("response_url", [])
        met = fault.pop(0) if fault else self.always.get("response_url")
        if met is not None:
            headers = {"Retry-After": "0"} if met == 429 else {}
            return web.Response(status=met, text="no", headers=headers)
        channel, person, ts, uses = self._urls[request.match_info["key"]]
        if uses == 5:
            return web.Response(status=404, text="used_url")
        self._urls[request.match_info["key"]] = (channel, person, ts, uses + 1)
        try:
            self._check_message(body)
        except Refused as error:
            return web.Response(status=500, text=str(error))
        alone = "" if body["response_type"] == "in_channel" else person
        old = next((m for m in self.messages if m.ts == ts), None)
        if old and body.get("replace_original"):
            old.body = body
        else:
            self.messages.append(
                Message(channel, self._ts(), body, alone, body.get("thread_ts", ""))
            )
        await self._changed(seen=True)
        return web.Response(text="ok")

    def _ts(self) -> str:
        return f"{time.time():.3f}{next(self._numbers) % 1000:03}"

    # --- what Slack takes ---

    def _check_message(self, body: Json) -> None:
        self._rule(not body.get("mrkdwn", True), "the text would be read as markup")
        self._rule(0 < len(body["text"]) <= 4000, "no text, or too much")
        self._rule(
            not body.get("link_names") and not body.get("unfurl_links", False), "pings or unfurls"
        )
        self._check_blocks(body["blocks"], 50)

    def _check_view(self, view: Json) -> None:
        self._check_blocks(view["blocks"], 100)
        self._rule(len(view.get("private_metadata", "")) <= 3000, "too much private_metadata")
        inputs = any(block["type"] == "input" for block in view["blocks"])
        self._rule(view["type"] == "home" or not inputs or "submit" in view, "no submit")
        if view["type"] == "modal":
            self._rule(len(view["title"]["text"]) <= 24, "too long a title")
            with suppress(TypeError):
                View(**view).validate_json()

    def _check_blocks(self, blocks: list[Json], most: int) -> None:
        for picture in self.broken_pictures:
            if picture in json.dumps(blocks):
                raise Refused("invalid_blocks")
        if any(block["type"] in NEWER - self.newer for block in blocks):
            raise Refused("invalid_blocks")
        self.faults_of_design += design_faults(blocks)
        broken = list(broken_rules(blocks, most))
        self._rule(not broken, broken)

    def _rule(self, kept: object, what: object) -> None:
        if not kept:
            self.trace.append(str(what))
            raise Refused("invalid_blocks")


class Refused(Exception):
    """Slack's word for why not."""
