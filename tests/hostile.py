"""Hostile lines and interrupts at a real terminal: `python -m tests.hostile --cuts 200`.

Nothing may be done that was not confirmed, nothing may end in a traceback, and the terminal has to
be usable after it.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import random
import select
import signal
import socketserver
import sqlite3
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 40.0
PROMPT = "paperboy>"
START = "import sys; from paperboy_start import main; sys.exit(main())"
CURSOR_WHERE = "\x1b[6n"  # a program's question to its terminal
INTERRUPT, PASTE, PASTED = "\x03", "\x1b[200~", "\x1b[201~"
CHANGED_BY_A_FORM = ("subscriptions", "shelf", "notes", "tags", "votes")
PIECES = (
    *("\x00", "\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u200b", "\ufeff", "\x7f", "\x9b31m"),
    *(
        "'; DROP TABLE papers;--",
        '"',
        "'",
        "`",
        "$(reboot)",
        "%s%n",
        "{0}",
        "\\",
        "../../etc/passwd",
    ),
    *(
        "²",
        "🔖",
        "北京",
        "e\u0301" * 40,
        "x" * 5000,
        "99999999999",
        "-1",
        "?",
        ":",
        "author:",
        "page:0",
    ),
    *(
        "NOT",
        "OR",
        "OR OR",
        "after:9999-12-31",
        "before:0001-01-01",
        "votes:-1",
        "since:31.2.",
        "@",
    ),
    *("<@U1>", "@everyone", "[x](javascript:alert(1))", "*", "_", "&amp;", "file:///etc/passwd"),
)
VERBS = (
    *("", "find", "FIND", "/find", "paper", "similar", "day", "week", "month", "days", "saved"),
    *("shelf", "react", "unreact", "open", "undo", "help", "export", "status", "again", "picks"),
)
FORMS = ("subscribe", "save", "note", "tag", "day", "vote", "keep-from")
PAGES = (
    "today",
    "find zebra",
    "trending",
    "month 2026-05",
    "home",
    "saved",
    "find papers last week",
)
DOWNLOADS = (["sync"], ["sync", "--since", "2026-05-01"], ["import", "papers.jsonl"], ["today"])


class Session:
    """A program at a terminal of its own."""

    def __init__(self, folder: Path, endpoint: str, arguments: Sequence[str] = ()) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (30, 80))
        self._before = termios.tcgetattr(theirs)
        self._theirs = theirs
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PAPERBOY_HOME": str(folder / "home"),
            "PAPERBOY_SYNC_MINUTES": "0",
            "HF_ENDPOINT": endpoint,
            "TERM": "xterm",
            "BROWSER": "true",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=folder, start_new_session=True,
        )  # fmt: skip
        self.text = ""
        self._marks = 900_000  # numbers of papers that there are not

    def send(self, text: str) -> None:
        """Type."""
        data = text.encode(errors="replace")
        while data:  # a terminal takes a few thousand bytes at once
            _, ready, _ = select.select([], [self._ours], [], 0.2)
            if ready:
                data = data[os.write(self._ours, data[:500]) :]
            self.read(0)

    def read(self, seconds: float) -> None:
        """Read what is written in the next seconds, and answer where the cursor is."""
        end = time.monotonic() + seconds
        while True:
            wait = max(0.0, end - time.monotonic())
            if not select.select([self._ours], [], [], min(wait, 0.05))[0]:
                if wait == 0.0:
                    return
                continue
            try:
                written = os.read(self._ours, 65536).decode(errors="replace")
            except OSError:  # it has ended
                return
            self.text += written
            if CURSOR_WHERE in written:
                os.write(self._ours, b"\x1b[1;1R")

    def settle(self) -> None:
        """Wait until the prompt answers again; what still asks something is cancelled."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._marks += 1
            self.send(f"open {self._marks}\r")
            answer = f"no paper {self._marks} here"
            if self.wait_for(answer, 3):
                # before the prompt is there, a terminal takes lines of 4,095 bytes only
                while PROMPT not in self.text[self.text.rindex(answer) :]:
                    assert time.monotonic() < end, self.text[-3000:]
                    self.read(0.02)
                return
            assert time.monotonic() < end, self.text[-3000:]
            assert self.process.poll() is None, self.text[-3000:]
            self.send(INTERRUPT)
            self.read(0.3)

    def wait_for(self, words: str, seconds: float = PATIENCE_SECONDS) -> bool:
        """Read until there are these words; tell whether they came."""
        end, start = time.monotonic() + seconds, len(self.text)
        while words not in self.text[max(0, start - len(words)) :]:
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            self.read(0.02)
        return True

    def wait_for_command(self) -> None:
        """Read until a command runs: a prompt shows what is typed by itself."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not termios.tcgetattr(self._theirs)[3] & termios.ECHO:
            assert time.monotonic() < end, self.text[-3000:]
            self.read(0.02)

    def is_sane(self) -> bool:
        """Tell whether the terminal is as the program found it."""
        return termios.tcgetattr(self._theirs)[:4] == self._before[:4]

    def close(self) -> None:
        """End the program if it has not, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


