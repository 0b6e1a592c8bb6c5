"""An office with three operators: mk is the admin, jo and li are clerks."""

from __future__ import annotations

from typing import Any

import pytest

from core.office import Office
from core.operation import Operation, Report
from core.operators import Operator, OperatorRow, Role
from core.registry import operation_of
from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """No account, nobody goes out by himself."""
    office = open_an_office(send="chosen", account=False)
    with office.store.write() as session:
        for name in ("jo", "li"):
            session.add(OperatorRow(name=name, role=Role.CLERK, added_at=office.now))
    return office


class Colleague:
    """One of the operators at work."""

    def __init__(self, office: GivenOffice, name: str, role: Role) -> None:
        self.given = office
        self.office: Office = office.acting_as(Operator(name, role))
        self.name = name

    def on_customer(self, verb: str, number: str, **given: Any) -> Report:
        """One of the operations among colleagues, on a customer."""
        return self.perform("customers", verb, self.given.customer(number).id or 0, **given)

    def perform(self, area: str, verb: str, id_: int, /, **given: Any) -> Report:
        """An operation of any area, on one record."""
        operation: Operation[Any, Any] = operation_of(area, verb)
        return self.office.perform(operation, [id_], operation.parameters(**given))


@pytest.fixture
def jo(office: GivenOffice) -> Colleague:
    return Colleague(office, "jo", Role.CLERK)


@pytest.fixture
def li(office: GivenOffice) -> Colleague:
    return Colleague(office, "li", Role.CLERK)


@pytest.fixture
def mk(office: GivenOffice) -> Colleague:
    return Colleague(office, "mk", Role.ADMIN)
