"""Digests by e-mail: an address is confirmed by its code before anything else is mailed to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.email import Email
from bot.chat.views import plain
from bot.features.email_confirmation import mask, read_address
from bot.models import Person, Place
from tests.conftest import NOW, add_outlets
from tests.rigs.chat import Chat
from tests.rigs.mail_server import MailServer, mail_server
from tests.rigs.waiting import eventually

ADA = Person("chat", "team", "ada", "Ada")
BOB = Person("chat", "team", "bob", "Bob")
EVE = Person("chat", "rivals", "eve", "Eve")
PAPERS = Place("chat", "team", "c1")
SUBSCRIBE = "subscribe where:ada@example.org at:9 zone:Berlin day:today"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as mail:
        yield mail


@pytest.fixture
def say(bot, mail):
    chat = Chat({"c1": PAPERS}, {"ada": {PAPERS}}, {"ada": "Europe/Berlin"})
    add_outlets(bot, chat, Email(mail.settings, bot.ports.clock))

    async def say(words, person=ADA, place=PAPERS):
        said = plain(await bot.handle(bot.read(words, person, place)))
        assert "Something went wrong" not in said
        return said

    return say


def code_in(mail: MailServer, number: int = -1) -> str:
    found = re.match(r"\d{6}", mail.taken[number]["Subject"])
    assert found
    return found[0]


async def test_a_code_comes_first_and_the_subscription_with_it(bot, say, mail):
    said = await say(SUBSCRIBE)
    assert "A code is on its way to ada@example.org" in said
    assert await bot.services.store.tenant("chat", "team").subscriptions.get(1) is None
    assert mail.taken[0]["To"] == "ada@example.org"
    assert "Subscribed." in await say(f"confirm {code_in(mail)}")
    one = await bot.services.store.tenant("chat", "team").subscriptions.get(1)
    assert (one.place.address, one.person) == ("mailto:ada@example.org", ADA)
    assert one.options.schedule.zone == "Europe/Berlin"
    # a confirmed address needs no second code, whatever is subscribed
    assert "Subscribed." in await say("subscribe where:ada@example.org every:weekly on:fri")
    assert len(mail.taken) == 1


async def test_the_digest_comes_as_one_mail_whatever_its_layout(bot, say, mail):
    await say(SUBSCRIBE)
    await say(f"confirm {code_in(mail)}")
    dispatcher = bot.services.dispatcher
    assert "on its way" in await say("digest 1")
    task = asyncio.create_task(dispatcher.run())
    try:
        await eventually(lambda: len(mail.taken) == 2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    digest = mail.taken[1]
    assert digest["Subject"].startswith("Daily Papers")
    text = digest.get_body(("plain",)).get_content()
    assert "1. Hebbian Learning Without Labels" in text
    assert len(re.findall(r"^\d\. ", text, re.MULTILINE)) == 5


async def test_a_refused_address_pauses_and_is_told_in_chat(bot, say, mail):
    await say(SUBSCRIBE)
    await say(f"confirm {code_in(mail)}")
    await say("digest 1")
    mail.recipients.append("550 5.1.1 No such user")
    chat = bot.services.outlets["chat"]
    task = asyncio.create_task(bot.services.dispatcher.run())
    try:
        await eventually(lambda: chat.sent)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    said = plain(chat.sent[0][1])
    assert "refuses the address (550)" in said
    assert "paused until you type resume 1" in said
    assert (await bot.services.store.subscriptions.get(1)).paused


async def test_wrong_codes_codes_of_others_and_second_uses_are_refused(say, mail):
    await say(SUBSCRIBE)
    code = code_in(mail)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert "That code is wrong" in await say(f"confirm {wrong}")
    assert "No code is waiting" in await say(f"confirm {code}", BOB)
    await say("subscribe where:bob@example.org at:9 zone:Berlin", BOB)
    assert "That code is wrong" in await say(f"confirm {code}", BOB)
    assert "That code is wrong" in await say(f"confirm {code_in(mail)}", ADA)
    assert "Subscribed." in await say(f"confirm {code}")
    assert "No code is waiting" in await say(f"confirm {code}")


async def test_a_thousand_guesses_do_not_find_a_code(say, mail):
    await say(SUBSCRIBE)
    code = int(code_in(mail))
    for number in range(1000):
        said = await say(f"confirm {(code + 500_000 + number) % 1_000_000:06}")
        assert "Subscribed" not in said
    assert "No code is waiting" in await say(f"confirm {code:06}")


async def test_at_once_guesses_get_no_more_tries_than_five(say, mail):
    await say(SUBSCRIBE)
    code = code_in(mail)
    wrong = [f"confirm {(int(code) + n + 1) % 1_000_000:06}" for n in range(20)]
    said = await asyncio.gather(*map(say, wrong))
    assert sum("That code is wrong" in one for one in said) == 5
    assert "No code is waiting" in await say(f"confirm {code}")


async def test_nobodys_mailbox_is_filled(say, mail):
    for _ in range(5):
        await say(SUBSCRIBE)
    assert "Too many codes were requested today" in await say(SUBSCRIBE)
    assert "A code is on its way" in await say(SUBSCRIBE, EVE, Place("chat", "rivals", "c3"))
    assert "Too many codes" in await say(SUBSCRIBE, BOB)
    assert len(mail.taken) == 6


async def test_a_code_lasts_half_an_hour(bot, say):
    await say(SUBSCRIBE)
    addresses = bot.services.store.tenant("chat", "team").email_addresses
    assert await addresses.open_codes("ada", NOW - timedelta(minutes=1))
    assert not await addresses.open_codes("ada", NOW)


async def test_others_see_no_address_and_manage_no_mail(say, mail):
    await say(SUBSCRIBE)
    await say(f"confirm {code_in(mail)}")
    assert "by e-mail to ada@example.org" in await say("subscriptions")
    assert "ada@example.org" not in await say("subscriptions", BOB)
    for line in ("edit 1 papers:3", "unsubscribe 1", "digest 1", "preview 1", "pause 1"):
        assert "ada@example.org" not in await say(line, BOB)


async def test_my_data_tells_the_address_and_forget_me_takes_it_and_its_digests(bot, say, mail):
    await say(SUBSCRIBE)
    await say(f"confirm {code_in(mail)}")
    data = (await bot.handle(bot.read("my-data", ADA, PAPERS))).data
    assert data["email_addresses"][0]["address"] == "ada@example.org"
    await say("forget-me sure:yes")
    assert not await bot.services.store.tenant("chat", "team").email_addresses.all("ada")
    assert await bot.services.store.subscriptions.get(1) is None


async def test_without_a_mail_server_it_is_said_what_is_missing(bot, say):
    del bot.services.outlets["email"]
    assert "the operator sets SMTP_URL and PAPERBOY_MAIL_FROM" in await say(SUBSCRIBE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("me@example.org", "me@example.org"),
        ("mailto:me@Example.ORG", "me@example.org"),
        ("email:me@example.org", "me@example.org"),
        ("<mailto:me+x@example.org|me+x@example.org>", "me+x@example.org"),
        ("#papers", None),
        ("@ada", None),
        ("<@U1>", None),
        ("here", None),
    ],
)
def test_an_address_is_read_as_it_is_written(written, meant):
    assert read_address(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "a@b",
        "a..b@example.org",
        "a@example.org\r\nBcc:b@example.org",
        "ä@example.org",
        "a@-x.org",
        "=?utf-8?q?=0D=0ABcc?=@example.org",
        "a.=?utf-8?q?=0D=0ABcc?=@example.org",
    ],
)
async def test_what_no_server_takes_is_refused(say, written):
    said = await say(f'subscribe zone:Berlin where:"{written}"')
    assert "Subscribed" not in said
    assert "on its way" not in said


def test_others_see_the_domain_alone():
    assert mask("ada@example.org") == "a…@example.org"
