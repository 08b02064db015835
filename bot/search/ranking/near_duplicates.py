"""Papers that say nearly the same: versions of one work, or two papers on one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bot.semantic.encoder import Vector
from bot.semantic.quantization import Bytes, units

# How far the cosine of two papers has to be on the way from that of papers by chance, which
# differs between models, to that of the same. Of 839,000 pairs of captured papers at most a week
# apart, two are as close, both of one group on one work; the next three are on one subject.
LEAST_SAMENESS = 0.81


def near_duplicates(vectors: Mapping[str, Vector], sample: Bytes) -> Mapping[str, frozenset[str]]:
    """Return the papers that have near duplicates among the others, with these."""
    ids, lines = tuple(vectors), np.array(list(vectors.values()))
    chance = _chance_cosine(sample)
    close = lines @ lines.T >= chance + LEAST_SAMENESS * (1 - chance)
    np.fill_diagonal(close, val=False)
    return {
        id_: frozenset(ids[n] for n in np.flatnonzero(row).tolist())
        for id_, row in zip(ids, close, strict=True)
        if row.any()
    }


def _chance_cosine(sample: Bytes) -> float:
    """Return the mean of the cosines of all pairs of a sample."""
    center = units(sample).mean(axis=0)
    return float(center @ center)
