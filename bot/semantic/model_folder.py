"""A folder with a model: where it is, whether it is whole, and what opens it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.semantic.encoder import Encoder, OnnxEncoder, StaticEncoder
from bot.semantic.errors import ModelError
from bot.semantic.known_models import (
    KNOWN_MODELS,
    ONNX_FILE,
    STATIC_FILE,
    TOKENIZER_FILE,
    ModelFile,
    ModelTraits,
)

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model in a folder, and how it wants its texts.

    A folder that was fetched is `known` by its name; any other one has the traits of the known
    model whose name it has, or the usual ones.
    """

    path: Path
    known: str = ""

    @property
    def name(self) -> str:
        """The name that people know it by."""
        return self.known or self.path.name

    @property
    def traits(self) -> ModelTraits:
        """How it wants its texts."""
        named = KNOWN_MODELS.get(self.name)
        return named.traits if named else ModelTraits()

    @property
    def fingerprint(self) -> str:
        """What tells it from other models whose vectors mean something else.

        ModelError where a file is missing.
        """
        parts = [f"{file.name} {file.stat().st_size}" for file in self._files()]
        with self._files()[0].open("rb") as weights:
            parts.append(hashlib.sha256(weights.read(_CHUNK)).hexdigest())
        return hashlib.sha256(f"{self.traits} {parts}".encode()).hexdigest()[:16]

    def open(self) -> Encoder:
        """Load the model; ModelError where it is missing, not whole or of another kind."""
        weights, words = self._files()
        from bot.semantic.tokens import read_tokenizer  # start-up time: only where a model is used

        traits, tokenizer = self.traits, read_tokenizer(words)
        if weights.name == STATIC_FILE:
            return StaticEncoder(weights, tokenizer, traits.max_tokens)
        return OnnxEncoder(weights, tokenizer, traits.pooling, traits.max_tokens)

    def damage(self) -> str:
        """Say which file differs from what was published; "" where none does or none is known."""
        known = KNOWN_MODELS.get(self.known)
        for name, file in known.files.items() if known else ():
            if sha256_of(self.path / name) != file.sha256:
                return f"{self.path / name} is damaged. {self._fetch_again}"
        return ""

    def _files(self) -> tuple[Path, Path]:
        """Return the file of weights and the tokenizer's."""
        if not self.path.is_dir():
            raise ModelError(f"There is no model in {self.path}. {self._fetch_again}")
        for name in (ONNX_FILE, STATIC_FILE):
            if (weights := self.path / name).is_file():
                break
        else:
            raise ModelError(
                f"{self.path} holds no model that Paperboy can run: it needs {ONNX_FILE}, or "
                f"{STATIC_FILE} of Model2Vec. {self._fetch_again}"
            )
        words = self.path / TOKENIZER_FILE
        if not words.is_file():
            raise ModelError(f"{self.path} lacks {TOKENIZER_FILE}. {self._fetch_again}")
        self._check_sizes()
        return weights, words

    def _check_sizes(self) -> None:
        for name, file in self._expected():
            if (self.path / name).stat().st_size != file.size:
                raise ModelError(f"{self.path / name} is not whole. {self._fetch_again}")

    def _expected(self) -> Iterator[tuple[str, ModelFile]]:
        if self.known:
            yield from KNOWN_MODELS[self.known].files.items()

    @property
    def _fetch_again(self) -> str:
        if self.known:
            return f"Type: paperboy model fetch {self.known}"
        return f"Set PAPERBOY_MODEL to a folder with a model, or one of {', '.join(KNOWN_MODELS)}."


def find_model(named: str, home: Path) -> ModelFolder:
    """Return the folder of a model that is known by name, or named as a folder."""
    known = next((name for name in KNOWN_MODELS if name.casefold() == named.casefold()), "")
    if known:
        return ModelFolder(home / "models" / known, known)
    return ModelFolder(Path(named).expanduser().absolute())


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
