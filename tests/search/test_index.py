"""The index follows the store; whatever happens to its file, it answers and recovers."""

import asyncio
import random
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.papers import Paper
from bot.search import Hits, Index, Query, parse
from bot.search.index import connection as file
from bot.search.index import index_file, segments

TODAY = date(2025, 6, 1)
PAPERS = (
    Paper(
        "2501.00001",
        "Hebbian Learning for Deep Networks",
        ("Ada Lovelace", "Alan Turing"),
        upvotes=10,
    ),
    Paper("2501.00002", "Attention Without Transformers", ("Grace Hopper",), upvotes=50),
    Paper(
        "2501.00003",
        "Diffusion Models for Music",
        ("Ada Lovelace",),
        "A Continuous Thing Machine (CTM).",
        upvotes=5,
    ),
)
# More than one transaction's worth.
MANY = tuple(
    Paper(f"2502.{n:05}", f"Paper number{n} about subject{n % 7}", (f"Author{n} Person",))
    for n in range(1200)
)
# What another process does with an index: argv is its path, and how many papers there are.
FOLLOW = """
import asyncio, sys
from pathlib import Path
from bot.papers import Paper
from bot.search import Index

PAPERS = [
    Paper(f"2502.{n:05}", f"Paper number{n} about subject{n % 7}", (f"Author{n} Person",))
    for n in range(1200)
]

async def changed(after, limit):
    print(after, flush=True)
    return list(enumerate(PAPERS, 1))[after : after + limit]

async def main():
    async with await Index.open(Path(sys.argv[1]), "a database") as index:
        await index.follow(changed, len(PAPERS))

asyncio.run(main())
"""


