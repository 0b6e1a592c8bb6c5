"""Who does not know yet whether the partner accepts its credentials claims one, where nobody else does."""

from __future__ import annotations

import pytest

from core.accounts.standing import lock_standing
from core.outbox.queue import Claimant, Claimed, claim
from tests.core.outbox.conftest import LEASE, GivenQueue
from tests.support.clock import TravelClock

SENDERS = 16


def claim_alone(queue: GivenQueue, worker: str = "newcomer", free: int = SENDERS) -> list[Claimed]:
    by = Claimant("vema", 1, worker, SENDERS, LEASE, alone=True)
    with queue.store.write() as session:
        return claim(session, lock_standing(session, "vema", queue.clock()), by, free, queue.clock())[0]


@pytest.mark.parametrize(
    ("on_the_way", "claimed"),
    [(0, 1), (1, 0), (2, 1), (SENDERS - 1, 1), (SENDERS, 0)],
)
def test_one_goes_where_none_or_several_are_on_their_way(
    queue: GivenQueue, on_the_way: int, claimed: int
) -> None:
    queue.add(2 * SENDERS)
    queue.claim(on_the_way, senders=SENDERS)
    assert len(claim_alone(queue)) == claimed


def test_whom_a_dead_worker_left_alone_is_not_waited_for_longer_than_its_lease(
    queue: GivenQueue, clock: TravelClock
) -> None:
    queue.add(2)
    queue.claim(1, worker="dead")
    assert claim_alone(queue) == []
    clock.travel(LEASE)
    assert len(claim_alone(queue)) == 1


def test_who_can_take_none_takes_none(queue: GivenQueue) -> None:
    queue.add()
    assert claim_alone(queue, free=0) == []
