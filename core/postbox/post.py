"""A postbox as this area knows it: what a partner must be able to do so that its post can be fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.archive import Archive, Stored
from core.errors import PartnerRefused
from core.locale import Message
from core.outbox.outcome import Credentials

Store = Callable[[Iterable[bytes]], Stored]
"""Keeps bytes durably under the hash of their content."""


class Acknowledge(StrEnum):
    """When the partner is told that a shipment has arrived, after which it may delete it."""

    OFF = "off"
    STORED = "stored"
    """As soon as its raw answer and all its files are in the archive."""
    FILED = "filed"
    """As soon as somebody, or the machine, has filed all its documents."""


class NoLongerThere(PartnerRefused):
    """The partner has no shipment of this number, or its time is over."""


class CannotAcknowledge(PartnerRefused):
    """The partner takes no acknowledgement of this shipment: done already, unknown, or too late."""


class NotSupported(PartnerRefused):
    """The partner has no such function."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A shipment as a list names it; texts as they came, empty where it says nothing."""

    number: str
    category: str = ""
    offered_at: str = ""
    available_until: date | None = None
    sender: str = ""
    sender_name: str = ""
    confidential: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The raw answer as it came over the wire; `trouble` says why it is no whole shipment, where it is none.

    `is_broken`: the line is to blame for that.
    """

    stored: Stored
    content_type: str = ""
    trouble: Message | None = None
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of a shipment, in the archive already. Position 0: the answer itself, data without a file."""

    position: int
    stored: Stored
    file_name: str = ""
    title: str = ""
    category: str = ""
    sender: str = ""
    sender_name: str = ""
    contract_number: str = ""
    customer_number: str = ""
    names: tuple[str, ...] = ()
    dated: str = ""
    details: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a shipment. `flaw`: all that came is here, but something was announced that did not come."""

    offered: Offered
    files: tuple[FoundFile, ...]
    flaw: Message | None = None


class PostConnection(Protocol):
    """An open client of one postbox. Safe to call from several threads at once; they share one session."""

    def offered(self) -> list[Offered]:
        """What the partner has for us. Raises PartnerError."""
        ...

    def fetch(self, number: str, archive: Archive) -> Fetched:
        """One shipment, streamed into the archive before anything is made of it.

        Raises NoLongerThere, or another PartnerError where nothing came that is worth keeping.
        """
        ...

    def acknowledge(self, number: str) -> None:
        """Says that a shipment has arrived. Raises CannotAcknowledge, NotSupported, another PartnerError."""
        ...

    def test_login(self) -> None:
        """One log-in. Raises CredentialsRefused or another PartnerError."""
        ...

    def close(self) -> None:
        """Ends its connections."""
        ...


class Postbox(Protocol):
    """A partner's postbox, made from its profile."""

    name: str
    title: str
    acknowledges: Acknowledge
    parallel: int
    """How many shipments may be fetched at once."""

    def connect(self, credentials: Credentials, now: Callable[[], datetime]) -> PostConnection:
        """A client for one account; `now` is the clock (aware UTC). Opens nothing yet."""
        ...

    def contents(self, raw: Path, content_type: str, store: Store) -> Contents:
        """Reads a raw answer and keeps its files; memory does not grow with their size.

        Raises UnreadableInput where it is not what was expected; the raw answer stays as it is.
        """
        ...
