"""What conditions can say of documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from core.postbox.categories import COMMISSION, URGENT, is_commission, is_urgent
from core.postbox.record import Document, DocumentState
from core.rulebook.condition import (
    AgeField,
    Choice,
    ChoiceField,
    DateField,
    Flag,
    FlagField,
    ListField,
    NumberField,
    TextField,
    Vocabulary,
)
from core.work.standing import assigned_column, due_column

KIND = "document"
"""How assignments and resubmissions name documents."""
STATES = (
    Choice(DocumentState.UNREAD.value, "unread", "ungelesen", ("neu", "new")),
    Choice(DocumentState.FILED.value, "filed", "zugeordnet"),
    Choice(DocumentState.DONE.value, "done", "erledigt"),
    Choice(DocumentState.PUT_BACK.value, "put-back", "zurückgestellt", ("put back",)),
)
DAMAGES = (
    Choice("", "none", "keiner"),
    Choice("encrypted", "encrypted", "verschlüsselt"),
    Choice("damaged", "damaged", "beschädigt"),
    Choice("empty", "empty", "leer"),
)


@dataclass(frozen=True)
class DocumentView:
    """A document with what lists and conditions say of it beside its own columns."""

    document: Document
    customer_number: str = ""
    """Of the customer that it is filed to, or proposed for."""
    customer_name: str = ""
    acknowledged_at: datetime | None = None
    """When the partner was told that it had arrived, with the last shipment that held it."""
    sources: int = 0
    """In how many places of shipments it came."""
    assigned: str = ""
    due: date | None = None

    def __getattr__(self, name: str) -> Any:
        """The document's own."""
        return getattr(self.document, name)

    @property
    def is_filed(self) -> bool:
        """Whether the customer is more than a proposal."""
        return bool(self.document.filed_by and self.document.customer is not None)

    @property
    def filed_to(self) -> str:
        """The number of the customer that it is filed to."""
        return self.customer_number if self.is_filed else ""


def _open() -> sa.ColumnElement[bool]:
    return col(Document.state).in_((DocumentState.UNREAD, DocumentState.FILED))


def _begins(*starts: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(col(Document.category).like(f"{start}%") for start in starts))


@lru_cache(maxsize=1)
def document_vocabulary() -> Vocabulary:
    """The fields of documents, by their English and German names."""
    return Vocabulary(
        [
            NumberField("id", "id", lambda one: one.id, col(Document.id)),
            ChoiceField("state", "zustand", lambda one: one.state, col(Document.state), choices=STATES),
            TextField(
                "category", "kategorie", lambda one: one.category, folded_column=col(Document.category_folded)
            ),
            TextField(
                "sender", "absender", lambda one: one.sender, folded_column=col(Document.sender_folded)
            ),
            TextField(
                "insurer",
                "gesellschaft",
                lambda one: one.sender_name,
                folded_column=col(Document.sender_name_folded),
                aliases=("versicherer",),
            ),
            TextField("file", "datei", lambda one: one.file_name),
            TextField("title", "titel", lambda one: one.title, aliases=("betreff",)),
            TextField("type", "dateityp", lambda one: one.media_type),
            TextField("contract", "vertrag", lambda one: one.contract_number, aliases=("vsnr",)),
            TextField("customer", "kunde", lambda one: one.customer_number, aliases=("kundennummer",)),
            TextField("name", "name", lambda one: one.customer_name),
            ListField("named", "genannt", lambda one: one.names),
            TextField("text", "text", lambda one: one.text),
            TextField("filed-by", "zugeordnet-von", lambda one: one.filed_by),
            NumberField("confidence", "sicherheit", lambda one: one.confidence, col(Document.confidence)),
            DateField("deadline", "frist", lambda one: one.deadline, col(Document.deadline)),
            ChoiceField("damage", "schaden", lambda one: one.damage, choices=DAMAGES),
            NumberField("from", "aus", lambda one: one.parent, col(Document.parent)),
            AgeField("age", "alter", lambda one: one.stored_at),
            TextField(
                "assigned",
                "bearbeiter",
                lambda one: one.assigned,
                folded_column=assigned_column(KIND, Document.id),
                aliases=("zugewiesen",),
            ),
            DateField(
                "due",
                "wiedervorlage",
                lambda one: one.due,
                due_column(KIND, Document.id),
                aliases=("fällig",),
            ),
            _flags(),
        ]
    )


def _flags() -> FlagField:
    states = (DocumentState.UNREAD, DocumentState.FILED)
    return FlagField(
        flags=(
            Flag("unread", "ungelesen", "state:unread", ("new", "neu")),
            Flag("filed", "zugeordnet", "state:filed"),
            Flag("open", "offen", lambda one: one.state in states, ("stuck", "steckt"), _open),
            Flag("urgent", "dringend", lambda one: is_urgent(one.category), clause=lambda: _begins(*URGENT)),
            Flag(
                "commission",
                "provision",
                lambda one: is_commission(one.category),
                clause=lambda: _begins(COMMISSION),
            ),
            Flag("proposed", "vorgeschlagen", lambda one: one.customer is not None and not one.filed_by),
            Flag("estimated", "geschätzt", lambda one: one.deadline_estimated),
            Flag("damaged", "beschädigt", lambda one: bool(one.damage)),
            Flag("overdue", "überfällig", "deadline:<today state:unread OR deadline:<today state:filed"),
            Flag("due", "fällig", "due:<=today"),
        )
    )
