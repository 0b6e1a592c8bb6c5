"""What operators can do to transfers: what fits which state, and what is said where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from core.operation import Operation, WithReason
from core.outbox.operations import (
    DECIDE,
    DISCARD,
    FIRST_TRANSFER,
    HOLD,
    RELEASE,
    RETRY,
    Decision,
    FirstTransfer,
    Releasing,
)
from core.outbox.transfer import CauseCode, State, Transfer
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.statements import Statements

ALL: dict[str, tuple[Operation[Transfer, Any], Any]] = {
    "retry": (RETRY, None),
    "hold": (HOLD, WithReason("Rückfrage")),
    "release": (RELEASE, Releasing()),
    "discard": (DISCARD, WithReason("doppelt")),
    "first-transfer": (FIRST_TRANSFER, FirstTransfer(known=True)),
    "decide": (DECIDE, Decision(reason="nachgesehen")),
}


def set_state(office: GivenOffice, state: State) -> None:
    with office.store.write() as session:
        one = session.exec(select(Transfer)).one()
        one.state = state
        session.add(one)


def reasons(office: GivenOffice, name: str, id_: int) -> list[str]:
    operation, given = ALL[name]
    return [str(one.reason) for one in office.perform(operation, [id_], given).refused]


@pytest.mark.parametrize("name", ALL)
def test_of_one_that_was_replaced_since_the_successor_is_named(office: GivenOffice, name: str) -> None:
    office.has(customer("K-1"))
    (seen,) = office.transfers("K-1")
    office.edit("K-1", town="Zittau")
    successor = office.transfer("K-1").id
    assert reasons(office, name, seen.id or 0) == [
        f"The record has changed: transfer {successor} has taken its place."
    ]


@pytest.mark.parametrize("name", ALL)
def test_of_one_that_was_discarded_or_delivered_since_it_is_said(office: GivenOffice, name: str) -> None:
    office.has(customer("K-1"))
    office.do(DISCARD, "K-1", given=WithReason("doppelt"))
    id_ = office.transfer("K-1").id or 0
    assert reasons(office, name, id_) == ["It was discarded. Discarded by mk: doppelt"]
    set_state(office, State.DELIVERED)
    assert reasons(office, name, id_) == ["It has been delivered already."]


def test_what_became_of_one_is_asked_at_once(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    set_state(office, State.UNCERTAIN)
    assert len(office.do(RETRY, "K-1").done) == 1


def test_a_partner_that_cannot_be_asked_leaves_it_to_the_operator(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(without=("look_up_key",))
    office.has(customer("K-1"))
    set_state(office, State.UNCERTAIN)
    assert reasons(office, "retry", office.transfer("K-1").id or 0) == [
        "The partner cannot be asked what became of it; find out and say so (operation decide)."
    ]
    report = office.do(DECIDE, "K-1", given=Decision(arrived=True, reason="telefonisch"))
    assert len(report.done) == 1


@pytest.mark.parametrize("name", ALL)
def test_customers_are_locked_before_their_transfers(office: GivenOffice, name: str) -> None:
    office.has(company("K-1", "Elfenbeinküste Handels GmbH"))
    operation, given = ALL[name]
    with Statements(office.store) as statements:
        office.do(operation, "K-1", given=given)
    locked = [text for text in statements.texts if "FOR UPDATE" in text]
    if office.store.is_sqlite:
        assert locked == []
        return
    assert "FROM customer" in locked[0]


def test_what_goes_after_it_is_discarded_with_it(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(without=("look_up_subject",))
    office.has(company("K-1", "Elfenbeinküste Handels GmbH"))
    office.do(FIRST_TRANSFER, "K-1", given=FirstTransfer(known=False))
    short, full = [one for one in office.transfers("K-1") if one.is_open]
    office.perform(DISCARD, [short.id or 0], WithReason("doppelt"))
    left = [one for one in office.transfers("K-1") if one.id in (short.id, full.id)]
    assert [(one.state, one.cause_code) for one in left] == [(State.DISCARDED, CauseCode.OPERATOR)] * 2
