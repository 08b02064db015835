"""Errors between us and a server: how often to try again, and the sentence for people."""

from __future__ import annotations

from bot.errors import SourceDown, SourceError
from bot.network.connection_errors import PROXY_PASSWORD, describe_failure, describe_proxy_refusal
from bot.text import count

ONCE, TWICE, OFTEN = 1, 2, 100  # tries; the caller's patience bounds "often"


class Failed(Exception):
    """One try failed. The server asks for `wait` seconds without requests."""

    def __init__(self, error: SourceError, tries: int, wait: float = 0.0) -> None:
        super().__init__(str(error))
        # not the error itself: it will have this one as its context, and all that both hold on to
        # would stay for long
        self.kind = type(error)
        self.tries = tries
        self.wait = wait


def busy(host: str, seconds: float) -> SourceDown:
    """Return the error for a server that takes no requests for this many seconds."""
    unit, noun = (
        (1, "second") if seconds < 100 else (60, "minute") if seconds < 6000 else (3600, "hour")
    )
    when = count(max(1, round(seconds / unit)), noun)
    return SourceDown(f"{host} takes no more requests for now; try again in {when}.")


def of_status(host: str, status: int, wait: float) -> Failed | None:
    """Return the failure that an HTTP status means, None for a success."""
    if status == 200:
        return None
    if status == 429:
        return Failed(busy(host, wait or 300), OFTEN, wait)  # 300: the API's window
    if status == 408 or status >= 500:
        return Failed(
            SourceDown(f"{host} has a problem (HTTP {status}); try again later."), OFTEN, wait
        )
    if status == PROXY_PASSWORD:
        return Failed(SourceDown(describe_proxy_refusal(status)), ONCE)
    if status in (401, 403):
        refused = f"{host} refuses access (HTTP {status}); check HF_TOKEN and HF_ENDPOINT."
        return Failed(SourceDown(refused), ONCE)
    return Failed(
        SourceError(f"{host} rejects this request (HTTP {status}); check HF_ENDPOINT."), ONCE
    )


def of_connection(host: str, error: Exception) -> Failed:
    """Return the failure that an exception of aiohttp or the system means."""
    import aiohttp  # start-up time: who comes here has imported it

    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientHttpProxyError):
        return Failed(SourceDown(describe_failure(error, "HF_ENDPOINT")), ONCE)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Failed(SourceDown(describe_failure(error, "HF_ENDPOINT")), TWICE)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        sentence = f"Can’t reach {host} (no answer). Check the network and proxy settings."
        return Failed(SourceDown(sentence), TWICE)
    if isinstance(error, TimeoutError):
        return Failed(SourceDown(f"{host} takes too long to answer; try again later."), OFTEN)
    return Failed(SourceDown(f"{host} closed the connection early; try again later."), OFTEN)


def astray(host: str, target: str | None = None) -> Failed:
    """Return the failure of a redirect to another server, or in circles."""
    if target is None:
        return Failed(
            SourceDown(f"{host} redirects to no usable address; check HF_ENDPOINT."), ONCE
        )
    advice = "set HF_ENDPOINT to that if you trust it"
    return Failed(SourceDown(f"{host} redirects to {target}; {advice}."), ONCE)


def no_data(host: str) -> Failed:
    """Return the failure of an answer that is a web page."""
    return Failed(
        SourceDown(
            f"{host} answers with a page instead of data; try again later, or check HF_ENDPOINT."
        ),
        OFTEN,
    )


def unreadable(host: str) -> Failed:
    """Return the failure of an answer that holds no papers."""
    return Failed(
        SourceError(
            f"{host} sent something that is not papers; try again later, or check HF_ENDPOINT."
        ),
        TWICE,
    )


def too_large(host: str) -> Failed:
    """Return the failure of an answer that is too large."""
    return Failed(
        SourceError(f"{host} sent far more than a list of papers can be; check HF_ENDPOINT."), ONCE
    )
