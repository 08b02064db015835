"""Which buttons stand out: the one that a message is there for, and those that remove something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# what removes something for good, or what others read, with the question before it
REMOVING: Mapping[str, tuple[str, str]] = {
    "unsubscribe": ("Unsubscribe?", "No more digests come from this subscription."),
    "unwatch": ("Stop watching?", "No more messages come from this watch."),
    "unnote": ("Delete this note?", "This can’t be undone."),
    "forget-me sure:yes": ("Delete your data?", "This can’t be undone."),
}
# what a message is there for: the first of these is its one primary button
PRIMARY = ("subscribe", "digest", "resolve", "pick")


def question(line: str) -> tuple[str, str] | None:
    """Return what to ask before a line that removes something, in short and in full."""
    found = (asked for begun, asked in REMOVING.items() if f"{line} ".startswith(f"{begun} "))
    return next(found, None)


def primary_index(lines: Sequence[str]) -> int | None:
    """Return which of the lines in a message is its primary one, None if none is.

    That is what the message is there for, or else saving the one paper that it shows.
    """
    verbs = [line.partition(" ")[0] for line in lines]
    wanted = next((index for index, verb in enumerate(verbs) if verb in PRIMARY), None)
    if wanted is None and verbs.count("save") == 1:
        wanted = verbs.index("save")
    return wanted
