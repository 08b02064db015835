"""The commands with which an operator looks after Paperboy, and their arguments."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.shell_command import ShellCommand


def _add_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace an existing file")


def _add_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="what `paperboy backup` wrote")
    parser.add_argument(
        "--move",
        action="store_true",
        help="nothing was posted since the backup: post the digests that are due",
    )


def _add_move(parser: argparse.ArgumentParser) -> None:
    address = "postgresql+asyncpg://user:password@host/paperboy"
    parser.add_argument("--to", required=True, metavar="URL", help=f"as in {address}")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("export", "import"), help="what to do")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the file [export: standard output]"
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "fetch", "prepare"), help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the model to fetch")


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


OPERATOR_COMMANDS = (
    ShellCommand(
        "backup",
        "backup",
        "Copy the database to a file, also while Paperboy runs",
        "The copy is checked, and holds everything but the search index, which is rebuilt from it. "
        "For hourly copies set PAPERBOY_BACKUPS.\n\nExample: paperboy backup paperboy.backup",
        _add_backup,
    ),
    ShellCommand(
        "restore",
        "restore",
        "Put a backup in the database's place",
        "Stop Paperboy first. The backup is checked, and the present database stays beside it with "
        "another name. Digests that came due after the backup may have been posted then, so they "
        "are skipped.\n\nExample: paperboy restore paperboy.backup",
        _add_restore,
    ),
    ShellCommand(
        "move",
        "move",
        "Move everything from the SQLite file to PostgreSQL",
        "Stop Paperboy first. The file is only read, every row is compared in the end, and a move "
        "that was interrupted goes on when it is run again. The database at URL has to be empty."
        "\n\nExample: paperboy move --to postgresql+asyncpg://ada:secret@db/paperboy",
        _add_move,
    ),
    ShellCommand(
        "settings",
        "settings",
        "Export settings and subscriptions as TOML, or import them",
        "Secrets are left out. An import adds the subscriptions that are missing, from their next "
        "time on, and says which settings differ; nothing is replaced.\n\n"
        "Example: paperboy settings export paperboy.toml",
        _add_settings,
    ),
    ShellCommand(
        "model",
        "model",
        "Fetch a language model, and prepare papers for search by meaning",
        "A model is downloaded once, from Hugging Face, and runs on this machine: nothing that "
        "people type leaves it. Then set PAPERBOY_MODEL to its name; papers are prepared while "
        "Paperboy runs, or at once by `paperboy model prepare`.\n\n"
        "Example: paperboy model fetch all-MiniLM-L6-v2",
        _add_model,
    ),
    ShellCommand(
        "doctor",
        "doctor",
        "Check tokens, channels, data and everything else, and say what to do",
        "Looks at the database, the search index, backups, files, Hugging Face, each platform, the "
        "channels of all subscriptions, the clock and the settings. It changes nothing and posts "
        "nothing. Exit codes: 0 all is well, 1 something has to be mended.",
        _add_doctor,
    ),
)
