"""Settings and subscriptions go to a TOML file and come back, without secrets."""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.calendar.clock import utc_now
from bot.calendar.schedule import Schedule
from bot.cli import settings as command
from bot.digests.watches import Watches
from bot.errors import UsageError
from bot.exchange.settings_toml import SettingsFile, read_toml, write_toml
from bot.models import DigestOptions, Person, Place, Subscription
from bot.settings import NAMES, SECRETS, Settings, sqlite_in
from bot.store import Store

MADE = datetime(2026, 5, 29, 15, tzinfo=UTC)
FRIDAYS = Schedule("weekly", time(16), "Europe/Berlin", (4,))
OPTIONS = DigestOptions(FRIDAYS, papers=7, topics='author:"ada lovelace", κβ\t\\ 🔖', code=True)


def subscription(address: str, paused: str = "", options: DigestOptions = OPTIONS) -> Subscription:
    place, person = Place("slack", "T1", address), Person("slack", "T1", "U1")
    return Subscription(0, place, person, options, MADE, paused=paused)


async def run(home: Path, what: str, file: Path | None) -> None:
    args = argparse.Namespace(what=what, file=file)
    assert await command.main(Settings(home, sqlite_in(home)), args) == 0


async def fill(home: Path, *new: Subscription) -> None:
    async with await Store.open(sqlite_in(home)) as store:
        for one in new:
            await store.tenant("slack", "T1").subscriptions.add(one)


async def stored(home: Path) -> tuple[Subscription, ...]:
    async with await Store.open(sqlite_in(home)) as store:
        return await store.subscriptions.every(0, 100)


async def test_what_was_exported_is_there_again_after_an_import(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERBOY_SYNC_MINUTES", "10")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    await fill(home, subscription("C1"), subscription("C2", "by Ann"))
    await run(home, "export", tmp_path / "paperboy.toml")
    text = (tmp_path / "paperboy.toml").read_text()
    assert "hf_secret" not in text
    assert "HF_TOKEN" in text  # so that it is not forgotten
    assert tomllib.loads(text)["settings"] == {"PAPERBOY_SYNC_MINUTES": "10"}
    assert (tmp_path / "paperboy.toml").stat().st_mode & 0o777 == 0o600
    new_home = tmp_path / "new"
    await run(new_home, "import", tmp_path / "paperboy.toml")
    assert "PAPERBOY_SYNC_MINUTES" not in capsys.readouterr().out  # it is the same here
    for other in ("05", "20"):
        monkeypatch.setenv("PAPERBOY_SYNC_MINUTES", other)
        await run(new_home, "import", tmp_path / "paperboy.toml")
        told = capsys.readouterr().out
        assert f"PAPERBOY_SYNC_MINUTES is {other} here and 10 in the file; it stays." in told
    first, second = await stored(new_home)
    assert (first.place, first.person, first.options) == (
        Place("slack", "T1", "C1"), Person("slack", "T1", "U1"), OPTIONS,
    )  # fmt: skip
    assert first.next_due
    assert first.next_due > utc_now()
    assert (second.paused, second.next_due) == ("by Ann", None)
    await run(new_home, "import", tmp_path / "paperboy.toml")
    assert "Imported 0 subscriptions; 2 were there already." in capsys.readouterr().out
    assert len(await stored(new_home)) == 2


async def test_a_watch_stays_a_watch(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(home)
    async with await Store.open(sqlite_in(home)) as store:
        watch = replace(subscription("C1"), watch=True)
        await Watches(store, utc_now).add(watch)
    await run(home, "export", tmp_path / "paperboy.toml")
    new_home = tmp_path / "new"
    for _ in range(2):
        await run(new_home, "import", tmp_path / "paperboy.toml")
    (again,) = await stored(new_home)
    assert (again.watch, again.next_due, again.options) == (True, None, OPTIONS)


async def test_without_a_file_the_export_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(home)
    await fill(home, subscription("C1"))
    await run(home, "export", None)
    assert len(read_toml(capsys.readouterr().out).subscriptions) == 1
    with pytest.raises(UsageError, match="Name the file to import"):
        await run(home, "import", None)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.dictionaries(st.sampled_from(NAMES), TEXT),
    st.builds(
        DigestOptions,
        st.sampled_from([FRIDAYS, Schedule("daily", time(9, 30), "America/New_York")]),
        topics=TEXT,
        without=TEXT,
        quiet=st.booleans(),
        votes=st.integers(0, 1000),
    ),
    TEXT,
)
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_text_survives_the_file(settings, options, paused):
    file = SettingsFile(settings, [subscription("C1", paused, options)])
    again = read_toml(write_toml(file))
    assert again.settings == settings
    assert [(one.options, one.paused, one.made) for one in again.subscriptions] == [
        (options, paused, MADE)
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ('every = "weekly"', 'every = "hourly"', "Subscription 1 of the file can’t be read"),
        ('zone = "Europe/Berlin"', 'zone = "Europe/Nowhere"', "Subscription 1"),
        ('at = "16:00"', 'at = "26:00"', "hour must be in 0..23"),
        ("papers = 7", 'papers = "7"', "papers can’t be '7'"),
        ('order = "upvotes"', 'order = "luck"', "order can’t be 'luck'"),
        ('platform = "slack"', "", "Subscription 1 of the file can’t be read: platform"),
        ("[settings]", "[settings", "is not valid TOML"),
        ("[settings]", "[[settings]]", "needs a table"),
    ],
)
def test_what_is_wrong_is_named(was, becomes, sentence):
    text = write_toml(SettingsFile({}, [subscription("C1")])).replace(was, becomes)
    with pytest.raises(UsageError) as refused:
        read_toml(text)
    assert sentence in str(refused.value)


async def test_a_setting_that_does_not_exist_is_refused_and_nothing_imported(
    home: Path, tmp_path: Path
):
    file = SettingsFile({"PAPERBOY_LUCK": "1"}, [subscription("C1")])
    (tmp_path / "x.toml").write_text(write_toml(file))
    with pytest.raises(UsageError, match="PAPERBOY_LUCK"):
        await run(home, "import", tmp_path / "x.toml")
    assert await stored(home) == ()


def test_every_name_with_a_secret_in_it_is_one():
    assert {*NAMES} >= SECRETS
    assert {name for name in NAMES if "TOKEN" in name or "SECRET" in name} <= SECRETS
