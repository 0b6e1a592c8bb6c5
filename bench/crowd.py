"""Keys of the console while a worker delivers thousands of transfers and carries out a bulk action.

Console, worker and the simulated VEMA are processes of their own on one SQLite database.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from bench.offices import fill, new_office, temporary_home
from bench.queues import number_of, queue
from bench.terminal import DOWN, Terminal
from core.bulk.submitting import submit
from core.customers.operations import SEND
from core.customers.review import review_stale
from core.office import Office
from core.operation import WithReason
from core.outbox.operations import HOLD
from core.outbox.transfer import State, Transfer
from jobs.sandbox.client import spawned_sandbox

TRANSFERS = 10_000
STUCK = 1_000
SENDERS = 8
IDLE_SECONDS = 8.0
LONGEST = 90.0
PAUSE = 0.15
"""Seconds between two keys: an operator who reads as he goes."""


def main(compiled: Mapping[str, str], transfers: int = TRANSFERS) -> None:
    """Prints the 95th percentiles of key to repaint, idle and in the crowd, and the longest of all."""
    with temporary_home() as home, spawned_sandbox(home / "sandbox") as sandbox:
        office = new_office(home, sandbox, SENDERS)
        queue(office, STUCK)
        pending = _pending(office, 2 * transfers)
        command = [sys.executable, "-m", "bench.opened", "--home", str(home), "--lang", "en"]
        with Terminal([*command, "--operator", "bench"], compiled) as terminal:
            terminal.wait_for(number_of(1).encode())
            terminal.settle(2.0)
            idle = presses(terminal, 1, IDLE_SECONDS)
            with _worker(home, compiled):
                submit(office, HOLD, pending[transfers:], WithReason("bench"))
                busy = presses(terminal, 1 + len(idle), LONGEST, lambda: _is_over(office))
        done = _count(office, State.DELIVERED), _count(office, State.HELD) - STUCK // 4
        office.store.close()
    calm, rushed = _p95(idle), _p95(busy)
    print(f"keys while {done[0]} transfers are delivered and {done[1]} held by a bulk action")
    print(f"  idle      p95 {calm * 1000:6.0f} ms of {len(idle)} keys, longest {max(idle) * 1000:.0f} ms")
    print(f"  crowd     p95 {rushed * 1000:6.0f} ms of {len(busy)} keys, longest {max(busy) * 1000:.0f} ms")
    print(f"  ratio         {rushed / calm:6.2f}  (wanted ≤ 3.00)", flush=True)


def presses(terminal: Terminal, row: int, seconds: float, is_over: object = None) -> list[float]:
    """Goes down from `row`, one key after the other; seconds until the cursor's line shows each next row."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and row < STUCK:
        if callable(is_over) and len(taken) % 20 == 19 and is_over():
            break
        row += 1
        start = time.perf_counter()
        terminal.send(DOWN)
        taken.append(terminal.wait_after(start, _cursor_on(row)))
        terminal.listen(PAUSE)
    return taken


def _cursor_on(row: int) -> bytes:
    """A line in reverse video that shows the row's number."""
    return rb"\x1b\[(?:[0-9;]*;)?7(?:;[0-9;]*)?m[^\x1b]*" + number_of(row).encode()


def _pending(office: Office, number: int) -> list[int]:
    """Transfers that may go out, in the order in which they will."""
    fill(office, number, companies=0.0)
    for _done in review_stale(office):
        pass
    office.perform(SEND, list(range(1, number + 1)))
    with office.store.read() as session:
        query = select(Transfer.id).where(Transfer.state == State.PENDING).order_by(col(Transfer.id))
        return [id_ for id_ in session.exec(query) if id_ is not None]


@contextmanager
def _worker(home: Path, compiled: Mapping[str, str]) -> Generator[None]:
    command = [sys.executable, "-m", "tui.main", "worker", "--home", str(home), "--operator", "bench"]
    process = subprocess.Popen(
        command, env={**os.environ, **compiled}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _is_over(office: Office) -> bool:
    return _count(office, State.PENDING) + _count(office, State.SENDING) == 0


def _count(office: Office, state: State) -> int:
    with office.store.read() as session:
        return len(session.exec(select(Transfer.id).where(Transfer.state == state)).all())


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
