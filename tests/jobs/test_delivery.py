"""Every outcome of an attempt, from a customer to the simulated VEMA over real HTTPS and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.outbox.operations import RETRY
from core.outbox.transfer import CauseCode
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

IMPATIENT = {"endpoint": {"timeouts": {"connect": 1, "read": 0.3, "total": 0.4}}}


def fault(what: str, on: str = "hand-over") -> str:
    return f"[[vema.fault]]\n{what}\non = '{on}'\n"


def test_a_customer_without_findings_is_delivered_once(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    assert office.deliver().outcomes == {"delivered": 1}
    [known] = vema.book
    row = office.transfer("K-1")
    assert (row.state, row.reference, known.numbers) == ("delivered", known.reference, ("K-1",))
    assert office.deliver().attempts == 0


def test_many_customers_are_all_delivered_once(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(*[customer(f"K-{number}") for number in range(60)])
    office.deliver()
    assert set(office.states()) == {"delivered"}
    assert len(vema.book) == len(vema.received()) == 60


def test_a_change_of_what_was_delivered_is_delivered_after_it(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1", town="Pirna"))
    office.deliver()
    office.edit("K-1", town="Görlitz")
    office.deliver()
    assert [one.customer.town for one in vema.taken("K-1")] == ["Pirna", "Görlitz"]
    office.edit("K-1", town="Görlitz")
    assert office.deliver().attempts == 0


def test_in_trial_mode_nothing_leaves_the_house(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office = open_an_office(account=False)
    office.has_account(vema, live=False)
    office.has(customer("K-1"), company("K-2", "Elfenbeinküste Handels GmbH"))
    delivered = office.deliver()
    assert delivered.gate is not None
    assert (delivered.gate.code, vema.counts["requests"]) == ("trial", 0)


def test_a_paused_queue_sends_nothing_until_the_pause_is_over(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has(customer("K-1"))
    office.pause("Umzug", until=clock() + timedelta(hours=1))
    office.deliver()
    assert vema.counts["requests"] == 0
    clock.travel(hours=1)
    office.deliver()
    assert office.states("K-1") == ["delivered"]


def test_refused_data_fails_and_is_not_sent_again_by_itself(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'number:K-1'")
    office.has(customer("K-1"), customer("K-2"))
    office.deliver()
    clock.travel(days=3)
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, row.attempts) == ("failed", CauseCode.DATA, 1)
    assert "konnten nicht übernommen werden" in row.cause
    assert (office.states("K-2"), len(vema.received("K-1"))) == (["delivered"], 1)


def test_an_operator_sends_it_again_when_it_will_be_taken(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'number:K-1'\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    office.do(RETRY, "K-1")
    office.deliver()
    assert [one.effect for one in vema.received("K-1")] == ["refused", "created"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_outage_is_tried_again_later_under_the_same_key(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock, status: int
) -> None:
    vema.set_faults(fault(f"status = {status}\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, row.attempts) == ("pending", CauseCode.OUTAGE, 1)
    assert office.deliver().attempts == 0
    clock.travel(seconds=30)
    office.deliver()
    assert [attempt.status for attempt in office.attempts("K-1")] == [status, 200]
    assert (office.states("K-1"), len(vema.taken("K-1"))) == (["delivered"], 1)


def test_a_server_error_after_processing_is_recognised_by_its_key(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("status = 500\nprocessed = true\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    clock.travel(seconds=30)
    office.deliver()
    assert [one.effect for one in vema.received("K-1")] == ["created", "repeated"]
    assert office.transfer("K-1").reference == vema.book[0].reference


def test_an_outage_that_lasts_fails_the_transfer_in_the_end(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[vema]\nmaintenance = true")
    office.has(customer("K-1"))
    for _try in range(12):
        office.deliver()
        clock.travel(hours=7)
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, row.attempts) == ("failed", CauseCode.ATTEMPTS, 8)
    assert vema.counts["requests"] == 8


def test_an_outage_of_many_is_found_out_with_a_handful(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[vema]\nmaintenance = true")
    office.has(*[customer(f"K-{number}") for number in range(40)])
    office.deliver()
    assert vema.counts["requests"] <= 5 + 4
    assert office.breaker("endpoint") is not None
    assert {row.attempts for row in office.transfers()} == {0, 1}


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("status = 429\nretry_after = 90", 90),
        ("status = 503\nretry_after = 600", 600),
        ("status = 429", 30),
        ("status = 429\nretry_after = 0", 1),
        ("status = 429\nretry_after = 900000", 86_400),
    ],
)
def test_a_partner_that_asks_to_wait_is_not_called_before(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock, asked: str, seconds: int
) -> None:
    vema.set_faults(fault(f"{asked}\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.attempts, row.due_at) == ("pending", 0, clock() + timedelta(seconds=seconds))
    office.has(customer("K-2"))
    clock.travel(seconds=seconds - 0.001)
    office.deliver()
    assert vema.counts["requests"] == 1
    clock.travel(seconds=0.001)
    office.deliver()
    assert office.states() == ["delivered", "delivered"]


def test_a_date_to_wait_for_is_read_on_the_partners_clock(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("status = 429\nretry_after = 90\nretry_as_date = true\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    due_at = office.transfer("K-1").due_at
    assert abs(due_at - clock() - timedelta(seconds=90)) <= timedelta(seconds=1)  # dates have whole seconds
    clock.travel_to(due_at)
    office.deliver()
    assert office.states() == ["delivered"]


def test_waiting_for_hours_costs_no_attempt(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("status = 429\nretry_after = 3600\nfirst = 20"))
    office.has(customer("K-1"))
    for _hour in range(21):
        office.deliver()
        clock.travel(hours=1)
    assert (office.states(), office.transfer("K-1").attempts) == (["delivered"], 1)


@pytest.mark.parametrize(
    ("broken", "arrived"),
    [
        ("cut = 'before'", False),
        ("cut = 'before'\nreset = false", False),
        ("cut = 'during'", True),
        ("cut = 'after'", True),
        ("never = 'before'", False),
        ("never = 'after'", True),
        ("garbage = 'html'", True),
        ("garbage = 'half'", True),
        ("garbage = 'empty'", True),
        ("garbage = 'text'", True),
        ("garbage = 'doctype'", True),
        ("garbage = 'huge'\nsize = 2_000_000", True),
        ("garbage = 'html'\nprocessed = false", False),
        ("drip = 0.2", True),
    ],
)
def test_what_became_of_it_is_asked_before_anything_is_sent_again(
    open_an_office: OpenAnOffice, vema: VemaSandbox, broken: str, arrived: bool
) -> None:
    office = open_an_office(profile=IMPATIENT)
    vema.set_faults(fault(f"{broken}\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.attempts) == ("uncertain", 1)
    assert len(vema.received("K-1")) == int(arrived)
    assert office.deliver().asked == 1
    assert office.states("K-1") == ["delivered"]
    assert office.transfer("K-1").reference == vema.book[0].reference
    assert len(vema.received("K-1")) == len(vema.taken("K-1")) == 1
    assert len(office.attempts("K-1")) == (1 if arrived else 2)


def test_what_the_partner_says_it_refused_has_failed(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'number:K-1'\n" + fault("cut = 'after'\nfirst = 1"))
    office.has(customer("K-1"))
    office.deliver()
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, len(vema.received())) == ("failed", CauseCode.DATA, 1)


def test_what_never_arrives_is_not_sent_for_ever(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("cut = 'before'"))
    office.has(customer("K-1"))
    for _try in range(30):
        office.deliver()
        clock.travel(hours=7)
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, row.attempts) == ("failed", CauseCode.ATTEMPTS, 8)
    assert vema.counts["struck"] == 8


def test_one_that_never_arrives_does_not_spin(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults(fault("cut = 'before'\nwhen = 'number:K-1'"))
    office.has(customer("K-1"), customer("K-2"))
    for _try in range(9):
        office.deliver()
    assert vema.counts["struck"] == 2
    assert office.states("K-2") == ["delivered"]


def test_a_partner_that_cannot_say_is_asked_again_later(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("cut = 'after'\nfirst = 1") + fault("status = 503\nfirst = 1", on="key"))
    office.has(customer("K-1"))
    office.deliver()
    office.deliver()
    row = office.transfer("K-1")
    assert (row.state, row.due_at) == ("uncertain", clock() + timedelta(minutes=5))
    assert office.deliver().asked == 0
    clock.travel(minutes=5)
    office.deliver()
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_a_partner_that_is_away_is_not_asked_about_each_in_turn(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    numbers = [f"K-{number}" for number in range(12)]
    vema.set_faults(fault("cut = 'after'") + fault("cut = 'before'", on="key"))
    office.has(*[customer(number) for number in numbers])
    office.deliver()
    before = vema.counts["requests"]
    for _again in range(20):
        office.deliver()
    gate = office.deliver().gate
    assert gate is not None
    assert (gate.code, vema.counts["requests"] - before <= 5) == ("outage", True)


def test_a_look_up_that_is_told_to_wait_waits(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(
        fault("cut = 'after'\nfirst = 1") + fault("status = 429\nretry_after = 900\nfirst = 1", on="key")
    )
    office.has(customer("K-1"))
    office.deliver()
    office.deliver()
    asked = vema.counts["requests"]
    clock.travel(seconds=899)
    office.has(customer("K-2"))
    office.deliver()
    assert vema.counts["requests"] == asked
    clock.travel(seconds=1)
    office.deliver()
    assert office.states() == ["delivered", "delivered"]


def test_an_answer_that_is_none_is_tried_three_times_and_kept(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults(fault("status = 404"))
    office.has(customer("K-1"))
    for _try in range(5):
        office.deliver()
        clock.travel(hours=1)
    row = office.transfer("K-1")
    assert (row.state, row.attempts, row.cause_code) == ("failed", 3, CauseCode.ATTEMPTS)
    assert ["<h1>404</h1>" in attempt.answer for attempt in office.attempts()] == [True] * 3


def test_a_server_that_is_not_there_is_an_outage(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(partner={"base_url": "https://127.0.0.1:9/extranet/v1"})
    office.has(customer("K-1"))
    office.deliver()
    [attempt] = office.attempts()
    assert (office.states(), attempt.outcome, attempt.cause_code) == (["pending"], "unavailable", "connect")
