"""Claiming: in which order, how many, and by whom."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest

from core.accounts.standing import lock_standing
from core.locale import _
from core.outbox.outcome import Outcome, Result
from core.outbox.queue import Claimant, Claimed, due_now
from core.outbox.settle import Settled, settle
from core.outbox.transfer import CauseCode, State
from core.store.engine import Store
from tests.core.outbox.conftest import LEASE, GivenQueue
from tests.support.clock import TravelClock
from tests.support.waiting import InBackground, wait_until


def ids(claimed: list[Claimed]) -> list[int]:
    return [one.id for one in claimed]


def test_what_was_made_first_goes_first(queue: GivenQueue) -> None:
    made = queue.add(3)
    assert ids(queue.claim(2)) == made[:2]


def test_what_is_more_urgent_goes_before_what_is_due_earlier(queue: GivenQueue, clock: TravelClock) -> None:
    [normal] = queue.add(due_at=clock() - timedelta(hours=1))
    [urgent] = queue.add(priority=-5)
    assert ids(queue.claim(2)) == [urgent, normal]


def test_what_is_due_earlier_goes_before_what_was_made_earlier(queue: GivenQueue, clock: TravelClock) -> None:
    [made_first] = queue.add()
    [due_first] = queue.add(due_at=clock() - timedelta(minutes=1))
    assert ids(queue.claim(2)) == [due_first, made_first]


def test_what_is_not_due_yet_waits(queue: GivenQueue, clock: TravelClock) -> None:
    [one] = queue.add(due_at=clock() + timedelta(seconds=30))
    assert queue.claim(1) == []
    clock.travel(seconds=30)
    assert ids(queue.claim(1)) == [one]


@pytest.mark.parametrize(
    "state", [State.HELD, State.DELIVERED, State.FAILED, State.UNCERTAIN, State.DISCARDED]
)
def test_only_what_is_pending_is_claimed(queue: GivenQueue, state: State) -> None:
    queue.add(state=state)
    assert queue.claim(5) == []


@pytest.mark.parametrize("state", [State.HELD, State.PENDING, State.FAILED, State.UNCERTAIN])
def test_a_later_transfer_of_a_subject_waits_for_the_earlier_one(queue: GivenQueue, state: State) -> None:
    queue.add(subject_id=7, state=state, due_at=queue.clock() + timedelta(days=1))
    queue.add(subject_id=7)
    assert queue.claim(5) == []


def test_what_is_on_its_way_holds_back_its_successor(queue: GivenQueue) -> None:
    [first, second] = queue.add(2, subject_id=7)
    [sent] = queue.claim(5)
    assert sent.id == first
    assert queue.claim(5) == []
    queue.comes_back(sent)
    assert ids(queue.claim(5)) == [second]


@pytest.mark.parametrize("state", [State.DELIVERED, State.DISCARDED])
def test_what_has_ended_holds_nothing_back(queue: GivenQueue, state: State) -> None:
    queue.add(subject_id=7, state=state)
    [second] = queue.add(subject_id=7)
    assert ids(queue.claim(5)) == [second]


def test_another_subject_is_not_held_back(queue: GivenQueue) -> None:
    queue.add(subject_id=7, state=State.FAILED)
    [other] = queue.add(subject_id=8)
    assert ids(queue.claim(5)) == [other]


def test_what_comes_after_another_waits_even_where_that_was_discarded(queue: GivenQueue) -> None:
    [first] = queue.add(subject_id=7, state=State.DISCARDED)
    [second] = queue.add(subject_id=7, after=first)
    assert queue.claim(5) == []
    queue.change(first, state=State.DELIVERED)
    assert ids(queue.claim(5)) == [second]


def test_other_accounts_are_left_alone(queue: GivenQueue) -> None:
    [other] = queue.add()
    queue.change(other, account="another")
    assert queue.claim(5) == []


def test_no_more_are_on_their_way_than_there_are_senders(queue: GivenQueue) -> None:
    queue.add(9)
    assert len(queue.claim(9, senders=4)) == 4
    assert queue.claim(9, worker="w2", senders=4) == []


def test_what_a_dead_worker_left_takes_no_place(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add(6)
    queue.claim(4, senders=4)
    clock.travel(LEASE + timedelta(seconds=1))
    assert len(queue.claim(4, worker="w2", senders=4)) == 2


def test_a_claim_is_written_down_with_an_attempt_before_anything_leaves(
    queue: GivenQueue, clock: TravelClock
) -> None:
    [one] = queue.add()
    [claimed] = queue.claim(1, worker="w7")
    row, [attempt] = queue.row(one), queue.attempts(one)
    assert (row.state, row.lease_owner, row.lease_token) == (State.SENDING, "w7", 1)
    assert row.lease_until == clock() + LEASE
    assert (attempt.number, attempt.worker, attempt.sent_at) == (claimed.token, "w7", clock())
    assert attempt.finished_at is None


def test_a_claim_hands_out_exactly_what_was_queued(queue: GivenQueue) -> None:
    [one] = queue.add(step="short")
    row = queue.row(one)
    [claimed] = queue.claim(1)
    assert claimed.outgoing.body == row.body
    assert (claimed.outgoing.key, claimed.fields, claimed.step) == (row.key, row.fields, "short")


def test_every_claim_of_a_transfer_has_a_new_token(queue: GivenQueue, clock: TravelClock) -> None:
    queue.add()
    tokens: list[int] = []
    for _again in range(3):
        [claimed] = queue.claim(1)
        tokens.append(claimed.token)
        queue.comes_back(claimed, outcome=Outcome.UNAVAILABLE)
        clock.travel(hours=1)
    assert tokens == [1, 2, 3]


def test_a_connection_with_old_credentials_claims_nothing(queue: GivenQueue) -> None:
    queue.add()
    queue.change_account(version=2)
    claimed, gate = queue.claim_at_gate(1, worker="w1", senders=4, version=1, lease=LEASE)
    assert (claimed, gate.code) == ([], "credentials-changed")
    assert len(queue.claim(1, version=2)) == 1


def test_nothing_free_claims_nothing(queue: GivenQueue) -> None:
    queue.add(2)
    assert queue.claim(0) == []
    assert queue.claim(-1) == []


def test_a_claimer_that_waited_for_another_sees_what_that_one_has_written(queue: GivenQueue) -> None:
    queue.add(3)
    [told] = queue.claim(1)
    until = queue.clock() + timedelta(seconds=90)
    with queue.store.write() as session:
        standing = lock_standing(session, "vema", queue.clock())
        waiting = InBackground(lambda: queue.claim(3, worker="w2"))
        wait_until(lambda: waiting.is_running)
        time.sleep(0.2)  # until it waits for the account
        slow_down = [Settled(told, Result(Outcome.THROTTLED, _("slow"), retry_at=until))]
        settle(session, standing, Claimant("vema", 1, "w1", 100, LEASE), slow_down, queue.clock(), Random(1))
    assert waiting.result() == []


CAP, CLAIMERS, ROWS = 5, 8, 120


def test_many_claimers_never_exceed_the_limit_and_never_share_a_transfer(
    queue: GivenQueue, database_url: str
) -> None:
    made = queue.add(ROWS)
    start = Barrier(CLAIMERS)

    def work(number: int) -> tuple[list[tuple[int, int]], int]:
        mine, most = [], 0
        other = GivenQueue.__new__(GivenQueue)
        other.store, other.clock = Store(database_url), queue.clock
        start.wait()
        empty = 0
        while empty < 40:
            claimed = other.claim(3, worker=f"w{number}", senders=CAP)
            most = max(most, other.states().count("sending"))
            mine += [(one.id, one.token) for one in claimed]
            empty = 0 if claimed else empty + 1
            if claimed:
                other.comes_back(*claimed)
            elif "pending" not in other.states():
                break
        other.store.close()
        return mine, most

    with ThreadPoolExecutor(CLAIMERS) as pool:
        done = list(pool.map(work, range(CLAIMERS)))
    handed_out = Counter(one for mine, _most in done for one in mine)
    assert max(handed_out.values()) == 1
    assert sorted(id_ for id_, _token in handed_out) == made
    assert max(most for _mine, most in done) <= CAP
    assert set(queue.states()) == {"delivered"}


class AskablePartner:
    """What `due_now` looks at of a partner."""

    def __init__(self, *, keys: bool, subjects: bool) -> None:
        self.can_look_up_keys, self.can_look_up_subjects = keys, subjects


@pytest.mark.parametrize(
    ("values", "keys", "subjects", "due"),
    [
        ({}, False, False, True),
        ({"state": State.UNCERTAIN}, True, False, True),
        ({"state": State.UNCERTAIN}, False, True, False),
        ({"state": State.HELD, "cause_code": CauseCode.FIRST_UNKNOWN}, False, True, True),
        ({"state": State.HELD, "cause_code": CauseCode.FIRST_UNKNOWN}, True, False, False),
        ({"state": State.HELD, "cause_code": CauseCode.FINDINGS}, True, True, False),
        ({"state": State.FAILED}, True, True, False),
    ],
)
def test_what_can_be_sent_or_asked_is_due(
    queue: GivenQueue, values: dict[str, Any], keys: bool, subjects: bool, due: bool
) -> None:
    queue.add(**values)
    partner = AskablePartner(keys=keys, subjects=subjects)
    now = queue.clock()
    with queue.store.read() as session:
        assert due_now(session, "vema", partner, now) is due  # pyright: ignore[reportArgumentType]
        assert not due_now(session, "vema", partner, now - timedelta(1))  # pyright: ignore[reportArgumentType]
