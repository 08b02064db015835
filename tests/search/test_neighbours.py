"""A new process copies the index of a neighbour, and trusts no other file."""

from collections.abc import Sequence
from pathlib import Path

from bot.papers import Paper
from bot.search import Index
from bot.search.index.neighbours import copy_neighbour

PAPERS = tuple(Paper(f"2502.{n:05}", f"Paper number{n}") for n in range(20))


async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
    return list(enumerate(PAPERS, 1))[after : after + limit]


async def fill(path: Path, papers: int, identity: str = "a database") -> None:
    async with await Index.open(path, identity) as index:
        if papers:
            await index.follow(changed, papers)


async def test_the_index_that_is_furthest_is_copied_while_its_owner_writes(tmp_path: Path):
    path = tmp_path / "3" / "index.sqlite3"
    await fill(tmp_path / "1" / path.name, 5)
    async with await Index.open(tmp_path / "2" / path.name, "a database") as neighbour:
        await neighbour.follow(changed, 12)
        assert copy_neighbour(path, "a database")
        await neighbour.follow(changed, 20)
    assert list(path.parent.iterdir()) == [path]
    async with await Index.open(path, "a database") as index:
        assert index.revision == 20 or await index.follow(changed, 20) == 8
        assert await index.check()


async def test_what_is_no_index_of_this_store_is_left_alone(tmp_path: Path):
    path = tmp_path / "9" / "index.sqlite3"
    await fill(tmp_path / "1" / path.name, 5, "another database")
    await fill(tmp_path / "2" / path.name, 0)
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / path.name).write_bytes(b"no database at all")
    (tmp_path / "4" / path.name).mkdir(parents=True)
    assert not copy_neighbour(path, "a database")
    assert not path.exists()


async def test_a_file_that_is_there_stays(tmp_path: Path):
    path = tmp_path / "2" / "index.sqlite3"
    await fill(tmp_path / "1" / path.name, 5)
    await fill(path, 3)
    before = path.read_bytes()
    assert not copy_neighbour(path, "a database")
    assert path.read_bytes() == before
