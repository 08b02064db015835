"""A mail server on loopback that keeps what it takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.settings.platforms import EmailSettings, SmtpServer

SENDER = "paperboy@example.org"


@dataclass
class MailServer:
    """Takes messages; `senders`, `recipients`, `answers` are the next replies to MAIL, RCPT, DATA.

    A reply of "" cuts the connection after the message is taken.
    """

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    senders: deque[str] = field(default_factory=deque)
    recipients: deque[str] = field(default_factory=deque)
    answers: deque[str] = field(default_factory=deque)

    @property
    def settings(self) -> EmailSettings:
        """The settings of a bot that sends through it."""
        return EmailSettings(SmtpServer("127.0.0.1", self.port, tls=False), SENDER)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name and arguments
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take a sender, or answer as was asked for."""
        if self.senders:
            return self.senders.popleft()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name and arguments
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take a recipient, or answer as was asked for."""
        if self.recipients:
            return self.recipients.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name and arguments
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keep a message, or answer as was asked for."""
        answer = self.answers.popleft() if self.answers else "250 OK"
        if answer[:1] in {"", "2"}:
            message = message_from_bytes(cast("bytes", envelope.content), policy=default)
            self.taken.append(message)
        if not answer:
            cast("Any", server).transport.abort()
        return answer or "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Run a mail server."""
    there = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(there, loop=loop), "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()
        await server.wait_closed()
