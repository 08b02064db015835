"""E-mail over real SMTP: what a message holds, what answers mean, that nothing is injected."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.email import Email
from adapters.email.render import MAX_BYTES, render
from bot.chat.views import Code, Text, View, line, plain
from bot.errors import DeliveryError
from bot.models import Place
from bot.settings.platforms import EmailSettings, SmtpServer
from tests.conftest import DIFFUSION, HEBB, NOW, digest
from tests.contract.outlets import EVERYTHING, Failure, Far, OutletContract
from tests.rigs.mail_injection import FRAGMENTS, problems
from tests.rigs.mail_server import SENDER, MailServer, mail_server

ADA = Place("email", "", "mailto:ada@example.org")
VIEW = View((line("Here it is"),), title="Daily Papers")


@pytest.fixture
async def there() -> AsyncIterator[MailServer]:
    async with mail_server() as there:
        yield there


class Mailbox(Far):
    """Ada's mailbox."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(ADA, frozenset({Failure.REFUSED, Failure.BUSY, Failure.LOST}))
        self._server = server

    def texts(self) -> list[str]:
        return [text_part(one) for one in self._server.taken]

    def fail(self, failure: Failure) -> None:
        if failure is Failure.REFUSED:
            self._server.recipients.append("550 5.1.1 No such user")
        elif failure is Failure.BUSY:
            self._server.answers.append("451 4.7.1 Try later")
        else:
            self._server.answers.append("")


class TestContract(OutletContract):
    """E-mail keeps to what every outlet keeps to."""

    @pytest.fixture
    def outlet(self, there: MailServer) -> Email:
        return Email(there.settings, lambda: NOW)

    @pytest.fixture
    def far(self, there: MailServer) -> Mailbox:
        return Mailbox(there)


def text_part(message) -> str:
    return cast("str", message.get_body(("plain",)).get_content())


def html_part(message) -> str:
    return cast("str", message.get_body(("html",)).get_content())


class Reader(HTMLParser):
    """Reads HTML, and notes what a reader sees and which tags there are."""

    VOID = ("meta", "img")

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.seen.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


async def test_a_server_elsewhere_that_offers_no_encryption_gets_nothing(there):
    elsewhere = SmtpServer("127.1", there.port, tls=False)  # this machine, by another name
    with pytest.raises(DeliveryError) as error:
        await Email(EmailSettings(elsewhere, SENDER)).send(ADA, VIEW, "k")
    assert not error.value.ambiguous
    assert there.taken == []


def test_a_short_command_stays_on_one_line_and_a_long_one_breaks():
    def code(text: str) -> str:
        return render(View((line(Code(text)),)))

    assert ">save 2605.00001</code>" in code("save 2605.00001")
    assert "nowrap" in code("save 2605.00001")
    assert "nowrap" not in code("subscribe where:webhook:team every:daily")


async def test_a_digest_comes_as_html_and_text_with_the_headers_of_a_list(there):
    view = digest(date(2026, 5, 29), [HEBB, DIFFUSION], 2)
    sent = await Email(there.settings, lambda: NOW).send(ADA, view, "7-2026-05-29-0")
    (message,) = there.taken
    assert message["Subject"] == view.title
    assert message["From"] == f"Paperboy <{SENDER}>"
    assert message["To"] == "ada@example.org"
    assert message["Message-ID"] == sent.message == "<7-2026-05-29-0@example.org>"
    assert message["List-Id"] == "Paperboy <paperboy.example.org>"
    assert message["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=unsubscribe>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert text_part(message).split() == plain(view).split()
    html = read(html_part(message))
    assert HEBB.title in html.seen
    assert f"https://huggingface.co/papers/{HEBB.id}" in html.addresses
    assert "color-scheme" in html_part(message)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("421 4.3.0 Closing", (False, False, True, False)),
        ("450 4.2.1 Busy", (False, False, True, False)),
        ("550 5.1.1 No such user", (True, False, False, True)),
        ("553 5.1.3 Bad address", (True, False, False, True)),
    ],
)
async def test_a_refused_recipient_waits_or_pauses(there, caplog, reply, kind):
    caplog.set_level("DEBUG")
    caplog.set_level("ERROR", "mail.log")  # the server's own
    there.recipients.append(reply)
    with pytest.raises(DeliveryError) as caught:
        await Email(there.settings).send(ADA, VIEW, "k")
    error = caught.value
    assert (error.permanent, error.ambiguous, bool(error.retry_after), error.pauses) == kind
    assert there.taken == []
    assert "ada@" not in f"{error!r} {error.__cause__} {caplog.text}"


