"""Importing customers (Kundenimport): how rows of a table become customers; see `core.importing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.columns import HEADINGS, ColumnMap
from core.customers.columns import Mapping as ColumnMapping
from core.customers.conflicts import note_clashes
from core.customers.customer import NUMBER_LENGTH, Customer, folded_columns, new_row, text_of
from core.importing import applying
from core.importing.applying import Progress
from core.importing.intake import Counts, Incoming, Intake
from core.importing.three_way import Merge
from core.inbox.arrival import Arrival
from core.locale import Message, _
from core.office import Office
from core.tables import Table
from core.text import folded

KIND = "customers"


def by_mended_number(session: Session, keys: Sequence[str]) -> dict[int, str]:
    """Customers whose number was corrected here to what the source has now mended it to: they are the same.

    Their ids, with the number. A number that several customers have says nothing, nor does one that the
    source has given to another customer already.
    """
    query = select(Customer.number, Customer.id).where(
        col(Customer.number_folded).in_([folded(key) for key in keys]),
        col(Customer.number).in_(keys),
        col(Customer.source_key) != col(Customer.number),
    )
    found: dict[str, list[int]] = {}
    for number, id_ in session.exec(query):
        found.setdefault(number, []).append(id_ or 0)
    return {ids[0]: number for number, ids in found.items() if len(ids) == 1}


def present_customers(
    session: Session, keys: Sequence[str], *, lock: bool = False
) -> dict[str, tuple[Customer, bool]]:
    """The customers that the source means by these numbers; whether one is found by its mended number."""
    mended = by_mended_number(session, keys)
    query = select(Customer).where(sa.or_(col(Customer.source_key).in_(keys), col(Customer.id).in_(mended)))
    query = query.order_by(col(Customer.id))
    customers = list(session.exec(query.with_for_update() if lock else query))
    wanted = set(keys)
    present = {one.source_key: (one, False) for one in customers if one.source_key in wanted}
    for one in customers:
        number = mended.get(one.id or 0, "")
        if one.source_key not in wanted and one.number == number and number not in present:
            present[number] = (one, True)
    return present


class CustomerIntake(Intake[Customer]):
    """Customers, whom the source knows by their number."""

    kind = KIND
    model = Customer
    headings = HEADINGS

    def key_of(self, text: Mapping[str, str]) -> str | Message:
        """The customer number exactly as it stands, blanks and all."""
        key = text.get("number", "")
        if not key.strip():
            return _("The row has no customer number.")
        if len(key) > NUMBER_LENGTH:
            return _("The customer number has more than {limit} characters.", limit=NUMBER_LENGTH)
        return key

    def twice(self, one: Incoming, first: int) -> Message:
        """Two rows with one number."""
        return _("The customer number {number} stands in row {first} already.", number=one.key, first=first)

    def present(
        self, session: Session, keys: Sequence[str], *, lock: bool = False
    ) -> dict[str, tuple[Customer, bool]]:
        """By the source's number, or by one that was mended here first."""
        return present_customers(session, keys, lock=lock)

    def new_rows(
        self, session: Session, incoming: Sequence[Incoming], batch: int | None, at: datetime
    ) -> list[dict[str, Any]]:
        """Customers, unchecked."""
        return [new_row(one.text, at=at, batch=batch, position=one.position) for one in incoming]

    def text_of(self, record: Customer) -> dict[str, str]:
        """Every field."""
        return text_of(record)

    def computed(self, session: Session, record: Customer, text: Mapping[str, str]) -> Mapping[str, Any]:
        """Fields as they compare."""
        return folded_columns(dict(text))

    def note_clashes(
        self, session: Session, office: Office, record: Customer, result: Merge, batch: int | None
    ) -> int:
        """As rows of their own."""
        return note_clashes(session, office, record, result, batch)


CUSTOMERS = CustomerIntake()


def mapping_of(options: Mapping[str, Any], name: str) -> ColumnMapping:
    """How a file is to be read: its mapping file, and what was said beside it, which goes before."""
    return CUSTOMERS.mapping_of(options, name)


def open_customers(path: Path, name: str, mapping: ColumnMapping) -> tuple[Table, ColumnMap]:
    """A table of customers: a file and the mapping for it. Raises UnreadableInput."""
    return CUSTOMERS.open(path, name, mapping)


def apply(
    office: Office,
    arrival: Arrival,
    progress: Progress | None = None,
    tell: Callable[[Message], None] | None = None,
    *,
    journalled: bool = False,
) -> Counts:
    """Applies a stored arrival of customers; see `core.importing.applying.apply`."""
    return applying.apply(office, CUSTOMERS, arrival, progress, tell, journalled=journalled)
