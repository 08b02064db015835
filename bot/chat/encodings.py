"""The text of a file in any encoding: marked, declared, or guessed by charset-normalizer."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# archives, pictures, PDF and the older files of offices
_BINARY = (
    b"PK\x03\x04",
    b"%PDF",
    b"\x1f\x8b",
    b"\xfd7zXZ",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11",
)
# JabRef's “% Encoding: ISO8859_1”, HTML's charset, and what editors look for
_DECLARED = re.compile(rb"(?:encoding|charset|coding)\s*[:=]\s*[\"']?([\w.-]{3,20})", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
HEAD = 2_000  # bytes in which a declaration stands
SAMPLE = 20_000  # bytes that are enough for a guess
# what people's programs write; a guess among all that there are is wrong more often
_LIKELY = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "mac_roman"),
    *("gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949"),
]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding that was guessed, "" where it was sure."""

    text: str
    guess: str = ""


def decode(content: bytes) -> Decoded | None:
    """Return what bytes say; None where they are no text."""
    if content.startswith(_BINARY):
        return None
    for encoding in _sure(content):
        try:
            return _if_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _guessed(content)


def _sure(content: bytes) -> list[str]:
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    return [*marked[:1], *_wide(content), "utf-8", *_declared(content)]


def _wide(content: bytes) -> list[str]:
    """Return the encoding of two bytes a character that zeros give away."""
    head = content[:HEAD]
    if len(content) % 2 or not head.count(0):
        return []
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) / 6:
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _declared(content: bytes) -> list[str]:
    declared = _DECLARED.search(content[:HEAD])
    try:
        return [codecs.lookup(declared[1].decode()).name] if declared else []
    except LookupError:
        return []


def _guessed(content: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes  # start-up time: few files need it

    # from the first byte that is not ASCII: what stands before tells nothing
    start = next((n for n, byte in enumerate(content) if byte > 127), 0)
    best = from_bytes(_around(content, start), cp_isolation=_LIKELY).best()
    encoding = best.encoding if best else "cp1252"
    decoded = _if_text(content.decode(encoding, errors="replace"))
    return Decoded(decoded.text, encoding) if decoded else None


def _around(content: bytes, start: int) -> bytes:
    begin = content.rfind(b"\n", 0, start) + 1
    return content[begin : begin + SAMPLE]


def _if_text(text: str) -> Decoded | None:
    controls = len(_CONTROLS.findall(text))
    return None if "\0" in text or 50 * controls > len(text) else Decoded(text)
