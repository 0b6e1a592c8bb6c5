"""Questions to the partner while delivering: a few at a time, and only while the gate is open."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from core.accounts.standing import lock_standing
from core.outbox.queue import Claimant, claim
from core.outbox.transfer import CauseCode
from jobs.delivery import Delivered, Delivery
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until

NAME = "Elfenbeinküste Handels GmbH"
SLOW_NUMBERS = "[[vema.fault]]\nlatency = 0.3\non = 'number'\n"


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.delivery.ASKED_AT_ONCE", 2)


def companies(number: int) -> list[dict[str, str]]:
    return [company(f"F-{one}", f"{one} {NAME}", street=f"Hafenstraße {one}") for one in range(number)]


def waiting(office: GivenOffice) -> int:
    return sum(one.cause_code == CauseCode.FIRST_UNKNOWN and one.is_open for one in office.transfers())


@pytest.mark.usefixtures("two_at_once")
def test_deliveries_go_on_while_many_companies_are_asked_about(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(customer("K-1"), *companies(6))
    assert office.deliver().asked == 6
    order = [one.customer.number for one in vema.taken()]
    assert order.index("K-1") < order.index("F-2")
    assert max(order.index("F-0"), order.index("F-1")) < order.index("F-2")
    assert (waiting(office), len(order)) == (0, 13)


def test_a_pause_stops_the_questions_too(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults(SLOW_NUMBERS)
    office.has(*companies(20))
    running = InBackground(office.deliver)
    wait_until(lambda: waiting(office) < 20)
    office.pause("Stopp!")
    gate = running.result().gate
    assert gate is not None
    assert (gate.code, waiting(office) >= 17, vema.taken()) == ("paused", True, [])


def test_whoever_is_told_to_stop_asks_nothing_further(
    office: GivenOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivery.TOLD_EVERY", 0.0)
    office.has(*companies(5))
    Delivery(office, ACCOUNT, "w1", Event(), lambda so_far: so_far.asked < 2).until_idle()
    assert (waiting(office), vema.taken()) == (3, [])


def test_new_credentials_are_not_mixed_with_questions_under_the_old_ones(
    office: GivenOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivery.TOLD_EVERY", 0.0)
    office.has(*companies(3))

    def told(so_far: Delivered) -> bool:
        if so_far.asked == 1:
            office.has_account(vema)
        return True

    assert Delivery(office, ACCOUNT, "w1", Event(), told).until_idle().asked == 1
    assert office.deliver().asked == 2


KEYLESS = {"honours_key": False, "absent_after": 20}


def test_a_partner_without_keys_is_not_believed_at_once_that_it_has_nothing(
    open_an_office: OpenAnOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office = open_an_office(profile=KEYLESS)
    vema.set_faults("[[vema.fault]]\ncut = 'before'\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    asked = office.deliver()
    row = office.transfer("K-1")
    assert (asked.asked, row.state, row.due_at) == (1, "uncertain", clock() + timedelta(seconds=20))
    clock.travel(seconds=19)
    assert (office.deliver().asked, vema.received()) == (0, [])
    clock.travel(seconds=1)
    office.deliver()
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_what_arrives_late_at_a_partner_without_keys_is_not_sent_twice(
    open_an_office: OpenAnOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    slow = {"endpoint": {"timeouts": {"connect": 1, "read": 0.3, "total": 0.4}}}
    office = open_an_office(profile={**KEYLESS, **slow})
    vema.set_faults("[[vema.fault]]\nlatency = 2\nfirst = 1\n")
    office.has(customer("K-1"))
    office.deliver()
    office.deliver()
    assert office.states() == ["uncertain"]
    wait_until(lambda: len(vema.received()) == 1)
    clock.travel(seconds=20)
    office.deliver()
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_a_partner_that_honours_keys_is_believed_at_once(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.fault]]\ncut = 'before'\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    office.deliver()
    assert office.states() == ["delivered"]


def test_an_answered_question_ends_an_outage(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 5")
    office.has(*[customer(f"K-{number}") for number in range(5)])
    office.deliver()
    clock.travel(seconds=30)
    assert office.deliver().asked == 5
    breaker = office.breaker("endpoint")
    assert breaker is not None
    assert (breaker.is_open, set(office.states())) == (False, {"delivered"})


def test_nobody_asks_while_a_colleague_finds_out_whether_the_account_is_accepted(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has(customer("K-1"), *companies(1))
    with office.store.write() as session:
        standing = lock_standing(session, ACCOUNT, office.now)
        colleague = Claimant(ACCOUNT, standing.version, "colleague", 4, timedelta(seconds=60), alone=True)
        assert claim(session, standing, colleague, 4, office.now)[0]
    assert (office.deliver().asked, vema.counts["requests"]) == (0, 0)
    clock.travel(seconds=61)
    assert office.deliver().asked == 2
