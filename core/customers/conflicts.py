"""Import conflicts (Importkonflikte): a field changed here and in the source; an operator chooses."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from core.customers.customer import Customer, ImportConflict
from core.importing.three_way import Merge
from core.office import Office


def note_clashes(
    session: Session, office: Office, customer: Customer, result: Merge, batch: int | None
) -> int:
    """Opens, updates and settles conflicts after a comparison; answers how many are new."""
    present = {one.field: one for one in open_conflicts(session, customer.id or 0)}
    new = 0
    for clash in result.clashes:
        conflict = present.get(clash.field)
        if conflict is not None and clash.theirs == conflict.before:
            settle_conflict(session, office, conflict, "withdrawn")
            continue
        if conflict is None:
            new += 1
            conflict = ImportConflict(
                customer=customer.id or 0, field=clash.field, before=clash.before, found_at=office.now
            )
        conflict.ours, conflict.theirs, conflict.batch = clash.ours, clash.theirs, batch
        session.add(conflict)
    for name in result.agreed:
        if name in present:
            settle_conflict(session, office, present[name], "agreed")
    return new


def open_conflicts(session: Session, customer: int) -> list[ImportConflict]:
    """What is still to be decided about a customer."""
    return open_conflicts_of(session, [customer]).get(customer, [])


def open_conflicts_of(session: Session, customers: Collection[int]) -> dict[int, list[ImportConflict]]:
    """What is still to be decided about some customers, at most as many as one statement takes."""
    query = select(ImportConflict).where(
        col(ImportConflict.customer).in_(customers), ImportConflict.resolution == ""
    )
    grouped: dict[int, list[ImportConflict]] = {}
    for one in session.exec(query.order_by(col(ImportConflict.id))):
        grouped.setdefault(one.customer, []).append(one)
    return grouped


def settle_conflict(session: Session, office: Office, conflict: ImportConflict, resolution: str) -> None:
    """Closes a conflict: "agreed" where both sides came to say the same, "withdrawn" where the source says
    again what was corrected here; an operator's decision is "ours" or "theirs".
    """
    conflict.resolution, conflict.resolved_at = resolution, office.now
    conflict.resolved_by = office.operator.name
    session.add(conflict)
