"""`paperboy doctor` in the shell: text or JSON, and an exit code."""

import argparse
import json
from pathlib import Path

import pytest

from bot.cli import doctor
from bot.settings import Settings, sqlite_in
from tests.rigs.clinic import clinic
from tests.rigs.mail_server import mail_server


async def run(settings: Settings, *, as_json: bool) -> int:
    return await doctor.main(settings, argparse.Namespace(json=as_json))


async def test_its_exit_code_tells_whether_something_has_to_be_mended(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(home)
    async with clinic(home) as there, mail_server() as server:
        there.options["email"] = server.settings
        assert await run(there.settings, as_json=False) == 0
        assert capsys.readouterr().out.endswith("\n\nAll is well.\n")
        assert await run(there.settings, as_json=True) == 0
        assert json.loads(capsys.readouterr().out)["healthy"] is True
    # the servers have stopped
    broken = Settings(home, sqlite_in(home), there.site.address, email=server.settings)
    assert await run(broken, as_json=True) == 1
    answer = json.loads(capsys.readouterr().out)
    problems = [one["subject"] for one in answer["findings"] if one["level"] == "problem"]
    assert (answer["healthy"], problems) == (False, ["Hugging Face", "E-mail"])
