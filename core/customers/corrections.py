"""What must be mended in the source (Korrekturliste): where a customer says something else here."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers import checking
from core.customers.customer import Customer
from core.customers.fields import ATTRIBUTES, CustomerFields, customer_from
from core.customers.given import Given
from core.customers.review import Desk
from core.journal import JournalChange, JournalEntry
from core.office import Office
from core.rulebook.rule import Rule
from core.store.paging import PAGE, in_chunks
from core.store.statements import execute, table_of
from core.text import folded

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


@dataclass(frozen=True, slots=True)
class _Customer:
    """What is needed of a customer here; loading whole records would take twice as long."""

    id: int
    source_key: str
    source: Mapping[str, str]
    text: dict[str, str]

    def differences(self) -> list[str]:
        """Fields that the source names and that say something else here, in the order of the fields."""
        return [name for name in ATTRIBUTES if self.source.get(name, self.text[name]) != self.text[name]]


_TABLE = table_of(Customer)
_COLUMNS = [_TABLE.c[name] for name in ("id", "source_key", "source", *ATTRIBUTES)]


def corrections(office: Office, adviser: str | None = None) -> Iterator[Correction]:
    """All corrections by adviser and customer; of one adviser where one is named.

    Customers are read in pages, only their ids (eight bytes each) are in memory at once.
    """
    desk = Desk.of(office)
    given = Given(desk.today, desk.limits)
    for customers, deeds in _pages(office, adviser):
        for customer in customers:
            yield from _of(customer, given, deeds.get(customer.id, {}))


def advisers(office: Office) -> list[str]:
    """The advisers who have customers with corrections, as the first of those customers spells them."""
    spelt: dict[str, str] = {}
    for chunk in in_chunks(_changed(office, None), PAGE):
        with office.store.read() as session:
            customers = _loaded(session, chunk)
        for customer in customers:
            name = customer.text["adviser"]
            if (key := folded(name)) not in spelt and customer.differences():
                spelt[key] = name
    return list(spelt.values())


def _pages(office: Office, adviser: str | None) -> Iterator[tuple[list[_Customer], Deeds]]:
    for chunk in in_chunks(_changed(office, adviser), PAGE):
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
        return array("q", (id_ or 0 for id_ in session.exec(ordered.execution_options(yield_per=PAGE))))


def _loaded(session: Session, ids: Sequence[int]) -> list[_Customer]:
    """These customers, as far as they are still there, in this order."""
    rows: Iterable[Any] = execute(session, sa.select(*_COLUMNS).where(_TABLE.c.id.in_(ids)))
    found = {
        row.id: _Customer(row.id, row.source_key, row.source, dict(zip(ATTRIBUTES, row[3:], strict=True)))
        for row in rows
    }
    return [found[id_] for id_ in ids if id_ in found]


def _of(customer: _Customer, given: Given, deeds: dict[str, tuple[datetime, str]]) -> Iterator[Correction]:
    differences = customer.differences()
    if not differences:
        return
    here = customer_from(customer.text)
    there = here.model_copy(update=customer.source)
    asked = _asked_for(there, given, frozenset(differences))
    for field in differences:
        at, by = deeds.get(field, (None, ""))
        yield Correction(
            here.adviser,
            customer.source_key,
            here.display_name,
            field,
            customer.source[field],
            customer.text[field],
            asked.get(field, ()),
            at,
            by,
        )


def _asked_for(there: CustomerFields, given: Given, fields: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """By field, the rules that find something in what the source says."""
    asked: dict[str, tuple[str, ...]] = {}
    for finding in checking.check(there, given, _rules_on(fields)):
        asked[finding.field] = (*asked.get(finding.field, ()), finding.rule)
    return asked


@lru_cache(maxsize=1024)
def _rules_on(fields: frozenset[str]) -> Sequence[Rule[CustomerFields, Given]]:
    """The rules that can say anything of these fields: who names none may speak of any."""
    return tuple(rule for rule in checking.all_rules() if not rule.fields or fields.intersection(rule.fields))


def _deeds(session: Session, customers: Sequence[_Customer]) -> Deeds:
    """By customer and field: when it was changed last by an operator, and by whom."""
    ids = {one.id for one in customers}
    subjects = {one.text["number"] for one in customers} | {one.source_key for one in customers}
    after: Any = JournalChange.after
    query = (
        select(JournalChange.record, after, JournalEntry.at, JournalEntry.operator)
        .join(JournalEntry, col(JournalEntry.id) == col(JournalChange.entry))
        .where(JournalChange.table_name == _TABLE.name, col(JournalChange.subject).in_(subjects))
        .order_by(col(JournalChange.id))
    )
    deeds: Deeds = {}
    for record, changed, at, operator in session.exec(query):
        if record in ids:
            deeds.setdefault(record, {}).update(dict.fromkeys(changed or {}, (at, operator)))
    return deeds
