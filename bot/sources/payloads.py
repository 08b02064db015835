"""What an HTTP answer holds becomes JSON values, without ever growing beyond bounds. Pure."""

from __future__ import annotations

import json
import zlib

MOST_BYTES = (
    20_000_000  # before and after decompression; a heavy page of a hundred papers has 640,000
)
# Brackets and commas; the same page has 15,000. They are what costs: json.loads lets nothing else
# run meanwhile (100,000 of them take 5 to 130 ms), and an empty list of 2 bytes takes 56 in memory.
MOST_PARTS = 100_000


class TooLargeError(ValueError):
    """There is more of it than any answer can have."""


def decoded(raw: bytes, encoding: str) -> object:
    """Return the JSON values of an answer; `encoding` is its Content-Encoding.

    ValueError where it cannot be read.
    """
    try:
        plain = _plain(raw, encoding.strip().lower())
        if sum(map(plain.count, (b"[", b"{", b","))) > MOST_PARTS:
            raise TooLargeError(f"it has more than {MOST_PARTS:,} parts")
        return json.loads(plain.decode())
    except (RecursionError, zlib.error) as error:
        raise ValueError(str(error)) from error


def _plain(raw: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip"):
        raise ValueError(f"it is compressed as {encoding!r}, which was not asked for")
    inflater = zlib.decompressobj(wbits=31)
    plain = inflater.decompress(raw, MOST_BYTES + 1)  # a few kilobytes can stand for gigabytes
    if len(plain) > MOST_BYTES:
        raise TooLargeError(f"it grows beyond {MOST_BYTES:,} bytes")
    if not inflater.eof:
        raise ValueError("what is compressed ends too early")
    return plain
