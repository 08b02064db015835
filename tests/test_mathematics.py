"""Titles with mathematics are shown, and found, as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mathematics import plain_mathematics


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"$\tau^2$-Bench", "τ²-Bench"),
        (r"$\pi_{0.5}$: a VLA", "π₀.₅: a VLA"),
        (r"GR$^{2}$ and H$_2$O", "GR² and H₂O"),
        (r"\gamma-MoD in $\mathcal{O}(n)$", "γ-MoD in O(n)"),
        (r"100\% of \textit{all} $\Delta$", "100% of all Δ"),
        ("snake_case for $5 and $6", "snake_case for $5 and $6"),
        ("Plain title", "Plain title"),
        (r"$\text{Transformer}^2$", "Transformer²"),
    ],
)
def test_formulas_become_plain_text(written: str, shown: str):
    assert plain_mathematics(written) == shown


@given(st.text("\\$^_{}ab1 ", max_size=30))
def test_any_text_is_read(text: str):
    assert len(plain_mathematics(text)) <= 2 * len(text)
