"""Faults of the data, the files, the settings and what waits: the doctor names each one."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.library.backups import Backups
from bot.models import DigestOptions, Place
from bot.runtime.doctor import data
from bot.runtime.doctor.findings import Finding, Level, is_healthy, lines, to_json
from bot.runtime.heartbeat import Heartbeat, write_heartbeat
from bot.search import Index
from bot.settings.platforms import SlackSettings
from bot.store import SyncRun
from bot.store.database_url import read_address
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from bot.store.schema import VERSION_TABLE
from tests.rigs.clinic import DAY, Clinic, clinic
from tests.rigs.damage import damage_pages

PLACE = Place("slack", "T1", "C1")
HOUR = timedelta(hours=1)


@pytest.fixture
async def there(home: Path) -> AsyncIterator[Clinic]:
    async with clinic(home) as there:
        there.options["slack"] = SlackSettings("xoxb-1", "xapp-1", "http://127.0.0.1:9/api")
        yield there


def run(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


async def index(there: Clinic) -> Path:
    file = there.home / "index.sqlite3"
    async with there.store() as store:
        await (await Index.open(file, store.identity)).close()
    return file


async def damaged_database(there: Clinic) -> None:
    damage_pages(there.database, "reactions", "notes")


async def no_database(there: Clinic) -> None:
    there.database.write_text("Dear Ada, " * 1000)


async def foreign_database(there: Clinic) -> None:
    there.database.unlink()
    run(there.database, "CREATE TABLE other (x)")


async def newer_database(there: Clinic) -> None:
    run(there.database, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")


async def missing_driver(there: Clinic) -> None:
    there.url = "postgresql+asyncpg://ada:hunter2@127.0.0.1:1/papers"
    there.options["backups"] = there.home


async def damaged_index(there: Clinic) -> None:
    damage_pages(await index(there), "paper", "abstract")


async def index_that_is_text(there: Clinic) -> None:
    (there.home / "index.sqlite3").write_text("Dear Ada, " * 1000)


async def missing_model(there: Clinic) -> None:
    there.options["model"] = "all-MiniLM-L6-v2"


async def no_copies(there: Clinic) -> None:
    there.options["backups"] = there.home / "copies"


async def old_copies(there: Clinic) -> None:
    there.options["backups"] = there.home / "copies"
    old = there.now - 5 * HOUR
    assert await Backups(there.database, there.home / "copies", lambda: old).make()


async def readable_database(there: Clinic) -> None:
    there.database.chmod(0o644)


async def readable_tokens(there: Clinic) -> None:
    (there.home / ".env").write_text("HF_TOKEN=hf_secret")
    (there.home / ".env").chmod(0o640)


async def dead_bot(there: Clinic) -> None:
    write_heartbeat(there.home, Heartbeat(there.now - HOUR, "0.2.0", 7, alive=True))


async def troubled_bot(there: Clinic) -> None:
    lost = ("Slack is not connected.",)
    write_heartbeat(there.home, Heartbeat(there.now, "0.2.0", 7, alive=True, problems=lost))


async def half_of_slack(there: Clinic) -> None:
    there.options["left_out"] = ("Slack is left out: set SLACK_APP_TOKEN too.",)


async def nowhere_for_admins(there: Clinic) -> None:
    there.options["admin_place"] = ("discord", "1")


async def other_platform(there: Clinic) -> None:
    await there.subscribe(Place("discord", "1", "2"))


async def strange_zone(there: Clinic) -> None:
    one = await there.subscribe(PLACE)
    options = one.options
    wrong = replace(options, schedule=replace(options.schedule, zone="Europe/Nowhere"))
    run(
        there.database,
        f"UPDATE subscriptions SET wishes = '{json.dumps(DigestOptions.to_json(wrong))}'",
    )


async def digest(there: Clinic, state: str, trouble: str = "", due: timedelta = HOUR) -> None:
    """Leave a message of a digest in a state."""
    one = await there.subscribe(PLACE)
    at = there.now - due
    planned = PlannedDigest(one.id, at.date(), at.date(), at, at + DAY, at.date(), at)
    async with there.store() as store:
        await store.digests.plan([planned], at)
        part = Part("a-key", {"blocks": []})
        rendered = DueDigest(one, at.date(), at, at + DAY)
        made = RenderedDigest(rendered, at.date(), at.date(), (), (), (part,))
        await store.digests.save([made], at)
    run(there.database, f"UPDATE deliveries SET state = '{state}', trouble = '{trouble}'")


async def waiting(there: Clinic) -> None:
    await digest(there, "pending", "I’m not in that channel.")


async def uncertain(there: Clinic) -> None:
    await digest(there, "uncertain", "Slack did not answer.")


async def late(there: Clinic) -> None:
    await digest(there, "pending", due=5 * HOUR)


async def failed_sync(there: Clinic) -> None:
    run(there.database, "DELETE FROM syncs")
    async with there.store() as store:
        await store.syncs.record(SyncRun(there.now - 2 * DAY, 1, 0))
        await store.syncs.record(SyncRun(there.now, 0, 0, "huggingface.co has a problem."))


Plant = Callable[[Clinic], Awaitable[None]]
FAULTS: list[tuple[Plant, str]] = [
    (damaged_database, r"Database: .*paperboy.sqlite3 is damaged .* paperboy restore FILE"),
    (no_database, "Database: .* is not a SQLite database: name another file, or move it away"),
    (foreign_database, "Database: .* is no database of Paperboy"),
    (newer_database, r"Database: .* made by a newer Paperboy \(schema 9999; .* update this one"),
    (missing_driver, "Backups: PAPERBOY_BACKUPS copies SQLite files only. Use pg_dump"),
    (damaged_index, "Search index: .*index.sqlite3 is damaged .* paperboy index --rebuild"),
    (index_that_is_text, "Search index: .*index.sqlite3 can’t be read .* index --rebuild"),
    (no_copies, "Backups: There is no backup in .*/copies yet: is `paperboy run` running"),
    (missing_model, "Language model: There is no model .* Type: paperboy model fetch all-MiniLM"),
    (old_copies, "Backups: There is no backup in .* since .* UTC: is `paperboy run` running"),
    (readable_database, "Files: Others .* can read .*paperboy.sqlite3. Type: chmod 600"),
    (readable_tokens, r"Files: Others .* can read .*/\.env. Type: chmod 600"),
    (dead_bot, "Running bot: Its last heartbeat was at .*: it has stopped or hangs"),
    (troubled_bot, "Running bot: Slack is not connected."),
    (half_of_slack, "Platforms: Slack is left out: set SLACK_APP_TOKEN too."),
    (nowhere_for_admins, "Platforms: PAPERBOY_ADMIN_PLACE is on discord, which isn’t set up"),
    (other_platform, "Subscriptions: 1 subscription is for discord, which isn’t set up here"),
    (strange_zone, "Subscriptions: Subscription 1 is in the time zone “Europe/Nowhere”"),
    (waiting, "Digests: Subscription 1 waits: I’m not in that channel."),
    (uncertain, "Digests: Message 1 of subscription 1 may have arrived: type resolve 1 there"),
    (late, "Digests: 1 digest is hours late. Is `paperboy run` running"),
    (failed_sync, "Papers: The last good sync was .* huggingface.co has a problem. Type: paper"),
]


@pytest.mark.parametrize(
    ("plant", "sentence"), FAULTS, ids=lambda one: getattr(one, "__name__", "")
)
async def test_a_fault_is_named_with_what_to_do(there: Clinic, plant: Plant, sentence: str):
    await plant(there)
    assert_matches(sentence, await text(there))


def assert_matches(sentence: str, found: str) -> None:
    assert re.search(sentence, found), found


async def test_a_full_disk_is_named(there: Clinic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data, "MIN_FREE_BYTES", shutil.disk_usage(there.home).total * 2)
    assert_matches("Files: The disk with .* MB left. Free some space", await text(there))


async def test_a_home_that_is_no_folder_of_ours_is_named(
    there: Clinic, monkeypatch: pytest.MonkeyPatch
):
    there.home = there.home / "new"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert_matches("Database: .* can’t be created: let Paperboy write to", await text(there))


async def test_a_setup_without_a_platform_is_named(there: Clinic):
    there.options.pop("slack")
    assert_matches("Platforms: No platform is set up. Set DISCORD_TOKEN", await text(there))


async def text(there: Clinic) -> str:
    return "\n".join(await there.problems())


async def test_a_home_in_which_all_is_well_has_no_problem_and_stays_as_it_is(there: Clinic):
    await there.subscribe(PLACE)
    await index(there)
    there.sources = [
        (".env", {"HF_TOKEN": "hf_old", "PAPERBOY_SYNC_MINUTES": "10"}),
        ("environment", {"HF_TOKEN": "hf_secret", "HOME": "/somewhere"}),
    ]
    before = {file.name: file.stat().st_mtime_ns for file in there.home.iterdir()}
    findings = await there.examine()
    alone = [one for one in findings if one.subject not in {"Platforms", "Subscriptions"}]
    assert is_healthy(alone), [one for one in alone if one.level is Level.PROBLEM]
    assert {file.name: file.stat().st_mtime_ns for file in there.home.iterdir()} == before
    told = await there.texts()
    assert "HF_TOKEN is set (environment)" in told
    assert "PAPERBOY_SYNC_MINUTES = 10 (.env)" in told
    assert "hf_secret" not in told


async def test_what_looks_like_another_secret_is_named_without_it(there: Clinic):
    proxy = "http://ada:hunter2@proxy.test:3128"
    values = {"HF_TOKEN": "sk-12345", "DISCORD_TOKEN": "0123456789abcdef", "HTTPS_PROXY": proxy}
    there.sources = [("environment", values)]
    told = await there.texts()
    assert "HF_TOKEN doesn’t begin with hf_" in told
    assert "DISCORD_TOKEN has no two dots, as bot tokens do: is it the client secret?" in told
    assert "HTTPS_PROXY = proxy.test:3128, with a password (environment)" in told
    assert not any(secret in told for secret in ("sk-12345", "0123456789abcdef", "hunter2"))


async def test_a_new_home_is_no_fault_and_is_not_created(tmp_path: Path):
    async with clinic(tmp_path / "first") as there:
        there.home = tmp_path / "new"
        findings = await there.examine()
        assert [one.subject for one in findings if one.level is Level.PROBLEM] == ["Platforms"]
        assert not (tmp_path / "new").exists()


async def test_an_earlier_database_is_looked_at_and_not_updated(there: Clinic):
    run(there.database, f"UPDATE {VERSION_TABLE} SET version_num = '0009'")
    assert "Its schema is 0009; the next start updates it" in await there.texts()
    assert read_address(there.settings.database_url).file == there.database
    connection = sqlite3.connect(there.database)
    assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == ("0009",)
    connection.close()


def test_findings_are_text_and_json():
    found = [
        Finding("Database", Level.FINE, "It is sound."),
        Finding("Slack", Level.PROBLEM, "It lacks a scope. Add it."),
        Finding("Slack", Level.NOTE, "It is far away."),
    ]
    assert [*lines(found)] == [
        "Database",
        "  ✓ It is sound.",
        "Slack",
        "  ✗ It lacks a scope. Add it.",
        "  · It is far away.",
        "",
        "1 problem (✗) to mend.",
    ]
    assert to_json(found)["healthy"] is False
    assert json.loads(json.dumps(to_json(found)))["findings"][1]["level"] == "problem"
    assert [*lines(found[:1])][-1] == "All is well."
