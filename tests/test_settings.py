import os
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import NAMES, Settings
from bot.settings.env_file import environment
from bot.settings.platforms import DiscordSettings, SlackSettings


def test_nothing_needs_to_be_set():
    settings = Settings.read({})
    assert settings.hf_endpoint == "https://huggingface.co"
    assert settings.database_url == f"sqlite+aiosqlite:///{settings.home / 'paperboy.sqlite3'}"
    assert settings.home.is_absolute()
    assert settings.ask_hugging_face
    assert (settings.log_level, settings.sync_minutes, settings.hf_token) == (None, 30, None)


def test_what_is_set_is_read(tmp_path):
    env = {
        "PAPERBOY_HOME": str(tmp_path),
        "PAPERBOY_LOG_LEVEL": "DEBUG",
        "PAPERBOY_SYNC_MINUTES": "0",
        "PAPERBOY_PURGE_DAYS": "0",
        "PAPERBOY_ASK_HUGGING_FACE": "Off",
        "PAPERBOY_MODEL": "all-MiniLM-L6-v2",
        "HF_ENDPOINT": "http://127.0.0.1:8765/",
        "HF_TOKEN": "hf_secret",
        "HOME": "/somewhere",
    }
    settings = Settings.read(env)
    assert (settings.home, settings.log_level, settings.sync_minutes) == (tmp_path, "debug", 0)
    assert not settings.ask_hugging_face
    assert (settings.model, Settings.read({}).model) == ("all-MiniLM-L6-v2", None)
    assert (settings.hf_endpoint, settings.hf_token) == ("http://127.0.0.1:8765", "hf_secret")
    assert (settings.purge_days, Settings.read({}).purge_days) == (0, 30)


def test_a_platform_is_there_when_its_tokens_are():
    settings = Settings.read(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "PAPERBOY_LINK_PREVIEWS": "on"}
    )
    assert settings.slack == SlackSettings(
        "xoxb-1", "xapp-1", "https://slack.com/api", link_previews=True
    )
    assert settings.discord is None
    shards = {"DISCORD_TOKEN": "t", "DISCORD_SHARDS": "4", "DISCORD_SHARD_IDS": "0, 3"}
    assert Settings.read(shards).discord == DiscordSettings("t", shards=4, shard_ids=(0, 3))
    assert "xoxb" not in repr(settings)


def test_a_platform_that_is_half_set_up_is_left_out_with_a_reason():
    settings = Settings.read({"SLACK_BOT_TOKEN": "xoxb-1", "DISCORD_TOKEN": "t"})
    assert (settings.slack, settings.discord) == (None, DiscordSettings("t"))
    assert settings.left_out == (
        ("Slack is left out: set SLACK_APP_TOKEN too (it begins with xapp-; see the README)."),
    )


@pytest.mark.parametrize(
    ("bot_token", "app_token", "reason"),
    [
        ("xapp-1", "xoxb-1", "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped."),
        ("xoxp-1", "xapp-1", "SLACK_BOT_TOKEN is a person’s token. Copy the one that begins with"),
        ("xoxb-1", "hush", "SLACK_APP_TOKEN isn’t a Slack token. Copy the one that begins with"),
    ],
)
def test_a_slack_token_of_another_kind_is_told_by_its_beginning(bot_token, app_token, reason):
    settings = Settings.read({"SLACK_BOT_TOKEN": bot_token, "SLACK_APP_TOKEN": app_token})
    assert settings.slack is None
    assert settings.left_out[0].startswith(f"Slack is left out: {reason}")
    assert "hush" not in settings.left_out[0]


