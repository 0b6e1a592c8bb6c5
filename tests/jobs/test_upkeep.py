"""Tidying up: runs whose process died are not running for ever."""

from __future__ import annotations

from datetime import timedelta

from jobs.history import JobRun
from jobs.schedule import last_run
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice


def test_a_run_that_fell_silent_is_marked_as_died(office: GivenOffice, clock: TravelClock) -> None:
    with office.store.write() as session:
        session.add(JobRun(job="recheck", slot="then", started_at=office.now, beat_at=office.now))
    clock.travel(timedelta(hours=2))
    office.run("tidy")
    with office.store.read() as session:
        there = last_run(session, "recheck")
    assert there is not None
    assert (there.outcome, there.finished_at) == ("died", office.now)


def test_a_run_that_still_beats_is_left_alone(office: GivenOffice, clock: TravelClock) -> None:
    with office.store.write() as session:
        session.add(JobRun(job="recheck", slot="then", started_at=office.now, beat_at=office.now))
    clock.travel(timedelta(minutes=5))
    office.run("tidy")
    with office.store.read() as session:
        there = last_run(session, "recheck")
    assert there is not None
    assert there.outcome == "running"
