"""`paperboy` in processes of its own, without the time that its imports take.

One process imports everything and waits. For each run it forks, and the child goes on as if it had
just been started as `python -m bot`.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds that a run may take


class Program:
    """Runs `paperboy` with what it is given and returns what came out."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(PATIENCE)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.rigs.program", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"},
            )

    def run(
        self, args: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run it once, in a folder and with an environment."""
        work = {"args": args, "cwd": str(cwd), "env": dict(env)}
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            numbers = [file.fileno() for file in (given, out, err)]
            socket.send_fds(self._socket, [json.dumps(work).encode()], numbers)
            code = json.loads(self._socket.recv(100))
            said, complained = _content(out), _content(err)
        return subprocess.CompletedProcess(list(args), code, said, complained)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._server.wait(PATIENCE)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _import_all() -> None:
    import adapters.terminal
    import bot

    for package in (bot, adapters.terminal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                with suppress(ModuleNotFoundError):  # of a package that is an extra
                    importlib.import_module(module.name)


def _serve(connection: socket.socket) -> None:
    """Fork for each piece of work; only a child comes back from here with one to do."""
    while True:
        message, files, *_ = socket.recv_fds(connection, 1 << 20, 3)
        if not message:
            sys.exit()
        child = os.fork()
        if not child:
            _become(json.loads(message), files)
            return
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        connection.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _become(work: dict[str, object], files: Sequence[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(str(work["cwd"]))
    os.environ.clear()
    os.environ.update(work["env"])  # type: ignore[call-overload]  # it is a dict of strings
    sys.argv = ["paperboy", *work["args"]]  # type: ignore[misc]  # it is a list of strings


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        _import_all()
        gc.freeze()
        _serve(connection)
    runpy.run_module("bot", run_name="__main__")
