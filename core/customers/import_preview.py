"""What an import would do (Probelauf), without doing it."""

from __future__ import annotations

from itertools import islice

from core.customers.columns import ColumnMap
from core.customers.customer import Customer, text_of
from core.customers.importing import CHUNK, Counts, Incoming, present_customers, read_rows
from core.customers.three_way import merge
from core.inbox.receive import PutBack
from core.office import Office
from core.tables import Table


def preview(office: Office, table: Table, columns: ColumnMap) -> Counts:
    """What an import would do, without doing it: nothing is stored."""
    counts = Counts()
    seen: set[int] = set()
    rows = table.rows()
    while chunk := list(islice(rows, CHUNK)):
        counts.rows += len(chunk)
        incoming: dict[str, Incoming] = {}
        for one in read_rows(chunk, columns):
            if isinstance(one, PutBack) or hash(one.key) in seen:
                counts.quarantined += 1
            else:
                seen.add(hash(one.key))
                incoming[one.key] = one
        with office.store.read() as session:
            present = present_customers(session, list(incoming))
        for key, one in incoming.items():
            customer, _is_mended = present.get(key, (None, False))
            _count(counts, customer, one)
    return counts


def _count(counts: Counts, customer: Customer | None, one: Incoming) -> None:
    if customer is None:
        counts.new += 1
        return
    result = merge(customer.source, text_of(customer), one.text)
    counts.conflicts += len(result.clashes)
    if result.take:
        counts.changed += 1
    else:
        counts.unchanged += 1
