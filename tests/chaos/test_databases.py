"""The database crashes, is locked or full while transfers are on their way: loud, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import host_clock
from core.errors import DatabaseUnavailable
from core.store.engine import Store
from core.store.schema import upgrade
from jobs.sandbox.client import VemaSandbox
from tests.chaos.conftest import LEASE_SECONDS, LONG, Nursery, books_agree, counted
from tests.real.postgres import PostgresServer, running_postgres
from tests.support.customers import customer
from tests.support.offices import GivenOffice, opened
from tests.support.waiting import InBackground, wait_until

pytestmark = pytest.mark.chaos

CUSTOMERS = 1000 if LONG else 40
CRASHES = 20 if LONG else 1


@pytest.fixture
def crashing_server() -> Iterator[PostgresServer]:
    """A server that keeps its word: what it has committed survives a crash."""
    with running_postgres(fsync="on", synchronous_commit="on", full_page_writes="on") as server:
        yield server


@pytest.mark.postgresql
@pytest.mark.timeout(600 if LONG else 120)
def test_a_database_server_that_crashes_is_waited_for(
    crashing_server: PostgresServer, tmp_path: Path, vema: VemaSandbox, nursery: Nursery
) -> None:
    crashing_server.execute('CREATE DATABASE "office"')
    url = crashing_server.url("office")
    upgrade(url)
    vema.set_faults("[[vema.fault]]\nlatency = [0.0, 0.1]")
    office = opened(
        tmp_path / "office", url, vema, host_clock, {"lease_seconds": LEASE_SECONDS}, {"send": "all"}
    )
    office.has_account(vema)
    office.has(*[customer(f"K-{number}") for number in range(CUSTOMERS)])
    worker = nursery.start(office)
    for crash in range(CRASHES):
        enough = (crash + 1) * CUSTOMERS // (2 * CRASHES + 2)
        wait_until(lambda enough=enough: office.states().count("delivered") > enough)
        crashing_server.crash()
        crashing_server.start()
    wait_until(lambda: set(office_states(office)) == {"delivered"}, 60)
    nursery.kill(worker)
    assert len(vema.book) == CUSTOMERS
    books_agree(office, vema)
    office.store.close()


def office_states(office: GivenOffice) -> list[str]:
    """The states, as soon as the database answers."""
    try:
        return list(counted(office.states()))
    except DatabaseUnavailable:
        return []


@pytest.fixture
def file_office(tmp_path: Path, fresh_sqlite_url: str, vema: VemaSandbox) -> Iterator[GivenOffice]:
    """An office on SQLite that does not wait long for a lock."""
    office = opened(tmp_path / "office", fresh_sqlite_url, vema, host_clock, {}, {"send": "all"})
    impatient = replace(office, store=Store(fresh_sqlite_url, busy_seconds=0.1))
    office.store.close()
    impatient.has_account(vema)
    yield impatient
    impatient.store.close()


@contextmanager
def locked(office: GivenOffice) -> Iterator[None]:
    """Another process writes, and writes, and writes."""
    with closing(sqlite3.connect(office.store.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_database_is_named_and_nothing_is_changed(file_office: GivenOffice) -> None:
    file_office.has(customer("K-1"))
    with locked(file_office), pytest.raises(DatabaseUnavailable, match=r"locked by another process"):
        file_office.edit("K-1", town="Pirna")
    assert file_office.customer("K-1").town == "Dresden"
    file_office.edit("K-1", town="Pirna")


def test_what_came_back_while_the_database_was_locked_is_not_lost(
    file_office: GivenOffice, vema: VemaSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 0.2")
    file_office.has(*[customer(f"K-{number}") for number in range(10)])
    running = InBackground(file_office.deliver)
    wait_until(lambda: "sending" in file_office.states())
    with locked(file_office):
        wait_until(lambda: "locked by another process" in caplog.text)
    running.result()
    assert set(file_office.states()) == {"delivered"}
    assert len(vema.received()) == 10
    books_agree(file_office, vema)


def test_a_full_disk_is_named_and_delivery_goes_on_when_there_is_room(
    file_office: GivenOffice, vema: VemaSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    file_office.has(*[customer(f"K-{number}") for number in range(40)])
    most_pages(file_office, lambda pages: pages + 1)
    running = InBackground(file_office.deliver)
    wait_until(lambda: "disk that holds the database is full" in caplog.text or not running.is_running)
    assert running.is_running
    most_pages(file_office, lambda _pages: 1 << 30)
    running.result()
    assert set(file_office.states()) == {"delivered"}
    assert len(vema.received()) == 40
    books_agree(file_office, vema)


def most_pages(office: GivenOffice, of: Callable[[int], int]) -> None:
    """How large the database may become; only this one connection writes."""
    with office.store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {of(pages)}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_really_full_disk_takes_whole_transactions_or_nothing(
    small_disk: Path, sqlite_template: Path, vema: VemaSandbox
) -> None:
    file = small_disk / "leitstand.db"
    file.write_bytes(sqlite_template.read_bytes())
    office = opened(small_disk / "office", f"sqlite:///{file}", vema, host_clock, {}, {"send": "all"})
    office.has_account(vema)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 21_000_000)
    taken = fill_up(office)
    assert len(office.transfers()) == taken
    ballast.unlink()
    office.has(customer("K-1"))
    office.deliver()
    assert counted(office.states()) == {"delivered": taken + 1}
    books_agree(office, vema)
    office.store.close()


def fill_up(office: GivenOffice) -> int:
    """Twenty customers at a time, until there is no room for more; how many there was room for."""
    for taken in range(0, 5_000, 20):
        try:
            office.has(*[customer(f"K-{taken}-{number}") for number in range(20)])
        except DatabaseUnavailable as error:
            assert "disk that holds the database is full" in str(error)
            return taken
    raise AssertionError("the disk is larger than thought")


def test_a_read_only_database_is_named(file_office: GivenOffice) -> None:
    file_office.has(customer("K-1"))
    with file_office.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(DatabaseUnavailable, match="cannot be written to"):
        file_office.edit("K-1", town="Pirna")
