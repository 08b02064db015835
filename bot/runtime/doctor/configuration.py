"""The settings that are set, each with its source, and the bot that runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.heartbeat import read_heartbeat
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.settings import NAMES, SECRETS

SETTINGS, RUNNING = "Settings", "Running bot"


def list_settings(
    given: Mapping[str, str], environ: Mapping[str, str], env_file: Path
) -> list[Finding]:
    """List what is set and where; values of secrets are not shown."""
    findings = []
    for name in NAMES:
        if value := given.get(name, "").strip():
            source = "the environment" if name in environ else str(env_file)
            shown = "is set" if name in SECRETS else f"= {value}"
            findings.append(note(SETTINGS, f"{name} {shown} ({source})"))
    return findings or [note(SETTINGS, "None is set; the defaults apply.")]


def check_running(home: Path, now: datetime) -> list[Finding]:
    """Tell what the heartbeat of a running bot says."""
    heartbeat = read_heartbeat(home)
    if heartbeat is None:
        return [note(RUNNING, "Paperboy has not run with this folder. Type: paperboy run")]
    at = f"{heartbeat.at:%d %B %Y, %H:%M:%S} UTC"
    if heartbeat.is_stale(now):
        text = f"Its last heartbeat was at {at}: it has stopped or hangs. Type: paperboy run"
        return [problem(RUNNING, text)]
    problems = [problem(RUNNING, one) for one in heartbeat.problems]
    return problems or [fine(RUNNING, f"Version {heartbeat.version}, process {heartbeat.process}.")]
