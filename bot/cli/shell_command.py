"""A command as the shell knows it, before its arguments are needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.cli import usage

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # its only name


def add_nothing(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A command: its `module` of `bot.cli` runs it, `more` explains it."""

    name: str
    module: str
    summary: str
    more: str = ""
    add_arguments: Callable[[argparse.ArgumentParser], None] = add_nothing

    def add_to(self, commands: Commands) -> None:
        """Add its parser to those of others."""
        parser = commands.add_parser(
            self.name,
            description="\n\n".join(filter(None, (f"{self.summary}.", self.more))),
            allow_abbrev=False,
            formatter_class=usage.Formatter,
        )
        parser.set_defaults(module=self.module)
        self.add_arguments(parser)
