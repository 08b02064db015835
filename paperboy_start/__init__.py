"""The console script: checks that Paperboy's own packages are imported, and starts it.

`bot` and `adapters` are names that other projects take too. Installed beside one of them, Paperboy
says so in a sentence.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

# how the first line of each package begins
PACKAGES = {
    "bot": '"""The core of Paperboy',
    "adapters": '"""The places where people talk to Paperboy',
}
WRONG = 2  # exit code


def main() -> int:
    """Run `paperboy`; return its exit code."""
    # until the command runs, Ctrl-C ends the process without a traceback of what is imported
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if problem := find_foreign(Path(__file__).resolve().parents[1]):
        print(f"paperboy: {problem}", file=sys.stderr)
        return WRONG
    from bot.__main__ import main as run

    return run()


def find_foreign(home: Path) -> str:
    """Say which package of another project stands in the way; "" if none does.

    `home` is the folder in which Paperboy's packages lie.
    """
    for name, beginning in PACKAGES.items():
        spec = find_spec(name)
        path = Path(spec.origin).resolve() if spec and spec.origin else None
        if path is None or path.parent.parent != home or not _begins(path, beginning):
            where = path.parent if path else home / name
            return (
                f"the package “{name}” in {where} is another project’s, not Paperboy’s. Install "
                "Paperboy in an environment of its own: pipx install, or python3 -m venv."
            )
    return ""


def _begins(path: Path, beginning: str) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(len(beginning)) == beginning
