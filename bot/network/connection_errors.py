"""Why a connection could not be made, in a sentence with the host, the cause and what to do."""

from __future__ import annotations

import errno
import os
import socket

PROXY_PASSWORD = 407  # HTTP status: the proxy asks for a user and a password
_CAUSES = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "no network",
    errno.EHOSTUNREACH: "no route to it",
    errno.ETIMEDOUT: "no answer",
    errno.ECONNRESET: "connection closed",
}


def describe_failure(error: BaseException, setting: str = "") -> str:
    """Say why there is no connection; "" if the error means something else.

    `setting` is the name of a setting with the address, which may be wrong too.
    """
    import aiohttp  # start-up time: who has such an error has imported it

    match error:
        case aiohttp.ClientHttpProxyError():
            return describe_proxy_refusal(error.status)
        case aiohttp.ClientProxyConnectionError():
            return (
                f"Can’t reach the proxy {error.host}:{error.port} ({_cause(error.os_error)}). "
                "Check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY."
            )
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return (
                f"{error.host} has no valid certificate. Check {_listed(setting)} and this "
                "computer’s clock."
            )
        case aiohttp.ClientConnectorError():
            port = "" if error.port in {80, 443} else f":{error.port}"
            check = _listed("the network", "proxy settings", setting)
            return f"Can’t reach {error.host}{port} ({_cause(error.os_error)}). Check {check}."
        case _:
            return ""


def describe_loss(error: BaseException) -> str:
    """Say in a few words how a connection ended before there was an answer."""
    return "no answer in time" if isinstance(error, TimeoutError) else "connection closed"


def describe_proxy_refusal(status: int) -> str:
    """Say why a proxy makes no connection."""
    if status == PROXY_PASSWORD:
        return (
            "The proxy asks for a user and a password. Write user:password@ before its host in "
            "HTTPS_PROXY and HTTP_PROXY."
        )
    return f"The proxy makes no connection (HTTP {status}). Ask who runs it to allow the host."


def _cause(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "name not found"
    if isinstance(error, TimeoutError):
        return "no answer"
    number = error.errno or 0
    return _CAUSES.get(number) or (os.strerror(number) if number else str(error))


def _listed(*names: str) -> str:
    there = [name for name in names if name]
    return " and ".join(filter(None, [", ".join(there[:-1]), *there[-1:]])) or "the address"
