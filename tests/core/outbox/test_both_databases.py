"""Both databases answer one and the same: a long random sequence of steps leaves equal traces on either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest

from core.outbox.outcome import Outcome
from core.outbox.queue import Claimed
from core.outbox.transfer import State
from core.store.engine import Store
from tests.core.outbox.conftest import GivenQueue
from tests.support.clock import TravelClock

STEPS = 150
Trace = list[tuple[object, ...]]


@contextmanager
def queue_at(url: str) -> Iterator[GivenQueue]:
    store = Store(url)
    try:
        yield GivenQueue(store, TravelClock())
    finally:
        store.close()


def walk(queue: GivenQueue, dice: Random) -> Trace:
    """Adds, claims, settles, beats, rescues and travels at random; what could be seen after each step."""
    out: list[Claimed] = []
    trace: Trace = []
    for _step in range(STEPS):
        match dice.randrange(7):
            case 0 | 1:
                queue.add(subject_id=dice.randrange(1, 6), priority=dice.randrange(-1, 2))
            case 2:
                claimed = queue.claim(dice.randrange(1, 4), worker=f"w{dice.randrange(2)}", senders=3)
                trace.append(("claimed", *((one.id, one.token, one.attempts) for one in claimed)))
                out += claimed
            case 3 | 4 if out:
                outcome = dice.choice([Outcome.DELIVERED, Outcome.DELIVERED, *Outcome])
                retry_at = queue.clock() + timedelta(seconds=9) if outcome is Outcome.THROTTLED else None
                back = out.pop(dice.randrange(len(out)))
                trace.append(("fenced", *queue.comes_back(back, outcome=outcome, retry_at=retry_at)))
            case 5:
                queue.clock.travel(seconds=dice.choice([1, 20, 61, 600]))
                trace.append(("rescued", queue.rescue()))
            case _:
                for id_, state in enumerate(queue.states(), 1):
                    if state in (State.FAILED, State.UNCERTAIN):
                        queue.change(id_, state=State.PENDING)
        gate = queue.gate()
        trace.append((gate.room, gate.code, gate.until, *queue.states()))
    return trace


@pytest.mark.postgresql
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_sequence_of_steps_leaves_the_same_trace(
    fresh_sqlite_url: str, fresh_postgres_url: str, seed: int
) -> None:
    with queue_at(fresh_sqlite_url) as one, queue_at(fresh_postgres_url) as other:
        assert walk(one, Random(seed)) == walk(other, Random(seed))
