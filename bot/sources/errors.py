"""What can go wrong between us and a server: how often it is worth another try, and the sentence for people."""

from __future__ import annotations

from bot.errors import SourceDown, SourceError
from bot.text import count

ONCE, TWICE, OFTEN = 1, 2, 100  # tries; how many "often" is, the asker's patience says


class Failed(Exception):
    """One try failed. `wait` is how many seconds the other side asks to be left alone for."""

    def __init__(self, error: SourceError, tries: int, wait: float = 0.0) -> None:
        super().__init__(str(error))
        # not the error itself: it will have this one as its context, and all that both hold on to
        # would stay for long
        self.kind = type(error)
        self.tries = tries
        self.wait = wait


def busy(host: str, seconds: float) -> SourceDown:
    """Return the error for a server that takes no requests for so long."""
    unit, noun = (
        (1, "second") if seconds < 100 else (60, "minute") if seconds < 6000 else (3600, "hour")
    )
    when = count(max(1, round(seconds / unit)), noun)
    return SourceDown(f"{host} takes no more requests for now; try again in {when}.")


def of_status(host: str, status: int, wait: float) -> Failed | None:
    """Return what an HTTP status says, None where it promises an answer."""
    if status == 200:
        return None
    if status == 429:
        return Failed(busy(host, wait or 300), OFTEN, wait)  # 300: the API's window
    if status == 408 or status >= 500:
        return Failed(
            SourceDown(f"{host} has trouble (HTTP {status}); try again later."), OFTEN, wait
        )
    if status in (401, 403):
        refused = f"{host} refuses access (HTTP {status}); check HF_TOKEN and HF_ENDPOINT."
        return Failed(SourceDown(refused), ONCE)
    return Failed(
        SourceError(f"{host} does not take this request (HTTP {status}); check HF_ENDPOINT."), ONCE
    )


def of_connection(host: str, error: Exception) -> Failed:
    """Return what an exception of aiohttp or of the system says about the connection."""
    import aiohttp  # start-up time: who comes here has imported it

    if isinstance(error, aiohttp.ClientSSLError):
        return Failed(
            SourceDown(
                f"{host} cannot prove who it is; check HF_ENDPOINT and this computer's clock."
            ),
            ONCE,
        )
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Failed(
            SourceDown(f"{host} cannot be reached; check the network and HF_ENDPOINT."), TWICE
        )
    if isinstance(error, TimeoutError):
        return Failed(SourceDown(f"{host} takes too long to answer; try again later."), OFTEN)
    return Failed(SourceDown(f"{host} broke off its answer; try again later."), OFTEN)


def astray(host: str, target: str | None = None) -> Failed:
    """Return the failure of being sent on to another server, or in circles."""
    if target is None:
        return Failed(
            SourceDown(f"{host} sends requests on to no usable address; check HF_ENDPOINT."), ONCE
        )
    advice = "set HF_ENDPOINT to that if you trust it"
    return Failed(SourceDown(f"{host} sends requests on to {target}; {advice}."), ONCE)


def no_data(host: str) -> Failed:
    """Return the failure of an answer that is a page for people."""
    return Failed(
        SourceDown(
            f"{host} answers with a page instead of data; try again later, or check HF_ENDPOINT."
        ),
        OFTEN,
    )


def unreadable(host: str) -> Failed:
    """Return the failure of an answer that is not what was asked for."""
    return Failed(
        SourceError(
            f"{host} sent something that is not papers; try again later, or check HF_ENDPOINT."
        ),
        TWICE,
    )


def too_large(host: str) -> Failed:
    """Return the failure of an answer beyond all bounds."""
    return Failed(
        SourceError(f"{host} sent far more than a list of papers can be; check HF_ENDPOINT."), ONCE
    )
