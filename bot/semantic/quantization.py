"""Vectors in little room: a byte a dimension to compare by, and a bit a dimension to choose by."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.semantic.encoder import Vector

Bytes: TypeAlias = npt.NDArray[np.int8]
Signs: TypeAlias = npt.NDArray[np.uint64]
Scores: TypeAlias = npt.NDArray[np.float32]

_LARGEST = 127
_WORD_BITS = 64
_LEAST = np.float32(1e-9)  # so that no length is zero


def quantize(vector: Vector) -> Bytes:
    """Return a vector as whole numbers up to 127; only its direction counts."""
    largest = float(np.abs(vector).max(initial=0))
    scale = _LARGEST / largest if largest else 0.0
    found: Bytes = np.rint(vector * scale).astype(np.int8)
    return found


def cosines(vectors: Bytes, query: Vector) -> Scores:
    """Return the cosine of each line with a query of length 1; 0 where a line is all zeros."""
    if not len(vectors):
        return np.empty(0, np.float32)
    lines = vectors.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", lines, lines))
    found: Scores = lines @ query / np.maximum(lengths, np.float32(1e-9))
    return found


def directions(vectors: npt.NDArray[np.int8] | Vector, centre: Vector) -> Vector:
    """Return where each line lies as seen from a centre: lines of length 1, or all zeros as before.

    What most texts have in common says nothing about any (J. Mu and others, "All-but-the-top",
    2018).
    """
    lines = units(vectors)
    is_there = lines.any(axis=-1, keepdims=True).astype(np.float32)
    return units(is_there * (lines - centre))


def units(vectors: npt.NDArray[np.int8] | Vector) -> Vector:
    """Return lines of length 1; those that are all zeros stay so."""
    lines = vectors.astype(np.float32)
    lengths = np.linalg.norm(lines, axis=-1, keepdims=True).astype(np.float32)
    found: Vector = lines / (lengths + _LEAST)
    return found


def signs(vectors: npt.NDArray[np.int8] | Vector) -> Signs:
    """Return for each line which of its numbers are positive, 64 of them in one."""
    bits = np.packbits(np.atleast_2d(vectors).astype(np.float32) > 0, axis=1)
    size = -(-vectors.shape[-1] // _WORD_BITS) * _WORD_BITS // 8
    padded = np.zeros((len(bits), size), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


def differences(codes: Signs, code: Signs) -> npt.NDArray[np.uint16]:
    """Return in how many signs each line differs from a code: the angle, roughly.

    M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002.
    """
    total = np.zeros(len(codes), np.uint16)
    for column, word in zip(codes.T, code.ravel(), strict=True):
        total += np.bitwise_count(column ^ word)
    return total
