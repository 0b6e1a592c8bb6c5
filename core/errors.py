"""The errors that an operator may read; each knows its exit code and says what to do.

    LeitstandError
    ├── WrongUsage                   2  an argument, a setting or a condition is not understood
    │   └── NotFound                 2  no such record, rule, account, job …
    ├── UnreadableInput              2  a file, or one row of it, cannot be read
    ├── NotAllowed                   4  the operator's role does not permit it
    ├── NoOffice                     3  the home holds no office yet, or one of another version
    ├── DatabaseUnavailable          3  out of reach, locked for too long, disk full
    ├── PartnerError                    talking to a partner
    │   ├── PartnerUnavailable       3  not reached, or answers that it cannot serve now
    │   │   └── NotTrusted           3  its certificate is not accepted: nothing was sent
    │   ├── Unanswered               3  sent, but what became of it is unknown
    │   ├── CredentialsRefused       3  the partner does not take this account
    │   └── PartnerRefused           1  the partner refuses this record
    ├── LostUpdate                   1  somebody else changed the record meanwhile
    └── Inapplicable                 1  the operation does not fit the record's state

A traceback is for us, never for an operator.
"""

from __future__ import annotations

from core.locale import Message, _


class LeitstandError(Exception):
    """Something an operator can read and act upon."""

    exit_code = 1

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class WrongUsage(LeitstandError):
    """What was asked for cannot be understood."""

    exit_code = 2


class NotFound(WrongUsage):
    """There is no such thing."""


class UnreadableInput(LeitstandError):
    """A file cannot be read; `row` counts from 1 (first data row), None means the whole file."""

    exit_code = 2

    def __init__(self, file: str, reason: Message, row: int | None = None) -> None:
        where = _("{file}, row {row}", file=file, row=row) if row is not None else _("{file}", file=file)
        super().__init__(_("{where}: {reason}", where=where, reason=reason))
        self.file = file
        self.reason = reason
        self.row = row


class NotAllowed(LeitstandError):
    """The operator's role does not permit this."""

    exit_code = 4


class NoOffice(LeitstandError):
    """There is no office here that this program could open."""

    exit_code = 3


class DatabaseUnavailable(LeitstandError):
    """The database is out of reach, locked, read-only or its disk is full; `what` alone says which.

    Only that holds for whoever needs several transactions: the message says that nothing was changed.
    """

    exit_code = 3

    def __init__(self, message: Message, what: Message | None = None) -> None:
        super().__init__(message)
        self.what = what or message


class PartnerError(LeitstandError):
    """Talking to a partner failed; `reached` is false where nothing of the request can have arrived."""

    def __init__(self, message: Message, *, reached: bool = True) -> None:
        super().__init__(message)
        self.reached = reached


class PartnerUnavailable(PartnerError):
    """The partner was not reached or cannot serve now; `retry_after` in seconds where it said so."""

    exit_code = 3

    def __init__(self, message: Message, retry_after: float | None = None, *, reached: bool = True) -> None:
        super().__init__(message, reached=reached)
        self.retry_after = retry_after


class NotTrusted(PartnerUnavailable):
    """The partner's certificate is not accepted, or the authority for it cannot be read."""


class Unanswered(PartnerError):
    """Something was sent, and what became of it is unknown."""

    exit_code = 3


class CredentialsRefused(PartnerError):
    """The partner does not accept the account's name or password."""

    exit_code = 3


class PartnerRefused(PartnerError):
    """The partner refuses this one record."""


class LostUpdate(LeitstandError):
    """Somebody else changed the record between reading and writing."""


class Inapplicable(LeitstandError):
    """The operation does not fit the state that the record is in."""
