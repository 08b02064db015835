"""A share of the power cuts that `make soak` does by the hundred."""

import pytest

from tests.power_cuts import campaign
from tests.rigs import disk

needs_strace = pytest.mark.skipif(
    not disk.available(), reason="strace is not here, or may not trace"
)


def hexadecimal(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


@pytest.mark.parametrize("process", ["123  ", "12345 ", "4194304 "])
def test_what_strace_tells_is_read_however_long_the_number_of_the_process_is(process):
    file = f"3<{hexadecimal('/d/a')}>"
    lines = [
        f'{process}pwrite64({file}, "{hexadecimal("some")}", 4, 8) = 4',
        f"{process}fdatasync({file}) = 0",
        f'{process}write(1<{hexadecimal("pipe:[1]")}>, "{hexadecimal("done")}", 4) = 4',
    ]
    assert list(disk.read_trace(lines, "/d")) == [
        disk.Event("write", "/d/a", 8, b"some"),
        disk.Event("sync", "/d/a"),
        disk.Event("say", content=b"done"),
    ]


@pytest.mark.parametrize("process", ["123  ", "12345 "])
def test_a_call_that_another_thread_interrupted_is_counted_once(process):
    file = f"3<{hexadecimal('/d/a')}>"
    lines = [
        f'{process}pwrite64({file}, "{hexadecimal("some")}", 4, 8 <unfinished ...>',
        f"{process}<... pwrite64 resumed>) = 4",
        f"{process}fdatasync({file} <unfinished ...>",
        f"{process}<... fdatasync resumed>) = 0",
    ]
    write, sync = disk.Event("write", "/d/a", 8, b"some"), disk.Event("sync", "/d/a")
    assert list(disk.read_trace(lines, "/d")) == [write, sync]


@needs_strace
@pytest.mark.slow
def test_a_power_cut_takes_nothing_that_was_told_and_doubles_nothing():
    figures = campaign(cuts=6, seed=1)
    assert figures.bad == []
    assert figures.saves
    assert figures.posts


@needs_strace
@pytest.mark.slow
def test_power_cuts_show_a_database_that_is_not_synced():
    assert campaign(cuts=6, seed=2, careless=True).bad
