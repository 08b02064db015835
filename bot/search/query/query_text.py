"""Queries as text, with other words in them: for buttons that search again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.search.analysis.tokenizer import tokenize

_MARKS = " ,;.?!"  # around words of a sentence


def quote_words(query: str, corrected: str) -> str:
    """Return a query with those words quoted that are not in its correction.

    Quoted words are searched as they are.
    """
    kept = set(tokenize(corrected))
    parts = (_quote(part) if _has_other_words(part, kept) else part for part in _split(query))
    return " ".join(parts)


def with_words(query: str, words: str) -> str:
    """Return a query with other words, and its filters and phrases as they are."""
    return " ".join([words, *(part for part in _split(query) if _is_special(part))])


def without_words(query: str, words: Collection[str]) -> str:
    """Return a query without the parts that say these words and no others."""
    return " ".join(part for part in _split(query) if not _says_only(part, words)).strip(_MARKS)


def as_typed(query: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return words as a query has them: 模 and 型 are one, and jaguar may be Jaguar."""
    parts = [part.strip(_MARKS) for part in _split(query) if _says_only(part, words)]
    typed = {word for part in parts for word in tokenize(part)}
    others = [word for word in words if typed.isdisjoint(tokenize(word))]
    return tuple(dict.fromkeys([*parts, *others]))


def _says_only(part: str, words: Collection[str]) -> bool:
    tokens = tokenize(part)
    return bool(tokens) and set(tokenize(" ".join(words))).issuperset(tokens)


def _split(query: str) -> list[str]:
    """Return the parts of a query that spaces outside quotation marks separate."""
    parts: list[str] = []
    is_quoted = False
    for part in query.split():
        if is_quoted:
            parts[-1] += f" {part}"
        else:
            parts.append(part)
        is_quoted ^= part.count('"') % 2 == 1
    return parts


def _is_special(part: str) -> bool:
    return ":" in part or '"' in part or part.startswith("-") or part == "OR"


def _has_other_words(part: str, words: set[str]) -> bool:
    return not _is_special(part) and not words.issuperset(tokenize(part))


def _quote(part: str) -> str:
    return f'"{part}"'
