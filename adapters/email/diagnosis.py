"""What the outlet finds out about its mail server, for `paperboy doctor`."""

from __future__ import annotations

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

from bot.chat.diagnosis import Diagnosis


async def diagnose(client: SMTP, sender: str) -> Diagnosis:
    """Sign in at the mail server, name the sender, and leave without a message."""
    server = f"{client.hostname}:{client.port}"
    try:
        async with client:
            await client.mail(sender)
            await client.rset()
    except SMTPAuthenticationError as error:
        return _problem(f"{server} refuses the user or password in SMTP_URL ({error.code}).")
    except SMTPResponseException as error:
        answer = f"{server} answers {error.code} to {sender} as the sender."
        return _problem(f"{answer} Check PAPERBOY_MAIL_FROM.")
    except (SMTPException, OSError) as error:
        cause = "an error"
        if isinstance(error, OSError):
            cause = "no connection"
        if "STARTTLS" in str(error):
            cause = "it offers no encryption"
        return _problem(f"{server} can’t be used ({cause}). Check SMTP_URL.")
    return Diagnosis(f"{sender} through {server}")


def _problem(sentence: str) -> Diagnosis:
    return Diagnosis(problems=(sentence,))
