"""Offices and customers for the benches: made up, seeded, in a temporary folder."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from core.accounts.account import Mode, NewCredentials, set_credentials, set_mode
from core.customers.customer import Customer, new_row
from core.office import Office
from core.opening import create_office, open_office
from core.store.statements import table_of
from jobs.demo.people import people
from jobs.sandbox.client import VemaSandbox

CHUNK = 5000


@contextmanager
def temporary_home() -> Generator[Path]:
    """An empty folder on the disk that the project stands on, not in memory."""
    with tempfile.TemporaryDirectory(
        prefix="leitstand-bench-", dir=os.environ.get("LEITSTAND_BENCH_DIR")
    ) as home:
        yield Path(home)


def new_office(home: Path, sandbox: VemaSandbox | None = None, senders: int = 0) -> Office:
    """An office on SQLite; with a sandbox its VEMA account is live."""
    if sandbox is not None:
        lines = ["[partners.vema]", f'base_url = "{sandbox.base_url}"', f'ca_file = "{sandbox.ca_file}"']
        lines += [f"senders = {senders}"] if senders else []
        (home / "leitstand.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    create_office(home, {}, "bench")
    office = open_office(home, {}, operator="bench")
    if sandbox is not None:
        known = sandbox.credentials
        set_credentials(
            office, "vema", "vema", NewCredentials(known.name, known.password, known.member, True)
        )
        set_mode(office, "vema", Mode.LIVE)
    return office


def fill(office: Office, number: int, *, companies: float = 0.2, faulty: bool = False) -> None:
    """Puts customers in, as an import would."""
    batch: list[dict[str, object]] = []
    for text in people(number, seed=7, companies=companies, faulty=faulty):
        batch.append(new_row(text, at=office.now))
        if len(batch) == CHUNK:
            _insert(office, batch)
            batch.clear()
    _insert(office, batch)


def _insert(office: Office, batch: list[dict[str, object]]) -> None:
    if batch:
        with office.store.write() as session:
            session.connection().execute(sa.insert(table_of(Customer)), batch)


def medians(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Runs the measures in turn, A B A B …, and answers the median of each."""
    found: list[list[float]] = [[] for _measure in measures]
    for _round in range(rounds):
        for values, measure in zip(found, measures, strict=True):
            values.append(measure())
    return [statistics.median(values) for values in found]
