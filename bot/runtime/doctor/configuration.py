"""The settings that are set, each with its source, and the bot that runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.network.proxies import PROXY_NAMES, host_of
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.runtime.heartbeat import read_heartbeat
from bot.settings import NAMES, SECRETS

SETTINGS, RUNNING = "Settings", "Running bot"


def list_settings(sources: Sequence[tuple[str, Mapping[str, str]]]) -> list[Finding]:
    """List what is set and by which source; values of secrets are not shown."""
    given = {
        name: (value.strip(), source)
        for source, values in sources
        for name, value in values.items()
    }
    findings = []
    for name in (*NAMES, *PROXY_NAMES):
        value, source = given.get(name, ("", ""))
        if value:
            findings.append(note(SETTINGS, f"{name} {_shown(name, value)} ({source})"))
            if sentence := _doubt(name, value):
                findings.append(note(SETTINGS, sentence))
    return findings or [note(SETTINGS, "None is set; the defaults apply.")]


def _shown(name: str, value: str) -> str:
    if name in PROXY_NAMES and "@" in value:
        return f"= {host_of(value)}, with a password"
    return "is set" if name in SECRETS else f"= {value}"


def _doubt(name: str, value: str) -> str:
    """Say what a token looks like instead of what it should be, "" if it may be one."""
    if name == "HF_TOKEN" and not value.startswith("hf_"):
        return "HF_TOKEN doesn’t begin with hf_, as tokens of Hugging Face do."
    if name == "DISCORD_TOKEN" and value.count(".") != 2:
        return "DISCORD_TOKEN has no two dots, as bot tokens do: is it the client secret?"
    return ""


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
