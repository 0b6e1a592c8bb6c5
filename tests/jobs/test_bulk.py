"""The worker carries bulk actions out as they come, beside what it delivers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from core.bulk.action import BulkState
from core.bulk.submitting import submit
from core.clock import host_clock
from core.customers.operations import EDIT, Editing
from core.errors import DatabaseUnavailable
from core.locale import _
from jobs.bulk import JOB, keep_carrying_out
from jobs.pausing import pause_job, resume_job
from jobs.sandbox.client import VemaSandbox
from jobs.worker import Worker, run_once
from tests.support.bulk import (
    TOWN,
    entry_of,
    is_whole,
    move,
    small_steps,
    status,
    towns,
    with_customers,
    work,
)
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until


@pytest.fixture
def office(open_an_office: OpenAnOffice, monkeypatch: pytest.MonkeyPatch) -> GivenOffice:
    """An office in real time whose workers look more often than usual."""
    monkeypatch.setattr("jobs.bulk.POLL_SECONDS", 0.02)
    monkeypatch.setattr("jobs.bulk.TRIED_AGAIN_AFTER", 0.02)
    monkeypatch.setattr("jobs.worker.POLL_SECONDS", 0.02)
    return open_an_office(send="chosen", clock=host_clock)


@contextmanager
def carrying_out(office: GivenOffice) -> Iterator[Event]:
    """That part of a worker, in a thread of its own."""
    stop = Event()
    running = InBackground(lambda: keep_carrying_out(office, "w", stop))
    try:
        yield stop
    finally:
        stop.set()
        running.result()


def test_a_worker_does_what_is_submitted_and_delivers_meanwhile(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    ids = with_customers(office, 30)
    office.has(customer("K-900"))
    worker = Worker(office)
    running = InBackground(worker.run)
    office.send("K-900")
    action = move(office, ids)
    wait_until(lambda: status(office, action).state == BulkState.DONE and office.states() == ["delivered"])
    worker.stop()
    running.result()
    assert towns(office)[:30] == [TOWN] * 30
    assert len(vema.received()) == 1


def test_a_worker_that_ends_lets_the_next_one_go_on_at_once(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_steps(monkeypatch, 1)
    action = move(office, with_customers(office, 40))
    with carrying_out(office):
        wait_until(lambda: status(office, action).reached > 2)
    one = status(office, action)
    assert (one.state, one.worker) == (BulkState.RUNNING, "")
    assert one.reached < 40
    with carrying_out(office):
        wait_until(lambda: status(office, action).state == BulkState.DONE)
    assert entry_of(office, action).count == 40
    assert is_whole(office)


def test_while_the_job_is_paused_nothing_is_begun(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 1))
    pause_job(office, JOB, "Wartung")
    with carrying_out(office) as stop:
        stop.wait(0.2)
        assert status(office, action).state == BulkState.WAITING
        resume_job(office, JOB)
        wait_until(lambda: status(office, action).state == BulkState.DONE)


def test_one_that_breaks_does_not_stop_the_others(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = with_customers(office, 1)
    with monkeypatch.context() as patch:
        patch.setattr("core.bulk.carrying_out._Errand.keep", lambda *_given: 1 / 0)
        broken = move(office, ids)
        with carrying_out(office):
            wait_until(lambda: status(office, broken).state == BulkState.FAILED)
    right = move(office, ids)
    with carrying_out(office):
        wait_until(lambda: status(office, right).state == BulkState.DONE)


def test_a_database_that_was_away_is_tried_again(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = move(office, with_customers(office, 1))
    right, failures = office.store.read, iter(range(3))

    @contextmanager
    def sometimes_away() -> Iterator[object]:
        if next(failures, None) is not None:
            raise DatabaseUnavailable(_("The database is out of reach: {reason}", reason="?"))
        with right() as session:
            yield session

    with monkeypatch.context() as patch:
        patch.setattr(office.store, "read", sometimes_away)
        with carrying_out(office):
            wait_until(lambda: next(failures, None) is None)
            wait_until(lambda: status(office, action).state == BulkState.DONE)


def test_by_hand_it_does_all_that_waits_and_counts_it(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    move(office, ids)
    submit(office, EDIT, [ids[0], 4711], Editing({"town": "Bautzen"}))
    work(office, steps=1)
    counts = office.run(JOB).counts
    assert counts == {"actions": 1, "done": 1, "left-alone": 1, "failed": 0}
    assert office.run(JOB).counts["actions"] == 0


def test_a_worker_that_works_once_does_them_too(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 1))
    assert run_once(office)[JOB]["done"] == 1
    assert status(office, action).state == BulkState.DONE
