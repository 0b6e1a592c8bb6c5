"""Workers are killed at any moment: nothing is lost, and nothing happens twice at VEMA."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from core.outbox.lease import rescue
from core.outbox.operations import RELEASE
from jobs.sandbox.client import VemaSandbox
from tests.chaos.conftest import LONG, ROOT, Nursery, books_agree, counted
from tests.support.customers import company, customer
from tests.support.offices import WHO, GivenOffice
from tests.support.waiting import wait_until

pytestmark = pytest.mark.chaos

ROUNDS = 200 if LONG else 8
CUSTOMERS, COMPANIES = (1500, 150) if LONG else (70, 8)
SLOW = "[[vema.fault]]\nlatency = [0.0, 0.12]\non = 'hand-over'\n"


def all_delivered(office: GivenOffice) -> bool:
    """Whether only delivered ones are left; what killed three workers by chance is let go."""
    states = counted(office.states())
    if states.get("held"):
        office.do(RELEASE)
    return set(states) == {"delivered"}


@pytest.mark.timeout(3600 if LONG else 120)
def test_workers_killed_at_any_moment_lose_nothing_and_repeat_nothing(
    office: GivenOffice, nursery: Nursery, vema: VemaSandbox
) -> None:
    vema.set_faults(SLOW)
    office.has(*[customer(f"K-{number}") for number in range(CUSTOMERS)])
    office.has(*[company(f"F-{number}", f"Reederei Nord {number} GmbH") for number in range(COMPANIES)])
    dice = random.Random(4711)
    workers = [nursery.start(office), nursery.start(office)]
    for _round in range(ROUNDS):
        time.sleep(dice.uniform(0.05, 0.45))
        unlucky = workers.pop(dice.randrange(2))
        nursery.kill(unlucky)
        workers.append(nursery.start(office))
    vema.set_faults("")
    wait_until(lambda: all_delivered(office), 600 if LONG else 60)
    books_agree(office, vema)
    delivered = [one for one in office.transfers() if one.state == "delivered"]
    assert len(delivered) == CUSTOMERS + 2 * COMPANIES
    assert len(vema.book) == CUSTOMERS + COMPANIES
    assert {known.current.company for known in vema.book if known.current.kind == "F"} == {
        f"Reederei Nord {number} GmbH" for number in range(COMPANIES)
    }
    is_sound(office)


def is_sound(office: GivenOffice) -> None:
    """The database file itself has not suffered."""
    if office.store.file is not None:
        with closing(sqlite3.connect(office.store.file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(
    ("failpoint", "state", "attempts", "receipts"),
    [
        ("before-the-claim-is-committed", "pending", 0, 0),
        ("after-the-claim-is-committed", "uncertain", 1, 0),
        ("after-the-answer", "uncertain", 1, 1),
        ("before-the-settling-is-committed", "uncertain", 1, 1),
    ],
)
def test_a_worker_that_dies_at_a_named_point_leaves_exactly_this(
    office: GivenOffice,
    later: GivenOffice,
    nursery: Nursery,
    vema: VemaSandbox,
    failpoint: str,
    state: str,
    attempts: int,
    receipts: int,
) -> None:
    office.has(customer("K-1"))
    assert nursery.ended(nursery.start(office, failpoint)) == -signal.SIGKILL
    assert len(vema.received()) == receipts
    rescue_all(later)
    assert (office.states(), office.transfer("K-1").attempts) == ([state], attempts)
    later.deliver()
    assert office.states() == ["delivered"]
    assert len(vema.taken()) == len(vema.received()) == 1
    books_agree(office, vema)


def rescue_all(office: GivenOffice) -> None:
    """What is done every few seconds: leases that ran out are taken back."""
    with office.store.write() as session:
        rescue(session, office.now)


def test_a_worker_that_is_told_to_stop_finishes_and_leaves_nothing_leased(
    office: GivenOffice, nursery: Nursery, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 0.4")
    office.has(*[customer(f"K-{number}") for number in range(30)])
    worker = nursery.start(office)
    wait_until(lambda: "sending" in office.states())
    nursery.send(worker, signal.SIGTERM)
    assert nursery.ended(worker) == 0
    assert set(office.states()) == {"delivered", "pending"}
    assert [one.id for one in office.transfers() if one.lease_owner or one.lease_until] == []
    books_agree(office, vema)


def test_one_that_is_told_twice_ends_at_once_and_the_rest_is_asked_about(
    office: GivenOffice, later: GivenOffice, nursery: Nursery, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nnever = 'before'")
    office.has(customer("K-1"))
    worker = nursery.start(office)
    wait_until(lambda: vema.counts["requests"] == 1)
    nursery.send(worker, signal.SIGTERM)
    wait_until(lambda: "stopping" in (office.home / f"worker-{worker}.log").read_text())
    nursery.send(worker, signal.SIGTERM)
    assert nursery.ended(worker) == 128 + signal.SIGTERM
    assert office.states() == ["sending"]
    rescue_all(later)
    assert office.states() == ["uncertain"]


def test_a_worker_that_slept_past_its_lease_comes_back_with_a_success_that_counts_once(
    office: GivenOffice, later: GivenOffice, nursery: Nursery, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 0.5\nfirst = 1")
    office.has(customer("K-1"))
    sleeper = nursery.start(office)
    wait_until(lambda: vema.counts["requests"] == 1)
    nursery.put_to_sleep(sleeper, office)
    wait_until(lambda: len(vema.received()) == 1)
    assert later.deliver().rescued == 1
    assert office.states() == ["delivered"]
    nursery.send(sleeper, signal.SIGCONT)
    wait_until(lambda: office.attempts()[0].late)
    row = office.transfer("K-1")
    assert (row.state, row.attempts, row.rescues, row.cause_code) == ("delivered", 1, 1, "")
    books_agree(office, vema)


def test_a_request_that_leaves_long_after_its_lease_is_recognised_by_its_key(
    office: GivenOffice, later: GivenOffice, nursery: Nursery, vema: VemaSandbox
) -> None:
    office.has(customer("K-1"))
    slow = nursery.start(office, "waits-before-sending")
    wait_until(lambda: office.states() == ["sending"])
    later.deliver()
    assert office.states() == ["delivered"]
    nursery.send(slow, signal.SIGUSR1)
    wait_until(lambda: office.attempts()[0].late)
    assert [received.effect for received in vema.received()] == ["created", "repeated"]
    assert office.transfer("K-1").cause_code == ""
    books_agree(office, vema)


def test_the_command_itself_works_until_it_is_told_to_stop(office: GivenOffice, vema: VemaSandbox) -> None:
    command = [sys.executable, "-m", "tui.main", "worker", "--home", str(office.home), "--operator", WHO]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as worker:
        office.has(customer("K-1"))
        wait_until(lambda: office.states() == ["delivered"])
        worker.send_signal(signal.SIGTERM)
        _out, said = worker.communicate(timeout=30)
    assert (worker.returncode, "Traceback" in said) == (0, False)
    books_agree(office, vema)
