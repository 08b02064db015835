"""Texts as the numbers of their tokens, as a model's tokenizer.json says."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from bot.semantic.errors import ModelError, needs

# Returns the tokens of a text without those that mark its beginning and end, at most so many.
Tokenize: TypeAlias = Callable[[str, int], list[int]]

MAX_WORD_LETTERS = 100
MAX_CACHED_WORDS = 20_000
# Ranges of ideographs, each of which is a word, as BERT counts them.
_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Splits texts into tokens; `unknown` is the token of words that have none, if there is one."""

    tokenize: Tokenize
    unknown: int | None
    first: int | None  # before a text
    last: int | None  # after it

    def framed(self, text: str, max_tokens: int) -> list[int]:
        """Return the tokens of a text with those that mark its beginning and end."""
        ends = [token for token in (self.first, self.last) if token is not None]
        inside = self.tokenize(text, max_tokens - len(ends))
        return [*ends[:1], *inside, *ends[1:]] if len(ends) > 1 else inside


def read_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer.json; ModelError where it can't be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if _is_wordpiece(found):
            return _wordpiece(found)
        return _of_package(path, found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is no tokenizer that Paperboy can read.") from error


def _is_wordpiece(found: Mapping[str, Any]) -> bool:
    """Tell whether it splits as BERT does for texts in small letters, which needs no package."""
    normalizer = found.get("normalizer") or {}
    splitter = found.get("pre_tokenizer") or {}
    kinds = found["model"].get("type"), normalizer.get("type"), splitter.get("type")
    return kinds == ("WordPiece", "BertNormalizer", "BertPreTokenizer") and bool(
        normalizer.get("lowercase") and normalizer.get("strip_accents") is not False
    )


def _wordpiece(found: Mapping[str, Any]) -> Tokenizer:
    model = found["model"]
    vocabulary: dict[str, int] = model["vocab"]
    unknown = vocabulary[model["unk_token"]]

    @lru_cache(MAX_CACHED_WORDS)
    def pieces(word: str) -> tuple[int, ...]:
        return split_word(word, vocabulary) or (unknown,)

    def tokenize(text: str, most: int) -> list[int]:
        tokens: list[int] = []
        for word in split_words(text):
            if len(tokens) >= most:
                break
            tokens += pieces(word)
        return tokens[:most]

    return Tokenizer(tokenize, unknown, vocabulary.get("[CLS]"), vocabulary.get("[SEP]"))


def split_words(text: str) -> list[str]:
    """Split a text into words in small letters without accents, and signs of punctuation."""
    return unicodedata.normalize("NFD", text.lower()).translate(_LETTERS).split()


def split_word(word: str, vocabulary: Mapping[str, int]) -> tuple[int, ...]:
    """Return the longest pieces that the vocabulary has, one after the other; none where it lacks.

    Y. Wu and others, "Google's neural machine translation system", 2016.
    """
    if len(word) > MAX_WORD_LETTERS:
        return ()
    tokens, start = [], 0
    while start < len(word):
        mark, end = "##" if start else "", len(word)
        while end > start and mark + word[start:end] not in vocabulary:
            end -= 1
        if end == start:
            return ()
        tokens.append(vocabulary[mark + word[start:end]])
        start = end
    return tuple(tokens)


class _Letters(dict[int, str]):
    """What becomes of each character, filled as characters come up."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(code)
        return found


_LETTERS = _Letters()


def _letter(code: int) -> str:
    """Return a character as it is, between spaces, as a space, or nothing."""
    letter = chr(code)
    kind = unicodedata.category(letter)
    if letter in "\t\n\r" or kind == "Zs":
        return " "
    if kind.startswith("C") or kind == "Mn" or code == 0xFFFD:
        return ""
    is_sign = kind.startswith("P") or letter in "$+<=>^`|~"
    if is_sign or any(first <= code <= last for first, last in _IDEOGRAPHS):
        return f" {letter} "
    return letter


def _of_package(path: Path, found: Mapping[str, Any]) -> Tokenizer:
    """Read any other kind with the package tokenizers."""
    try:
        import tokenizers
    except ImportError as error:
        raise ModelError(needs("tokenizers")) from error
    try:
        whole = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:
        # the package raises Exception itself
        raise ValueError(str(error)) from error
    whole.no_padding()
    whole.no_truncation()
    unknown = found["model"].get("unk_id")
    if unknown is None and (name := found["model"].get("unk_token")):
        unknown = whole.token_to_id(name)
    frame = whole.encode("").ids
    first, last = frame if len(frame) == 2 else (None, None)

    def tokenize(text: str, most: int) -> list[int]:
        ids: list[int] = whole.encode(text, add_special_tokens=False).ids
        return ids[:most]

    return Tokenizer(tokenize, unknown, first, last)
