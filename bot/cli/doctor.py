"""`paperboy doctor`: checks everything that has to work, and says what to do."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.bootstrap import build_send_only
from bot.calendar.clock import utc_now
from bot.chat.command_table import CommandTable
from bot.cli.run import build_adapters
from bot.cli.session import DONE, NOTHING
from bot.features import ALL
from bot.runtime.doctor.examination import Patient, examine
from bot.runtime.doctor.findings import is_healthy, lines, to_json
from bot.settings import Settings
from bot.settings.env_file import read_sources

ENV_FILE = Path(".env")


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Print what was found; 0 if all is well, 1 if something has to be mended."""
    patient = Patient(
        settings,
        (*build_adapters(settings), *build_send_only(settings, utc_now)),
        CommandTable.of(ALL).commands,
        utc_now,
        read_sources(ENV_FILE),
        ENV_FILE,
    )
    findings = await examine(patient)
    if args.json:
        print(json.dumps(to_json(findings), ensure_ascii=False, indent=2))
    else:
        print(*lines(findings), sep="\n")
    return DONE if is_healthy(findings) else NOTHING
