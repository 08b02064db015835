"""What all of Bolt's listeners share."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.slack.errors import SlackError

log = logging.getLogger(__name__)

ANY = re.compile("")


async def finish(work: Awaitable[None], hold: Callable[[Any], None]) -> None:
    """Finish the work of this task even if the connection closes; log what fails."""
    task = asyncio.current_task()
    if task:
        hold(task)
    try:
        await work
    except SlackError as error:
        log.warning("an answer was not delivered: %s", error)
    except Exception:
        log.exception("an answer was not delivered")
