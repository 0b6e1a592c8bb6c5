"""The customer's file (Kundenakte): everything on one customer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import col, select

from core.customers.customer import Customer
from core.customers.listing import Conflict, conflicts_of, views_of
from core.customers.names import AREA, KIND, PARTNER
from core.customers.review import suppressions_of
from core.customers.sending import known_to_partner
from core.customers.vocabulary import CustomerView
from core.office import Office
from core.outbox.transfer import PartnerCopy, Transfer
from core.rulebook.finding import Finding
from core.rulebook.record import FindingRow, Suppression


@dataclass(frozen=True)
class CustomerFile:
    """A customer with findings, transfers, conflicts, and what somebody decided to live with."""

    view: CustomerView
    known: str
    reference: str
    """The partner's own number of the customer."""
    findings: tuple[Finding, ...]
    transfers: tuple[Transfer, ...]
    conflicts: tuple[Conflict, ...]
    muted: tuple[Suppression, ...]


def customer_file(office: Office, id_: int) -> CustomerFile:
    """Everything on the customer with this id."""
    with office.store.read() as session:
        customer = session.get_one(Customer, id_)
        copy = session.exec(
            select(PartnerCopy).where(
                PartnerCopy.partner == PARTNER, PartnerCopy.kind == KIND, PartnerCopy.subject_id == id_
            )
        ).one_or_none()
        rows = session.exec(
            select(FindingRow)
            .where(FindingRow.area == AREA, FindingRow.record == id_, col(FindingRow.suppressed).is_(False))
            .order_by(col(FindingRow.id))
        ).all()
        transfers = session.exec(
            select(Transfer)
            .where(Transfer.kind == KIND, Transfer.subject_id == id_)
            .order_by(col(Transfer.id).desc())
        ).all()
        return CustomerFile(
            views_of(session, [customer])[0],
            known_to_partner(customer, copy).value,
            copy.reference if copy else "",
            tuple(replace(row.finding(), row=customer.seen_at_row or None) for row in rows),
            tuple(transfers),
            tuple(conflicts_of(session, [id_])),
            tuple(suppressions_of(session, [id_]).get(id_, [])),
        )
