"""Who runs the schedule while leaders die or sleep: always somebody soon, and no slot twice."""

from __future__ import annotations

import signal

import pytest
from sqlmodel import col, select

from jobs.history import JobRun, Leader
from jobs.history import Worker as WorkerRow
from jobs.leading import NAME
from jobs.schedule import request_run
from tests.chaos.conftest import Nursery
from tests.support.offices import GivenOffice
from tests.support.waiting import wait_until

pytestmark = pytest.mark.chaos


def leads(office: GivenOffice) -> tuple[int, int]:
    """The process that holds the lease, and its epoch; (0, 0) where nobody does."""
    with office.store.read() as session:
        row = session.get(Leader, NAME)
        if row is None or row.until <= office.now:
            return 0, 0
        worker = session.get(WorkerRow, row.owner)
        return (worker.pid if worker else 0), row.epoch


def finished(office: GivenOffice) -> list[str]:
    with office.store.read() as session:
        return [f"{run.job} {run.outcome}" for run in session.exec(select(JobRun).order_by(col(JobRun.id)))]


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_a_leader_that_is_killed_or_sleeps_is_followed_by_the_other(
    office: GivenOffice, nursery: Nursery, by: signal.Signals
) -> None:
    first = nursery.start(office)
    wait_until(lambda: leads(office) == (first, 1))
    second = nursery.start(office)
    if by is signal.SIGSTOP:
        nursery.put_to_sleep(first, office)
    else:
        nursery.send(first, by)
    wait_until(lambda: leads(office) == (second, 2))
    request_run(office, "tidy")
    if by is signal.SIGSTOP:
        nursery.send(first, signal.SIGCONT)
    wait_until(lambda: "tidy done" in finished(office))
    assert leads(office) == (second, 2)
    nursery.clear()
    assert [run for run in finished(office) if run.startswith("tidy")] == ["tidy done"]


def test_a_leader_that_is_told_to_stop_is_followed_at_once(office: GivenOffice, nursery: Nursery) -> None:
    first = nursery.start(office)
    wait_until(lambda: leads(office) == (first, 1))
    second = nursery.start(office)
    nursery.send(first, signal.SIGTERM)
    assert nursery.ended(first) == 0
    wait_until(lambda: leads(office) == (second, 2))
