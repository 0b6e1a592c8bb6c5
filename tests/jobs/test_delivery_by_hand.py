"""Somebody wants to know now: an operator's own run, or a test log-in, in spite of an outage."""

from __future__ import annotations

import pytest

from core.outbox.connect import test_login as log_in_once
from jobs.commands.jobs import exit_code_of
from jobs.sandbox.client import VemaSandbox
from jobs.schedule import last_run
from jobs.worker import run_once
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import ACCOUNT, GivenOffice

CLOSED = "[vema]\nmaintenance = true"
TRIED = 5
"""How many are tried until an outage is found out."""


@pytest.fixture
def cut_off(office: GivenOffice, vema: VemaSandbox) -> GivenOffice:
    """An office with eight customers that has found out that the partner is away."""
    vema.set_faults(CLOSED)
    office.has(*[customer(f"K-{number}") for number in range(TRIED + 3)])
    office.deliver()
    assert vema.counts["requests"] == TRIED
    return office


def endpoint_is_open(office: GivenOffice) -> bool:
    breaker = office.breaker("endpoint")
    return breaker is not None and breaker.holds(office.now)


def test_a_run_by_hand_tries_once_during_an_outage(cut_off: GivenOffice, vema: VemaSandbox) -> None:
    for more in (1, 2):
        assert cut_off.run("deliver-transfers").counts["unavailable"] == 1
        assert vema.counts["requests"] == TRIED + more
    assert endpoint_is_open(cut_off)


def test_where_that_try_succeeds_everything_goes_on(cut_off: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("")
    cut_off.deliver()
    assert vema.counts["requests"] == TRIED
    assert cut_off.run("deliver-transfers").counts["delivered"] == 3
    assert not endpoint_is_open(cut_off)


def test_a_run_by_hand_with_nothing_to_do_leaves_the_breaker_alone(
    cut_off: GivenOffice, vema: VemaSandbox
) -> None:
    with cut_off.store.write() as session:
        for one in cut_off.transfers():
            one.due_at = cut_off.now.replace(year=2099)
            session.merge(one)
    cut_off.run("deliver-transfers")
    assert (endpoint_is_open(cut_off), vema.counts["requests"]) == (True, TRIED)


def test_a_throttle_is_kept_to_by_hand_as_well(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[[vema.fault]]\nstatus = 429\nretry_after = 600\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    clock.travel(minutes=9)
    ran = office.run("deliver-transfers")
    assert (ran.outcome, vema.counts["requests"]) == ("unreached", 1)


def test_a_log_in_that_succeeds_ends_the_outage(cut_off: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("")
    log_in_once(cut_off, ACCOUNT)
    assert not endpoint_is_open(cut_off)
    assert cut_off.deliver().outcomes == {"delivered": 3}


def test_the_history_says_that_the_partner_was_out_of_reach_and_why(cut_off: GivenOffice) -> None:
    cut_off.run("deliver-transfers")
    with cut_off.store.read() as session:
        run = last_run(session, "deliver-transfers")
    assert run is not None
    assert run.outcome == "unreached"
    assert "cannot serve at the moment" in run.detail


def test_an_unanswered_question_is_no_success(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    away = "[[vema.fault]]\nstatus = 503\non = 'key'"
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 1\n" + away)
    office.has(customer("K-1"))
    office.deliver()
    ran = office.run("deliver-transfers")
    assert (ran.outcome, ran.counts) == ("unreached", {"unanswered": 1})
    assert exit_code_of(ran.counts) == 3
    clock.travel(minutes=5)
    assert run_once(office)["deliver-transfers"]["unanswered"] == 1


def test_where_something_was_delivered_the_run_is_done(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.fault]]\nstatus = 503\nwhen = 'number:K-2'")
    office.has(customer("K-1"), customer("K-2"))
    ran = office.run("deliver-transfers")
    assert (ran.outcome, ran.counts["delivered"], ran.counts["unavailable"]) == ("done", 1, 1)
    assert ran.detail is not None
