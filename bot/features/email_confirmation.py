"""E-mail addresses: each is confirmed by a code that is mailed to it and typed in chat."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Annotated

from bot.chat.outlet import Outlet
from bot.chat.views import Button, Buttons, Code, Outcome, Strong, View, line, note
from bot.errors import DeliveryError, UsageError
from bot.features.arguments import WORDS
from bot.features.services import Context
from bot.models import MAIL, EmailAddress, Place
from bot.text import shorten

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=30)
DAY = timedelta(days=1)
MAX_CODES_BY_PERSON = 5  # a day
MAX_CODES_TO_ADDRESS = 6  # a day, whoever asks: nobody's mailbox is filled from here
# the addresses that mail servers take without extensions: RFC 5321, 4.1.2
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
# as people and platforms write one: Slack turns it into <mailto:a@b.org|a@b.org>
_WRITTEN = re.compile(r"<?(?:mailto:|e-?mail:)?([^<>|\s]+@[^<>|\s]+)(?:\|[^<>]*)?>?", re.IGNORECASE)


def read_address(where: str) -> str | None:
    """Return the e-mail address that a place is written as; None where it is no e-mail address.

    Raises UsageError for one that no server would take.
    """
    written = _WRITTEN.fullmatch(where.strip())
    if written is None:
        return None
    address = written[1]
    # "=?" begins an encoded word in headers
    if len(address) > 254 or "=?" in address or not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"“{shorten(where, 60)}” is not an e-mail address, such as me@example.org.",
            argument="where",
        )
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def mask(address: str) -> str:
    """Return an address as others may see it: "m…@example.org"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def mail_place(ctx: Context, address: str) -> Place:
    """Return the place of an address; UsageError where e-mail is not set up.

    It belongs to the person's tenant, or to none where their platform runs only while they use it.
    """
    _mail_outlet(ctx)
    mine = ctx.services.outlets.get(ctx.person.platform)
    if mine is not None and not mine.lasting:
        return Place(MAIL, "", f"mailto:{address}", private=True)
    return Place(ctx.person.platform, ctx.person.tenant, f"mailto:{address}", private=True)


async def is_confirmed(ctx: Context, place: Place) -> bool:
    """Tell whether the person has confirmed the address of a place."""
    address = place.address.removeprefix("mailto:")
    known = await ctx.tenant.email_addresses.all(ctx.person.id)
    return any(one.address == address and one.confirmed for one in known)


async def ask_for_code(ctx: Context, place: Place, going_on: str) -> View:
    """Mail a code to an address; the command `going_on` is run once it is typed in chat.

    Raises UsageError where too many codes were mailed, or the mail server refuses the address.
    """
    address, person = place.address.removeprefix("mailto:"), ctx.person.id
    addresses, since = ctx.tenant.email_addresses, ctx.now - DAY
    if (
        await addresses.codes_by(person, since) >= MAX_CODES_BY_PERSON
        or await addresses.codes_to(address, since) >= MAX_CODES_TO_ADDRESS
    ):
        raise UsageError("Too many codes were requested today. Try again tomorrow.")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    known = next((one for one in await addresses.all(person) if one.address == address), None)
    before = known.codes if known and known.asked > since else 0
    asked = EmailAddress(address, _hash(ctx, address, code), going_on, ctx.now, before + 1, None)
    await addresses.ask(person, asked)
    try:
        await _mail_outlet(ctx).send(place, _code_mail(code), f"code-{secrets.token_hex(8)}")
    except DeliveryError as error:
        raise UsageError(f"The code could not be mailed to {address}. {error}") from error
    said = line("A code is on its way to ", Strong(address), ". Type it here within 30 minutes:")
    return View(
        (said, line(Code("confirm 123456")), note("No mail? Look in the spam folder.")),
        outcome=Outcome.DONE,
        data={"code_sent_to": address},
    )


async def confirm(ctx: Context, code: Annotated[str, WORDS]) -> View:
    """Confirm your e-mail address with the code that was mailed to it.

    code: Code – the six digits in the e-mail
    """
    addresses, typed = ctx.tenant.email_addresses, re.sub(r"\D", "", code)
    waiting = await addresses.open_codes(ctx.person.id, ctx.now - CODE_LASTS)
    if not waiting:
        raise UsageError("No code is waiting. “subscribe” with your address sends one.")
    matching = [
        one for one in waiting if hmac.compare_digest(one.code, _hash(ctx, one.address, typed))
    ]
    if not matching:
        raise UsageError("That code is wrong. Check the newest e-mail, or request a new code.")
    one = matching[0]
    if not await addresses.confirm(ctx.person.id, one.address, ctx.now):
        raise UsageError("That code was used already.")
    if one.line:
        return await ctx.bot.handle(ctx.bot.read(one.line, ctx.person, ctx.place))
    button = Button("Subscribe", f"subscribe where:{one.address}")
    return View((line("Confirmed: ", Strong(one.address), "."), Buttons((button,))))


def _code_mail(code: str) -> View:
    return View(
        (
            line("Your code for Paperboy: ", Strong(code)),
            line(
                "Type ",
                Code(f"confirm {code}"),
                " where you asked for it. It works for 30 minutes.",
            ),
            note("You did not ask for it? Ignore this mail: nothing else will come."),
        ),
        title=f"{code} is your code for Paperboy",
    )


def _hash(ctx: Context, address: str, code: str) -> str:
    salted = f"{ctx.services.store.identity}\n{ctx.person.id}\n{address}\n{code}"
    return hashlib.sha256(salted.encode()).hexdigest()


def _mail_outlet(ctx: Context) -> Outlet:
    outlet = ctx.services.outlets.get(MAIL)
    if outlet is None:
        raise UsageError(
            "E-mail is not set up here: the operator sets SMTP_URL and PAPERBOY_MAIL_FROM.",
            argument="where",
        )
    return outlet
