"""Workers are killed in the middle of bulk actions: each record is done once, and counted once."""

from __future__ import annotations

import random
import time

import pytest

from core.bulk.action import BulkState
from core.bulk.submitting import cancel, submit_undo
from core.clock import host_clock
from tests.chaos.conftest import LONG, Nursery
from tests.chaos.test_kills import is_sound
from tests.support.bulk import HOME, TOWN, entries, entry_of, is_whole, move, status, towns, with_customers
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import wait_until

pytestmark = pytest.mark.chaos

CUSTOMERS, ROUNDS = (3000, 60) if LONG else (300, 3)


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office in real time from which nobody goes out: what was sent could not be taken back."""
    return open_an_office(send="chosen", account=False, clock=host_clock, lease_seconds=0.4)


def killed_again_and_again(office: GivenOffice, nursery: Nursery, action: int, dice: random.Random) -> None:
    """Works on it with workers of which each is killed at any moment, but for the last."""
    for _round in range(ROUNDS):
        worker, before = nursery.start(office), status(office, action).reached
        wait_until(lambda before=before: status(office, action).reached > before or has_ended(office, action))
        time.sleep(dice.uniform(0.0, 0.1))
        nursery.kill(worker)
    nursery.start(office)
    wait_until(lambda: has_ended(office, action))


def has_ended(office: GivenOffice, action: int) -> bool:
    return not status(office, action).is_unfinished


@pytest.mark.timeout(3600 if LONG else 120)
def test_a_bulk_action_and_its_undo_survive_any_number_of_kills(
    office: GivenOffice, nursery: Nursery
) -> None:
    dice = random.Random(4711)
    ids = with_customers(office, CUSTOMERS)
    before = len(entries(office))
    action = move(office, ids)
    killed_again_and_again(office, nursery, action, dice)
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.done, one.refused, entry.count) == (BulkState.DONE, CUSTOMERS, 0, CUSTOMERS)
    assert towns(office) == [TOWN] * CUSTOMERS
    undoing = submit_undo(office, entry.id or 0)
    killed_again_and_again(office, nursery, undoing, dice)
    one, entry = status(office, undoing), entry_of(office, undoing)
    assert (one.state, one.done, one.refused, entry.count) == (BulkState.DONE, CUSTOMERS, 0, CUSTOMERS)
    assert towns(office) == [HOME] * CUSTOMERS
    assert len(entries(office)) == before + 2
    assert is_whole(office)
    is_sound(office)


def test_one_that_is_cancelled_while_its_worker_is_dead_is_ended_by_the_next(
    office: GivenOffice, nursery: Nursery
) -> None:
    action = move(office, with_customers(office, 200))
    worker = nursery.start(office)
    wait_until(lambda: status(office, action).reached > 0)
    nursery.kill(worker)
    cancel(office, action)
    nursery.start(office)
    wait_until(lambda: has_ended(office, action))
    one = status(office, action)
    assert one.state == BulkState.CANCELLED
    assert towns(office).count(TOWN) == one.done == entry_of(office, action).count < 200
    assert is_whole(office)