class _Slow(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Begin to answer, and take longer than anybody waits."""
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        self.server.stopped.wait(30)  # type: ignore[attr-defined]


@contextmanager
def slow_source() -> Iterator[str]:
    """Run a server on loopback whose answers never end; give its address."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Slow) as server:
        server.daemon_threads = True
        server.stopped = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.stopped.set()  # type: ignore[attr-defined]
        server.shutdown()


def line(rnd: random.Random) -> str:
    """Make a hostile line."""
    parts = [rnd.choice(VERBS), *rnd.choices(PIECES, k=rnd.randint(0, 3))]
    rnd.shuffle(parts)
    return " ".join(parts).replace("\n", " ").replace("\r", " ")


def type_lines(session: Session, rnd: random.Random, number: int) -> None:
    """Type or paste hostile lines one by one."""
    for _ in range(number):
        text = line(rnd)
        if rnd.random() < 0.5 or any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text):
            text = f"{PASTE}{text}{PASTED}"
        session.send(f"{text}\r")
        session.settle()


def cut_forms_and_pages(session: Session, rnd: random.Random, number: int) -> None:
    """Press Ctrl-C at random moments of forms and pages."""
    for _ in range(number):
        is_form = rnd.random() < 0.6
        session.send(f"{rnd.choice(FORMS if is_form else PAGES)}\r")
        session.read(rnd.uniform(0, 0.8))
        for _ in range(rnd.randint(0, 2) if is_form else 0):
            session.send("\r")
            session.read(rnd.uniform(0, 0.3))
        session.send(INTERRUPT)
        session.read(rnd.uniform(0.1, 0.3))  # what comes in the same moment is lost with the line
        session.settle()


def cut_downloads(folder: Path, endpoint: str, rnd: random.Random, number: int) -> None:
    """Interrupt commands of the shell at random moments."""
    for _ in range(number):
        session = Session(folder, endpoint, rnd.choice(DOWNLOADS))
        try:
            session.read(rnd.uniform(0.05, 3))
            end = time.monotonic() + PATIENCE_SECONDS
            while session.process.poll() is None:
                assert time.monotonic() < end, session.text
                # once more, as a person would: Python loses one that comes in a callback of its own
                os.killpg(session.process.pid, signal.SIGINT)
                again = time.monotonic() + 3
                while session.process.poll() is None and time.monotonic() < again:
                    session.read(0.1)
            session.read(0.1)
            assert session.process.returncode in {0, 1, 130, -signal.SIGINT}, session.text
            # before a line of ours runs, Python itself says that it was interrupted
            if any(f"{room}/" in session.text for room in ("bot", "adapters")):
                assert "Traceback" not in session.text, session.text
            assert session.is_sane()
        finally:
            session.close()


def changes(folder: Path) -> dict[str, int]:
    """Count what the database has of things that only people do."""
    with closing(sqlite3.connect(folder / "home" / "paperboy.sqlite3")) as database, database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in CHANGED_BY_A_FORM
        }


def fill(folder: Path) -> None:
    """Import a few papers."""
    papers = [
        {"id": f"2605.1{n:04}", "title": f"Zebra Number {n}", "published": "2026-05-20"}
        for n in range(300)
    ]
    (folder / "papers.jsonl").write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    session = Session(folder, "http://127.0.0.1:9", ["import", "papers.jsonl"])
    try:
        while session.process.poll() is None:
            session.read(0.1)
    finally:
        session.close()


def attack(folder: Path, seed: int, lines: int, cuts: int) -> None:
    """Do all of it; AssertionError where something went wrong."""
    rnd = random.Random(seed)
    fill(folder)
    with slow_source() as endpoint:
        session = Session(folder, endpoint)
        try:
            assert session.wait_for(PROMPT), session.text
            type_lines(session, rnd, lines)
            cut_forms_and_pages(session, rnd, cuts - cuts // 5)
            session.send("status\r")
            assert session.wait_for("Days fetched"), session.text[-3000:]
            session.settle()
            session.send("quit\r")
            assert session.process.wait(PATIENCE_SECONDS) == 0
            session.read(0.1)
            for sign in ("Traceback", "Something went wrong"):
                assert sign not in session.text, session.text[session.text.index(sign) - 2000 :]
            assert session.is_sane()
        finally:
            session.close()
        cut_downloads(folder, endpoint, rnd, cuts // 5)
    done = changes(folder)
    assert done == dict.fromkeys(CHANGED_BY_A_FORM, 0), done


def main() -> None:
    """Read the arguments, and attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    # a shell lets what it starts in the background ignore Ctrl-C, and so would every program here
    signal.signal(signal.SIGINT, signal.default_int_handler)
    start = time.monotonic()
    with TemporaryDirectory() as folder:
        attack(Path(folder), args.seed, args.lines, args.cuts)
    sys.stdout.write(
        f"{args.lines:,} hostile lines and {args.cuts} interrupts in "
        f"{time.monotonic() - start:.0f} s: nothing done, no traceback, the terminal as before.\n"
    )


if __name__ == "__main__":
    main()
