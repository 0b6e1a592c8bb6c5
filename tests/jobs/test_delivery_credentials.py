"""A password that is no longer right: found out once, nothing more is sent, nothing is lost or locked."""

from __future__ import annotations

import pytest

from core.errors import CredentialsRefused
from core.outbox.connect import test_login as log_in_once
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until

SENDERS = 8
ROWS = 150


def customers(number: int) -> list[dict[str, str]]:
    return [customer(f"K-{one}") for one in range(number)]


def test_the_first_refusal_stops_everything_and_costs_no_attempt(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(*customers(30))
    office.has_account(vema, password="falsch")
    gate = office.deliver().gate
    assert gate is not None
    assert gate.code == "credentials"
    assert {(row.state, row.attempts) for row in office.transfers()} == {("pending", 0)}
    assert 1 <= vema.counts["log_ins_refused"] <= 4
    assert not vema.credentials.locked


def test_nothing_is_tried_until_there_is_a_new_password(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has(*customers(5))
    office.has_account(vema, password="falsch")
    office.deliver()
    refused = vema.counts["requests"]
    clock.travel(days=30)
    for _again in range(5):
        office.deliver()
    assert vema.counts["requests"] == refused


def test_a_new_password_and_one_log_in_let_everything_go_on(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(*customers(20))
    office.has_account(vema, password="falsch")
    office.deliver()
    office.has_account(vema)
    assert office.deliver().attempts == 0
    log_in_once(office, ACCOUNT)
    office.deliver()
    assert {(row.state, row.attempts) for row in office.transfers()} == {("delivered", 1)}
    assert len(vema.book) == 20


def test_a_new_password_that_is_wrong_too_leaves_it_shut(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    office.has_account(vema, password="falsch")
    office.deliver()
    office.has_account(vema, password="auch falsch")
    with pytest.raises(CredentialsRefused):
        log_in_once(office, ACCOUNT)
    office.deliver()
    assert vema.counts["log_ins_refused"] == 2


def test_a_locked_account_is_not_knocked_at(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[vema.account]\nlocked = true")
    office.has(customer("K-1"))
    for _again in range(4):
        office.deliver()
    [attempt] = office.attempts()
    assert (attempt.outcome, attempt.cause_code, vema.counts["requests"]) == (
        "refused-credentials",
        "locked",
        1,
    )


def test_a_forbidden_object_is_not_a_forbidden_account(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1", vema_number="V0000999"), customer("K-2"))
    office.deliver()
    assert office.states("K-1", "K-2") == ["failed", "delivered"]
    assert office.breaker("credentials") is None


def test_a_password_changed_in_the_middle_is_refused_at_most_once_by_each_sender(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[vema.account]\nlock_after = 100")
    office = open_an_office(senders=SENDERS)
    office.has(*customers(ROWS))
    colleague = open_an_office(senders=SENDERS)
    running = [InBackground(one.deliver) for one in (office, colleague)]
    wait_until(lambda: vema.counts.get("created", 0) > 10)
    vema.set_faults("[vema.account]\npassword = 'Neu-2'\nlock_after = 100")
    for one in running:
        one.result()
    assert 1 <= vema.counts["log_ins_refused"] <= SENDERS
    assert {row.attempts for row in office.transfers() if row.state == "pending"} == {0}
    assert "sending" not in office.states()
    office.has_account(vema)
    log_in_once(office, ACCOUNT)
    refused = vema.counts["log_ins_refused"]
    office.deliver()
    assert (set(office.states()), len(vema.book)) == ({"delivered"}, ROWS)
    assert len(vema.taken()) == ROWS
    assert vema.counts["log_ins_refused"] == refused


def test_a_connection_opened_with_the_old_password_does_not_send_on_with_it(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 0.4\nfirst = 1")
    office = open_an_office(senders=1)
    office.has(*customers(3))
    running = InBackground(office.deliver)
    wait_until(lambda: "sending" in office.states())
    vema.set_faults("[vema.account]\npassword = 'Neu-2'")
    office.has_account(vema)
    log_in_once(office, ACCOUNT)
    assert running.result().attempts == 1
    assert office.states() == ["pending"] * 3
    office.deliver()
    assert (set(office.states()), vema.counts["log_ins_refused"]) == ({"delivered"}, 1)
