"""Arrivals as lists see them: also very many at once."""

from __future__ import annotations

import sqlalchemy as sa

from core.inbox.arrival import Arrival
from core.inbox.listing import files_of
from core.store.statements import execute, table_of
from tests.support.clock import MONDAY_MORNING
from tests.support.offices import GivenOffice

MORE_THAN_A_STATEMENT_TAKES = 70_000


def test_files_are_found_in_a_selection_of_any_length(office: GivenOffice) -> None:
    common = {
        "kind": "customers",
        "sha256": "",
        "size": 1,
        "received_by": "mk",
        "received_at": MONDAY_MORNING,
    }
    files = [{**common, "state": "stored", "name": f"{number}.csv"} for number in range(3)]
    with office.store.write() as session:
        made = execute(session, sa.insert(table_of(Arrival)).returning(table_of(Arrival).c.id), files)
        first, second, third = sorted(made.scalars())
        row = {**common, "state": "quarantined", "kind": "customers-row", "parent": second, "name": "1.csv"}
        its = execute(session, sa.insert(table_of(Arrival)).values(**row).returning(table_of(Arrival).c.id))
        id_ = its.scalar_one()
    selection = [third, id_, first, *range(1_000_000, 1_000_000 + MORE_THAN_A_STATEMENT_TAKES)]
    assert [one.name for one in files_of(office, selection)] == ["0.csv", "1.csv", "2.csv"]
