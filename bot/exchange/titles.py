"""Whether two titles are the same, however programs and people write them."""

from __future__ import annotations

import re
from html import unescape
from unicodedata import combining, name, normalize

_TAG = re.compile(r"</?[a-z][^<>]{0,100}>", re.IGNORECASE)
_COMMAND = re.compile(r"\\[a-zA-Z]+\s*|\\.")
_GREEK_COMMAND = re.compile(
    r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|"
    r"sigma|tau|upsilon|phi|chi|psi|omega)\b",
    re.IGNORECASE,
)
# signs that stand for letters, but are not those letters with an accent
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_ARTICLE = re.compile(r"\s*\.\s*$")


def title_key(title: str) -> str:
    """Return what all ways to write a title share: its letters and digits, "" for none.

    >>> title_key("Let\u2019s Verify") == title_key("Let{'}s {verify}.")
    True
    """
    text = _ARTICLE.sub("", _TAG.sub("", unescape(title)))
    text = _COMMAND.sub("", _GREEK_COMMAND.sub(r"\1", text))
    text = re.sub(r"\s*&\s*|\s*\+\s*", " and ", text)
    text = normalize("NFKD", text).casefold().translate(_LETTERS)
    return "".join(map(_spelt, (sign for sign in text if sign.isalnum() and not combining(sign))))


def words_of(title: str) -> str:
    """Return the words of a title to search for: none of them means anything to a search."""
    text = _COMMAND.sub("", _TAG.sub("", unescape(title))).replace("{", "").replace("}", "")
    return " ".join(re.findall(r"[^\W_]+", normalize("NFKC", text).casefold()))


def _spelt(sign: str) -> str:
    """Return a Greek letter's name, and any other sign as it is."""
    if not "α" <= sign <= "ω":
        return sign
    return name(sign).removeprefix("GREEK SMALL LETTER ").removeprefix("FINAL ").lower()
