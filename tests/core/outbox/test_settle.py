"""What became of claimed transfers: written down once, by whoever still holds them; successes always."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.accounts.breaker import BreakerKind
from core.locale import _
from core.outbox.decide import MAX_RESCUES, not_sent
from core.outbox.outcome import Outcome, Result
from core.outbox.settle import Settled
from core.outbox.transfer import CauseCode, State
from tests.core.outbox.conftest import LEASE, GivenQueue
from tests.support.clock import TravelClock


def test_a_delivered_transfer_ends_with_the_partners_reference(queue: GivenQueue, clock: TravelClock) -> None:
    [one] = queue.add()
    queue.comes_back(*queue.claim(1), reference="V17")
    row = queue.row(one)
    assert (row.state, row.reference, row.attempts, row.done_at) == (State.DELIVERED, "V17", 1, clock())
    assert (row.lease_owner, row.lease_until, row.cause_code) == (None, None, "")


def test_what_the_partner_has_is_remembered(queue: GivenQueue, clock: TravelClock) -> None:
    [one] = queue.add(subject_id=7)
    queue.comes_back(*queue.claim(1), reference="V17")
    row, copy = queue.row(one), queue.copy(7)
    assert (copy.known, copy.reference, copy.accepted_transfer) == ("known", "V17", one)
    assert (copy.accepted, copy.accepted_sha256, copy.accepted_at) == (row.fields, row.body_sha256, clock())


def test_a_short_name_is_remembered_until_the_full_one_is_delivered(queue: GivenQueue) -> None:
    queue.add(subject_id=7, step="short")
    queue.comes_back(*queue.claim(1))
    assert queue.copy(7).short_name_only
    queue.add(subject_id=7, step="full")
    queue.comes_back(*queue.claim(1))
    assert not queue.copy(7).short_name_only


def test_an_answer_without_a_reference_does_not_erase_the_one_that_is_known(queue: GivenQueue) -> None:
    queue.add(2, subject_id=7)
    queue.comes_back(*queue.claim(1), reference="V17")
    before = queue.copy(7).revision
    queue.comes_back(*queue.claim(1), reference="")
    assert (queue.copy(7).reference, queue.copy(7).revision) == ("V17", before + 1)


def test_an_attempt_keeps_what_was_said(queue: GivenQueue, clock: TravelClock) -> None:
    [one] = queue.add()
    claimed = queue.claim(1)
    clock.travel(seconds=2)
    said = {"status": 422, "request": "POST /kunden", "answer": "HTTP 422", "cause_code": "data"}
    queue.comes_back(*claimed, outcome=Outcome.REFUSED_DATA, **said)
    [attempt] = queue.attempts(one)
    assert (attempt.outcome, attempt.status, attempt.cause_code) == ("refused-data", 422, "data")
    assert (attempt.request, attempt.answer) == ("POST /kunden", "HTTP 422")
    assert (attempt.sent_at, attempt.finished_at) == (clock() - timedelta(seconds=2), clock())
    assert (attempt.counted, attempt.late) == (True, False)
    assert "because" in attempt.cause


@pytest.mark.parametrize("outcome", [Outcome.REFUSED_CREDENTIALS, Outcome.THROTTLED])
def test_what_is_not_the_transfers_fault_is_not_counted(queue: GivenQueue, outcome: Outcome) -> None:
    [one] = queue.add()
    queue.comes_back(*queue.claim(1), outcome=outcome, retry_at=queue.clock() + timedelta(seconds=5))
    assert (queue.row(one).attempts, queue.attempts(one)[0].counted) == (0, False)


def test_what_was_not_sent_goes_back_as_it_was(queue: GivenQueue, clock: TravelClock) -> None:
    [one] = queue.add(due_at=clock() - timedelta(minutes=5))
    claimed = queue.claim(1)
    queue.settle([Settled(claimed[0], not_sent(_("too late")))])
    row, [attempt] = queue.row(one), queue.attempts(one)
    assert (row.state, row.attempts, row.outcome, row.cause) == (State.PENDING, 0, "", "")
    assert row.due_at == clock() - timedelta(minutes=5)
    assert (attempt.sent_at, attempt.counted) == (None, False)


def test_what_credentials_held_up_keeps_its_place(queue: GivenQueue, clock: TravelClock) -> None:
    [first] = queue.add(due_at=clock() - timedelta(minutes=5))
    queue.comes_back(*queue.claim(1), outcome=Outcome.REFUSED_CREDENTIALS)
    assert queue.row(first).due_at == clock() - timedelta(minutes=5)


def test_a_late_failure_changes_nothing_but_its_attempt(queue: GivenQueue) -> None:
    [one] = queue.add()
    [lost] = queue.claim(1, worker="slow")
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    before = queue.row(one)
    fenced = queue.comes_back(lost, outcome=Outcome.REFUSED_DATA, status=422)
    after, [attempt] = queue.row(one), queue.attempts(one)
    assert fenced == [one]
    assert (after.state, after.cause, after.attempts) == (before.state, before.cause, before.attempts)
    assert (attempt.outcome, attempt.status, attempt.late) == ("refused-data", 422, True)


def test_a_late_failure_does_not_disturb_whoever_sends_it_now(queue: GivenQueue) -> None:
    [one] = queue.add()
    [lost] = queue.claim(1, worker="slow")
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    queue.change(one, state=State.PENDING)
    [again] = queue.claim(1, worker="quick")
    queue.comes_back(lost, outcome=Outcome.UNAVAILABLE)
    assert (queue.row(one).state, queue.row(one).lease_owner) == (State.SENDING, "quick")
    assert queue.comes_back(again) == []
    assert queue.row(one).state == State.DELIVERED


@pytest.mark.parametrize("meanwhile", [State.UNCERTAIN, State.PENDING, State.FAILED, State.DISCARDED])
def test_a_late_success_is_a_fact(queue: GivenQueue, meanwhile: State) -> None:
    [one] = queue.add(subject_id=7)
    [lost] = queue.claim(1, worker="slow")
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    queue.change(one, state=meanwhile)
    assert queue.comes_back(lost, reference="V17") == [one]
    row, [attempt] = queue.row(one), queue.attempts(one)
    assert (row.state, row.reference, row.attempts) == (State.DELIVERED, "V17", 1)
    assert (attempt.outcome, attempt.late, queue.copy(7).reference) == ("delivered", True, "V17")


def test_a_late_success_ends_what_another_worker_is_sending(queue: GivenQueue) -> None:
    [one] = queue.add()
    [lost] = queue.claim(1, worker="slow")
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    queue.change(one, state=State.PENDING)
    [again] = queue.claim(1, worker="quick")
    queue.comes_back(lost, reference="V17")
    row = queue.row(one)
    assert (row.state, row.lease_owner) == (State.DELIVERED, None)
    queue.comes_back(again, outcome=Outcome.UNAVAILABLE)
    assert queue.row(one).state == State.DELIVERED


@pytest.mark.parametrize("together", [True, False])
def test_two_references_are_an_alarm(queue: GivenQueue, together: bool) -> None:
    [one] = queue.add()
    [lost] = queue.claim(1, worker="slow")
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    queue.change(one, state=State.PENDING)
    [again] = queue.claim(1, worker="quick")
    back = [
        Settled(claimed, Result(Outcome.DELIVERED, _("taken"), reference=reference))
        for claimed, reference in ((again, "V1"), (lost, "V2"))
    ]
    for batch in [back] if together else [back[:1], back[1:]]:
        queue.settle(batch)
    row = queue.row(one)
    assert (row.state, row.reference, row.cause_code) == (State.DELIVERED, "V1", CauseCode.TWO_REFERENCES)
    assert "V2" in row.cause


def test_the_same_reference_twice_is_none(queue: GivenQueue) -> None:
    [one] = queue.add()
    [claimed] = queue.claim(1)
    queue.comes_back(claimed, reference="V1")
    queue.comes_back(claimed, reference="V1")
    assert queue.row(one).cause_code == ""


def test_results_of_all_kinds_are_settled_together(queue: GivenQueue) -> None:
    queue.add(len(Outcome))
    claimed = queue.claim(len(Outcome))
    queue.settle([Settled(one, Result(out, _("so"))) for one, out in zip(claimed, Outcome, strict=True)])
    assert queue.states() == [
        "delivered", "pending", "failed", "pending", "pending", "uncertain", "pending",
    ]  # fmt: skip


def test_a_beat_prolongs_the_leases_of_what_is_on_its_way(queue: GivenQueue, clock: TravelClock) -> None:
    [one, forgotten] = queue.add(2)
    queue.claim(2)
    clock.travel(seconds=50)
    assert queue.beat(one) == 1
    clock.travel(seconds=30)
    assert queue.rescue() == 1
    assert [queue.row(id_).state for id_ in (one, forgotten)] == [State.SENDING, State.UNCERTAIN]


def test_nobody_prolongs_the_lease_of_another(queue: GivenQueue) -> None:
    [one] = queue.add()
    queue.claim(1, worker="w1")
    assert queue.beat(one, worker="w2") == 0


def test_a_lease_that_has_not_run_out_is_not_taken_back(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add()
    queue.claim(1)
    clock.travel(LEASE)
    assert queue.rescue() == 0


def test_what_may_have_been_sent_is_uncertain_when_its_worker_dies(queue: GivenQueue) -> None:
    [one] = queue.add()
    queue.dies_over(one)
    row, [attempt] = queue.row(one), queue.attempts(one)
    assert (row.state, row.cause_code) == (State.UNCERTAIN, CauseCode.WORKER_DIED)
    assert (row.rescues, row.attempts, row.lease_owner) == (1, 1, None)
    assert (attempt.outcome, attempt.counted, attempt.finished_at) == ("uncertain", True, queue.clock())


def test_what_was_certainly_not_sent_waits_again_uncounted(queue: GivenQueue) -> None:
    [one] = queue.add()
    queue.claim(1)
    forget_sending(queue, one)
    queue.clock.travel(LEASE + timedelta(seconds=1))
    queue.rescue()
    row, [attempt] = queue.row(one), queue.attempts(one)
    assert (row.state, row.rescues, row.attempts, attempt.counted) == (State.PENDING, 1, 0, False)


def test_what_kills_workers_before_it_is_sent_is_held_after_three(queue: GivenQueue) -> None:
    [one] = queue.add()
    for _death in range(MAX_RESCUES):
        queue.claim(1)
        forget_sending(queue, one)
        queue.clock.travel(LEASE + timedelta(seconds=1))
        queue.rescue()
    assert (queue.row(one).state, queue.row(one).cause_code) == (State.HELD, CauseCode.WORKER_DIED)


def test_many_leases_are_taken_back_in_batches(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add(250)
    queue.claim(250, senders=250)
    clock.travel(hours=1)
    assert [queue.rescue(), queue.rescue(), queue.rescue()] == [200, 50, 0]


def test_five_failures_in_a_row_open_the_breaker_of_the_endpoint(queue: GivenQueue) -> None:
    queue.add(5)
    for claimed in queue.claim(4):
        queue.comes_back(claimed, outcome=Outcome.UNAVAILABLE)
    assert queue.gate().room == 4
    queue.comes_back(*queue.claim(1), outcome=Outcome.UNCERTAIN)
    gate = queue.gate()
    assert (gate.room, gate.code, gate.until) == (0, "outage", queue.clock() + timedelta(seconds=30))


def test_an_answer_in_between_starts_counting_anew(queue: GivenQueue) -> None:
    queue.add(9)
    for outcome in [Outcome.UNAVAILABLE] * 4 + [Outcome.REFUSED_DATA] + [Outcome.UNAVAILABLE] * 4:
        queue.comes_back(*queue.claim(1), outcome=outcome)
    assert queue.gate().room == 4


def test_a_partner_that_stays_away_is_tried_more_and_more_rarely(
    queue: GivenQueue, clock: TravelClock
) -> None:
    queue.add(20)
    for _first in range(5):
        queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE)
    waits: list[float] = []
    for _again in range(6):
        until = queue.gate().until
        assert until is not None
        waits.append((until - clock()).total_seconds())
        clock.travel_to(until)
        queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE)
    assert waits == [30, 60, 120, 300, 900, 900]


def test_a_half_open_breaker_lets_one_through_and_success_opens_the_gate(
    queue: GivenQueue, clock: TravelClock
) -> None:
    queue.add(10)
    for _first in range(5):
        queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE)
    clock.travel(seconds=30)
    probe = queue.claim(10)
    assert len(probe) == 1
    assert queue.claim(10, worker="w2") == []
    queue.comes_back(*probe)
    assert len(queue.claim(10)) >= 4


def test_results_that_were_on_their_way_do_not_prolong_an_outage(queue: GivenQueue) -> None:
    queue.add(8)
    on_their_way = queue.claim(8)
    queue.comes_back(*on_their_way[:5], outcome=Outcome.UNAVAILABLE)
    until = queue.gate().until
    queue.comes_back(*on_their_way[5:], outcome=Outcome.UNAVAILABLE)
    assert queue.gate().until == until


def test_a_throttle_shuts_the_gate_until_its_time(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add(3)
    until = clock() + timedelta(seconds=90)
    queue.comes_back(*queue.claim(1), outcome=Outcome.THROTTLED, retry_at=until)
    assert (queue.gate().room, queue.gate().code, queue.gate().until) == (0, "throttle", until)
    clock.travel_to(until - timedelta(milliseconds=1))
    assert queue.claim(3) == []
    clock.travel_to(until)
    assert len(queue.claim(3)) == 3


@pytest.mark.parametrize("together", [True, False])
def test_a_success_that_was_on_its_way_does_not_lift_the_throttle(queue: GivenQueue, together: bool) -> None:
    queue.add(3)
    until = queue.clock() + timedelta(seconds=90)
    told, taken = queue.claim(2)
    back = [
        Settled(told, Result(Outcome.THROTTLED, _("slow"), retry_at=until)),
        Settled(taken, Result(Outcome.DELIVERED, _("taken"), reference="V1")),
    ]
    for batch in [back] if together else [back[:1], back[1:]]:
        queue.settle(batch)
    assert queue.gate().until == until


def test_the_longer_of_two_throttles_counts(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add(2)
    for claimed, seconds in zip(queue.claim(2), (90, 5), strict=True):
        retry_at = clock() + timedelta(seconds=seconds)
        queue.comes_back(claimed, outcome=Outcome.THROTTLED, retry_at=retry_at)
    assert queue.gate().until == clock() + timedelta(seconds=90)


def test_a_refusal_of_old_credentials_says_nothing_about_new_ones(queue: GivenQueue) -> None:
    queue.add()
    claimed = queue.claim(1, version=1)
    queue.change_account(version=2)
    queue.comes_back(*claimed, outcome=Outcome.REFUSED_CREDENTIALS, version=1)
    assert queue.gate().room == 4
    assert queue.breaker(BreakerKind.CREDENTIALS) is None


def test_the_first_refusal_shuts_the_gate_of_the_account(queue: GivenQueue) -> None:
    queue.add(3)
    queue.comes_back(*queue.claim(1), outcome=Outcome.REFUSED_CREDENTIALS)
    assert (queue.gate().room, queue.gate().code) == (0, "credentials")
    queue.clock.travel(days=30)
    assert queue.claim(3) == []


def test_what_was_never_sent_moves_no_breaker(queue: GivenQueue) -> None:
    queue.add(6)
    for claimed in queue.claim(6):
        queue.settle([Settled(claimed, not_sent(_("too late")))])
    assert queue.breaker(BreakerKind.ENDPOINT) is None


def forget_sending(queue: GivenQueue, id_: int) -> None:
    """As if the worker had died between its claim and the request."""
    with queue.store.write() as session:
        attempt = queue.attempts(id_)[-1]
        attempt.sent_at = None
        session.merge(attempt)
