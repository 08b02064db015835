"""The manifest: what Slack takes, what the bot needs, and what the README says of it."""

import re
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import scopes
from adapters.slack.interactions import FIND_PAPER, SAVE_PAPER

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "slack-manifest.yaml").read_text(encoding="utf-8")
WITH_PREVIEWS = re.sub("^#(?= )", "", TEXT.partition("\n")[2], flags=re.MULTILINE)


def read(text):
    """Read the plain YAML that the manifest is: mappings, lists and scalars."""
    lines = [
        line.partition(" #")[0].rstrip()
        for line in text.splitlines()
        if line.strip() and line[0] != "#"
    ]
    return _block(lines, 0, 0)[0]


def _block(lines, at, indent):
    found: Any = [] if lines[at].lstrip().startswith("- ") else {}
    while at < len(lines) and len(lines[at]) - len(lines[at].lstrip()) == indent:
        line = lines[at].strip()
        if isinstance(found, list):
            if ": " in line or line.endswith(":"):
                lines[at] = f"{' ' * (indent + 2)}{line[2:]}"
                item, at = _block(lines, at, indent + 2)
                found.append(item)
            else:
                found.append(line[2:])
                at += 1
            continue
        key, _, value = line.partition(":")
        if value:
            found[key] = {"true": True, "false": False}.get(value.strip(), value.strip().strip('"'))
            at += 1
        else:
            deeper = len(lines[at + 1]) - len(lines[at + 1].lstrip())
            found[key], at = _block(lines, at + 1, deeper)
    return found, at


MANIFEST = read(TEXT)
SCOPES = MANIFEST["oauth_config"]["scopes"]["bot"]


def test_every_field_has_room_for_what_it_says():
    # https://docs.slack.dev/reference/app-manifest
    shown, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", shown["background_color"])
    assert len(features["bot_user"]["display_name"]) <= 80
    (command,) = features["slash_commands"]
    assert re.fullmatch("/[a-z0-9_-]{1,31}", command["command"])
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    named = {(one["type"], one["callback_id"]) for one in features["shortcuts"]}
    assert named == {("global", FIND_PAPER), ("message", SAVE_PAPER)}
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def test_what_is_listened_for_is_subscribed_to_and_permitted():
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert events == [
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_unarchive",
        "group_unarchive",
        "member_joined_channel",
        "message.im",
        "reaction_added",
        "reaction_removed",
        "tokens_revoked",
        "user_change",
    ]
    assert tuple(SCOPES) == scopes.SCOPES


def test_previews_need_only_the_lines_with_a_hash():
    manifest = read(WITH_PREVIEWS)
    assert manifest["oauth_config"]["scopes"]["bot"][-2:] == [*scopes.PREVIEW_SCOPES]
    assert manifest["settings"]["event_subscriptions"]["bot_events"][-1] == "link_shared"
    assert len(manifest["features"]["unfurl_domains"]) <= 5


@pytest.mark.parametrize("scope", [*SCOPES, "links:read", "links:write", "connections:write"])
def test_the_readme_says_why_each_permission_is_asked_for(scope):
    assert f"| `{scope}` |" in (ROOT / "README.md").read_text(encoding="utf-8")
