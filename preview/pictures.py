"""Draw the README's pictures: a digest in Slack and Discord, and a session at the prompt.

The first needs Chromium; what pictures of papers would show is left out, since it lies elsewhere.
"""

# ruff: noqa: T201  # it says where they are

from __future__ import annotations

import asyncio
import io
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from adapters.terminal import HERE, ME
from adapters.terminal.render import render
from bot.chat.views import Item, Link, View
from bot.cli.demo import half_remembered
from preview import discord, slack
from preview.sample import views

FOLDER = Path(__file__).parents[1] / "pictures"
WIDTH, HEIGHT = 1440, 700  # pixels of the digests
COLUMNS = 92  # of the terminal
PAUSE_SECONDS, LINE_SECONDS = 1.2, 0.08  # before a command, and between lines of its answer
# without pictures of papers, which would have to be fetched, and what is only about the preview
HIDDEN = "img, object, .notice, .only { display: none !important } body { overflow: hidden }"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE = """<!doctype html><meta charset=utf-8><style>
body {{ margin: 0; display: flex; gap: 16px; background: #fff }}
iframe {{ border: 1px solid #ccc; border-radius: 12px; flex: 1; height: {height}px }}
</style>{frames}"""


def main() -> int:
    """Write both pictures, and say where."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Chromium is needed: install it (on Debian: apt install chromium).", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    terminal = FOLDER / "terminal.svg"
    terminal.write_text(draw_terminal(), encoding="utf-8")
    print(terminal)
    print(photograph(browser, FOLDER / "digest.png"))
    return 0


def photograph(browser: str, picture: Path) -> Path:
    """Write a picture of a digest in Slack and the same in Discord."""
    pages = (slack.pages()["full"], discord.pages()["full"])
    frames = "".join(
        f'<iframe srcdoc="{escape(page.replace("</style>", f"{HIDDEN}</style>", 1))}"></iframe>'
        for page in pages
    )
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE.format(height=HEIGHT - 2, frames=frames), encoding="utf-8")
        command = f"{browser} --headless --no-sandbox --disable-gpu --hide-scrollbars"
        subprocess.run(  # noqa: S603  # the browser on this computer
            [
                *command.split(),
                f"--user-data-dir={folder}/profile",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={picture.absolute()}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return picture


def draw_terminal() -> str:
    """Return a session at the prompt as a moving SVG."""
    shown = asyncio.run(views(ME, HERE))
    console = Console(record=True, width=COLUMNS, force_terminal=True, file=io.StringIO())
    begins: list[int] = []  # lines at which a command is typed
    search = f"find {half_remembered(_title(shown['list']))}"
    for words, view in ((search, shown["list"]), ("paper pi-bench", shown["card"])):
        begins.append(_lines(console))
        console.print(f"[bold green]paperboy>[/] {words}", highlight=False)
        console.print(render(view))
        console.print()
    svg = console.export_svg(title="paperboy", unique_id="paperboy", clear=False)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # fonts lie elsewhere
    return svg.replace("</style>", f"{_motion(begins, svg)}</style>", 1)


def _title(view: View) -> str:
    """Return the title of the first paper of a list."""
    first = next(block for block in view.blocks if isinstance(block, Item) and block.paper)
    return "".join(span.text for span in first.title if isinstance(span, Link))


def _lines(console: Console) -> int:
    return console.export_text(clear=False).count("\n")


def _motion(begins: list[int], svg: str) -> str:
    """Return rules that let the lines appear one by one."""
    count = max(map(int, re.findall(r"paperboy-line-(\d+)", svg))) + 1
    rules, seconds = (
        ["@keyframes appear { from { opacity: 0 } }", "text { animation: appear 0s both }"],
        0.0,
    )
    for number in range(count):
        seconds += PAUSE_SECONDS if number - 1 in begins or number in begins else LINE_SECONDS
        rules.append(
            f'text[clip-path="url(#paperboy-line-{number})"] {{ animation-delay: {seconds:.2f}s }}'
        )
    return "\n".join(rules)


if __name__ == "__main__":
    sys.exit(main())
