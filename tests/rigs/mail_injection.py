"""Mails about hostile titles, names and topics: what they may not become, by the thousand.

python -m tests.rigs.mail_injection --texts 100000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

from adapters.email import Email
from bot.chat.views import Button, Buttons, Item, Link, Text, View
from bot.settings.platforms import EmailSettings, SmtpServer

NOW = datetime(2026, 5, 29, 15, tzinfo=UTC)
HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "list-id",
    "list-unsubscribe",
    "auto-submitted",
    "mime-version",
    "content-type",
}
ADDRESS = "https://example.org/"
TAGS = set("html head meta title style body div table tr td h1 h2 p a strong code".split())
FRAGMENTS = (
    "\r\nBcc: eve@example.org",
    "\nBcc: eve@example.org\n\n",
    "\r\n\r\n<script>alert(1)</script>",
    "\r",
    "\n.\r\n",
    "\x00",
    "\x0b\x0c\x1c\x1d\x1e",
    "\x85\u2028\u2029",
    "\ud800",
    "\u202e\u200b\ufeff",
    "=?utf-8?q?=0D=0ABcc:_eve@example.org?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLm9yZw==?=",
    "%0d%0aBcc:eve@example.org",
    "&#13;&#10;Bcc: x",
    "&lt;script&gt;",
    "</title><script>x()</script>",
    "</style><img src=x onerror=y>",
    '"><img src="https://evil.example/" onload="x">',
    "' onmouseover='x",
    "<!--",
    "--><b>",
    "]]>",
    "javascript:alert(1)",
    "<a href=https://evil.example/>",
    "{{7*7}}${x}",
    "From: eve@example.org",
    "--===============",
    "Diffusion",
    "  two  spaces  ",
    "名前 é ß 🎓",
    "a" * 300,
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src")}
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def compose(title: str, name: str, topic: str) -> bytes:
    """Write a mail with a text in each place where text from outside can stand."""
    settings = EmailSettings(SmtpServer("127.0.0.1", 25, tls=False), "paperboy@example.org")
    item = Item((Link(title, ADDRESS),), ((name,), (topic,)), (Button(name, topic),))
    view = View((Text((topic, name)), item, Buttons((Button(title, name),))), title=title)
    return Email(settings, lambda: NOW).compose("ada@example.org", view, "k").as_bytes()


def problems(title: str, name: str, topic: str) -> list[str]:
    """Return what a mail about these texts has become that it should not be."""
    written = compose(title, name, topic)
    message = message_from_bytes(written, policy=SMTP)
    names = [one.lower() for one in message.keys()]  # noqa: SIM118  # each as often as it is there
    found = [] if sorted(names) == sorted(HEADERS) else [f"headers {names}"]
    head = written.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"")
    found += ["a bare line end in the headers"] if re.search(rb"[\r\n]", head) else []
    found += [] if message["To"] == "ada@example.org" else ["another recipient"]
    parts = [part.get_content_type() for part in message.walk()]
    if parts != ["multipart/alternative", "text/plain", "text/html"]:
        return [*found, f"parts {parts}"]
    html = message.get_body(("html",))
    reader = _Reader()
    reader.feed(html.get_content() if html else "")
    reader.close()
    found += [f"markup {reader.tags - TAGS}"] if reader.tags - TAGS else []
    found += [f"addresses {reader.addresses}"] if reader.addresses != {ADDRESS} else []
    return found + reader.handlers


def text(chance: random.Random) -> str:
    """Make a hostile text."""
    some = chance.choices(FRAGMENTS, k=chance.randint(1, 6))
    if chance.random() < 0.3:
        some.append("".join(chr(chance.randrange(0x300)) for _ in range(20)))
    return "".join(some)


def main() -> None:
    """Compose mails about so many texts, and print how many were more than text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance, wrong = random.Random(args.seed), 0
    for _ in range(0, args.texts, 3):
        texts = [text(chance) for _ in range(3)]
        if found := problems(*texts):
            wrong += 1
            print(texts, found)  # noqa: T201
    print(f"{args.texts:,} texts in {-(-args.texts // 3):,} mails: {wrong} injected")  # noqa: T201


if __name__ == "__main__":
    main()
