"""Questions to the partner while delivering: a few at a time, and only while the gate is open."""

from __future__ import annotations

from threading import Event

import pytest

from core.outbox.transfer import CauseCode
from jobs.delivery import Delivered, Delivery
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company, customer
from tests.support.offices import ACCOUNT, GivenOffice
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
