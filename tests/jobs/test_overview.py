"""The overview counts tables that it names without declaring them: these are the tables that there are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from core.customers.customer import Customer, ImportConflict
from core.inbox.arrival import Arrival, ArrivalState
from core.rulebook.record import FindingRow
from core.store.statements import table_of
from jobs import overview

TABLES = (
    (overview.CUSTOMER, Customer),
    (overview.CONFLICT, ImportConflict),
    (overview.ARRIVAL, Arrival),
    (overview.FINDING, FindingRow),
)


@pytest.mark.parametrize(("named", "model"), TABLES)
def test_what_is_named_is_there(named: sa.TableClause, model: type[SQLModel]) -> None:
    there = table_of(model)
    assert named.name == there.name
    assert set(named.c.keys()) <= set(there.c.keys())


def test_states_of_arrivals_are_called_as_they_are_stored() -> None:
    assert {ArrivalState.QUARANTINED.value, ArrivalState.STORED.value} == {"quarantined", "stored"}
