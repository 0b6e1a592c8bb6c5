"""An office whose workers are processes, and a simulated VEMA of its own that writes receipts."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

import pytest

from core.clock import host_clock, shifted
from jobs.sandbox.client import VemaSandbox
from tests.support.offices import GivenOffice, OpenAnOffice

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
"""Whether there is a whole night for it."""
LEASE_SECONDS = 1.5
ROOT = Path(__file__).parents[2]


class Nursery:
    """Starts workers quickly; see tests/chaos/nursery.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._running: set[int] = set()

    def start(self, office: GivenOffice, failpoint: str = "") -> int:
        """Starts a worker of an office; its process id."""
        pid = int(self._ask(f"start {office.home} {failpoint}"))
        self._running.add(pid)
        return pid

    def send(self, pid: int, by: signal.Signals) -> None:
        """Sends a signal to a worker."""
        os.kill(pid, by)

    def put_to_sleep(self, pid: int, office: GivenOffice) -> None:
        """Stops a worker with SIGSTOP, at a moment when it does not hold SQLite's one lock for writing."""
        self.send(pid, signal.SIGSTOP)
        while not _can_be_written(office):
            self.send(pid, signal.SIGCONT)
            self.send(pid, signal.SIGSTOP)

    def ended(self, pid: int) -> int:
        """Waits for a worker's end: its exit code, or the signal that ended it as a negative number."""
        status = int(self._ask(f"wait {pid}"))
        self._running.discard(pid)
        return os.waitstatus_to_exitcode(status)

    def kill(self, pid: int) -> None:
        """As a power cut would."""
        self.send(pid, signal.SIGKILL)
        self.ended(pid)

    def clear(self) -> None:
        """Ends every worker that is left."""
        for pid in tuple(self._running):
            self.kill(pid)

    def close(self) -> None:
        """Ends everything."""
        self.clear()
        for pipe in (self._process.stdin, self._process.stdout):
            cast(IO[str], pipe).close()
        self._process.wait(10)

    def _ask(self, what: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return cast(IO[str], self._process.stdout).readline()


def _can_be_written(office: GivenOffice) -> bool:
    if office.store.file is None:
        return True
    with closing(sqlite3.connect(office.store.file, timeout=0.1, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        return True


@pytest.fixture(scope="session")
def one_nursery() -> Iterator[Nursery]:
    """The nursery that all tests of this process share."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def nursery(one_nursery: Nursery) -> Iterator[Nursery]:
    """Where workers come from; none survives the test."""
    yield one_nursery
    one_nursery.clear()


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office on either database that lives in real time, with leases that end soon."""
    return open_an_office(clock=host_clock, lease_seconds=LEASE_SECONDS)


@pytest.fixture
def later(office: GivenOffice, open_an_office: OpenAnOffice) -> GivenOffice:
    """The same office an hour later, when every lease has run out."""
    clock = shifted(host_clock, timedelta(hours=1))
    return open_an_office(clock=clock, lease_seconds=LEASE_SECONDS)


def books_agree(office: GivenOffice, vema: VemaSandbox) -> None:
    """Both books say the same: every transfer had one effect, every customer is there once and whole."""
    delivered = {one.key: one for one in office.transfers() if one.state == "delivered"}
    effects = Counter(received.key for received in vema.taken())
    assert set(effects) == set(delivered), "an effect for every delivered transfer, and for no other"
    assert set(effects.values()) <= {1}, "no transfer has an effect twice"
    assert vema.duplicates == []
    references = {received.key: received.reference for received in vema.taken()}
    assert {key: one.reference for key, one in delivered.items()} == references
    numbers = Counter(number for known in vema.book for number in known.numbers)
    assert numbers == Counter({one.subject: 1 for one in delivered.values()})


def counted(states: list[str]) -> Mapping[str, int]:
    """How many transfers are in each state, but for those that were replaced."""
    return Counter(state for state in states if state != "discarded")
