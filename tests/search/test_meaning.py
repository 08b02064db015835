"""Search by meaning: papers that say it in other words are found, and nothing else changes."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.papers import Paper
from bot.search import Index, parse
from bot.search.index.arrays import Mask
from bot.search.index.row_vectors import RowVectorsDraft
from bot.search.ranking.meaning import Meaning
from bot.semantic.encoder import normalize
from bot.semantic.model import Model
from bot.semantic.model_folder import ModelFolder
from bot.semantic.quantization import (
    Bytes,
    cosines,
    differences,
    directions,
    quantize,
    signs,
)
from bot.semantic.vector_file import Keys
from tests.rigs.damage import flip_bits
from tests.rigs.models import SENSES, write_model
from tests.rigs.waiting import eventually

TODAY = date(2026, 6, 1)


SENSED = 40


def papers(number: int = 200) -> list[Paper]:
    """Return papers: the first ones say two words of a sense each, the others none."""
    found = []
    for n in range(number):
        words = SENSES[n % len(SENSES)].split() if n < SENSED else ["something"] * 4
        title, abstract = f"{words[n % 4].title()} number {n}", f"About {words[(n + 1) % 4]}."
        authors = ("Ada Lovelace",) if n == 7 else ()
        found.append(Paper(f"2605.{n:05}", title, authors, abstract, upvotes=n))
    return found


class Papers:
    """The papers of a store, with a count of those that were read to be embedded."""

    def __init__(self, found: Sequence[Paper]) -> None:
        self.found = list(found)
        self.read: list[str] = []

    async def changed(self, after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        return list(enumerate(self.found, 1))[after : after + limit]

    async def of(self, ids: Sequence[str]) -> Sequence[Paper]:
        self.read += ids
        newest = {paper.id: paper for paper in self.found}
        return [newest[each] for each in ids if each in newest]


@asynccontextmanager
async def opened(folder: Path, store: Papers, seed: int = 1) -> AsyncIterator[Index]:
    """Open an index with a model, all papers in it."""
    model = Model(ModelFolder(write_model(folder / f"model-{seed}", seed)))
    async with await Index.open(folder / "index.sqlite3", "a database", model) as index:
        await index.follow(store.changed, len(store.found))
        yield index


async def embed(index: Index, store: Papers) -> None:
    assert index.semantic
    await index.semantic.catch_up(store.of)
    assert not index.semantic.trouble


def vectors_in(folder: Path) -> Path:
    (file,) = folder.glob("vectors-*.sqlite3")
    return file


async def found(index: Index, text: str, limit: int = 12) -> tuple[str, ...]:
    return (await index.search(parse(text, TODAY), limit=limit)).ids


async def test_papers_in_other_words_are_found_and_marked(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        lexical = await found(index, "automobile")
        await embed(index, store)
        hits = await index.search(parse("automobile", TODAY), limit=12)
        cars = {paper.id for paper in store.found[: SENSED : len(SENSES)]}
        assert set(hits.ids) == cars
        assert hits.by_meaning == cars - set(lexical)
        assert hits.by_meaning


async def test_names_quoted_phrases_and_filters_are_as_before(tmp_path: Path):
    store = Papers(papers())
    queries = ("ada lovelace", '"car number"', "author:lovelace", '"automobile"', "sort:votes")
    async with opened(tmp_path, store) as index:
        before = [await found(index, text, 200) for text in queries]
        await embed(index, store)
        assert [await found(index, text, 200) for text in queries] == before
        few = await found(index, "automobile votes:20", 200)
    assert few
    assert all(paper.upvotes and paper.upvotes >= 20 for paper in await store.of(few))


async def test_completion_never_asks_the_model(tmp_path: Path):
    store, model = Papers(papers()), Model(ModelFolder(write_model(tmp_path / "model")))
    async with await Index.open(tmp_path / "index.sqlite3", "a database", model) as index:
        await index.follow(store.changed, len(store.found))
        await embed(index, store)
        await index.suggest("paper", "automobile num")
        assert model.known_query("automobile num") is None
        await found(index, "automobile num")
        assert model.known_query("automobile num") is not None


async def test_nobody_else_can_read_the_vectors(tmp_path: Path):
    store = Papers(papers(20))
    async with opened(tmp_path, store) as index:
        await embed(index, store)
    assert mode_of(vectors_in(tmp_path)) == 0o600


def mode_of(file: Path) -> int:
    return file.stat().st_mode & 0o777


async def test_only_what_changed_is_embedded_again(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        await embed(index, store)
        assert len(store.read) == 200
        store.read.clear()
        store.found.append(replace(store.found[3], abstract="Now about bread."))
        store.found.append(Paper("2605.99999", "A kitten"))
        await index.follow(store.changed, len(store.found))
        await embed(index, store)
        assert store.read == [store.found[3].id, "2605.99999"]
        assert "2605.99999" in await found(index, "feline")


async def test_vectors_of_papers_are_told(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        assert await index.vectors_of(["2605.00000"]) == {}
        await embed(index, store)
        found = await index.vectors_of(["2605.00005", "2605.00001", "nobody", "2605.00000"])
    assert set(found) == {"2605.00000", "2605.00001", "2605.00005"}
    assert (
        found["2605.00000"] @ found["2605.00005"] > 0.8 > found["2605.00000"] @ found["2605.00001"]
    )


async def test_similar_papers_are_those_that_mean_the_same(tmp_path: Path):
    store = Papers(papers())
    first = store.found[0]
    cars = {paper.id for paper in store.found[len(SENSES) : SENSED : len(SENSES)]}
    async with opened(tmp_path, store) as index:
        before = {one.id for one in await index.similar(first, limit=7)}
        await embed(index, store)
        after = {one.id for one in await index.similar(first, limit=7)}
    assert before != cars
    assert after == cars


async def test_a_rebuilt_index_keeps_its_vectors(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        await embed(index, store)
        first = await found(index, "automobile")
        store.read.clear()
        await index.rebuild(store.changed, len(store.found))
        await embed(index, store)
        assert await found(index, "automobile") == first
    async with opened(tmp_path, store) as index:  # loads what is there without being told to
        assert await found(index, "automobile") == first
    assert not store.read


async def test_another_model_starts_beside_the_old_one_and_takes_its_place(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        await embed(index, store)
    old = vectors_in(tmp_path)
    async with opened(tmp_path, store, seed=2) as index:
        assert not (await index.search(parse("automobile", TODAY), limit=5)).by_meaning
        assert old.exists()
        await embed(index, store)
        assert (await index.search(parse("automobile", TODAY), limit=12)).by_meaning
    new = vectors_in(tmp_path)
    assert new != old


async def test_a_missing_model_leaves_the_search_as_it_is(tmp_path: Path):
    store = Papers(papers())
    model = Model(ModelFolder(tmp_path / "nowhere"))
    async with await Index.open(tmp_path / "index.sqlite3", "a database", model) as index:
        await index.follow(store.changed, len(store.found))
        assert index.semantic
        await index.semantic.catch_up(store.of)
        assert "There is no model in" in index.semantic.trouble
        assert await found(index, "automobile")


async def test_a_stopped_embedding_goes_on_where_it_was(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        assert index.semantic
        working = asyncio.create_task(index.semantic.catch_up(store.of))
        await eventually(lambda: len(store.read) > 16)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    done = len(store.read)
    store.read.clear()
    async with opened(tmp_path, store) as index:
        await embed(index, store)
        assert len(store.read) <= 200 - done + 8  # a batch at most is made twice


def damage(file: Path, chance: random.Random) -> None:
    """Flip bits, or cut the file short."""
    if chance.random() < 0.7:
        flip_bits(file, chance, 20)
    else:
        file.write_bytes(file.read_bytes()[: chance.randrange(20_000)])


async def test_a_damaged_file_is_made_again(tmp_path: Path):
    store, chance = Papers(papers()), random.Random(1)
    async with opened(tmp_path, store) as index:
        await embed(index, store)
        first = await found(index, "automobile")
    file = vectors_in(tmp_path)
    for _ in range(4):
        damage(file, chance)
        async with opened(tmp_path, store) as index:
            assert await found(index, "automobile")
            assert index.semantic
            await index.semantic.catch_up(store.of)
            await index.semantic.catch_up(store.of)
            assert await found(index, "automobile") == first


async def test_a_vector_that_was_changed_is_no_vector(tmp_path: Path):
    store = Papers(papers())
    async with opened(tmp_path, store) as index:
        await embed(index, store)
    file = vectors_in(tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE vector SET vector = zeroblob(64) WHERE key % 3 = 0")
        connection.execute("UPDATE vector SET vector = 'a text' WHERE key % 3 = 1")
    connection.close()
    store.read.clear()
    async with opened(tmp_path, store) as index:
        await embed(index, store)
        assert 0 < len(store.read) < 200


def test_signs_find_nearly_all_of_the_nearest():
    chance = np.random.default_rng(1)
    centres = chance.standard_normal((200, 384))
    near_centres = centres[chance.integers(0, 200, 4000)] + chance.standard_normal((4000, 384))
    vectors = np.array([normalize(each) for each in near_centres])
    small, codes = np.array([quantize(each) for each in vectors]), signs(vectors)
    shares = []
    for query in vectors[:50]:
        exact = set(np.argsort(-vectors @ query)[:10].tolist())
        near = np.argsort(differences(codes, signs(query)), kind="stable")[:600]
        best = near[np.argsort(-cosines(small[near], query))[:10]]
        shares.append(len(exact & set(best.tolist())) / 10)
    assert np.mean(shares) >= 0.97


def test_what_all_papers_have_in_common_says_nothing():
    centre = np.array([1, 0, 0], np.float32)
    one, other = directions(np.array([[10, 1, 0], [10, -1, 0]], np.int8), centre)
    assert one @ other < -0.9
    assert not directions(np.zeros((1, 3), np.int8), centre).any()


def test_what_comes_first_tells_what_else_is_meant():
    axes = np.eye(64, dtype=np.float32)
    first, like_first, other = axes[0] + axes[1], axes[0] + 2 * axes[1], axes[0] + 2 * axes[2]
    vectors = [quantize(each) for each in (first, like_first, other, *axes[3:])]
    draft = RowVectorsDraft("build")
    draft.add([(n, n) for n in range(len(vectors))], dict(enumerate(vectors)))

    def read(keys: Keys) -> tuple[Mask, Bytes]:
        return np.ones(len(keys), bool), np.array([vectors[key] for key in keys])

    meaning = Meaning(axes[0], draft.publish(lambda keys: read(keys)[1]), read)
    rows, merits = np.arange(len(vectors)), np.where(np.arange(len(vectors)) == 0, 9, 0)
    before, after = meaning.nearness_with_best(rows, merits.astype(np.float32), 1.0)
    assert before[1] == pytest.approx(before[2], abs=0.1)
    assert after[1] > after[2] + 0.5


@pytest.mark.parametrize("size", [64, 100, 256])
def test_a_vector_in_bytes_points_where_it_did(size: int):
    vector = np.random.default_rng(2).standard_normal(size).astype(np.float32)
    vector /= np.linalg.norm(vector)
    assert cosines(quantize(vector)[None], vector)[0] == pytest.approx(1, abs=1e-3)
    assert differences(signs(vector), signs(-vector))[0] == size
