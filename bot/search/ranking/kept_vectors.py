"""What the papers that a reader keeps mean, together and each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.semantic.encoder import Vector, normalize

# The paper that was kept last counts 1, each one before it so much of the one after it.
FADING = 0.95
# Papers are alike from this cosine on: most are below it, since the mean of all is taken away.
MIN_ALIKE = 0.2


@dataclass(frozen=True, slots=True)
class KeptVectors:
    """Vectors by the ids of papers, those of the kept ones by their places, the last one first."""

    vectors: Mapping[str, Vector]
    kept: Mapping[int, Vector]
    centre: Vector

    @classmethod
    def of(cls, kept: Sequence[str], vectors: Mapping[str, Vector]) -> KeptVectors:
        """Compare papers by what they have beyond the mean of all of them."""
        if not vectors:
            return cls({}, {}, np.zeros(0, np.float32))
        mean = np.mean(list(vectors.values()), axis=0)
        own = {id_: normalize(vector - mean) for id_, vector in vectors.items()}
        ours = {n: own[id_] for n, id_ in enumerate(kept) if id_ in own}
        centre = sum((FADING**n * vector for n, vector in ours.items()), np.zeros_like(mean))
        return cls(own, ours, normalize(centre))

    def similarities(self, paper_id: str) -> Mapping[int, float]:
        """Return the cosines with those of the kept papers that a paper is like."""
        vector = self.vectors.get(paper_id)
        if vector is None:
            return {}
        cosines = {n: float(vector @ ours) for n, ours in self.kept.items()}
        return {n: cosine for n, cosine in cosines.items() if cosine >= MIN_ALIKE}

    def overall(self, paper_id: str) -> float:
        """Return the cosine with all kept papers together, 0 where it is not known."""
        vector = self.vectors.get(paper_id)
        return 0.0 if vector is None else float(vector @ self.centre)
