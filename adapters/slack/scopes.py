"""The permissions that the app asks for in slack-manifest.yaml."""

from __future__ import annotations

from collections.abc import Collection

SCOPES = (
    *("commands", "chat:write", "app_mentions:read", "reactions:read", "reactions:write"),
    *("channels:history", "groups:history", "im:history", "im:write"),
    *("channels:read", "groups:read", "users:read", "files:read", "files:write"),
)
PREVIEW_SCOPES = ("links:read", "links:write")  # asked for where link previews are switched on


def explain_missing(granted: Collection[str], *, previews: bool) -> str:
    """Return what permissions an older installation lacks and how to add them, "" if none."""
    wanted = (*SCOPES, *PREVIEW_SCOPES) if previews else SCOPES
    missing = [scope for scope in wanted if scope not in granted]
    if not missing:
        return ""
    return (
        f"The Slack app lacks {', '.join(missing)}; what needs them does not work, the rest does. "
        "Open the app at https://api.slack.com/apps, paste slack-manifest.yaml under App "
        "Manifest, save, and press Reinstall to Workspace."
    )
