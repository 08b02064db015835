"""E-mail: each digest as one message with HTML and plain text, sent over SMTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF

from aiosmtplib import SMTPException, SMTPRecipientRefused, SMTPResponseException

from adapters.email.connection import build_client
from adapters.email.diagnosis import diagnose
from adapters.email.render import render
from bot.calendar.clock import utc_now
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Outlet, Sent
from bot.chat.ports import Clock
from bot.chat.views import View, plain
from bot.errors import DeliveryError
from bot.models import MAIL, Place
from bot.settings.platforms import EmailSettings
from bot.text import clean

RETRY_SECONDS = 600.0  # what relays and greylisting ask for


class Email(Outlet):
    """Sends to addresses whose owners have confirmed them; an address is a place of its own."""

    platform = MAIL
    whole = True
    pace = 5.0

    def __init__(self, settings: EmailSettings, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Hand a message to the relay. Only an answer lost after its end is ambiguous."""
        address, complete = place.address.removeprefix("mailto:"), False
        message = self.compose(address, view, key)
        try:
            async with build_client(self._settings.smtp) as client:
                await client.mail(self._settings.sender)
                await client.rcpt(address)
                complete = True
                await client.data(message.as_bytes(policy=CRLF))
        except SMTPResponseException as error:
            raise _refusal(error) from None  # the error names the address
        except (SMTPException, OSError):
            said = "gave no answer" if complete else "can’t be reached"
            raise DeliveryError(f"The mail server {said}.", ambiguous=complete) from None
        return Sent(place, message["Message-ID"])

    async def diagnose(
        self,
        places: Sequence[Place],  # noqa: ARG002  # only a message tells
        commands: Mapping[str, Command],  # noqa: ARG002  # people don't type here
    ) -> Diagnosis:
        """Try the mail server."""
        return await diagnose(build_client(self._settings.smtp), self._settings.sender)

    def compose(self, address: str, view: View, key: str) -> EmailMessage:
        """Return the message: the same key always has the same Message-ID."""
        sender, domain = self._settings.sender, self._settings.sender.rpartition("@")[2]
        message = EmailMessage(policy=CRLF)
        message["From"] = Address("Paperboy", addr_spec=sender)
        message["To"] = Address(addr_spec=address)
        # "=?" would begin an encoded word, which can hold line breaks: RFC 2047
        message["Subject"] = clean(view.title).replace("=?", "= ?") or "Paperboy"
        message["Date"] = self._clock()
        message["Message-ID"] = f"<{key}@{domain}>"
        message["List-Id"] = f"Paperboy <paperboy.{domain}>"
        message["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(plain(view))
        message.add_alternative(render(view), subtype="html")
        return message


def _refusal(error: SMTPResponseException) -> DeliveryError:
    said = f"The mail server answers {error.code}"
    if 400 <= error.code < 500:
        return DeliveryError(f"{said}: try later.", retry_after=RETRY_SECONDS)
    if isinstance(error, SMTPRecipientRefused):
        said = f"The mail server refuses the address ({error.code})."
        return DeliveryError(said, permanent=True, pauses=True)
    return DeliveryError(f"{said}: it refuses the message.", permanent=True)
