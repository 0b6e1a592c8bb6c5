"""Delivering: transfers per second through the outbox (SQLite FULL) against a bare httpx loop.

Both send the same bytes with the same headers to the same simulated VEMA (a process of its own), with the
same number of threads and one client. `python -m bench.delivering [transfers] [senders]`
"""

from __future__ import annotations

import ssl
import sys
import time
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
from sqlmodel import select

from bench.offices import fill, new_office, temporary_home
from core.customers.operations import SEND
from core.customers.review import review_stale
from core.office import Office
from core.outbox.transfer import Transfer
from jobs.delivery import Delivery
from jobs.sandbox.client import VemaSandbox, spawned_sandbox

TRANSFERS = 3000
SENDERS = 16
ROUNDS = 3


def main(transfers: int, senders: int) -> None:
    """Prints both rates and their ratio."""
    rates = [_one_round(transfers, senders) for _round in range(ROUNDS)]
    ours, bare = (sorted(rate[position] for rate in rates)[ROUNDS // 2] for position in (0, 1))
    ratios = sorted(mine / peer for mine, peer in rates)
    print(f"delivering {transfers} transfers, {senders} senders, medians of {ROUNDS} rounds")
    print(f"  bare httpx loop      {bare:8.0f} per second")
    print(f"  outbox, SQLite FULL  {ours:8.0f} per second")
    rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"  ratio                {ratios[ROUNDS // 2]:8.2f}  (rounds: {rounds}; wanted ≥ 0.50)")


def _one_round(transfers: int, senders: int) -> tuple[float, float]:
    with temporary_home() as home, spawned_sandbox(home / "sandbox") as sandbox:
        office = new_office(home, sandbox, senders)
        fill(office, transfers, companies=0.0)
        for _done in review_stale(office):
            pass
        office.perform(SEND, list(range(1, transfers + 1)))
        bodies = _bodies(office)
        bare = _bare(sandbox, bodies, senders)
        sandbox.reset()
        ours = _ours(office, len(bodies))
        office.store.close()
    return ours, bare


def _bodies(office: Office) -> list[bytes]:
    with office.store.read() as session:
        return list(session.exec(select(Transfer.body).where(Transfer.state == "pending")))


def _ours(office: Office, expected: int) -> float:
    start = time.perf_counter()
    result = Delivery(office, "vema", "bench", Event()).until_idle()
    took = time.perf_counter() - start
    assert result.outcomes.get("delivered", 0) == expected, result
    return expected / took


def _bare(sandbox: VemaSandbox, bodies: list[bytes], senders: int) -> float:
    known = sandbox.credentials
    login = b64encode(f"{known.name}:{known.password}".encode()).decode()
    headers = {
        "Content-Type": "application/xml; charset=utf-8",
        "Authorization": f"Basic {login}",
        "X-Mitgliedsnummer": known.member,
    }
    context = ssl.create_default_context(cafile=str(sandbox.ca_file))
    limits = httpx.Limits(max_connections=senders, max_keepalive_connections=senders)
    with httpx.Client(verify=context, limits=limits, headers=headers) as client:

        def send(body: bytes) -> None:
            answer = client.post(
                f"{sandbox.base_url}/kunden", content=body, headers={"Idempotency-Key": str(uuid.uuid4())}
            )
            assert answer.status_code == 200, answer.text

        start = time.perf_counter()
        with ThreadPoolExecutor(senders) as pool:
            list(pool.map(send, bodies))
        return len(bodies) / (time.perf_counter() - start)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [TRANSFERS, SENDERS][len(numbers) :]))
