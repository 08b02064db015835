"""Stand-ins for characters that a terminal without UTF-8 cannot show."""

from __future__ import annotations

import codecs
import os
import unicodedata
from collections.abc import Mapping

HANDLER = "stand-in"  # the name that text streams know it by
_STAND_INS = {
    "▲": "^", "★": "*", "·": "-", "…": "...", "–": "-", "—": "--", "→": "->", "←": "<-", "−": "-",
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "✕": "x", "✓": "(yes)",
    "■": "#", "━": "-", "╸": "-", "╺": "-", "×": "x", "•": "*", "ß": "ss", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "œ": "oe", "🔖": "(save)", "👍": "(vote)",
}  # fmt: skip


def register_stand_ins() -> None:
    """Make the error handler known, for streams that cannot encode a character."""
    codecs.register_error(HANDLER, _replace)


def wants_ascii(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the person's locale is plainly C or POSIX, which Python takes for UTF-8."""
    if environment.get("PYTHONUTF8") or environment.get("PYTHONIOENCODING"):
        return False
    names = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next(filter(None, names), "") in {"C", "POSIX"}


def stand_in(character: str) -> str:
    """Return ASCII that means the same as a character, or "?"."""
    if known := _STAND_INS.get(character):
        return known
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(character) else "?")


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(map(stand_in, lost)), error.end
