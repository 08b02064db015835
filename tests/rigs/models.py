"""A tiny model of a few words, in the format of Model2Vec: words of one sense have one vector."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

SENSES = (
    "car automobile vehicle wheels",
    "cat feline kitten whiskers",
    "star sun galaxy telescope",
    "bread flour oven yeast",
    "law court judge verdict",
)
DIMENSIONS = 64


def write_model(folder: Path, seed: int = 1) -> Path:
    """Write a model that knows these senses, a direction each; another seed has others."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(seed)
    words, vectors = ["[UNK]"], [np.zeros(DIMENSIONS, np.float32)]
    for sense in SENSES:
        direction = chance.standard_normal(DIMENSIONS).astype(np.float32)
        for word in sense.split():
            words.append(word)
            noise = chance.standard_normal(DIMENSIONS).astype(np.float32)
            vectors.append(direction + 0.2 * noise)
    write_tokenizer(folder / "tokenizer.json", words)
    write_tensors(folder / "model.safetensors", {"embeddings": np.array(vectors)})
    return folder


def write_tokenizer(path: Path, words: list[str]) -> None:
    """Write a tokenizer as BERT's, with these words and parts of words."""
    path.write_text(
        json.dumps(
            {
                "normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None},
                "pre_tokenizer": {"type": "BertPreTokenizer"},
                "model": {
                    "type": "WordPiece",
                    "unk_token": "[UNK]",
                    "vocab": {word: n for n, word in enumerate(words)},
                },
            }
        ),
        "utf-8",
    )


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write a safetensors file."""
    kinds = {"float32": "F32", "float16": "F16", "int64": "I64", "float64": "F64"}
    header, body = {}, b""
    for name, tensor in tensors.items():
        data = tensor.tobytes()
        offsets = [len(body), len(body) + len(data)]
        kind = kinds[tensor.dtype.name]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": offsets}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
