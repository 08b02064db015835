"""What can go wrong, in words a person can act on.

    PaperboyError
    ├── UsageError          a command was used wrongly
    │   └── UnknownCommand  there is no such command
    ├── SettingsError       a setting is missing or makes no sense
    ├── StoreError          the database cannot be opened, read or written
    ├── SourceError         papers could not be fetched
    │   └── SourceDown      … and trying again at once is of no use
    └── DeliveryError       a message could not be delivered

The message of each is a whole sentence that says what to do; it is shown as it is.
"""

from __future__ import annotations


class PaperboyError(Exception):
    """Anything that Paperboy itself reports to a person."""


class UsageError(PaperboyError):
    """A command was used wrongly.

    argument:     the name of the argument that this is about, "" if it is about all of them
    link:         the label and the address of a page that helps, () if there is none
    """

    def __init__(self, message: str, *, argument: str = "", link: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.argument = argument
        self.link = link


class UnknownCommand(UsageError):
    """There is no command of that name."""


class SettingsError(PaperboyError):
    """A setting is missing or makes no sense."""


class StoreError(PaperboyError):
    """The database cannot be opened, read or written."""


class SourceError(PaperboyError):
    """Papers could not be fetched."""


class SourceDown(SourceError):
    """The source did not answer as it should, after several tries."""


class DeliveryError(PaperboyError):
    """A message could not be delivered.

    permanent:    trying again is of no use (the channel is gone, the token revoked)
    ambiguous:    it may have been delivered all the same (a timeout, a reset, a 5xx)
    retry_after:  seconds to wait before the next try, where the platform said so
    pauses:       the place will never take anything: its subscription pauses at once
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
        pauses: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.pauses = pauses
        self.ambiguous = ambiguous
        self.retry_after = retry_after
