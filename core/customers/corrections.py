"""What must be mended in the source (Korrekturliste): where a customer says something else here."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.customers import checking
from core.customers.customer import Customer, text_of
from core.customers.fields import ATTRIBUTES, customer_from
from core.customers.given import Given
from core.customers.review import Desk
from core.journal import JournalChange, JournalEntry
from core.office import Office, in_chunks
from core.text import folded

CHUNK = 500
Deeds = dict[int, dict[str, tuple[datetime, str]]]
"""By customer and field: when it was changed last by an operator, and by whom."""


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
    """All corrections by adviser and customer; of one adviser where one is named.

    Customers are read in pages, only their ids (eight bytes each) are in memory at once.
    """
    desk = Desk.of(office)
    given = Given(desk.today, desk.limits)
    for customers, deeds in _pages(office, adviser):
        for customer in customers:
            yield from _of(customer, given, deeds.get(customer.id or 0, {}))


def advisers(office: Office) -> list[str]:
    """The advisers who have customers with corrections, as the first of those customers spells them."""
    spelt: dict[str, str] = {}
    for chunk in in_chunks(_changed(office, None), CHUNK):
        with office.store.read() as session:
            customers = _loaded(session, chunk)
        for customer in customers:
            if customer.adviser_folded not in spelt and any(_differences(customer)):
                spelt[customer.adviser_folded] = customer.adviser
    return list(spelt.values())


def _pages(office: Office, adviser: str | None) -> Iterator[tuple[list[Customer], Deeds]]:
    for chunk in in_chunks(_changed(office, adviser), CHUNK):
        with office.store.read() as session:
            customers = _loaded(session, chunk)
            deeds = _deeds(session, customers)
        yield customers, deeds


def _changed(office: Office, adviser: str | None) -> Sequence[int]:
    """The ids of all customers that changed since they came, by adviser in the database's own order.

    They are sorted once: sorting anew for each page takes hours where there are many customers.
    """
    query = select(Customer.id).where(Customer.revision > 1)
    if adviser is not None:
        query = query.where(Customer.adviser_folded == folded(adviser))
    ordered = query.order_by(col(Customer.adviser_folded), col(Customer.id))
    with office.store.read() as session:
        return array("q", (id_ or 0 for id_ in session.exec(ordered.execution_options(yield_per=CHUNK))))


def _loaded(session: Session, ids: Sequence[int]) -> list[Customer]:
    """These customers, as far as they are still there, in this order."""
    found = {one.id: one for one in session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    return [found[id_] for id_ in ids if id_ in found]


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


def _deeds(session: Session, customers: Sequence[Customer]) -> Deeds:
    """By customer and field: when it was changed last by an operator, and by whom."""
    ids = {one.id for one in customers}
    subjects = {one.number for one in customers} | {one.source_key for one in customers}
    query = (
        select(JournalChange, JournalEntry)
        .join(JournalEntry, col(JournalEntry.id) == col(JournalChange.entry))
        .where(JournalChange.table_name == "customer", col(JournalChange.subject).in_(subjects))
        .order_by(col(JournalChange.id))
    )
    deeds: Deeds = {}
    for change, entry in session.exec(query):
        if change.record in ids:
            fields = dict.fromkeys(change.after or {}, (entry.at, entry.operator))
            deeds.setdefault(change.record, {}).update(fields)
    return deeds
