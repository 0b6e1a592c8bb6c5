"""Operators: who they are, what they may do."""

from __future__ import annotations

import pytest

from core.errors import WrongUsage
from core.operators import MACHINE, Operator, OperatorRow, Role, identify, read_role
from core.store.engine import Store
from tests.support.clock import MONDAY_MORNING


@pytest.mark.parametrize("text", ["admin", "ADMIN", "  Admin "])
def test_a_role_is_read_however_it_is_written(text: str) -> None:
    assert read_role(text) is Role.ADMIN


@pytest.mark.parametrize("text", ["", "root", "adm in"])
def test_what_is_no_role_is_answered_with_those_there_are(text: str) -> None:
    with pytest.raises(WrongUsage, match="known are viewer, clerk, admin"):
        read_role(text)


def test_the_machine_may_do_everything() -> None:
    assert all(MACHINE.role.permits(needed) for needed in Role)


def test_somebody_who_was_added_has_the_role_given_to_him(database_url: str) -> None:
    store = Store(database_url)
    with store.write() as session:
        session.add(OperatorRow(name="kb", role=Role.CLERK, added_at=MONDAY_MORNING))
    with store.read() as session:
        assert identify(session, "kb", Role.VIEWER) == Operator("kb", Role.CLERK)
        assert identify(session, "Jörg Śliwa", Role.VIEWER) == Operator("Jörg Śliwa", Role.VIEWER)
    store.close()
