"""The connection to the mail server."""

from __future__ import annotations

from aiosmtplib import SMTP

from bot.settings.platforms import SmtpServer

TIMEOUT_SECONDS = 20.0  # for each of the four steps; a delivery may take 60


def build_client(server: SmtpServer) -> SMTP:
    """Return a client; certificates are checked, and only this machine needs no encryption."""
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        start_tls=None if server.local else not server.tls,
        timeout=TIMEOUT_SECONDS,
    )
