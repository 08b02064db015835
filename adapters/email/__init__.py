"""E-mail: each digest as one message with HTML and plain text, sent over SMTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from adapters.email.render import render
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Outlet, Sent
from bot.chat.ports import Clock
from bot.chat.views import View, plain
from bot.clock import utc_now
from bot.errors import DeliveryError
from bot.models import MAIL, Place
from bot.settings import EmailSettings
from bot.text import clean

TIMEOUT_SECONDS = 20.0  # for each of the four steps; a delivery may take 60
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
        address = place.address.removeprefix("mailto:")
        message = self.compose(address, view, key)
        try:
            async with self._client() as client:
                await client.mail(self._settings.sender)
                await _name_recipient(client, address)
                await _hand_over(client, message.as_bytes(policy=CRLF))
        except SMTPResponseException as error:
            raise _refusal(error) from None  # the error names the address
        except (SMTPException, OSError) as error:
            raise DeliveryError(f"The mail server can’t be reached ({_kind(error)}).") from None
        return Sent(place, message["Message-ID"])

    def _client(self) -> SMTP:
        """Return a client; certificates are checked, and only this machine needs no encryption."""
        smtp = self._settings.smtp
        return SMTP(
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.username,
            password=smtp.password,
            use_tls=smtp.tls,
            start_tls=None if smtp.local else not smtp.tls,
            timeout=TIMEOUT_SECONDS,
        )

    async def diagnose(
        self,
        places: Sequence[Place],  # noqa: ARG002  # only a message tells
        commands: Mapping[str, Command],  # noqa: ARG002  # people don't type here
    ) -> Diagnosis:
        """Sign in at the mail server, name the sender, and leave without a message."""
        smtp = self._settings.smtp
        server = f"{smtp.host}:{smtp.port}"
        try:
            async with self._client() as client:
                await client.mail(self._settings.sender)
                await client.rset()
        except SMTPAuthenticationError as error:
            problem = f"{server} refuses the user or password in SMTP_URL ({error.code})."
            return Diagnosis(problems=(problem,))
        except SMTPResponseException as error:
            problem = f"{server} answers {error.code} to {self._settings.sender} as the sender."
            return Diagnosis(problems=(f"{problem} Check PAPERBOY_MAIL_FROM.",))
        except (SMTPException, OSError) as error:
            cause = "it offers no encryption" if "STARTTLS" in str(error) else _kind(error)
            problem = f"{server} can’t be used ({cause}). Check SMTP_URL."
            return Diagnosis(problems=(problem,))
        return Diagnosis(f"{self._settings.sender} through {server}")

    def compose(self, address: str, view: View, key: str) -> EmailMessage:
        """Return the message: the same key always has the same Message-ID."""
        sender, domain = self._settings.sender, self._settings.sender.rpartition("@")[2]
        message = EmailMessage(policy=CRLF)
        message["From"] = Address("Paperboy", addr_spec=sender)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = clean(view.title) or "Paperboy"
        message["Date"] = self._clock()
        message["Message-ID"] = f"<{key}@{domain}>"
        message["List-Id"] = f"Paperboy <paperboy.{domain}>"
        message["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(plain(view))
        message.add_alternative(render(view), subtype="html")
        return message


async def _name_recipient(client: SMTP, address: str) -> None:
    try:
        await client.rcpt(address)
    except SMTPResponseException as error:
        if error.code < 500:
            raise
        said = f"The mail server refuses the address ({error.code})."
        raise DeliveryError(said, permanent=True, pauses=True) from None


async def _hand_over(client: SMTP, content: bytes) -> None:
    try:
        await client.data(content)
    except (SMTPServerDisconnected, SMTPTimeoutError, ConnectionError):
        raise DeliveryError("The mail server gave no answer.", ambiguous=True) from None


def _refusal(error: SMTPResponseException) -> DeliveryError:
    said = f"The mail server answers {error.code}"
    if 400 <= error.code < 500:
        return DeliveryError(f"{said}: try later.", retry_after=RETRY_SECONDS)
    return DeliveryError(f"{said}: it refuses the message.", permanent=True)


def _kind(error: Exception) -> str:
    return "no connection" if isinstance(error, SMTPConnectError | OSError) else "an error"
