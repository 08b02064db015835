"""Models: texts become vectors, and a folder that holds no model is told of in a sentence."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bench import model as fetched
from bot.papers import Paper
from bot.semantic.errors import ModelError
from bot.semantic.known_models import KNOWN_MODELS
from bot.semantic.model import Model, paper_text
from bot.semantic.model_folder import ModelFolder, find_model
from bot.semantic.tokens import read_tokenizer, split_words
from tests.rigs.models import write_model, write_tensors, write_tokenizer


def test_words_of_one_sense_are_near_each_other(tmp_path: Path):
    encoder = ModelFolder(write_model(tmp_path / "tiny")).open()
    car, automobile, cat = map(encoder.encode, ("Car!", "an automobile", "the feline"))
    assert car @ automobile > 0.8
    assert abs(float(car @ cat)) < 0.5
    assert np.linalg.norm(car) == pytest.approx(1, abs=1e-5)


def test_a_text_without_a_known_word_has_no_direction(tmp_path: Path):
    encoder = ModelFolder(write_model(tmp_path)).open()
    assert not encoder.encode("zzz").any()
    assert not encoder.encode("").any()


def test_tokens_can_share_vectors_and_have_weights(tmp_path: Path):
    write_tokenizer(tmp_path / "tokenizer.json", ["[UNK]", "one", "two"])
    write_tensors(
        tmp_path / "model.safetensors",
        {
            "embeddings": np.array([[1, 0], [0, 1]], np.float16),
            "mapping": np.array([0, 0, 1]),
            "weights": np.array([1.0, 3.0, 4.0]),
        },
    )
    encoder = ModelFolder(tmp_path).open()
    assert encoder.encode("one two").tolist() == pytest.approx([0.6, 0.8])


def test_words_are_split_as_bert_does():
    assert split_words("Schrödinger's café: 3×4\tx\u200b!") == [
        *("schrodinger", "'", "s", "cafe", ":", "3×4", "x", "!")
    ]
    assert split_words("学習 a") == ["学", "習", "a"]


def test_the_longest_known_pieces_make_up_a_word(tmp_path: Path):
    write_tokenizer(tmp_path / "t.json", ["[UNK]", "[CLS]", "[SEP]", "un", "##related", "##re"])
    tokenizer = read_tokenizer(tmp_path / "t.json")
    assert tokenizer.tokenize("unrelated unknown", 9) == [3, 4, 0]
    assert tokenizer.framed("unrelated un un", 4) == [1, 3, 4, 2]


WEIGHTS, WORDS = "model.safetensors", "tokenizer.json"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (WEIGHTS, None, "holds no model that Paperboy can run"),
        (WORDS, None, "lacks tokenizer.json"),
        (WORDS, b"{}", "is no tokenizer that Paperboy can read"),
        (WORDS, b"[1, 2", "is no tokenizer"),
        (WEIGHTS, b"", "is damaged"),
        (WEIGHTS, bytes(9), "is damaged or no safetensors file"),
    ],
)
def test_a_folder_without_a_whole_model_is_told_of(
    tmp_path: Path, file: str, content: bytes | None, said: str
):
    folder = write_model(tmp_path)
    (folder / file).unlink() if content is None else (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        ModelFolder(folder).open()


def test_a_table_that_is_cut_short_is_told_of(tmp_path: Path):
    weights = write_model(tmp_path) / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(ModelError, match="is damaged"):
        ModelFolder(tmp_path).open()


def test_a_model_of_another_kind_is_told_of(tmp_path: Path):
    write_tensors(write_model(tmp_path) / WEIGHTS, {"encoder": np.zeros((2, 2), np.float32)})
    with pytest.raises(ModelError, match="is no Model2Vec model"):
        ModelFolder(tmp_path).open()


def test_a_missing_folder_says_what_to_set(tmp_path: Path):
    with pytest.raises(ModelError, match=r"There is no model in .* Set PAPERBOY_MODEL"):
        find_model(str(tmp_path / "nowhere"), tmp_path).open()


def test_a_model_that_was_not_fetched_says_how_to(tmp_path: Path):
    with pytest.raises(ModelError, match="Type: paperboy model fetch all-MiniLM-L6-v2"):
        find_model("ALL-minilm-l6-v2", tmp_path).open()


def test_a_known_model_with_half_a_file_is_told_of(tmp_path: Path):
    found = find_model("potion-retrieval-32M", tmp_path)
    write_model(found.path)
    with pytest.raises(ModelError, match=r"is not whole\. Type: paperboy model fetch"):
        found.open()
    assert "is damaged" in found.damage()


def test_other_weights_have_another_fingerprint(tmp_path: Path):
    one, other = (ModelFolder(write_model(tmp_path / f"m{n}", n)) for n in (1, 2))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == ModelFolder(write_model(tmp_path / "again", 1)).fingerprint


def test_a_model_is_freed_ten_minutes_after_its_last_use(tmp_path: Path):
    now = [0.0]
    model = Model(ModelFolder(write_model(tmp_path)), lambda: now[0])
    loaded = [model.is_loaded]
    vector = model.embed_query("car")
    for now[0] in (599.0, 600.0):
        model.free_if_idle()
        loaded.append(model.is_loaded)
    assert loaded == [False, True, False]
    assert model.known_query("car") is vector
    assert model.embed_query("cat").any()


def test_a_paper_is_its_title_and_its_abstract():
    assert paper_text(Paper("1", "A title", abstract="Says more.")) == "A title. Says more."
    assert paper_text(Paper("1", "Says…", abstract="Says more.")) == "Says more."
    assert paper_text(Paper("1", "A title")) == "A title"


def test_every_known_model_is_pinned():
    for name, known in KNOWN_MODELS.items():
        assert len(known.revision) == 40, name
        assert all(len(file.sha256) == 64 for file in known.files.values()), name


@pytest.mark.skipif(
    not (fetched.is_there() and find_spec("onnxruntime")), reason="no model: make model"
)
def test_a_real_model_knows_what_is_alike():
    model = Model(ModelFolder(fetched.FOLDER))
    query = model.embed_query("how to stop language models from hallucinating")
    near, far = (
        model.embed_paper(Paper("1", title))
        for title in (
            "Fewer False Statements by Language Models",
            "Gaussian Splatting of Street Scenes",
        )
    )
    assert query @ near > query @ far + 0.3
