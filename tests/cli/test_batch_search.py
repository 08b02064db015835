"""Queries a line, whatever stands on the lines and whoever reads the answers."""

import asyncio
import ctypes
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.batch_search import MAX_LINE, answer_lines, lines

ROOT = Path(__file__).parents[2]


@given(st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\x05", b"\n"))), st.integers(0, 4))
def test_lines_are_the_same_however_their_bytes_come(chunks, longest):
    whole = b"".join(chunks)
    parts = whole.split(b"\n")
    wanted = parts if parts[-1] else parts[:-1]
    assert list(lines(chunks, longest)) == [line[: longest + 1] for line in wanted]


def test_a_line_without_end_takes_no_more_room_than_a_long_one():
    assert [len(line) for line in lines(b"x" * 60_000 for _ in range(5000))] == [MAX_LINE + 1]


async def _answers(bot, text):
    """Answer what a pipe brings."""
    out, (read, write) = io.StringIO(), os.pipe()
    feeding = asyncio.create_task(asyncio.to_thread(_feed, write, text))
    try:
        await answer_lines(bot.services.library, read, out)
    finally:
        await feeding
        os.close(read)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _feed(file, text):
    with open(file, "wb") as pipe:  # noqa: PTH123  # a descriptor, no path
        pipe.write(text)


async def test_each_line_has_its_answer_in_its_place(bot):
    asked = [
        b"",
        b" \t\r",
        b"\0",
        b"hebbian\0learning\r",
        b"\xff\xfe weather",
        b"x" * MAX_LINE,
        b"x" * (MAX_LINE + 1),
    ]
    asked += [
        b"y " * 400_000,
        b"votes:x",
        b'"' * 5000,
        "\u2028weather\u0085".encode(),
        b"after:0",
        b"- OR -",
    ]
    asked += [b"2605.00001", b"weather"]
    answers = await _answers(bot, b"\n".join(asked))
    assert len(answers) == len(asked)
    assert [n for n, answer in enumerate(answers) if "error" in answer] == [0, 1, 2, 6, 7, 8, 11]
    assert [answers[n]["query"] for n in (3, 4, 10, 13)] == [
        "hebbian learning",
        "\ufffd\ufffd weather",
        "weather",
        "2605.00001",
    ]
    assert [answers[n]["papers"][0]["id"] for n in (3, 4, 10, 13, 14)] == [
        "2605.00001", "2605.00002", "2605.00002", "2605.00001", "2605.00002",
    ]  # fmt: skip
    assert await _answers(bot, b"") == []
    assert len(await _answers(bot, b"\n")) == 1


async def test_what_goes_wrong_on_one_line_ends_with_it(bot, monkeypatch, caplog):
    search = bot.services.library.search

    async def stumbling(text, **asked):
        if text == "stumble":
            raise ZeroDivisionError
        return await search(text, **asked)

    monkeypatch.setattr(bot.services.library, "search", stumbling)
    first, second = await _answers(bot, b"stumble\nweather\n")
    assert first == {
        "query": "stumble",
        "error": "Something went wrong in Paperboy; the details are in its log.",
    }
    assert second["total"] == 1
    assert "ZeroDivisionError" in caplog.text


@pytest.fixture
def program(tmp_path):
    """Give the program with its pipes open."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "find", "--json", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=tmp_path
    ) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(b"weather\n")
        program.stdin.flush()
        assert (
            json.loads(program.stdout.readline())["total"] == 0
        )  # answered although more may come
        yield program
        program.kill()


def test_ctrl_c_ends_it_although_more_lines_may_come(program):
    program.send_signal(signal.SIGINT)
    assert program.wait(30) == 130
    assert program.stderr.read() == b""


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="only Linux names the threads of a process"
)
def test_ctrl_c_ends_it_whichever_thread_it_reaches(program):
    threads = [int(one.name) for one in Path(f"/proc/{program.pid}/task").iterdir()]
    other = next(thread for thread in threads if thread != program.pid)
    assert ctypes.CDLL(None).tgkill(program.pid, other, signal.SIGINT) == 0
    assert program.wait(30) == 130
    assert program.stderr.read() == b""


def test_whoever_stops_reading_ends_it_quietly(program):
    program.stdout.close()
    program.stdin.write(b"weather\n" * 100)
    program.stdin.flush()
    assert program.wait(30) == 0
    assert program.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_is_one_sentence(tmp_path):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(tmp_path)}
    command = f"echo weather | {sys.executable} -m bot find --json - > /dev/full"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, env=env, cwd=tmp_path
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left" in done.stderr
