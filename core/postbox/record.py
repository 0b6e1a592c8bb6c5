"""A shipment (Lieferung) that a partner offers, and the documents (Dokumente) that came in it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.locale import Message
from core.store.columns import identity, index, json_value, long_text, moment, row_id
from core.text import folded


class ShipmentState(StrEnum):
    """listed → stored → acknowledged; listed → gone, put-back; put-back → stored."""

    LISTED = "listed"
    """The partner offers it; nothing of it is here yet."""
    STORED = "stored"
    """Its raw answer and all its files are in the archive."""
    ACKNOWLEDGED = "acknowledged"
    """Stored, and the partner has been told so."""
    GONE = "gone"
    """The partner has it no longer, and we never had it."""
    PUT_BACK = "put-back"
    """What came could not be read; its bytes are kept in the archive, and the reason in `cause`."""


class DocumentState(StrEnum):
    """unread ⇄ filed → done; put-back is what cannot be used as it is."""

    UNREAD = "unread"
    FILED = "filed"
    DONE = "done"
    PUT_BACK = "put-back"


class Shipment(SQLModel, table=True):
    """One shipment of one account; the partner's own number finds it again in every list."""

    __tablename__ = "shipment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        index("ix_shipment_number", "account", "number", unique=True),
        index("ix_shipment_state", "state", "account"),
    )

    id: int | None = identity()
    account: str
    number: str
    """As the partner wrote it; at most 25 characters by the norm, more are kept."""
    category: str = ""
    """Nine digits by the norm, kept as they came."""
    sender: str = ""
    """The insurer's number (Unternehmensnummer), where the answer names one."""
    sender_name: str = ""
    offered_at: str = ""
    """Einstellzeitpunkt as it came: its time zone is nowhere said."""
    available_until: date | None = None
    """VerfuegbarBis; after this day the partner has it no longer."""
    confidential: str = ""
    """The flag as it came."""
    state: str = Field(default=ShipmentState.LISTED)
    listed_at: datetime = moment()
    seen_at: datetime = moment()
    """When a list last contained it."""
    stored_at: datetime | None = moment(nullable=True)
    acknowledged_at: datetime | None = moment(nullable=True)
    raw_sha256: str = ""
    """The whole answer as it came over the wire, in the archive."""
    attempts: int = 0
    next_at: datetime | None = moment(nullable=True)
    """Not to be fetched or acknowledged before."""
    cause: str = long_text()
    arrival: int | None = row_id(index=True)

    def cause_message(self) -> Message | None:
        """Why it is where it is."""
        return Message.load(self.cause) if self.cause else None


def folded_copy(name: str) -> Any:
    """A column that gets what another one holds, as it compares, when the row is written first."""

    def fold(context: Any) -> str:
        return folded(str(context.get_current_parameters().get(name) or ""))

    return Field(default=None, sa_column=sa.Column(sa.Text, default=fold, nullable=True))


class Document(SQLModel, table=True):
    """One file that came, once, however often it was sent; what is known of it, and to whom it is filed."""

    __tablename__ = "document"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        index("ix_document_state", "state", "id"),
        index("ix_document_customer", "customer", "id"),
        index("ix_document_contract_key", "contract_key", using="hash"),
        index("ix_document_sender_folded", "sender_folded", using="hash"),
        index("ix_document_category_folded", "category_folded", using="hash"),
        index("ix_document_unexamined", "id", where="examined_at IS NULL"),
    )

    id: int | None = identity()
    sha256: str = Field(unique=True)
    size: int = Field(default=0, sa_type=sa.BigInteger)
    media_type: str = ""
    """Sniffed from its content, never believed from its name."""
    file_name: str = ""
    """Safe to be shown and stored."""
    title: str = long_text()
    category: str = Field(default="", index=True)
    sender: str = Field(default="", index=True)
    sender_name: str = ""
    contract_number: str = long_text()
    """Versicherungsscheinnummer as written."""
    contract_key: str = long_text()
    """The same, normalised, as contracts are found by it."""
    customer_number: str = ""
    """The partner's or the office's, as the partner wrote it."""
    names: list[str] = Field(default_factory=list[str], sa_type=sa.JSON, nullable=False)
    dated: str = ""
    stored_at: datetime = moment(index=True)
    state: str = Field(default=DocumentState.UNREAD)
    customer: int | None = row_id()
    contract: int | None = row_id(index=True)
    filed_by: str = ""
    """Nobody yet (""), `machine`, or an operator."""
    confidence: int = 0
    """0 to 100: how sure the machine is of what it proposes or did."""
    reasons: list[str] = Field(default_factory=list[str], sa_type=sa.JSON, nullable=False)
    """Messages, each as `Message.dump` wrote it."""
    deadline: date | None = None
    deadline_estimated: bool = False
    damage: str = ""
    """"" (sound), `encrypted`, `damaged` or `empty`."""
    text: str = long_text()
    """What can be read in it."""
    parent: int | None = row_id(index=True)
    """The document that it was unpacked from."""
    sender_folded: str | None = folded_copy("sender")
    sender_name_folded: str | None = folded_copy("sender_name")
    category_folded: str | None = folded_copy("category")
    examined_at: datetime | None = moment(nullable=True)
    """When it was unpacked and read, and a customer proposed; None: not yet."""
    details: dict[str, Any] = json_value()
    """What the partner said of it beside that, by element name, as text."""


class DocumentSource(SQLModel, table=True):
    """Where a document came from: a file of a shipment. The same file twice is one document, two of these."""

    __tablename__ = "document_source"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (index("ix_document_source_place", "shipment", "position", unique=True),)

    id: int | None = identity()
    document: int = row_id(index=True, nullable=False)
    shipment: int = row_id(nullable=False)
    position: int
    """The file's place in the shipment, 1 first; 0 is the answer itself where it carried no file."""
    file_name: str = ""
    """As it was written there, made safe."""