async def test_an_answer_lost_after_the_message_is_uncertain(there):
    there.answers.append("")
    with pytest.raises(DeliveryError, match="gave no answer") as caught:
        await Email(there.settings).send(ADA, VIEW, "k")
    assert caught.value.ambiguous
    assert len(there.taken) == 1


async def test_a_server_that_is_away_has_certainly_taken_nothing(unused_tcp_port: int):
    settings = EmailSettings(SmtpServer("127.0.0.1", unused_tcp_port, tls=False), SENDER)
    with pytest.raises(DeliveryError, match="can’t be reached") as caught:
        await Email(settings).send(ADA, VIEW, "k")
    assert (caught.value.permanent, caught.value.ambiguous) == (False, False)


async def test_no_password_crosses_the_network_in_the_clear(there):
    # a host of any other name has to offer STARTTLS, and this one does not
    smtp = SmtpServer("localhost.localdomain", there.port, tls=False, username="u", password="p")
    with pytest.raises(DeliveryError):
        await Email(EmailSettings(smtp, SENDER)).send(ADA, VIEW, "k")
    assert there.taken == []


TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(FRAGMENTS), max_size=5).map("".join)


@given(TEXTS, TEXTS, TEXTS)
@example("=?utf-8?q?=0D=0ABcc:_eve@example.org?=", "", "")
@example("a\r\nBcc: eve@example.org", '"><img src=x onerror=y>', "<script>x()</script>")
def test_no_title_name_or_topic_becomes_a_header_or_markup(title: str, name: str, topic: str):
    assert problems(title, name, topic) == []


def test_a_subject_that_looks_encoded_stays_as_it_is_written():
    settings = EmailSettings(SmtpServer("127.0.0.1", 25, tls=False), SENDER)
    view = View((), title="=?utf-8?q?caf=C3=A9?= and more")
    written = Email(settings, lambda: NOW).compose("ada@example.org", view, "k").as_bytes()
    read_back = message_from_bytes(written, policy=default)
    assert read_back["Subject"] == "= ?utf-8?q?caf=C3=A9?= and more"


DIGEST = digest(date(2026, 5, 29), [HEBB, DIFFUSION], 2)
LONG = View(tuple(Text(("word " * 400,)) for _ in range(200)), title="Long")


@pytest.mark.parametrize(
    "view", [DIGEST, VIEW, EVERYTHING, LONG], ids="digest one all long".split()
)
def test_the_html_has_no_error_for_a_strict_parser(view: View):
    justhtml = pytest.importorskip("justhtml")
    justhtml.JustHTML(render(view), strict=True)


def test_a_strict_parser_notices_what_is_wrong():
    justhtml = pytest.importorskip("justhtml")
    with pytest.raises(justhtml.StrictModeError):
        justhtml.JustHTML(render(DIGEST).replace("</h1>", "</h3>"), strict=True)


def test_pictures_have_words_and_sizes():
    pictures = re.findall(r"<img [^>]*>", render(EVERYTHING) + render(DIGEST))
    assert pictures
    assert all(re.search(r'alt="[^"]*".* width="\d+" height="\d+"', one) for one in pictures)


def test_what_is_too_long_for_gmail_is_cut_and_said():
    view = View(tuple(Text(("word " * 400,)) for _ in range(200)), title="Long")
    html = render(view)
    assert len(html.encode()) < 102_000
    assert len(html.encode()) > MAX_BYTES / 2
    assert "more parts in the plain text" in html


def test_every_kind_of_block_is_drawn():
    html = "".join("".join(read(render(EVERYTHING)).seen).split())
    assert "A paper".replace(" ", "") in html
    assert "findsnowpage:2" in html
