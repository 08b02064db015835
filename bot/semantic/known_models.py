"""The models that Paperboy knows by name: where they come from, and how each wants its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

# Of the vectors of a text's tokens, the mean or the first is the text's.
Pooling: TypeAlias = Literal["mean", "first"]

ONNX_FILE, STATIC_FILE, TOKENIZER_FILE = "model.onnx", "model.safetensors", "tokenizer.json"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its path at the source, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """How a model wants its texts: what stands before a query and a paper, how many tokens.

    A token is a word or a part of one; what is beyond `max_tokens` is left out. `weight` is what
    meaning counts in the ranking, beside the weight that was fitted for the first model below.
    """

    query_prefix: str = ""
    paper_prefix: str = ""
    pooling: Pooling = "mean"
    max_tokens: int = 256
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model on Hugging Face: repository, revision, its files by their names here, its traits."""

    repository: str
    revision: str
    files: Mapping[str, ModelFile]
    traits: ModelTraits
    about: str

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files.values())


# Revisions and checksums are those that independent projects pin and agree on. The prefixes and
# the pooling are those of the model cards.
KNOWN_MODELS: Mapping[str, KnownModel] = {
    "all-MiniLM-L6-v2": KnownModel(
        "Xenova/all-MiniLM-L6-v2",
        "751bff37182d3f1213fa05d7196b954e230abad9",
        {
            ONNX_FILE: ModelFile(
                "onnx/model_quantized.onnx",
                22_972_370,
                "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
            ),
            TOKENIZER_FILE: ModelFile(
                "tokenizer.json",
                711_661,
                "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0",
            ),
        },
        ModelTraits(),
        "English, small and quick, 8-bit numbers",
    ),
    "bge-small-en-v1.5": KnownModel(
        "Xenova/bge-small-en-v1.5",
        "ea104dacec62c0de699686887e3f920caeb4f3e3",
        {
            ONNX_FILE: ModelFile(
                "onnx/model_quantized.onnx",
                34_014_426,
                "6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4",
            ),
            TOKENIZER_FILE: ModelFile(
                "tokenizer.json",
                711_396,
                "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
            ),
        },
        ModelTraits(
            query_prefix="Represent this sentence for searching relevant passages: ",
            pooling="first",
        ),
        "English, twice as slow, 8-bit numbers",
    ),
    "multilingual-e5-small": KnownModel(
        "Xenova/multilingual-e5-small",
        "761b726dd34fb83930e26aab4e9ac3899aa1fa78",
        {
            ONNX_FILE: ModelFile(
                "onnx/model_quantized.onnx",
                118_308_185,
                "f80102d3f2a1229f387d3c81909990d8945513e347b0eab049f7de3c6f98c193",
            ),
            TOKENIZER_FILE: ModelFile(
                "tokenizer.json",
                17_082_730,
                "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
            ),
        },
        ModelTraits(query_prefix="query: ", paper_prefix="passage: "),
        "100 languages, 8-bit numbers",
    ),
    "potion-retrieval-32M": KnownModel(
        "minishlab/potion-retrieval-32M",
        "6fc8051fab2a1e0ee76689cf08c853792ac285e7",
        {
            STATIC_FILE: ModelFile(
                "model.safetensors",
                129_210_456,
                "07609e5bd33aad37900b3fd62f4ec96f6daec88ca4d46b9d8b928bfababf6ea0",
            ),
            TOKENIZER_FILE: ModelFile(
                "tokenizer.json",
                1_493_150,
                "7d75cbc54318138807c401b0f0c9721117c628b39de8e8e0edb6cb17e0ee7d18",
            ),
        },
        ModelTraits(max_tokens=512),
        "English, Model2Vec: a table of vectors that needs no further package",
    ),
}
