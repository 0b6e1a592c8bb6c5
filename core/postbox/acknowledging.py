"""Acknowledging post: the partner is told that a shipment has arrived, once it lies in the archive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from core.errors import PartnerError
from core.locale import Message, _
from core.office import Office
from core.postbox.post import Acknowledge, CannotAcknowledge, NoLongerThere
from core.postbox.receiving import wait_after
from core.postbox.record import Document, DocumentSource, DocumentState, Shipment, ShipmentState

_FILED = (DocumentState.FILED, DocumentState.DONE)
UNSUPPORTED_FOR = timedelta(days=7)
"""How long a partner that cannot be told anything is left alone with it."""


def to_acknowledge(session: Session, account: str, policy: Acknowledge, now: datetime) -> list[Shipment]:
    """Shipments that the policy allows to acknowledge now, whole ones only, the oldest first."""
    if policy is Acknowledge.OFF:
        return []
    query = select(Shipment).where(
        Shipment.account == account,
        Shipment.state == ShipmentState.STORED,
        Shipment.cause == "",
        or_(col(Shipment.next_at).is_(None), col(Shipment.next_at) <= now),
    )
    if policy is Acknowledge.FILED:
        source = select(DocumentSource.id).where(DocumentSource.shipment == Shipment.id)
        unfiled = source.join(Document, col(Document.id) == DocumentSource.document).where(
            col(Document.state).not_in(_FILED)
        )
        query = query.where(source.exists(), ~unfiled.exists())
    return list(session.exec(query.order_by(col(Shipment.id))))


def what_is_missing(session: Session, office: Office, shipment: Shipment) -> Message | None:
    """Why a shipment must not be acknowledged after all: something of it is not in the archive."""
    query = (
        select(Document.sha256, Document.size)
        .join(DocumentSource, col(DocumentSource.document) == Document.id)
        .where(DocumentSource.shipment == shipment.id)
    )
    documents = list(session.exec(query))
    missing = [sha256 for sha256, size in documents if not _is_there(office, sha256, size)]
    if not documents or missing or not office.archive.path(shipment.raw_sha256).is_file():
        return _("It is not whole in the archive any more, so it is not acknowledged.")
    return None


def _is_there(office: Office, sha256: str, size: int) -> bool:
    try:
        return office.archive.path(sha256).stat().st_size == size
    except OSError:
        return False


def note_acknowledged(session: Session, office: Office, shipment: int) -> None:
    """The partner has taken the acknowledgement."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    if row.state == ShipmentState.STORED:
        row.state, row.acknowledged_at, row.cause = ShipmentState.ACKNOWLEDGED, office.now, ""
        row.next_at = None
        session.add(row)


def note_refused(session: Session, office: Office, shipment: int, error: PartnerError) -> None:
    """The partner has not taken it. What it says is done already, or gone, needs none any more."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    if row.state != ShipmentState.STORED:
        return
    if isinstance(error, CannotAcknowledge | NoLongerThere):
        row.state, row.acknowledged_at = ShipmentState.ACKNOWLEDGED, office.now
        row.cause = error.message.dump()
    else:
        row.next_at = office.now + wait_after(row.attempts)
    session.add(row)


def note_unsupported(session: Session, office: Office, shipment: int) -> None:
    """The partner has no acknowledgements: it is asked again in a week."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    row.next_at = office.now + UNSUPPORTED_FOR
    session.add(row)


def note_missing(session: Session, shipment: int, reason: Message) -> None:
    """Something of it is not in the archive: it is fetched again as long as the partner has it."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    row.state, row.cause, row.next_at = ShipmentState.PUT_BACK, reason.dump(), None
    session.add(row)
