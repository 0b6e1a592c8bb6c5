"""What must be mended in the source (Korrekturliste): where a customer says something else here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers import checking
from core.customers.customer import Customer, text_of
from core.customers.fields import ATTRIBUTES, customer_from
from core.customers.given import Given
from core.customers.review import Desk
from core.journal import JournalChange, JournalEntry
from core.office import Office
from core.text import folded

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """One field of one customer: what the source says, what is right, who says so, which rules object."""

    adviser: str
    number: str
    """The customer number as the source writes it."""
    name: str
    field: str
    source: str
    corrected: str
    rules: tuple[str, ...] = ()
    changed_at: datetime | None = None
    changed_by: str = ""


def corrections(office: Office, adviser: str | None = None) -> Iterator[Correction]:
    """All corrections by adviser and customer, in constant memory; of one adviser where one is named."""
    desk = Desk.of(office)
    given = Given(desk.today, desk.limits)
    last: tuple[str, int] = ("", 0)
    while True:
        with office.store.read() as session:
            customers = _changed(session, adviser, last)
            deeds = _deeds(session, customers)
        for customer in customers:
            yield from _of(customer, given, deeds.get(customer.id or 0, {}))
        if len(customers) < CHUNK:
            return
        last = (customers[-1].adviser_folded, customers[-1].id or 0)


def advisers(office: Office) -> list[str]:
    """The advisers who have customers with corrections, as the first of those customers spells them."""
    spelt: dict[str, str] = {}
    last: tuple[str, int] = ("", 0)
    while True:
        with office.store.read() as session:
            customers = _changed(session, None, last)
        for customer in customers:
            if customer.adviser_folded not in spelt and any(_differences(customer)):
                spelt[customer.adviser_folded] = customer.adviser
        if len(customers) < CHUNK:
            return list(spelt.values())
        last = (customers[-1].adviser_folded, customers[-1].id or 0)


def _changed(session: Session, adviser: str | None, last: tuple[str, int]) -> list[Customer]:
    """Customers that changed since they came, behind the last one; advisers in the database's own order."""
    behind = sa.tuple_(col(Customer.adviser_folded), col(Customer.id)) > sa.tuple_(*map(sa.literal, last))
    query = select(Customer).where(Customer.revision > 1, behind)
    if adviser is not None:
        query = query.where(Customer.adviser_folded == folded(adviser))
    ordered = query.order_by(col(Customer.adviser_folded), col(Customer.id)).limit(CHUNK)
    return list(session.exec(ordered))


def _of(customer: Customer, given: Given, deeds: dict[str, tuple[datetime, str]]) -> Iterator[Correction]:
    differences = list(_differences(customer))
    if not differences:
        return
    asked = _asked_for(customer, given)
    for field, source, corrected in differences:
        at, by = deeds.get(field, (None, ""))
        yield Correction(
            customer.adviser,
            customer.source_key,
            customer.display_name,
            field,
            source,
            corrected,
            asked.get(field, ()),
            at,
            by,
        )


def _differences(customer: Customer) -> Iterator[tuple[str, str, str]]:
    """Fields that the source names and that say something else here; in the order of the fields."""
    here = text_of(customer)
    for field in ATTRIBUTES:
        if field in customer.source and customer.source[field] != here[field]:
            yield field, customer.source[field], here[field]


def _asked_for(customer: Customer, given: Given) -> dict[str, tuple[str, ...]]:
    """By field, the rules that find something in what the source says."""
    there = customer_from({**text_of(customer), **customer.source})
    asked: dict[str, tuple[str, ...]] = {}
    for finding in checking.check(there, given, checking.all_rules()):
        asked[finding.field] = (*asked.get(finding.field, ()), finding.rule)
    return asked


def _deeds(session: Session, customers: Sequence[Customer]) -> dict[int, dict[str, tuple[datetime, str]]]:
    """By customer and field: when it was changed last by an operator, and by whom."""
    ids = {one.id for one in customers}
    subjects = {one.number for one in customers} | {one.source_key for one in customers}
    query = (
        select(JournalChange, JournalEntry)
        .join(JournalEntry, col(JournalEntry.id) == col(JournalChange.entry))
        .where(JournalChange.table_name == "customer", col(JournalChange.subject).in_(subjects))
        .order_by(col(JournalChange.id))
    )
    deeds: dict[int, dict[str, tuple[datetime, str]]] = {}
    for change, entry in session.exec(query):
        if change.record in ids:
            fields = dict.fromkeys(change.after or {}, (entry.at, entry.operator))
            deeds.setdefault(change.record, {}).update(fields)
    return deeds
