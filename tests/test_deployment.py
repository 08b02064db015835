"""The files to deploy with: the container's and systemd's."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_EXPOSURE = 2.0  # of 10, as systemd-analyze counts it
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
SERVICE = ROOT / "contrib" / "paperboy.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_the_service_is_shut_off_from_what_it_does_not_need():
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(SERVICE)],
        capture_output=True,
        text=True,
        check=False,
    )
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure, done.stderr
    assert float(exposure[1]) <= MAX_EXPOSURE


def test_the_service_gets_its_tokens_as_credentials_and_tells_that_it_lives():
    lines = SERVICE.read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "LoadCredential=paperboy.env:/etc/paperboy/paperboy.env"} <= set(lines)
    assert any(line.startswith("WatchdogSec=") for line in lines)
    assert not any("Environment=" in line and "TOKEN" in line for line in lines)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_several_processes_have_a_unit_with_a_folder_and_a_shard_each(tmp_path):
    unit, more = tmp_path / "paperboy@.service", tmp_path / "paperboy@.service.d"
    shipped = SERVICE.read_text(encoding="utf-8").replace("/opt/paperboy/bin/paperboy", "/bin/true")
    unit.write_text(shipped, encoding="utf-8")
    more.mkdir()
    shutil.copy(ROOT / "contrib" / "paperboy-processes.conf", more)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "paperboy@1.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "paperboy" not in done.stderr, done.stderr
    said = (more / "paperboy-processes.conf").read_text(encoding="utf-8")
    assert "PAPERBOY_HOME=%S/paperboy/%i DISCORD_SHARD_IDS=%i" in said


def test_several_containers_have_a_folder_and_a_shard_each():
    compose = (ROOT / "compose.processes.yaml").read_text(encoding="utf-8")
    assert re.findall(r"PAPERBOY_HOME: /data/(\d)", compose) == ["0", "1"]
    assert re.findall(r'DISCORD_SHARD_IDS: "(\d)"', compose) == ["0", "1"]
    assert "PAPERBOY_HOME=/data" in CONTAINERFILE


def test_the_container_copies_what_there_is_and_what_is_not_ignored():
    copied = [
        path
        for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE)
        for path in line.split()[:-1]
    ]
    let_through = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_through)
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_container_runs_as_nobody_special_and_tells_how_it_is():
    stage = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in stage
    assert re.search(r'^HEALTHCHECK .* CMD \["paperboy", "health"\]$', stage, re.MULTILINE)
    assert "--require-hashes --requirement requirements/run.txt" in CONTAINERFILE
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for line in ('user: "10001:10001"', "read_only: true", "- ALL", "no-new-privileges:true"):
        assert line in compose
