"""A model is downloaded whole or not at all, and goes on where it was cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import web

from bot.network.backoff import Backoff
from bot.semantic.download import Source, download
from bot.semantic.errors import ModelError
from bot.semantic.known_models import KnownModel, ModelFile, ModelTraits

WEIGHTS, WORDS = bytes(range(256)) * 2000, b'{"model": {}}'
FILES = {"onnx/model.onnx": WEIGHTS, "tokenizer.json": WORDS}


def known(weights: bytes = WEIGHTS) -> KnownModel:
    def file(path: str, content: bytes) -> ModelFile:
        return ModelFile(path, len(content), sha256(content).hexdigest())

    files = {"model.onnx": file("onnx/model.onnx", weights)}
    files["tokenizer.json"] = file("tokenizer.json", WORDS)
    return KnownModel("someone/tiny", "0" * 40, files, ModelTraits(), "tiny")


@dataclass
class Mirror:
    """A server of models: each answer ends after `most` bytes, and `status` replaces its own."""

    source: Source
    most: int = 10**9
    status: int = 0
    ranges: bool = True
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.path} {request.headers.get('Range')}")
        if self.status:
            return web.Response(status=self.status)
        content = FILES[request.path.partition(f"{'0' * 40}/")[2]]
        start = int(request.headers["Range"].strip("bytes=-")) if self.ranges else 0
        response = web.StreamResponse(status=206 if self.ranges else 200)
        response.content_length = len(content) - start
        await response.prepare(request)
        await response.write(content[start : start + self.most])
        if len(content) - start > self.most and request.transport:
            request.transport.close()
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[Mirror]:
    mirror = Mirror(Source(""))
    app = web.Application()
    app.router.add_get("/{path:.*}", mirror.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    mirror.source = Source(f"http://{host}:{port}", pauses=Backoff(0.001, 0.001))
    try:
        yield mirror
    finally:
        await runner.cleanup()


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_model_is_fetched_once(tmp_path: Path):
    told: list[int] = []
    async with serving() as mirror:
        await download(known(), tmp_path / "m", mirror.source, told.append)
        assert (tmp_path / "m" / "model.onnx").read_bytes() == WEIGHTS
        assert (tmp_path / "m" / "tokenizer.json").read_bytes() == WORDS
        assert mirror.asked[0] == f"/someone/tiny/resolve/{'0' * 40}/onnx/model.onnx bytes=0-"
        assert told == sorted(told)
        assert told[-1] == known().size
        mirror.asked.clear()
        await download(known(), tmp_path / "m", mirror.source, told.append)
        assert mirror.asked == []


@pytest.mark.parametrize("ranges", [True, False], ids=["resumed", "from the start"])
async def test_a_download_that_is_cut_off_goes_on(tmp_path: Path, ranges: bool):  # noqa: FBT001
    async with serving() as mirror:
        mirror.most, mirror.ranges = 200_000 if ranges else 10**9, ranges
        (tmp_path / "model.onnx.part").write_bytes(WEIGHTS[:1000])
        await download(known(), tmp_path, mirror.source, lambda _: None)
        assert len(mirror.asked) == (4 if ranges else 2)
    assert (tmp_path / "model.onnx").read_bytes() == WEIGHTS


async def test_other_bytes_than_the_known_ones_are_refused(tmp_path: Path):
    async with serving() as mirror:
        with pytest.raises(ModelError, match="its checksum differs"):
            await download(known(WEIGHTS[::-1]), tmp_path, mirror.source, lambda _: None)
        with pytest.raises(ModelError, match="its checksum differs"):
            await download(known(WEIGHTS[:-1]), tmp_path, mirror.source, lambda _: None)
    assert files_in(tmp_path) == []


async def test_a_server_that_has_nothing_is_named(tmp_path: Path):
    async with serving() as mirror:
        mirror.status = 404
        with pytest.raises(ModelError, match=r"127\.0\.0\.1 answers 404 .* to go on"):
            await download(known(), tmp_path, mirror.source, lambda _: None)
        assert len(mirror.asked) == 5
    source = Source("http://127.0.0.1:9", pauses=Backoff(0.001, 0.001))
    with pytest.raises(ModelError, match=r"Can’t reach 127\.0\.0\.1:9"):
        await download(known(), tmp_path, source, lambda _: None)
