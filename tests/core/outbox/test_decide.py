"""What follows from each outcome: the table of the design, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.locale import _
from core.outbox.decide import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    MAX_PROTOCOL_ATTEMPTS,
    MAX_RESCUES,
    decide,
    decide_absent,
    decide_rescue,
    not_sent,
    wait_before,
)
from core.outbox.outcome import Outcome, Result
from core.outbox.transfer import CauseCode, State

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=7)
CAUSE = _("because")
CHANCE = Random(1)
ATTEMPTS = st.integers(1, 10_000)
SEEDS = st.integers(0, 2**32).map(Random)


def result(outcome: Outcome, retry_at: datetime | None = None, *, retryable: bool = True) -> Result:
    return Result(outcome, CAUSE, retry_at=retry_at, retryable=retryable)


@pytest.mark.parametrize(
    ("outcome", "state", "counted", "code"),
    [
        (Outcome.DELIVERED, State.DELIVERED, True, ""),
        (Outcome.REFUSED_CREDENTIALS, State.PENDING, False, CauseCode.CREDENTIALS),
        (Outcome.REFUSED_DATA, State.FAILED, True, CauseCode.DATA),
        (Outcome.UNAVAILABLE, State.PENDING, True, CauseCode.OUTAGE),
        (Outcome.THROTTLED, State.PENDING, False, CauseCode.THROTTLE),
        (Outcome.UNCERTAIN, State.UNCERTAIN, True, CauseCode.TIMEOUT),
        (Outcome.PROTOCOL, State.PENDING, True, CauseCode.PROTOCOL),
    ],
)
def test_each_outcome_of_a_first_attempt_has_its_row(
    outcome: Outcome, state: State, counted: bool, code: str
) -> None:
    decision = decide(result(outcome), 0, NOW, CHANCE)
    assert (decision.state, decision.counted, decision.cause_code) == (state, counted, code)


def test_every_outcome_but_success_says_why() -> None:
    for outcome in set(Outcome) - {Outcome.DELIVERED}:
        assert decide(result(outcome), 0, NOW, CHANCE).cause == CAUSE


def test_refused_data_waits_for_nothing() -> None:
    assert decide(result(Outcome.REFUSED_DATA), 0, NOW, CHANCE).due_at is None


def test_refused_credentials_leave_a_transfer_where_it_was_in_the_order() -> None:
    assert decide(result(Outcome.REFUSED_CREDENTIALS), 3, NOW, CHANCE).due_at is None


def test_what_was_not_sent_goes_back_as_it_was() -> None:
    decision = decide(not_sent(CAUSE), 3, NOW, CHANCE)
    assert (decision.state, decision.counted, decision.due_at, decision.cause) == (
        State.PENDING,
        False,
        None,
        None,
    )


def test_a_throttled_transfer_waits_exactly_as_long_as_the_partner_said() -> None:
    assert decide(result(Outcome.THROTTLED, LATER), 0, NOW, CHANCE).due_at == LATER


@given(attempts=st.integers(0, 500))
def test_throttling_never_fails_a_transfer(attempts: int) -> None:
    decision = decide(result(Outcome.THROTTLED, LATER), attempts, NOW, CHANCE)
    assert (decision.state, decision.counted) == (State.PENDING, False)


def test_what_is_uncertain_may_be_asked_at_once() -> None:
    assert decide(result(Outcome.UNCERTAIN), 0, NOW, CHANCE).due_at == NOW


def test_an_unreadable_answer_is_not_called_a_timeout() -> None:
    unreadable = Result(Outcome.UNCERTAIN, CAUSE, status=200, cause_code="protocol")
    assert decide(unreadable, 0, NOW, CHANCE).cause_code == CauseCode.PROTOCOL


@pytest.mark.parametrize(
    ("outcome", "limit"),
    [(Outcome.UNAVAILABLE, MAX_ATTEMPTS), (Outcome.PROTOCOL, MAX_PROTOCOL_ATTEMPTS)],
)
def test_a_transfer_fails_with_the_last_attempt_that_it_is_allowed(outcome: Outcome, limit: int) -> None:
    last_but_one = decide(result(outcome), limit - 2, NOW, CHANCE)
    last = decide(result(outcome), limit - 1, NOW, CHANCE)
    assert last_but_one.state is State.PENDING
    assert (last.state, last.cause_code, last.due_at) == (State.FAILED, CauseCode.ATTEMPTS, None)
    assert str(limit) in str(last.cause)


@given(attempts=st.integers(0, 500))
def test_a_certificate_that_is_not_accepted_never_fails_a_transfer(attempts: int) -> None:
    decision = decide(result(Outcome.UNAVAILABLE, retryable=False), attempts, NOW, CHANCE)
    assert (decision.state, decision.counted, decision.due_at) == (State.PENDING, False, None)
    assert (decision.cause_code, decision.cause) == (CauseCode.TLS, CAUSE)


def test_a_partner_that_names_a_later_time_is_believed() -> None:
    late = NOW + timedelta(hours=20)
    assert decide(result(Outcome.UNAVAILABLE, late), 0, NOW, CHANCE).due_at == late


@given(attempts=st.integers(0, MAX_ATTEMPTS - 2), chance=SEEDS)
def test_an_outage_is_never_retried_at_once(attempts: int, chance: Random) -> None:
    due_at = decide(result(Outcome.UNAVAILABLE), attempts, NOW, chance).due_at
    assert due_at is not None
    assert due_at >= NOW + FIRST_WAIT / 2


@given(attempt=ATTEMPTS, chance=SEEDS)
def test_a_wait_is_at_least_half_of_the_longest_for_its_attempt_and_at_most_that(
    attempt: int, chance: Random
) -> None:
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, 40))
    assert longest / 2 <= wait_before(attempt, chance) <= longest


@given(attempt=ATTEMPTS, seed=st.integers(0, 2**32))
def test_a_later_attempt_never_waits_less_by_the_same_chance(attempt: int, seed: int) -> None:
    assert wait_before(attempt, Random(seed)) <= wait_before(attempt + 1, Random(seed))


def test_waits_are_spread() -> None:
    waits = {wait_before(3, CHANCE) for _count in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > FIRST_WAIT


@given(rescues=st.integers(0, 20))
def test_a_request_that_may_have_left_is_uncertain_however_often_its_worker_died(rescues: int) -> None:
    decision = decide_rescue(was_sent=True, rescues=rescues, now=NOW)
    assert (decision.state, decision.counted, decision.due_at) == (State.UNCERTAIN, True, NOW)


@pytest.mark.parametrize(
    ("rescues", "state"),
    [(0, State.PENDING), (MAX_RESCUES - 2, State.PENDING), (MAX_RESCUES - 1, State.HELD)],
)
def test_what_was_not_sent_is_held_after_three_deaths(rescues: int, state: State) -> None:
    decision = decide_rescue(was_sent=False, rescues=rescues, now=NOW)
    assert (decision.state, decision.counted, decision.cause_code) == (state, False, CauseCode.WORKER_DIED)


def test_what_never_arrived_is_sent_again_at_once() -> None:
    decision = decide_absent(attempts=1, rescues=0, now=NOW, chance=CHANCE)
    assert (decision.state, decision.counted, decision.due_at) == (State.PENDING, False, NOW)


@given(attempts=st.integers(2, MAX_ATTEMPTS - 1), chance=SEEDS)
def test_what_repeatedly_does_not_arrive_waits_longer_and_longer(attempts: int, chance: Random) -> None:
    due_at = decide_absent(attempts=attempts, rescues=0, now=NOW, chance=chance).due_at
    assert due_at is not None
    assert due_at >= NOW + FIRST_WAIT * 2 ** (attempts - 2) / 2


def test_what_never_arrives_fails_in_the_end() -> None:
    decision = decide_absent(attempts=MAX_ATTEMPTS, rescues=0, now=NOW, chance=CHANCE)
    assert (decision.state, decision.cause_code) == (State.FAILED, CauseCode.ATTEMPTS)


def test_what_killed_three_workers_and_never_arrived_is_held() -> None:
    decision = decide_absent(attempts=3, rescues=MAX_RESCUES, now=NOW, chance=CHANCE)
    assert (decision.state, decision.cause_code) == (State.HELD, CauseCode.WORKER_DIED)
