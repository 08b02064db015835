"""Why a connection could not be made, in words."""

import socket
from types import SimpleNamespace

import aiohttp
import pytest

from bot.network.connection_errors import describe_failure


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (TimeoutError(), "no answer"),
        (socket.gaierror(-2, "Name or service not known"), "name not found"),
        (ConnectionRefusedError(111, "refused"), "connection refused"),
        (OSError("the wire is cut"), "the wire is cut"),
    ],
)
def test_the_cause_of_a_failure_is_named(cause, words):
    key = SimpleNamespace(host="example.org", port=443, is_ssl=True, ssl=True)
    error = aiohttp.ClientConnectorError(key, cause)  # type: ignore[arg-type]  # all that it reads
    sentence = f"Can’t reach example.org ({words}). Check the network and HF_ENDPOINT."
    assert describe_failure(error, "HF_ENDPOINT").replace(", proxy settings", "") == sentence
