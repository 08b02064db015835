"""Topics as people write them. Pure, and imported quickly."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.models import DigestOptions
from bot.text import count

_REPOSITORY = re.compile(
    r"(?:https?://)?(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)"
    r"/[\w.-]+/[\w.-]+/?",
    re.IGNORECASE,
)
# Shorter topics are names, whose words say it best: of the papers of 30 days that meaning added to
# 16 of them, 5 of 31 fitted.
MIN_PHRASE_WORDS = 3


def is_phrase(topic: str) -> bool:
    """Tell whether a topic is a question or a phrase, which can be said in other words."""
    words = [word for word in topic.split() if ":" not in word and not word.startswith("-")]
    return len(words) >= MIN_PHRASE_WORDS and '"' not in topic


def is_repository(text: str) -> bool:
    """Tell whether a topic is the address of a repository of code."""
    return _REPOSITORY.fullmatch(text.strip()) is not None


def repository_key(address: str) -> str:
    """Return what all addresses in a repository share, "" where an address is of none."""
    parts = urlsplit(address if "://" in address else f"https://{address.strip()}")
    path = [part for part in parts.path.lower().split("/") if part][:2]
    host = parts.netloc.lower().removeprefix("www.")
    return "/".join([host, *path]).removesuffix(".git") if len(path) == 2 else ""


def split(topics: str) -> tuple[str, ...]:
    """Split comma-separated searches; a comma inside quotation marks separates nothing."""
    parts, quoted = [""], False
    for character in topics:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(part.strip() for part in parts if part.strip())


def describe(options: DigestOptions) -> str:
    """Say what a watch is for: "diffusion author:hinton, with 20 upvotes or more"."""
    parts = [options.topics or "all papers"]
    parts += [f"without {options.without}"] if options.without else []
    parts += [f"with {count(options.votes, 'upvote')} or more"] if options.votes else []
    parts += ["only with code"] if options.code else []
    return ", ".join(parts)