class Source:
    """Lists papers as the store does: paper n was changed at revision n + 1."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = papers
        self.asked: list[int] = []

    async def changed(self, after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        self.asked.append(after)
        return list(enumerate(self.papers, 1))[after : after + limit]

    async def into(self, index: Index) -> int:
        return await index.follow(self.changed, len(self.papers))


async def opened(path: Path, identity: str = "a database") -> Index:
    return await Index.open(path, identity)


async def filled(path: Path, papers: Sequence[Paper] = PAPERS) -> None:
    async with await opened(path) as index:
        await Source(papers).into(index)


async def process(path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOLLOW, path, stdout=asyncio.subprocess.PIPE
    )


async def found(index: Index, text: str) -> tuple[str, ...]:
    return (await index.search(parse(text, TODAY), limit=5)).ids


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
async def index(path: Path) -> AsyncIterator[Index]:
    async with await opened(path) as index:
        await Source(PAPERS).into(index)
        yield index


async def test_only_what_changed_is_brought_in(index: Index):
    source = Source([*PAPERS, Paper("2501.00004", "Sparse Autoencoders")])
    assert await source.into(index) == 1
    assert source.asked == [3]
    assert await found(index, "autoencoders") == ("2501.00004",)


async def test_nothing_is_asked_when_nothing_changed(index: Index):
    source = Source(PAPERS)
    assert await source.into(index) == 0
    assert source.asked == []


async def test_what_a_paper_no_longer_says_does_not_find_it(index: Index):
    changed = replace(PAPERS[0], title="Backpropagation for Deep Networks")
    await Source([*PAPERS, changed]).into(index)
    assert await found(index, "backpropagation") == ("2501.00001",)
    assert (await index.search(Query("hebbian"), limit=5)).total == 0
    assert await index.check()


async def test_new_votes_change_the_order(index: Index):
    assert (await found(index, "sort:votes"))[0] == "2501.00002"
    await Source([*PAPERS, replace(PAPERS[0], upvotes=90)]).into(index)
    assert (await found(index, "sort:votes"))[0] == "2501.00001"


async def test_a_paper_that_comes_twice_at_once_counts_in_its_newest_version(path: Path):
    async with await opened(path) as index:
        await Source([PAPERS[0], replace(PAPERS[0], title="Something Else")]).into(index)
        assert await found(index, "something") == ("2501.00001",)
        assert (await index.search(parse("author:lovelace", TODAY), limit=5)).total == 1


async def test_many_papers_are_brought_in_by_and_by(path: Path):
    source = Source(MANY)
    async with await opened(path) as index:
        assert await source.into(index) == 1200
        assert source.asked == [0, 500, 1000]
        assert index.revision == 1200
        assert (await index.search(Query("paper"), limit=1)).total == 1200


async def test_an_index_is_there_when_it_is_opened_again(path: Path):
    await filled(path)
    source = Source(PAPERS)
    async with await opened(path) as index:
        assert index.revision == 3
        assert await source.into(index) == 0
        assert await found(index, "hebbian") == ("2501.00001",)


async def test_a_database_that_is_older_than_the_index_is_read_from_its_beginning(index: Index):
    assert await Source(PAPERS[:2]).into(index) == 2
    assert await found(index, "diffusion") == ()
    assert await found(index, "hebbian") == ("2501.00001",)


async def test_an_index_that_another_process_brought_further_is_left_as_it_is(index: Index):
    newer = Source([*PAPERS, Paper("2501.00004", "Sparse Autoencoders")])
    await newer.into(index)
    assert await index.follow(newer.changed, 3) == 0
    assert await found(index, "autoencoders") == ("2501.00004",)


async def test_the_index_of_another_database_is_made_anew(path: Path):
    await filled(path)
    async with await opened(path, "another database") as index:
        assert index.revision == 0
        assert await found(index, "hebbian") == ()


async def test_an_index_of_another_version_is_made_anew(path: Path):
    await filled(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE about SET value = 0 WHERE name = 'version'")
    async with await opened(path) as index:
        assert index.revision == 0


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "first page", "last pages", "noise"])
async def test_a_damaged_file_is_made_anew_and_filled(path: Path, damage: str):
    await filled(path, MANY[:200] + PAPERS)
    spoil(path, damage)
    async with await opened(path) as index:
        await Source(MANY[:200] + PAPERS).into(index)
        assert await found(index, "hebbian") == ("2501.00001",)
        assert await found(index, "number77") == ("2502.00077",)
        assert (await index.suggest("author", "ada"))[0].value == "Ada Lovelace"


def spoil(path: Path, damage: str) -> None:
    data, rnd = bytearray(path.read_bytes()), random.Random(7)
    match damage:
        case "empty":
            data.clear()
        case "text":
            data[:] = b"This is no database.\n" * 999
        case "cut":
            del data[len(data) // 2 :]
        case "first page":
            data[20:4096] = rnd.randbytes(4076)
        case "last pages":
            data[8192:] = rnd.randbytes(len(data) - 8192)
        case "noise":
            for _ in range(2000):
                data[rnd.randrange(len(data))] = rnd.randrange(256)
        case _:
            raise ValueError(damage)
    path.write_bytes(data)


def overwrite(path: Path) -> None:
    with path.open("r+b") as damaged:
        damaged.seek(8192)
        damaged.write(b"\xff" * (path.stat().st_size - 8192))


async def test_a_database_that_is_no_index_is_left_alone(path: Path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE paper (id)")
    with pytest.raises(
        StoreError,
        match=r"index\.db is a database, but not a search index: keep the index in a file",
    ):
        await opened(path)
    assert connection.execute("SELECT count(*) FROM paper").fetchone() == (0,)
    connection.close()


async def test_damage_that_shows_only_later_is_repaired_by_the_search_that_meets_it(path: Path):
    await filled(path, MANY[:200] + PAPERS)
    source = Source(MANY[:200] + PAPERS)
    async with await opened(path) as index:
        await source.into(index)
        overwrite(path)
        hits = await asyncio.gather(*(index.search(Query("hebbian"), limit=5) for _ in range(4)))
        assert {hit.ids for hit in hits} == {("2501.00001",)}
        assert await index.check()


async def test_a_check_finds_what_no_search_would_meet(path: Path):
    await filled(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE abstract SET abstract = 'something else' WHERE row = 2")
    connection.commit()
    connection.close()
    async with await opened(path) as index:
        await Source(PAPERS).into(index)
        assert not await index.check()
        await Source(PAPERS).into(index)
        assert await index.check()
        assert await found(index, "transformers") == ("2501.00002",)


async def test_a_file_deleted_meanwhile_is_there_again_after_the_next_paper(
    index: Index, path: Path
):
    for part in path.parent.iterdir():
        part.unlink()
    assert await found(index, "hebbian") == ("2501.00001",)
    await Source([*PAPERS, Paper("2501.00004", "Sparse Autoencoders")]).into(index)
    assert await found(index, "hebbian") == ("2501.00001",)
    assert await found(index, "autoencoders") == ("2501.00004",)
    assert any(tmp.name == path.name for tmp in path.parent.iterdir())


async def test_the_folder_is_made(tmp_path: Path):
    async with await opened(tmp_path / "a" / "b" / "index.db") as index:
        assert index.revision == 0


async def test_no_place_for_a_file_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for impossible in (tmp_path / "file" / "index.db", tmp_path / "folder"):
        with pytest.raises(
            StoreError, match=r"cannot be used .*: check that its folder can be written to"
        ):
            await opened(impossible)


async def test_a_search_answers_at_once_while_another_process_writes(path: Path):
    await filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    source = Source([*PAPERS, Paper("2501.00004", "Sparse Autoencoders")])
    async with await opened(path) as index, asyncio.timeout(file.LOCK_SECONDS):
        assert await source.into(index) == 0
        assert await found(index, "hebbian") == ("2501.00001",)
        other.execute("ROLLBACK")
        other.close()
        assert await source.into(index) == 1
        assert await found(index, "autoencoders") == ("2501.00004",)


async def test_an_index_that_another_program_keeps_to_itself_finds_nothing_and_breaks_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file, "LOCK_SECONDS", 0.05)
    await filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="no other program holds it"):
        await opened(path)
    other.close()


async def test_two_that_share_a_file_follow_at_once(path: Path):
    source = Source(MANY)
    async with await opened(path) as one, await opened(path) as two:
        await asyncio.gather(source.into(one), source.into(two))
        for index in (one, two):
            assert index.revision == 1200
            assert await found(index, "number1199") == ("2502.01199",)
            assert (await index.search(Query("paper"), limit=1)).total == 1200
        assert await one.check()


async def test_two_processes_fill_one_file(path: Path):
    others = [await process(path) for _ in range(2)]
    await asyncio.gather(*(other.communicate() for other in others))
    assert [other.returncode for other in others] == [0, 0]
    async with await opened(path) as index:
        assert index.revision == 1200
        assert (await index.search(Query("paper"), limit=1)).total == 1200
        assert await index.check()


@pytest.mark.parametrize("batches", [1, 2, 3])
async def test_a_process_killed_while_it_writes_leaves_an_index_that_goes_on(
    path: Path, batches: int
):
    other = await process(path)
    assert other.stdout
    for _ in range(batches):
        await other.stdout.readline()
    await asyncio.sleep(0.02)
    other.kill()
    await other.communicate()
    async with await opened(path) as index:
        assert index.revision in {0, 500, 1000, 1200}
        assert (await index.search(Query("paper"), limit=1)).total == index.revision
        await Source(MANY).into(index)
        assert (await index.search(Query("paper"), limit=1)).total == 1200
        assert await index.check()


async def test_a_closed_index_leaves_no_thread_behind(path: Path):
    before = threading.active_count()
    async with await opened(path) as index:
        await Source(PAPERS).into(index)
    await index.close()
    for _ in range(100):
        if threading.active_count() == before:
            break
        await asyncio.sleep(0.01)
    assert threading.active_count() == before


async def test_searches_go_on_while_papers_come_in(path: Path):
    source = Source(MANY)
    async with await opened(path) as index:
        await index.follow(source.changed, 500)
        following = asyncio.create_task(source.into(index))
        while not following.done():
            assert (await index.search(Query("number77"), limit=1)).ids == ("2502.00077",)
        assert await following == 700


async def test_an_empty_index_answers(path: Path):
    async with await opened(path) as index:
        assert await index.search(Query("anything"), limit=5) == Hits(absent=("anything",))
        assert await index.search(Query(), limit=5) == Hits()
        assert await index.similar(PAPERS[0], limit=5) == ()
        assert await index.suggest("paper", "") == ()


async def test_an_index_made_anew_from_an_older_database_forgets_what_it_had_in_memory(path: Path):
    async with await opened(path) as index:
        await Source(PAPERS).into(index)
        assert await found(index, "hebbian") == ("2501.00001",)
        # the rows of these get the numbers of those that were
        await Source([PAPERS[1], PAPERS[2]]).into(index)
        assert await found(index, "hebbian") == ()
        assert await found(index, "transformers") == ("2501.00002",)
        assert await found(index, "diffusion") == ("2501.00003",)


async def test_lists_of_an_index_made_anew_are_not_taken_for_those_that_were(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", 4)
    async with await opened(path) as index:
        await Source([*MANY[:6], *PAPERS]).into(index)
        assert await found(index, "subject2") == ("2502.00002",)
        await Source([*PAPERS, *MANY[7:12]]).into(index)
        for number in range(7, 12):
            assert await found(index, f"number{number}") == (MANY[number].id,)
        assert await found(index, "subject2") == (MANY[9].id,)
        assert await found(index, "hebbian") == (PAPERS[0].id,)


async def test_a_stretch_finds_changed_papers_by_their_new_words_and_not_by_the_old(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", 16)
    papers = [*PAPERS, *MANY[:40]]
    async with await opened(path) as index:
        await Source(papers).into(index)
        assert await found(index, "hebbian") == ("2501.00001",)
        assert await found(index, "author:lovelace sort:votes") == ("2501.00001", "2501.00003")
        papers.append(replace(PAPERS[0], title="Oja and the Networks", authors=("Emmy Noether",)))
        await Source(papers).into(index)
        for query in ("oja", "author:noether", "title:oja"):
            assert await found(index, query) == ("2501.00001",)
        for query in ("title:hebbian", '"hebbian learning"', "author:turing"):
            assert await found(index, query) == ()
        assert await found(index, "author:lovelace") == ("2501.00003",)
        assert (await index.search(Query(), limit=1)).total == 43
        assert await index.check()


class Slow(Source):
    """Lists papers only when it is let."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        super().__init__(papers)
        self.let, self.waiting = asyncio.Event(), asyncio.Event()

    async def changed(self, after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        found = await super().changed(after, limit)
        if after >= 500:
            self.waiting.set()
            await self.let.wait()
        return found


async def until_it_is_there(index: Index) -> None:
    for _ in range(1000):
        if not index.behind:
            await asyncio.sleep(0)  # what is told when it ends is told by then
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_many_papers_come_in_while_nobody_waits(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(index_file, "BULK_PAPERS", 400)
    source, told = Slow(MANY), []
    async with await opened(path) as index:
        index.on_progress = lambda there, missing: told.append((there, missing))
        assert await index.follow(source.changed, len(MANY), wait=False) == 0
        assert index.behind
        while len(told) < 2:  # the first one says that it begins
            assert (await index.search(Query("number77"), limit=1)).total in {0, 1}
            await asyncio.sleep(0.01)
        assert (await index.search(Query("number77"), limit=1)).ids == ("2502.00077",)
        assert await found(index, '"number1199"') == ()
        assert await index.follow(source.changed, len(MANY), wait=False) == 0
        assert index.behind
        source.let.set()
        await until_it_is_there(index)
        assert index.revision == 1200
        assert told == [(0, 1200), (500, 1200), (1000, 1200), (1200, 1200)]
        assert index.progress == (1200, 1200)
        assert (await index.search(Query("number1199"), limit=1)).ids == ("2502.01199",)
        assert await index.follow(source.changed, len(MANY), wait=False) == 0


async def test_a_few_papers_are_waited_for(path: Path):
    source = Source(MANY[:900])
    async with await opened(path) as index:
        assert await index.follow(source.changed, 900, wait=False) == 900
        assert not index.behind


async def test_who_waits_gets_all_that_others_do_not_wait_for(path: Path):
    source = Source(MANY)
    async with await opened(path) as index:
        await index.follow(source.changed, 1200, wait=False)
        await source.into(index)
        await until_it_is_there(index)
        assert (await index.search(Query("paper"), limit=1)).total == 1200


async def test_an_index_closed_while_papers_come_in_goes_on_where_it_was(path: Path):
    source = Slow(MANY)
    async with await opened(path) as index:
        await index.follow(source.changed, len(MANY), wait=False)
        await source.waiting.wait()
    assert not index.behind
    again = Source(MANY)
    async with await opened(path) as index:
        assert await again.into(index) == 1200 - again.asked[0]
        assert (await index.search(Query("paper"), limit=1)).total == 1200
        assert await index.check()


async def test_a_store_that_fails_while_papers_come_in_is_said_and_asked_again(
    path: Path, caplog: pytest.LogCaptureFixture
):
    source = Source(MANY)
    async with await opened(path) as index:

        async def failing(*_: int) -> Sequence[tuple[int, Paper]]:
            raise StoreError("The database is locked.")

        await index.follow(failing, len(MANY), wait=False)
        await until_it_is_there(index)
        assert "The database is locked." in caplog.text
        await index.follow(source.changed, len(MANY), wait=False)
        await until_it_is_there(index)
        assert (await index.search(Query("number77"), limit=1)).ids == ("2502.00077",)


async def test_what_is_typed_later_supersedes_what_waits_still(index: Index):
    typed = ["a", "at", "att", "atte", "attention"]
    answers = await asyncio.gather(*(index.suggest("paper", text, asker="ada") for text in typed))
    assert answers[:-1] == [()] * 4
    assert [one.value for one in answers[-1]] == ["2501.00002"]
    bob, ada = await asyncio.gather(
        index.suggest("author", "grace", asker="bob"), index.suggest("author", "alan", asker="ada")
    )
    assert (bob[0].value, ada[0].value) == ("Grace Hopper", "Alan Turing")
    assert (await index.suggest("author", "grace", asker="bob"))[0].value == "Grace Hopper"


async def test_who_asks_without_a_name_is_never_superseded(index: Index):
    answers = await asyncio.gather(*(index.suggest("author", "grace") for _ in range(3)))
    assert {one[0].value for one in answers} == {"Grace Hopper"}


@pytest.mark.parametrize(
    "typed",
    ["2501.00002", "2501.00002v3", "arXiv:2501.00002", "https://arxiv.org/pdf/2501.00002v1.pdf"],
)
async def test_an_id_or_a_link_is_completed_to_its_paper(index: Index, typed: str):
    (only,) = await index.suggest("paper", typed)
    assert (only.value, only.label) == ("2501.00002", "Attention Without Transformers")


async def test_an_id_of_no_paper_is_completed_to_nothing(index: Index):
    assert await index.suggest("paper", "2501.99999") == ()


def change(path: Path, statement: str, *arguments: object) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute(statement, arguments).rowcount > 0
    connection.close()


async def test_a_byte_changed_in_a_list_is_noticed_by_the_first_search_that_reads_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", 16)
    papers = [*PAPERS, *MANY[:40]]
    async with await opened(path) as index:
        await Source(papers).into(index)
        connection = sqlite3.connect(path)
        lists = (
            "SELECT key, rows FROM posting JOIN word ON word.id = key >> 1 & ? "
            "WHERE word = 'hebbian'"
        )
        for key, rows in connection.execute(lists, ((1 << 39) - 1,)).fetchall():
            change(
                path,
                "UPDATE posting SET rows = ? WHERE key = ?",
                bytes([rows[0] ^ 1, *rows[1:]]),
                key,
            )
        connection.close()
        assert await found(index, "number7") == ("2502.00007",)
        assert not caplog.records
        assert await found(index, "hebbian") == ("2501.00001",)
        assert "is damaged (what is in it is not what was written); rebuilding it" in caplog.text
        assert await index.check()


@pytest.mark.parametrize("day", ["garbage", "9" * 30, b"\xff"])
async def test_a_date_that_is_none_is_noticed_by_a_search_for_dates(
    index: Index, path: Path, caplog: pytest.LogCaptureFixture, day: object
):
    await Source([*PAPERS, replace(PAPERS[0], published=date(2025, 5, 1))]).into(index)
    change(path, "UPDATE paper SET day = ? WHERE id = '2501.00001'", day)
    assert await found(index, "since:2025-05") == ("2501.00001",)
    assert "is damaged" in caplog.text


async def test_an_index_of_one_paper_answers(path: Path):
    for paper in (PAPERS[0], Paper("2501.00009", "?!")):
        async with await opened(path.with_stem(paper.id), paper.id) as index:
            await Source([paper]).into(index)
            assert (await index.search(Query(), limit=5)).ids == (paper.id,)
            assert (await index.search(Query("hebian"), limit=5)).total == (
                paper.id == PAPERS[0].id
            )
            assert await index.similar(paper, limit=5) == ()
            assert [one.value for one in await index.suggest("paper", "")] == [paper.id]


@pytest.mark.parametrize(
    "text", ["", "learning", "lerning", "sort:new", "qqqq", "what do deep networks learn from that"]
)
async def test_no_more_is_given_than_was_asked_for(index: Index, text: str):
    query = parse(text, TODAY)
    total = (await index.search(query, limit=9)).total
    for limit, offset in ((0, 0), (-1, 0), (5, 1000), (0, 1000), (5, -3)):
        hits = await index.search(query, limit=limit, offset=offset)
        assert hits.total == total
        assert len(hits.ids) == (min(total, limit) if limit > 0 and offset <= 0 else 0)
        assert len(hits.nearest) <= max(0, limit)
    among_none = await index.search(query, limit=5, within=())
    assert (among_none.ids, among_none.total, among_none.nearest) == ((), 0, ())
    assert await index.similar(PAPERS[0], limit=0) == ()
    for kind in ("paper", "author", "organization"):
        assert await index.suggest(kind, text, 0) == ()


@pytest.mark.parametrize("least", [2, 99])
async def test_papers_without_what_they_say_are_noticed_when_more_come(
    path: Path, monkeypatch: pytest.MonkeyPatch, least: int
):
    async with await opened(path) as index:
        monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", least)
        await Source(PAPERS).into(index)
        monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", 1)
        change(path, "DELETE FROM abstract")
        papers = [*PAPERS, *PAPERS[1:], replace(PAPERS[0], title="Oja")]
        await Source(papers).into(index)
        assert await found(index, "oja") == ("2501.00001",)
        assert await found(index, "transformers") == ("2501.00002",)
        assert await index.check()
