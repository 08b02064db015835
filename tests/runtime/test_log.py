"""The log: bounded, without secrets, and the same thing said once a minute."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import log_file
from bot.calendar.clock import utc_now
from bot.errors import SettingsError
from bot.log_file import MAX_BYTES, MAX_FILES, LogFile
from bot.runtime.log import MAX_REMEMBERED, Repeats, log_to_file, redact, secrets
from bot.settings import Settings

ENV = {
    "SLACK_BOT_TOKEN": "xoxb-secret-1",
    "SLACK_APP_TOKEN": "xapp-secret-2",
    "DISCORD_TOKEN": "discord-secret-3",
    "HF_TOKEN": "hf_secret_4",
    "PAPERBOY_WEBHOOKS": "team=https://example.org/hook?key=secret5678",
    "PAPERBOY_WEBHOOK_SECRET": "webhook-secret-6",
    "SMTP_URL": "smtps://me:mail%20secret-7@mail.example.org",
    "PAPERBOY_MAIL_FROM": "a@example.org",
    "PAPERBOY_DATABASE_URL": "postgresql+asyncpg://me:database-secret-8@localhost/papers",
    "PAPERBOY_HEARTBEAT_URL": "https://example.org/ping/secret-9",
    "HTTPS_PROXY": "http://me:proxy%2Dsecret@proxy.example.org:3128",
}
SECRETS = (
    *("xoxb-secret-1", "xapp-secret-2", "discord-secret-3", "hf_secret_4", "/hook?key=secret5678"),
    *(
        "webhook-secret-6",
        "mail secret-7",
        "mail%20secret-7",
        "database-secret-8",
        "/ping/secret-9",
    ),
    *("proxy%2Dsecret", "proxy-secret"),
)


@pytest.fixture
def settings(tmp_path: Path):
    return replace(Settings.read(ENV), home=tmp_path)


@pytest.fixture(autouse=True)
def levels():
    """Put the levels back that a log sets."""
    loggers = [logging.getLogger(name) for name in ("", "bot", "adapters")]
    before = [one.level for one in loggers]
    yield
    for one, level in zip(loggers, before, strict=True):
        one.setLevel(level)


def test_no_secret_of_the_settings_reaches_the_log(settings):
    log = logging.getLogger("adapters.somewhere")
    with log_to_file(settings):
        for value in (*ENV.values(), *SECRETS):
            log.warning("refused: %s", value)
        try:
            raise ValueError(ENV["SMTP_URL"])
        except ValueError:
            log.exception("failed")
    text = LogFile(settings.home).path.read_text()
    assert text.count("\n") > len(SECRETS)
    assert [one for one in SECRETS if one in text] == []
    assert "ValueError" in LogFile(settings.home).entries(1)[0].details


def test_what_looks_like_a_token_is_hidden_wherever_it_is_from():
    known = secrets(Settings.read({}))
    for text in (
        "xoxe.xoxp-1-abcdefghijk",
        "wss://wss-primary.slack.com/link/?ticket=abc-def&app_id=1",
        "http://me:hush@proxy:3128",
        "hf_abcdefghijklmnop",
    ):
        assert "…" in redact(f"refused: {text} there", known)
    assert "hush" not in redact("http://me:hush@proxy:3128", known)
    assert redact("Slack asks for xoxb- tokens.", known) == "Slack asks for xoxb- tokens."


def test_the_log_stays_small_and_keeps_what_is_newest(settings, monkeypatch):
    monkeypatch.setattr("bot.runtime.log.MAX_BYTES", 20_000)
    log = logging.getLogger("bot.somewhere")
    with log_to_file(settings):
        for number in range(1000):
            log.info("line %d", number)
    names = [log_file.FILE_NAME, f"{log_file.FILE_NAME}.1"]
    sizes = [(settings.home / name).stat().st_size for name in names]
    assert all(size <= 20_000 for size in sizes)
    entries = LogFile(settings.home).entries(10)
    assert [one.message for one in entries] == [f"line {number}" for number in range(990, 1000)]
    assert LogFile(settings.home).entries(10, since=utc_now() + timedelta(hours=1)) == ()
    assert MAX_BYTES * MAX_FILES <= 2_000_000


@pytest.mark.parametrize("error", [SettingsError("The token is wrong."), KeyError("inside")])
def test_why_it_ended_is_in_the_log(settings, error):
    with pytest.raises(type(error)), log_to_file(settings):
        raise error
    last = LogFile(settings.home).entries(1)[0]
    assert (last.level, last.message) == ("critical", f"Paperboy ended: {error}")
    assert ("Traceback" in last.details) is isinstance(error, KeyError)


def test_a_log_that_cannot_be_written_or_read_ends_nothing(settings, caplog):
    home = settings.home / "file"
    home.touch()
    with log_to_file(replace(settings, home=home)):
        logging.getLogger("bot").warning("still here")
    assert "can't be written (File exists), so the log is only on standard error" in caplog.text
    assert "still here" in caplog.text
    LogFile(settings.home).path.write_bytes(b'{"time": 1}\nnonsense\n[]\n\xff\n')
    assert LogFile(settings.home).entries(5) == ()


def test_the_same_problem_is_told_less_and_less_often_with_how_often_it_was():
    now = [0.0]
    repeats = Repeats(seconds=60, clock=lambda: now[0])

    def tell(text, level=logging.WARNING):
        selected = repeats.select(logging.LogRecord("bot.x", level, "", 1, text, (), None))
        return selected and selected.getMessage()

    told = [tell("again in 0.5 s"), tell("again in 1.7 s"), tell("else"), tell("again in 1.8 s")]
    assert told == ["again in 0.5 s", None, "else", None]
    assert [tell("as usual", logging.INFO) for _ in range(2)] == ["as usual", "as usual"]
    hour = [(now.__setitem__(0, 4.0 * n), tell(f"again in {n} s"))[1] for n in range(1, 901)]
    assert [one for one in hour if one] == [
        "again in 15 s (16 more like this since)",
        "again in 90 s (74 more like this since)",
        "again in 465 s (374 more like this since)",
    ]
    now[0] += 601
    assert tell("again in 1 s") == "again in 1 s"


def test_only_so_many_problems_are_remembered():
    repeats = Repeats(seconds=60, clock=lambda: 0.0)

    def is_told(source: str) -> bool:
        record = logging.LogRecord(source, logging.WARNING, "", 1, "failed", (), None)
        return repeats.select(record) is not None

    names = [f"bot.{number}" for number in range(MAX_REMEMBERED + 1)]
    assert all(map(is_told, names))
    assert not is_told(names[-1])
    assert is_told(names[0])  # it was forgotten, for others came