def test_proxies_are_read_in_both_spellings():
    env = {"https_proxy": "proxy:3128", "NO_PROXY": "example.org, .local,10.0.0.1:81"}
    settings = Settings.read(env | {"DISCORD_TOKEN": "t"})
    proxies = settings.proxies
    assert settings.discord
    assert settings.discord.proxies == proxies
    for url, proxy in {
        "https://slack.com/api": "http://proxy:3128",
        "wss://gateway.discord.gg/": "http://proxy:3128",
        "http://slack.com/": None,
        "https://example.org/": None,
        "https://a.example.org/": None,
        "https://badexample.org/": "http://proxy:3128",
        "https://host.local/": None,
        "https://10.0.0.1/": "http://proxy:3128",
        "https://10.0.0.1:81/": None,
    }.items():
        assert proxies.proxy_for(url) == proxy
    secret = Settings.read({"HTTPS_PROXY": "http://me:hush@proxy:3128"}).proxies
    assert secret.name_for("https://slack.com") == "proxy:3128"
    assert "hush" not in repr(secret)
    assert Settings.read({"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}).proxies.name_for("x:") == ""


def test_admins_are_ids_with_commas_between():
    assert Settings.read({"PAPERBOY_ADMINS": "U1, 123,"}).admins == {"U1", "123"}
    with pytest.raises(SettingsError, match="“@ada” isn’t a person’s id"):
        Settings.read({"PAPERBOY_ADMINS": "U1,@ada"})


def test_an_empty_value_means_the_default():
    assert Settings.read(dict.fromkeys(NAMES, "")) == Settings.read({})


def test_secrets_are_not_shown():
    env = {
        "HF_TOKEN": "hf_secret",
        "PAPERBOY_DATABASE_URL": "postgresql+asyncpg://me:secret@localhost/papers",
    }
    assert "secret" not in repr(Settings.read(env))


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"PAPERBOY_HOM": "/x"}, "There is no setting PAPERBOY_HOM. Did you mean PAPERBOY_HOME?"),
        (
            {"PAPERBOY_LOG_LEVEL": "loud"},
            "PAPERBOY_LOG_LEVEL is “loud”. Set one of debug, info, warning, error.",
        ),
        (
            {"PAPERBOY_SYNC_MINUTES": "often"},
            "PAPERBOY_SYNC_MINUTES is “often”. Set a whole number from 0 to 1,440.",
        ),
        (
            {"PAPERBOY_PURGE_DAYS": "-1"},
            "PAPERBOY_PURGE_DAYS is “-1”. Set a whole number from 0 to 365.",
        ),
        (
            {"PAPERBOY_PURGE_DAYS": "366"},
            "PAPERBOY_PURGE_DAYS is “366”. Set a whole number from 0 to 365.",
        ),
        (
            {"HTTP_PROXY": "http://proxy:0"},
            (
                "HTTP_PROXY is not the address of an HTTP proxy. Set one such as "
                "http://proxy.example.org:3128."
            ),
        ),
        (
            {"PAPERBOY_WEBHOOKS": "team=https://example.org/", "PAPERBOY_WEBHOOK_SECRET": "a b"},
            "PAPERBOY_WEBHOOK_SECRET has characters that no token has. Copy it again.",
        ),
        (
            {"PAPERBOY_ASK_HUGGING_FACE": "no"},
            "PAPERBOY_ASK_HUGGING_FACE is “no”. Set one of on, off.",
        ),
        (
            {"PAPERBOY_SYNC_MINUTES": "²"},
            "PAPERBOY_SYNC_MINUTES is “²”. Set a whole number from 0 to 1,440.",
        ),
        (
            {"PAPERBOY_REACTIONS": "🔖"},
            (
                "PAPERBOY_REACTIONS: “🔖” isn’t an emoji, = and one of save or vote, as in 🔖=save "
                "👍=vote."
            ),
        ),
        (
            {"HF_ENDPOINT": "hf.co"},
            "HF_ENDPOINT is “hf.co”. Set an address such as https://huggingface.co.",
        ),
        (
            {"HF_ENDPOINT": "http://a:b"},
            "HF_ENDPOINT is “http://a:b”. Set an address such as https://huggingface.co.",
        ),
        (
            {"DISCORD_TOKEN": "x", "DISCORD_SHARDS": "2", "DISCORD_SHARD_IDS": "1,2"},
            ("Set DISCORD_SHARDS too, higher than each of DISCORD_SHARD_IDS: they count from 0."),
        ),
        (
            {"DISCORD_TOKEN": "x", "DISCORD_GATEWAY_URL": "https://x"},
            (
                "DISCORD_GATEWAY_URL is “https://x”. Set an address such as "
                "wss://gateway.discord.gg."
            ),
        ),
        (
            {"SMTP_URL": "smtps://mail.example.org"},
            (
                "SMTP_URL needs PAPERBOY_MAIL_FROM too: the address that e-mail comes from, such "
                "as paperboy@example.org."
            ),
        ),
        (
            {"SMTP_URL": "https://u:secret@x", "PAPERBOY_MAIL_FROM": "a@example.org"},
            (
                "SMTP_URL is not an address such as smtps://user:password@mail.example.org; write "
                "% signs and others in the password as %25 and so on."
            ),
        ),
        (
            {"PAPERBOY_HEALTH": "8081"},
            "PAPERBOY_HEALTH is “8081”. Set an address and port such as 127.0.0.1:8081.",
        ),
        (
            {"PAPERBOY_HEARTBEAT_URL": "hush"},
            "PAPERBOY_HEARTBEAT_URL is not an address. Set one such as https://example.org/ping.",
        ),
        (
            {"HTTPS_PROXY": "socks5://me:hush@proxy"},
            (
                "HTTPS_PROXY is not the address of an HTTP proxy. Set one such as "
                "http://proxy.example.org:3128."
            ),
        ),
        ({"HF_TOKEN": "hf_a b"}, "HF_TOKEN has characters that no token has. Copy it again."),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_what_it_can_be(env, sentence):
    with pytest.raises(SettingsError) as refused:
        Settings.read(env)
    assert str(refused.value) == sentence


