"""A disk that loses power: what a process wrote, and what of it is left at any moment.

`strace` records the process. A write is certain once its file is synced, a new name once its folder
is. Of the rest a part is left, by chance: later writes can be there without earlier ones, and one
write can be there in part, by sectors.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["create", "write", "cut", "sync", "remove", "say"]
_KINDS: Mapping[str, Kind] = {
    "open": "create",
    "openat": "create",
    "creat": "create",
    "pwrite64": "write",
    "ftruncate": "cut",
    "fsync": "sync",
    "fdatasync": "sync",
    "unlink": "remove",
    "unlinkat": "remove",
}
SECTOR = 512  # bytes that a disk writes as a whole
MAX_BYTES = 1 << 24  # of one write
SYSCALLS = (
    "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat"
)
_LINE = re.compile(r"(\d+) +(.*)")  # a short number is padded
_CALL = re.compile(r"(\w+)\((.*)")
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>")
_LAST_NUMBERS = re.compile(r", (\d+)(?:, (\d+))?\)? *(?:=|<unfinished|$)")


@dataclass(frozen=True)
class Event:
    """One thing that a process did to a file, or said; `at` is an offset or a length."""

    kind: Kind
    path: str = ""
    at: int = 0
    content: bytes = b""


def available() -> bool:
    """Tell whether processes can be recorded here."""
    if not which("strace"):
        return False
    command = ["strace", "-qq", "-e", "trace=none", "true"]
    tried = subprocess.run(command, capture_output=True, check=False)
    return tried.returncode == 0


def record(command: Sequence[str], folder: Path, trace: Path, env: dict[str, str]) -> list[Event]:
    """Run a command and return what it did in a folder, and what it said on standard output."""
    options = ["-f", "-qq", "-y", "-xx", "-s", str(MAX_BYTES), "-e", f"trace={SYSCALLS}"]
    subprocess.run(
        ["strace", *options, "-o", str(trace), *command],
        check=True,
        env=env,
        stdout=subprocess.PIPE,
    )
    with trace.open() as lines:
        return list(read_trace(lines, str(folder)))


def read_trace(lines: Iterable[str], folder: str) -> Iterator[Event]:
    """Yield what the lines of strace tell of a folder, and of standard output."""
    begun: dict[str, str] = {}  # calls that another thread interrupted, by thread
    for line in lines:
        if not (parts := _LINE.match(line)):
            continue
        thread, rest = parts.groups()
        begins, ended = True, True
        if resumed := _RESUMED.match(rest):
            rest, begins = begun.pop(thread, "") + resumed[2], False
        elif "<unfinished" in rest:
            begun[thread], ended = rest.partition("<unfinished")[0], False
        # a write is counted when it begins, and a sync when it has ended
        found = _event(rest, folder)
        if found and (ended if found.kind == "sync" else begins):
            yield found


def _event(call: str, folder: str) -> Event | None:
    """Read one call; None if it failed or changes nothing in the folder."""
    match = _CALL.match(call)
    if not match or " = -1 " in call:
        return None
    name, rest = match.groups()
    if name == "write" and rest.startswith("1<"):
        return Event("say", content=_content(rest))
    by_name = name.startswith(("open", "creat", "unlink", "rename"))
    path = _text((_STRING.search if by_name else _FILE.match)(rest)).removesuffix(" (deleted)")
    without_effect = name == "fallocate" or (by_name and "open" in name and "O_CREAT" not in rest)
    if not path.startswith(folder) or without_effect:
        return None
    if name not in _KINDS:
        raise ValueError(f"The disk does not know {name} of {path}.")
    numbers = [
        int(number) for number in (_LAST_NUMBERS.findall(rest) or [("0", "0")])[-1] if number
    ]
    kind = _KINDS[name]
    at = {"write": numbers[-1], "cut": numbers[0]}.get(kind, 0)
    return Event(kind, path, at, _content(rest) if kind == "write" else b"")


def _text(match: re.Match[str] | None) -> str:
    return bytes.fromhex(match[1].replace("\\x", "")).decode() if match else ""


def _content(rest: str) -> bytes:
    match = _STRING.search(rest)
    return bytes.fromhex(match[1].replace("\\x", "")) if match else b""


@dataclass
class _File:
    """What is certain of a file, and what was done to it since it was synced."""

    content: bytearray = field(default_factory=bytearray)
    since: list[Event] = field(default_factory=list)
    named: bool = False  # whether its name is certain
    removed: bool = False


class Disk:
    """The files of a folder as they were at its beginning, and as events change them."""

    def __init__(self, folder: Path, start: dict[str, bytes]) -> None:
        self._folder = str(folder)
        self._files = {
            f"{folder}/{name}": _File(bytearray(content), named=True)
            for name, content in start.items()
        }
        self.said = b""

    def apply(self, event: Event) -> None:
        """Let one more thing happen."""
        if event.kind == "say":
            self.said += event.content
        elif event.kind == "sync" and event.path == self._folder:
            self._files = {path: file for path, file in self._files.items() if not file.removed}
            for file in self._files.values():
                file.named = True
        elif event.kind == "create":
            known = self._files.get(event.path)
            if known is None or known.removed:
                self._files[event.path] = _File()
        elif event.path in self._files:
            file = self._files[event.path]
            match event.kind:
                case "sync":
                    for one in file.since:
                        _do(file.content, one)
                    file.since.clear()
                case "remove":
                    file.removed = True
                case _:
                    file.since.append(event)

    def left(self, luck: random.Random) -> dict[str, bytes]:
        """Return the files that are there after the power is cut now, by name."""
        found = {}
        for path, file in self._files.items():
            if (file.removed or not file.named) and luck.random() < 0.5:
                continue
            content, share = bytearray(file.content), luck.choice((0.0, 0.5, 1.0))
            for one in file.since:
                if luck.random() < share:
                    _do(content, _torn(one, luck))
            found[path.rpartition("/")[2]] = bytes(content)
        return found


def _torn(one: Event, luck: random.Random) -> Event:
    """Return a write, or at times only its first or its last sectors."""
    sectors = len(one.content) // SECTOR
    if one.kind != "write" or sectors < 2 or luck.random() < 0.7:
        return one
    cut = luck.randrange(1, sectors) * SECTOR
    if luck.random() < 0.5:
        return Event("write", one.path, one.at, one.content[:cut])
    return Event("write", one.path, one.at + cut, one.content[cut:])


def _do(content: bytearray, one: Event) -> None:
    if one.kind == "cut":
        del content[one.at :]
        content.extend(bytes(one.at - len(content)))
    else:
        content.extend(bytes(max(one.at - len(content), 0)))
        content[one.at : one.at + len(one.content)] = one.content
