"""The first exchange goes alone, so that a password that was changed costs one log-in and locks nothing."""

from __future__ import annotations

from threading import Event

import pytest

from core.accounts.account import NewCredentials, find_account, set_credentials
from core.accounts.login_test import LONG_LIMIT, remaining_tests
from core.errors import CredentialsRefused, NotAllowed
from core.outbox.connect import test_login as log_in_once
from jobs.delivery import Delivery
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until

SENDERS = 16
TOUCHY = "[vema.account]\nlock_after = 3\n"
CHANGED = f"{TOUCHY}password = 'Neu-2'\n"
SLOW = "[[vema.fault]]\nlatency = 0.3\n"
UNKNOWN = company("F-1", "Elfenbeinküste Handels GmbH")


@pytest.fixture
def busy(open_an_office: OpenAnOffice, vema: VemaSandbox) -> GivenOffice:
    """An office with many senders and much to do, at a partner that locks after three wrong passwords."""
    vema.set_faults(TOUCHY)
    office = open_an_office(senders=SENDERS)
    office.has(*[customer(f"K-{number}") for number in range(40)])
    return office


def log_ins(vema: VemaSandbox) -> tuple[int, bool]:
    return vema.counts["log_ins_refused"], vema.credentials.locked


def test_a_changed_password_costs_one_log_in_however_many_senders_there_are(
    busy: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults(CHANGED)
    busy.deliver()
    assert log_ins(vema) == (1, False)
    assert {(row.state, row.attempts) for row in busy.transfers()} == {("pending", 0)}


def test_nor_however_many_workers_there_are(
    busy: GivenOffice, open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    vema.set_faults(CHANGED + SLOW)
    colleague = open_an_office(senders=SENDERS)
    for one in [InBackground(office.deliver) for office in (busy, colleague)]:
        one.result()
    assert log_ins(vema) == (1, False)


def test_it_costs_one_log_in_after_a_success_of_an_earlier_delivery_too(
    busy: GivenOffice, vema: VemaSandbox
) -> None:
    busy.deliver()
    vema.set_faults(CHANGED)
    busy.has(*[customer(f"L-{number}") for number in range(40)])
    busy.deliver()
    assert log_ins(vema) == (1, False)


def test_deliveries_and_test_log_ins_together_do_not_lock_the_account(
    busy: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(CHANGED)
    busy.deliver()
    with pytest.raises(NotAllowed):
        log_in_once(busy, ACCOUNT)
    busy.has_account(vema, password="vertippt")
    with pytest.raises(CredentialsRefused):
        log_in_once(busy, ACCOUNT)
    for minute in range(6):
        busy.has_account(vema, password=f"wieder vertippt {minute}")
        with pytest.raises(NotAllowed):
            log_in_once(busy, ACCOUNT)
        busy.deliver()
        clock.travel(minutes=4)
    assert log_ins(vema) == (2, False)


def test_a_corrected_password_may_be_tried_at_once_after_a_refused_delivery(
    busy: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults(CHANGED)
    busy.deliver()
    busy.has_account(vema)
    log_in_once(busy, ACCOUNT)
    busy.deliver()
    assert (set(busy.states()), log_ins(vema)) == ({"delivered"}, (1, False))


def test_a_refused_question_counts_as_a_log_in_too(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office = open_an_office()
    vema.set_faults(CHANGED)
    office.has(UNKNOWN)
    delivered = office.deliver()
    with pytest.raises(NotAllowed):
        log_in_once(office, ACCOUNT)
    assert (delivered.unanswered, log_ins(vema)) == (1, (1, False))


def test_what_never_left_is_no_log_in(office: GivenOffice, vema: VemaSandbox) -> None:
    set_credentials(office, ACCOUNT, "vema", NewCredentials("u", "p", member_number=""))
    office.has(customer("K-1"))
    gate = office.deliver().gate
    assert gate is not None
    with office.store.read() as session:
        left = remaining_tests(session, ACCOUNT, find_account(session, ACCOUNT).version, office.now)
    assert (gate.code, left, vema.counts["requests"]) == ("credentials", (LONG_LIMIT, None), 0)


def test_after_the_first_answer_all_senders_are_busy(busy: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults(TOUCHY + SLOW)
    running = InBackground(busy.deliver)
    wait_until(lambda: "sending" in busy.states())
    assert busy.states().count("sending") == 1
    wait_until(lambda: busy.states().count("sending") == SENDERS)
    assert running.result().outcomes == {"delivered": 40}


def test_an_answered_question_vouches_for_the_account(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(senders=SENDERS)
    office.has(UNKNOWN, *[customer(f"K-{number}") for number in range(40)])
    vema.set_faults("[[vema.fault]]\nlatency = 0.3\non = 'hand-over'")
    running = InBackground(office.deliver)
    wait_until(lambda: "sending" in office.states())
    assert office.states().count("sending") == SENDERS
    running.result()


def test_a_refused_record_vouches_for_the_account_too(busy: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'number:K-0'\n" + SLOW)
    running = InBackground(busy.deliver)
    wait_until(lambda: busy.states().count("sending") == SENDERS)
    assert running.result().outcomes == {"delivered": 39, "refused-data": 1}


def test_after_a_long_silence_one_goes_alone_again(
    busy: GivenOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivery.VOUCHED_FOR", 0.0)
    most = 0

    def told(_so_far: object) -> bool:
        nonlocal most
        most = max(most, busy.states().count("sending"))
        return True

    monkeypatch.setattr("jobs.delivery.TOLD_EVERY", 0.0)
    Delivery(busy, ACCOUNT, "w1", Event(), told).until_idle()
    assert (most, len(vema.book)) == (1, 40)
