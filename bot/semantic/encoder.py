"""What turns a text into a vector of length 1: a network in ONNX, or a table of vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.semantic.errors import ModelError, needs
from bot.semantic.known_models import Pooling
from bot.semantic.tokens import Tokenizer

Vector: TypeAlias = npt.NDArray[np.float32]

# The inputs of a BERT in ONNX.
INPUTS = frozenset(("input_ids", "attention_mask", "token_type_ids"))
_HEADER_BYTES = 8
MAX_HEADER = 100_000_000
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "<i1"}


class Encoder(Protocol):
    """Turns texts into vectors; several threads may use it at once."""

    dimensions: int

    def encode(self, text: str) -> Vector:
        """Return the vector of a text, of length 1; all zeros where it has no known word."""


class OnnxEncoder:
    """A network in ONNX, run by onnxruntime in the caller's thread."""

    def __init__(self, path: Path, tokenizer: Tokenizer, pooling: Pooling, max_tokens: int) -> None:
        self._session = _open_session(path)
        self._tokenizer = tokenizer
        self._pooling = pooling
        self._max_tokens = max_tokens
        self._inputs = {one.name for one in self._session.get_inputs()}
        *_, self.dimensions = self._session.get_outputs()[0].shape
        if not (self._inputs <= INPUTS and isinstance(self.dimensions, int)):
            raise ModelError(f"{path} is a network, but not one that embeds texts.")

    def encode(self, text: str) -> Vector:
        """Return the vector of a text."""
        # one text at a time: in a batch, the short ones would take as long as the longest
        ids = np.array([self._tokenizer.framed(text, self._max_tokens)], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        given["token_type_ids"] = np.zeros_like(ids)
        found = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        if found.ndim > 1:
            found = found[0] if self._pooling == "first" else found.mean(axis=0)
        return normalize(found)


def _open_session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(needs("onnxruntime")) from error
    options = onnxruntime.SessionOptions()
    # a thread of its own would not have our priority; the arena keeps what the longest text needed
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    except Exception as error:
        # its errors have no common class but this one
        raise ModelError(f"{path} can’t be run: it is damaged or not in ONNX.") from error


class StaticEncoder:
    """A table with a vector for each token, as Model2Vec makes it: a text is their mean."""

    def __init__(self, path: Path, tokenizer: Tokenizer, max_tokens: int) -> None:
        tensors = _read_safetensors(path)
        if "embeddings" not in tensors or tensors["embeddings"].ndim != 2:
            raise ModelError(f"{path} is no Model2Vec model: it has no table “embeddings”.")
        self._table = tensors["embeddings"]
        self._weights = tensors.get("weights")
        self._mapping = tensors.get("mapping")
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self.dimensions = int(self._table.shape[1])

    def encode(self, text: str) -> Vector:
        """Return the vector of a text."""
        tokens = np.array(self._tokenizer.tokenize(text, self._max_tokens), np.int64)
        tokens = tokens[(tokens != self._tokenizer.unknown) & (tokens < self._known)]
        if not len(tokens):
            return np.zeros(self.dimensions, np.float32)
        rows = tokens if self._mapping is None else self._mapping[tokens]
        vectors = self._table[rows].astype(np.float32)
        if self._weights is not None:
            vectors *= self._weights[tokens, None].astype(np.float32)
        return normalize(vectors.mean(axis=0))

    @property
    def _known(self) -> int:
        return len(self._table if self._mapping is None else self._mapping)


def normalize(vector: npt.NDArray[Any]) -> Vector:
    """Return a vector with length 1, or all zeros as they are."""
    length = float(np.linalg.norm(vector))
    found: Vector = (vector / length if length else vector).astype(np.float32)
    return found


def _read_safetensors(path: Path) -> Mapping[str, npt.NDArray[Any]]:
    """Read tables by their names; ModelError where the file is damaged.

    https://huggingface.co/docs/safetensors: the length of a header, a header in JSON, the bytes.
    """
    try:
        data = np.fromfile(path, np.uint8)
        length = int(data[:_HEADER_BYTES].view("<u8")[0])
        if length > MAX_HEADER:
            raise ValueError("its header is too long")
        body = data[_HEADER_BYTES + length :]
        header = json.loads(data[_HEADER_BYTES : _HEADER_BYTES + length].tobytes())
        return {
            name: _tensor(body, said) for name, said in header.items() if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ModelError(f"{path} is damaged or no safetensors file.") from error


def _tensor(body: npt.NDArray[np.uint8], said: Mapping[str, Any]) -> npt.NDArray[Any]:
    first, last = said["data_offsets"]
    if not 0 <= first <= last <= len(body):
        raise ValueError("it is cut short")
    return body[first:last].copy().view(_DTYPES[said["dtype"]]).reshape(said["shape"])
