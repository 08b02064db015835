r"""Mathematics in titles, as LaTeX writes it, becomes plain text: `$\tau^2$` becomes τ²."""

from __future__ import annotations

import re

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
GREEK_NAMES = {letter: name for name, letter in _GREEK.items()}
_SIGNS = {
    "infty": "∞", "times": "×", "cdot": "·", "to": "→", "rightarrow": "→", "leq": "≤", "geq": "≥",
    "approx": "≈", "sim": "~", "pm": "±", "ell": "ℓ", "circ": "°", "ldots": "…", "varepsilon": "ε",
    "varphi": "φ",
}  # fmt: skip
# Commands that say how something looks and not what it is.
_FONTS = frozenset(
    "mathcal mathbf mathbb mathrm mathit mathsf mathtt mathfrak mathscr text textbf textit textrm "
    "textsc texttt textsf textnormal emph operatorname boldsymbol bm left right rm bf it tt sc sf "
    "ensuremath displaystyle".split()
)
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?\s?")
_GROUP = re.compile(r"\\([a-zA-Z]+)\*?\{([^{}]*)\}")
_INDEX = re.compile(r"(?<=[^\s{(])([_^])(?:\{([\d+.-]+)\}|(\d))")
_FORMULA = re.compile(r"\$([^$]*)\$")
_ESCAPE = re.compile(r"\\([&%#_$ ])")
_SPECIAL = re.compile(r"[\\$^_]")


def plain_mathematics(text: str) -> str:
    """Return text with formulas and LaTeX commands as plain characters, as far as possible."""
    if not _SPECIAL.search(text):
        return text
    text = _FORMULA.sub(_formula, text)
    if "\\" in text:
        text = _GROUP.sub(_group, text)
        text = _ESCAPE.sub(r"\1", _COMMAND.sub(_command, text))
    return text


def _formula(match: re.Match[str]) -> str:
    formula = match[1]
    if not (_SPECIAL.search(formula) or len(formula.strip()) == 1):
        return match[0]  # prices, and not mathematics
    formula = _COMMAND.sub(_command, formula)
    formula = _INDEX.sub(_index, f"x{formula}")[1:]  # as if behind a letter: "H$_2$O"
    return formula.replace("{", "").replace("}", "").strip()


def _group(match: re.Match[str]) -> str:
    return match[2] if match[1] in _FONTS else match[0]


def _command(match: re.Match[str]) -> str:
    name = match[1]
    if name in _FONTS:
        return ""
    if name.lower() in _GREEK:
        letter = _GREEK[name.lower()]
        return letter.upper() if name[0].isupper() else letter
    return _SIGNS.get(name, name)


def _index(match: re.Match[str]) -> str:
    digits = match[2] or match[3]
    return digits.translate(_RAISED if match[1] == "^" else _LOWERED)
