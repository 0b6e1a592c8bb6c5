"""What a dossier is made of: sections with typed entries, and where areas say what they contribute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from sqlmodel import Session

from core.locale import Message, _

if TYPE_CHECKING:
    from core.office import Office

Line = tuple[Message, object]
"""What something is called, and what it is: text fit to be shown, a Message, a day, a moment or a number."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom a dossier is about: a record as transfers name it, and by which number the journal knows it."""

    kind: str
    id: int
    subject: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a section: what, when (None: as it stands now), and which record (`kind`, `id`) it is."""

    title: Message
    at: datetime | date | None = None
    lines: tuple[Line, ...] = ()
    kind: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one area; `key` is for machines."""

    key: str
    title: Message
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything on one customer; sections with nothing in them are left out."""

    about: About
    name: str
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section | None:
        """One section, where it has entries."""
        return next((one for one in self.sections if one.key == key), None)


Contribute = Callable[[Session, "Office", About], Iterable[Entry]]

SECTIONS: tuple[tuple[str, Message, str], ...] = (
    ("record", _("Fields and findings"), "core.customers.dossier:record_of"),
    ("inquiries", _("Inquiries"), "core.inquiries.dossier:inquiries_of"),
    ("work", _("Among colleagues"), "core.work.dossier:work_of"),
    ("contracts", _("Contracts"), "core.contracts.dossier:contracts_of"),
    ("post", _("Post"), "core.postbox.dossier:documents_of"),
    ("transfers", _("Transfers"), "core.outbox.dossier:transfers_of"),
    ("imports", _("Imports"), "core.customers.dossier:imports_of"),
    ("journal", _("Journal"), "core.customers.dossier:journal_of"),
)
"""Key, title and contributor of each section, in the order in which they are shown; an area adds a line."""


def gather(session: Session, office: Office, about: About) -> Iterator[Section]:
    """The sections that have anything to say."""
    for key, title, place in SECTIONS:
        module, name = place.split(":")
        contribute: Contribute = getattr(import_module(module), name)
        entries = tuple(contribute(session, office, about))
        if entries:
            yield Section(key, title, entries)
