"""Write the pages of every platform into build/preview/."""

# ruff: noqa: T201  # it says where they are

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import preview

FOLDER = Path("build/preview")
PLATFORMS = ("slack", "discord")


def main() -> None:
    """Write a page a view, and say where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    there = {module.name for module in iter_modules(preview.__path__)}
    for platform in PLATFORMS:
        if platform in there:
            for name, page in import_module(f"preview.{platform}").pages().items():
                path = FOLDER / f"{platform}-{name}.html"
                path.write_text(page, encoding="utf-8")
                print(path)


if __name__ == "__main__":
    main()
