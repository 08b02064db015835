"""systemd's notification protocol: ready, alive, stopping.

https://www.freedesktop.org/software/systemd/man/sd_notify.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

WATCHDOG_SHARE = 0.5  # of the time after which systemd ends a silent process


def notify(state: str, env: Mapping[str, str] = os.environ) -> None:
    """Tell systemd a state such as READY=1, if it asks for that; it may not be listening."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name without a file
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0)
        sender.sendto(state.encode(), address)


def watchdog_seconds(env: Mapping[str, str] = os.environ) -> float | None:
    """Return how often systemd has to hear of us, None if it doesn't ask."""
    asked, process = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not asked.isdecimal() or process not in {"", str(os.getpid())}:
        return None
    return int(asked) / 1e6 * WATCHDOG_SHARE
