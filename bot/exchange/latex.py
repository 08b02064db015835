"""Text as LaTeX writes it, and back."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

MAX_LATEX = 5_000  # characters read as LaTeX: thousands of commands take seconds
_LATEX = re.compile(r"[\\{}$%&#~^_`'\"<>-]")  # without any of these, text is what it looks like
_COMMANDS = re.compile(r"[\\$%&~^`]|--|''|\{\}")  # … and without these, only its braces are LaTeX
_BRACES = re.compile(r"[{}]")
# what LaTeX draws as one sign: two hyphens are a dash
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)")
# what the encoder changes, sign by sign; most of a text it would only look at
_SPECIAL = re.compile("[#$%&<>\\\\^_{}~\x80-\U0010ffff]")
# what pylatexenc does not give back as it was
_BY_NAME = (
    (r"\textbraceleft{}", r"\{"),
    (r"\textbraceright{}", r"\}"),
    (r"{\textasciicircum}", "^"),
)
_MATH = re.compile(r"(\$[^$]+\$)")
_CAPITALS = re.compile(r"(?<![\\\w{])[\w'-]*\w[A-Z][\w'-]*|(?<![\\\w{])[A-Z](?![\w'])")


def encode(text: str, *, keep_capitals: bool = False) -> str:
    """Write text for LaTeX, leaving whole formulas as they are.

    Capitals inside a word can be kept from BibTeX, which makes titles small.
    """
    text = normalize("NFC", text)  # an accent may stand beside its letter
    parts = _MATH.split(text)
    return "".join(
        part if n % 2 and _is_whole(part) else _encode_words(part, keep_capitals=keep_capitals)
        for n, part in enumerate(parts)
    )


def decode(written: str) -> str:
    """Return what LaTeX shows, on one line."""
    for latex, sign in _BY_NAME:
        written = written.replace(latex, sign)
    if len(written) <= MAX_LATEX and _LATEX.search(written):
        written = _decoded(written) if _COMMANDS.search(written) else _BRACES.sub("", written)
    return " ".join(written.split())


def _decoded(written: str) -> str:
    try:
        text: str = _decoder().latex_to_text(written)
    except (RecursionError, ValueError, IndexError):  # braces in each other by the thousand
        return written
    return text


def _encode_words(text: str, *, keep_capitals: bool) -> str:
    if not keep_capitals:
        return _LIGATURES.sub("{}", _SPECIAL.sub(_encode_sign, text))
    # a word first, and then its signs: braces around an accent stand within those around the word
    done, parts = 0, []
    for word in _CAPITALS.finditer(text):
        parts += [_SPECIAL.sub(_encode_sign, text[done : word.start()])]
        parts += [f"{{{_SPECIAL.sub(_encode_sign, word[0])}}}"]
        done = word.end()
    parts += [_SPECIAL.sub(_encode_sign, text[done:])]
    return _LIGATURES.sub("{}", "".join(parts))


def _encode_sign(sign: re.Match[str]) -> str:
    latex: str = _encoder().unicode_to_latex(sign[0])
    plain = sign[0].isascii() or latex == sign[0] or latex.startswith("{")
    return latex if plain else f"{{{latex}}}"


def _is_whole(formula: str) -> bool:
    depth = 0
    for sign in formula:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0 and "%" not in formula and formula.isascii()


@cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="verbatim")


@cache
def _encoder() -> UnicodeToLatexEncoder:
    # BibTeX counts braces that are escaped, too: they have to be written by name
    braces = {ord("{"): r"\textbraceleft{}", ord("}"): r"\textbraceright{}"}
    return UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, braces), "defaults"],
        replacement_latex_protection="braces",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
