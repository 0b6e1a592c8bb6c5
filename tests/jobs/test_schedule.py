"""Runs of jobs: each slot once whoever leads, what they did and how they ended, and who leads at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from core.errors import NotFound, WrongUsage
from core.locale import _
from core.office import Office
from core.store.engine import Store
from jobs.history import JobPause, JobRun, Leader
from jobs.leading import LEASE, Leadership, leader, resign, stand
from jobs.schedule import (
    JOBS,
    Counts,
    JobProgress,
    find_job,
    is_paused,
    last_run,
    next_run,
    request_run,
    run_job,
    slot_at,
    slot_by_hand,
    take_requests,
)
from jobs.worker import run_once
from tests.support.clock import MONDAY_MORNING, TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

SLOT = slot_at(MONDAY_MORNING)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def runs(office: Office) -> list[JobRun]:
    with office.store.read() as session:
        return list(session.exec(select(JobRun).order_by(col(JobRun.id))))


def test_a_slot_is_run_once(office: GivenOffice) -> None:
    assert run_job(office, "tidy", SLOT).outcome == "done"
    assert run_job(office, "tidy", SLOT).outcome == "taken"
    assert run_job(office, "recheck", SLOT).outcome == "done"
    assert [(run.job, run.outcome) for run in runs(office)] == [("tidy", "done"), ("recheck", "done")]


def test_of_many_who_believe_to_lead_one_runs_it(office: GivenOffice) -> None:
    start = Barrier(6)

    def lead(_number: int) -> bool:
        start.wait()
        return not run_job(office, "tidy", SLOT).skipped

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lead, range(6))) == 1


def test_a_slot_is_its_minute_in_utc() -> None:
    moment = datetime(2026, 3, 29, 3, 0, 59, 999, tzinfo=UTC)
    assert slot_at(moment) == "2026-03-29T03:00:00+00:00"


def test_two_runs_by_hand_never_share_a_slot() -> None:
    assert slot_by_hand() != slot_by_hand()


def test_a_run_keeps_what_it_did(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1"), customer("K-2"))
    office.run("deliver-transfers")
    [run] = runs(office)
    assert (run.job, run.outcome, run.counts["delivered"]) == ("deliver-transfers", "done", 2)
    assert run.started_at == run.finished_at == clock()
    with office.store.read() as session:
        assert last_run(session, "deliver-transfers") is not None
        assert last_run(session, "tidy") is None


def test_a_run_that_fails_says_why_and_the_next_one_runs(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_office: Office, progress: JobProgress) -> Counts:
        progress({"forgotten": 3})
        raise WrongUsage(_("There is no account {name}.", name="x"))

    monkeypatch.setattr("jobs.upkeep.tidy", fail)
    ran = run_job(office, "tidy", SLOT)
    [run] = runs(office)
    assert (ran.outcome, ran.error is not None, ran.counts) == ("failed", True, {"forgotten": 3})
    assert (run.outcome, run.finished_at is not None, run.counts) == ("failed", True, {"forgotten": 3})
    assert "There is no account" in run.detail
    monkeypatch.undo()
    assert run_job(office, "tidy", slot_by_hand()).outcome == "done"


def test_a_mistake_of_ours_is_raised_and_stands_in_the_history(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.upkeep.tidy", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_job(office, "tidy", SLOT)
    assert [(run.outcome, "ZeroDivisionError" in run.detail) for run in runs(office)] == [("failed", True)]


def test_a_paused_job_does_not_run_by_itself_but_by_hand(office: GivenOffice) -> None:
    with office.store.write() as session:
        session.add(JobPause(job="tidy", reason="Inventur", by="mk", at=office.now))
    assert is_paused(office, "tidy")
    assert run_job(office, "tidy", SLOT).outcome == "paused"
    assert run_job(office, "tidy", slot_by_hand()).outcome == "done"


def test_an_unknown_job_is_named_with_those_there_are(office: GivenOffice) -> None:
    with pytest.raises(NotFound, match="deliver-transfers"):
        run_job(office, "no-such-job", SLOT)
    with pytest.raises(NotFound):
        request_run(office, "no-such-job")


def test_every_job_can_be_loaded() -> None:
    assert all(callable(job.work()) for job in JOBS)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("*/15 6-20 * * mon-fri", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("30 3 * * *", datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),  # Berlin is an hour ahead
        ("off", None),
    ],
)
def test_the_next_run_is_told_in_the_offices_own_time(
    open_an_office: OpenAnOffice, cron: str, expected: datetime | None
) -> None:
    office = open_an_office(schedule={"tidy": cron})
    after = office.now + timedelta(seconds=1)
    assert next_run(office, find_job("tidy"), after) == expected


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_where_clocks_are_put_forward_or_back_no_slot_comes_twice(
    open_an_office: OpenAnOffice, day: datetime
) -> None:
    office = open_an_office(schedule={"tidy": "30 2 * * *"})
    fires: list[datetime] = []
    at = next_run(office, find_job("tidy"), day)
    while at is not None and at < day + timedelta(days=3):
        fires.append(at)
        at = next_run(office, find_job("tidy"), at.astimezone(UTC) + timedelta(seconds=1))
    slots = [slot_at(fire) for fire in fires]
    assert len(set(slots)) == len(slots)
    assert 2 <= len(slots) <= 4


def test_a_schedule_that_is_none_is_named(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(schedule={"tidy": "every now and then"})
    with pytest.raises(NotFound, match="every now and then"):
        next_run(office, find_job("tidy"), office.now)


def test_what_was_asked_for_is_done_once(office: GivenOffice) -> None:
    request_run(office, "tidy")
    request_run(office, "tidy")
    request_run(office, "recheck")
    assert requests(office) == ["tidy", "recheck"]
    assert requests(office) == []


def test_what_nobody_took_for_an_hour_is_not_expected_any_more(
    office: GivenOffice, clock: TravelClock
) -> None:
    request_run(office, "tidy")
    clock.travel(hours=1)
    assert requests(office) == []


def test_an_errand_runs_to_its_end_in_one_go(office: GivenOffice) -> None:
    office.has(customer("K-1"), company("K-2", "Nordlicht Spedition AG"), customer("K-3", postcode="1067"))
    counts = run_once(office)
    assert counts["deliver-transfers"]["delivered"] == 3
    assert [one.state for one in office.transfers() if one.is_open] == ["held"]


def test_old_runs_are_forgotten_and_young_ones_kept(office: GivenOffice, clock: TravelClock) -> None:
    run_job(office, "recheck", SLOT)
    clock.travel(days=80)
    run_job(office, "recheck", slot_at(clock()))
    clock.travel(days=20)
    office.run("tidy")
    assert [run.job for run in runs(office)] == ["recheck", "tidy"]


def test_a_run_whose_process_died_is_called_so(office: GivenOffice, clock: TravelClock) -> None:
    with office.store.write() as session:
        at = office.now
        session.add(JobRun(job="recheck", slot=SLOT, worker="dead", started_at=at, beat_at=at))
    clock.travel(minutes=59)
    office.run("tidy")
    assert [run.outcome for run in runs(office)] == ["running", "done"]
    clock.travel(minutes=2)
    office.run("tidy")
    assert [run.outcome for run in runs(office)] == ["died", "done", "done"]


def test_whoever_comes_first_leads(store: Store) -> None:
    assert standing(store, "a").leads
    assert not standing(store, "b").leads


def test_a_leader_renews_its_own_epoch(store: Store) -> None:
    epochs = [standing(store, "a", MONDAY_MORNING + n * LEASE / 2).epoch for n in range(4)]
    assert epochs == [1, 1, 1, 1]


def test_a_leader_that_stopped_renewing_is_followed_by_another(store: Store) -> None:
    standing(store, "a")
    almost, over = MONDAY_MORNING + LEASE - timedelta(seconds=1), MONDAY_MORNING + LEASE
    assert not standing(store, "b", almost).leads
    taken = standing(store, "b", over)
    assert (taken.leads, taken.epoch) == (True, 2)
    assert not standing(store, "a", over).leads


def test_a_leader_that_resigns_is_followed_at_once(store: Store) -> None:
    standing(store, "a")
    with store.write() as session:
        resign(session, "a", MONDAY_MORNING)
        assert leader(session, MONDAY_MORNING) is None
    assert standing(store, "b").leads


def test_nobody_resigns_for_another(store: Store) -> None:
    standing(store, "a")
    with store.write() as session:
        resign(session, "b", MONDAY_MORNING)
        there = leader(session, MONDAY_MORNING)
        assert there is not None
        assert there.owner == "a"


def test_of_those_who_start_at_the_same_moment_one_leads(store: Store) -> None:
    start = Barrier(6)

    def begin(number: int) -> bool:
        start.wait()
        return standing(store, f"w{number}").leads

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(begin, range(6))) == 1
    with store.read() as session:
        assert len(session.exec(select(Leader)).all()) == 1


def standing(store: Store, owner: str, now: datetime = MONDAY_MORNING) -> Leadership:
    with store.write() as session:
        return stand(session, owner, now)


def requests(office: GivenOffice) -> list[str]:
    with office.store.write() as session:
        return take_requests(session, office.now)
