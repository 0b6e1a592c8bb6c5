"""A customer's dossier (Kundenakte): fields with findings, imports, journal; the other areas add theirs."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer, ImportConflict
from core.customers.fields import FIELD_BY_ATTRIBUTE, FIELDS
from core.customers.names import AREA, KIND
from core.dossier.entry import About, Dossier, Entry, Line, gather
from core.errors import NotFound
from core.inbox.arrival import Arrival
from core.journal import JournalChange, JournalEntry
from core.locale import Message, _
from core.office import Office
from core.registry import operation_of
from core.rulebook.record import FindingRow
from core.store.statements import name_of
from core.text import visible

UNDO = "undo "
MOST_DEEDS = 500


def dossier(office: Office, customer_id: int) -> Dossier:
    """Everything on one customer. Raises NotFound."""
    with office.store.read() as session:
        customer = session.get(Customer, customer_id)
        if customer is None:
            raise NotFound(_("There is no customer {number}.", number=f"#{customer_id}"))
        about = About(KIND, customer_id, customer.number)
        return Dossier(about, customer.display_name, tuple(gather(session, office, about)))


def record_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """The fields as they stand, each with what is found of it; then findings of no single field."""
    customer = session.get_one(Customer, about.id)
    findings: dict[str, list[FindingRow]] = {}
    query = select(FindingRow).where(FindingRow.area == AREA, FindingRow.record == about.id)
    for row in session.exec(query.order_by(col(FindingRow.id))):
        findings.setdefault(row.field, []).append(row)
    for one in FIELDS:
        text: str = getattr(customer, one.attribute)
        found = findings.pop(one.attribute, [])
        if text or found:
            yield Entry(one.label, None, ((_("Value"), visible(text)), *map(_finding, found)), KIND, about.id)
    for rows in findings.values():
        yield from (Entry(Message.load(row.message), row.first_seen, (), KIND, about.id) for row in rows)


def _finding(row: FindingRow) -> Line:
    label = _("Muted finding") if row.suppressed else _("Finding")
    return label, _("{rule}: {message}", rule=row.rule, message=Message.load(row.message))


def imports_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """The files that brought or last contained it, and where they contradicted what was corrected here."""
    customer = session.get_one(Customer, about.id)
    conflicts: dict[int, list[ImportConflict]] = {}
    query = select(ImportConflict).where(ImportConflict.customer == about.id)
    for one in session.exec(query.order_by(col(ImportConflict.id))):
        conflicts.setdefault(one.batch or 0, []).append(one)
    files = {customer.batch, customer.seen_in, *conflicts} - {None, 0}
    arrivals = select(Arrival).where(col(Arrival.id).in_(files)).order_by(col(Arrival.id).desc())
    for arrival in session.exec(arrivals):
        lines: list[Line] = []
        if arrival.id == customer.batch:
            lines.append((_("Brought"), _("this customer, or its last change")))
        if arrival.id == customer.seen_in:
            lines.append((_("Row"), customer.seen_at_row))
        lines += map(_conflict, conflicts.get(arrival.id or 0, []))
        title = _("Import of {file}", file=visible(arrival.name))
        yield Entry(title, arrival.received_at, tuple(lines), "arrival", arrival.id)


def _conflict(one: ImportConflict) -> Line:
    said = _(
        "source before “{before}”, here “{ours}”, source then “{theirs}”",
        before=visible(one.before),
        ours=visible(one.ours),
        theirs=visible(one.theirs),
    )
    return FIELD_BY_ATTRIBUTE[one.field].label, said


def journal_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """What operators did to it, the newest first, with the fields that changed."""
    customer = session.get_one(Customer, about.id)
    mine = col(JournalChange.table_name) == name_of(Customer)
    concerned = (
        select(JournalChange.entry)
        .where(
            col(JournalChange.subject).in_({about.subject, customer.source_key}),
            # what somebody else under an old number went through does not belong here
            sa.or_(sa.not_(mine), col(JournalChange.record) == about.id),
        )
        .distinct()
    )
    query = select(JournalEntry).where(
        col(JournalEntry.id).in_(concerned), col(JournalEntry.sequence).is_not(None)
    )
    for entry in session.exec(query.order_by(col(JournalEntry.id).desc()).limit(MOST_DEEDS)):
        changes = select(JournalChange).where(
            JournalChange.entry == entry.id, mine, JournalChange.record == about.id
        )
        lines: list[Line] = [(_("By"), entry.operator), (_("Reason"), visible(entry.reason))]
        for change in session.exec(changes.order_by(col(JournalChange.id))):
            lines += _changed_fields(change)
        yield Entry(_deed(entry), entry.at, tuple(lines), "journal", entry.id)


def _deed(entry: JournalEntry) -> Message:
    action = entry.action
    if action.startswith(UNDO):
        return _("Undone: {deed}", deed=_label(entry.area, action.removeprefix(UNDO)))
    return _label(entry.area, action)


def _label(area: str, action: str) -> Message:
    try:
        return operation_of(area, action).label
    except NotFound:
        return Message("{action}", values={"action": action})


def _changed_fields(change: JournalChange) -> Iterator[Line]:
    for name, after in (change.after or {}).items():
        if name in FIELD_BY_ATTRIBUTE:
            before = (change.before or {}).get(name, "")
            said = _("“{before}” → “{after}”", before=visible(str(before)), after=visible(str(after)))
            yield FIELD_BY_ATTRIBUTE[name].label, said
