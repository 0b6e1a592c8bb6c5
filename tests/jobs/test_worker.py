"""The worker: delivers all the time, runs what is asked for while it leads, ends cleanly when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.accounts.account import Account, Mode
from core.accounts.standing import lock_standing
from core.clock import host_clock
from core.outbox.queue import Claimant, claim
from core.outbox.transfer import Transfer
from jobs.history import JobRun
from jobs.history import Worker as WorkerRow
from jobs.leading import leader
from jobs.sandbox.client import VemaSandbox
from jobs.schedule import request_run
from jobs.worker import Worker
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until


@pytest.fixture
def busy_office(open_an_office: OpenAnOffice, monkeypatch: pytest.MonkeyPatch) -> GivenOffice:
    """An office where workers look, beat and stand for leading more often than usual."""
    monkeypatch.setattr("jobs.worker.POLL_SECONDS", 0.02)
    monkeypatch.setattr("jobs.worker.BEAT_EVERY", 0.1)
    monkeypatch.setattr("jobs.worker.RENEW_EVERY", timedelta(seconds=0.1))
    monkeypatch.setattr("jobs.worker.TRIED_AGAIN_AFTER", 0.05)
    return open_an_office(clock=host_clock)


@contextmanager
def working(office: GivenOffice) -> Iterator[Worker]:
    """A worker in a thread of its own, stopped at the end."""
    worker = Worker(office)
    running = InBackground(worker.run)
    try:
        yield worker
    finally:
        worker.stop()
        running.result()


def owner(office: GivenOffice) -> str:
    with office.store.read() as session:
        there = leader(session, office.now)
        return there.owner if there else ""


def runs(office: GivenOffice) -> list[JobRun]:
    with office.store.read() as session:
        found = session.exec(select(JobRun).order_by(col(JobRun.id)))
        return [run for run in found if run.slot.startswith("by hand")]


def test_a_worker_delivers_what_becomes_due(busy_office: GivenOffice, vema: VemaSandbox) -> None:
    with working(busy_office):
        busy_office.has(customer("K-1"))
        wait_until(lambda: busy_office.states() == ["delivered"])
        busy_office.has(customer("K-2"))
        wait_until(lambda: busy_office.states() == ["delivered", "delivered"])
    assert len(vema.received()) == 2


def test_a_worker_asks_about_what_is_uncertain_without_being_told(
    busy_office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 1")
    with working(busy_office):
        busy_office.has(customer("K-1"))
        wait_until(lambda: busy_office.states() == ["delivered"])
    assert len(vema.received()) == 1


def test_a_worker_that_is_told_to_stop_leaves_nothing_behind(
    busy_office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 0.3")
    busy_office.has(*[customer(f"K-{number}") for number in range(20)])
    with working(busy_office) as worker:
        wait_until(lambda: "sending" in busy_office.states())
    states = busy_office.states()
    assert (states.count("sending"), states.count("uncertain")) == (0, 0)
    assert 0 < states.count("delivered") == len(vema.book) < 20
    assert [one for one in busy_office.transfers() if one.lease_owner or one.lease_until] == []
    assert owner(busy_office) == ""
    with busy_office.store.read() as session:
        row = session.get_one(WorkerRow, worker.id)
        assert row.stopped_at is not None


def test_one_of_two_workers_leads_and_the_other_takes_over(busy_office: GivenOffice) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(working(busy_office))
        wait_until(lambda: owner(busy_office) == first.id)
        with working(busy_office) as second:
            wait_until(lambda: second.leadership.epoch == 1)
            assert not second.leadership.leads
            stack.close()
            wait_until(lambda: owner(busy_office) == second.id)
            wait_until(lambda: second.leadership.epoch == 2)


def test_what_is_asked_for_from_anywhere_is_run_once(busy_office: GivenOffice) -> None:
    with working(busy_office), working(busy_office):
        request_run(busy_office, "tidy")
        wait_until(lambda: [run.outcome for run in runs(busy_office)] == ["done"])
    assert [run.job for run in runs(busy_office)] == ["tidy"]


def test_a_job_that_breaks_does_not_break_the_worker(
    busy_office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.upkeep.tidy", lambda *_given: 1 / 0)
    with working(busy_office):
        request_run(busy_office, "tidy")
        wait_until(lambda: [run.outcome for run in runs(busy_office)] == ["failed"])
        request_run(busy_office, "recheck")
        wait_until(lambda: [run.outcome for run in runs(busy_office)] == ["failed", "done"])


def test_an_account_that_cannot_be_opened_does_not_stop_the_others(
    busy_office: GivenOffice, vema: VemaSandbox
) -> None:
    busy_office.has(customer("K-1"), customer("K-2"))
    with busy_office.store.write() as session:
        session.add(Account(name="a", partner="vema", mode=Mode.LIVE, version=1, created_at=busy_office.now))
        session.get_one(Transfer, busy_office.transfer("K-1").id).account = "a"
    with working(busy_office):
        wait_until(lambda: busy_office.states() == ["pending", "delivered"])
    assert len(vema.received()) == 1


def test_a_worker_takes_back_what_a_dead_one_left(busy_office: GivenOffice, vema: VemaSandbox) -> None:
    busy_office.has(customer("K-1"))
    die_over(busy_office)
    with working(busy_office):
        wait_until(lambda: busy_office.states() == ["delivered"])
    assert busy_office.transfer("K-1").rescues == 1


def die_over(office: GivenOffice) -> None:
    """A worker claimed what is due, and its lease has run out already."""
    with office.store.write() as session:
        standing = lock_standing(session, "vema", office.now)
        by = Claimant("vema", standing.version, "dead", 4, timedelta(seconds=-1))
        assert claim(session, standing, by, 4, office.now)[0]