def test_every_setting_is_explained_in_the_example():
    example = Path(__file__).parent.parent.joinpath(".env.example").read_text(encoding="utf-8")
    assert sorted(
        line[2:].partition("=")[0]
        for line in example.splitlines()
        if line.startswith(("# PAPERBOY_", "# HF_", "# SLACK_", "# DISCORD_", "# SMTP_"))
    ) == sorted(NAMES)


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\nHF_TOKEN='from $HOME file'\nexport PAPERBOY_LOG_LEVEL=info\nEMPTY\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PAPERBOY_LOG_LEVEL", "error")
    env = environment(file)
    assert (env["HF_TOKEN"], env["PAPERBOY_LOG_LEVEL"]) == ("from $HOME file", "error")
    assert environment(tmp_path / "none") == dict(os.environ)


def test_systemd_gives_a_file_with_credentials(tmp_path, monkeypatch):
    (tmp_path / "paperboy.env").write_text("HF_TOKEN=given\nPAPERBOY_LOG_LEVEL=debug\n")
    (tmp_path / ".env").write_text("HF_TOKEN=older\nHF_ENDPOINT=https://hf.test\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PAPERBOY_LOG_LEVEL", "error")
    env = environment(tmp_path / ".env")
    names = ("HF_TOKEN", "HF_ENDPOINT", "PAPERBOY_LOG_LEVEL")
    assert [env[name] for name in names] == ["given", "https://hf.test", "error"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "none"))
    assert environment(tmp_path / ".env")["HF_TOKEN"] == "older"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    folder, garbled, wrong = tmp_path / "folder", tmp_path / "garbled", tmp_path / "wrong"
    folder.mkdir()
    garbled.write_bytes(b"HF_TOKEN=\xff\xfe")
    wrong.write_text("HF_ENDPOINT=https://huggingface.co\n'HF TOKEN\n", encoding="utf-8")
    for path, words in (
        (folder, "cannot be read (Is a directory). Make it readable or remove it."),
        (garbled, "is not UTF-8 text. Save it as UTF-8 or remove it."),
        (wrong, "line 2 is not NAME=value. Correct or remove it."),
    ):
        with pytest.raises(SettingsError) as refused:
            environment(path)
        assert str(path) in str(refused.value)
        assert words in str(refused.value)


@pytest.mark.parametrize("text", ["C1", ":C1", "slack:", "slack:#general"])
def test_where_trouble_is_told_has_to_be_a_channels_id(text):
    with pytest.raises(SettingsError, match="PAPERBOY_ADMIN_PLACE is"):
        Settings.read({"PAPERBOY_ADMIN_PLACE": text})
    for place in (("slack", "C1"), ("webhook", "the-team")):
        assert Settings.read({"PAPERBOY_ADMIN_PLACE": ":".join(place)}).admin_place == place


def test_a_number_may_be_as_small_and_as_large_as_it_says():
    for days in (0, 365):
        assert Settings.read({"PAPERBOY_PURGE_DAYS": str(days)}).purge_days == days


def test_web_hooks_have_names():
    hooks = "team=https://example.org/hook?key=1=2, other-one=http://127.0.0.1:9/"
    found = Settings.read({"PAPERBOY_WEBHOOKS": hooks, "PAPERBOY_WEBHOOK_SECRET": "hush"}).webhooks
    assert found
    assert found.urls == {
        "team": "https://example.org/hook?key=1=2",
        "other-one": "http://127.0.0.1:9/",
    }
    assert found.secret == "hush"
    assert "hush" not in repr(found)
    assert "example.org" not in repr(found)
    assert Settings.read({"PAPERBOY_WEBHOOK_SECRET": "hush"}).webhooks is None


@pytest.mark.parametrize(
    "text", ["https://hush.org", "team", "a=b=hush", "Team=https://hush.org", "team=ftp://hush.org"]
)
def test_a_web_hook_that_makes_no_sense_is_refused_without_its_address(text):
    with pytest.raises(SettingsError, match="write NAME=https://") as refused:
        Settings.read({"PAPERBOY_WEBHOOKS": text})
    assert "hush" not in str(refused.value)
