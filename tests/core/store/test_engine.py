"""Transactions: whole or not at all, one writer after the other, and every failure with a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Event

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, StatementError
from sqlmodel import select

from core.errors import DatabaseUnavailable
from core.operators import OperatorRow, Role
from core.store.engine import Store, create_private_file, named_errors
from core.vault import Secret
from tests.real.postgres import PostgresServer, running_postgres
from tests.support.clock import MONDAY_MORNING
from tests.support.waiting import InBackground

WRITERS = 8


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def on_sqlite(fresh_sqlite_url: str) -> Iterator[Store]:
    """An SQLite database whose users do not wait long for each other."""
    opened = Store(fresh_sqlite_url, busy_seconds=0.2)
    yield opened
    opened.close()


def somebody(name: str = "mk", at: datetime = MONDAY_MORNING) -> OperatorRow:
    return OperatorRow(name=name, role=Role.CLERK, added_at=at)


def names(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(session.exec(select(OperatorRow.name)))


def test_a_transaction_is_committed_at_its_end(store: Store) -> None:
    with store.write() as session:
        session.add(somebody())
    assert names(store) == ["mk"]


def test_an_error_takes_all_of_it_back(store: Store) -> None:
    def fail() -> None:
        with store.write() as session:
            session.add(somebody())
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(store) == []


def test_a_mistake_of_our_own_is_not_called_an_outage(store: Store) -> None:
    twice = sa.insert(OperatorRow).values(name="mk", role="clerk", full_name="", added_at=MONDAY_MORNING)
    with store.write() as session:
        session.connection().execute(twice)
    with pytest.raises(IntegrityError), store.write() as session:
        session.connection().execute(twice)


def test_writers_wait_for_each_other_and_none_is_lost(store: Store) -> None:
    start = Barrier(WRITERS)

    def count_up() -> None:
        start.wait()
        for _time in range(5):
            with store.write() as session:
                row = session.get_one(Secret, "counter", with_for_update=True)
                row.sealed = str(int(row.sealed) + 1).encode()

    with store.write() as session:
        session.add(Secret(name="counter", nonce=b"", sealed=b"0", updated_at=MONDAY_MORNING))
    for one in [InBackground(count_up) for _writer in range(WRITERS)]:
        one.result()
    with store.read() as session:
        assert session.get_one(Secret, "counter").sealed == str(5 * WRITERS).encode()


def test_readers_are_not_kept_waiting_by_a_writer(store: Store) -> None:
    with store.write() as session:
        session.add(somebody())
        session.flush()
        assert names(store) == []


def test_a_moment_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    at = datetime(2026, 3, 29, 10, 30, 0, 123456, tzinfo=tokyo)
    with store.write() as session:
        session.add(somebody(at=at))
    with store.read() as session:
        read = session.get_one(OperatorRow, "mk").added_at
    assert (read, read.tzinfo) == (at, UTC)


def test_a_moment_without_a_time_zone_is_a_mistake(store: Store) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), store.write() as session:
        session.add(somebody(at=datetime(2026, 3, 29)))  # noqa: DTZ001


# --- SQLite


def test_sqlite_waits_for_the_disk_and_keeps_a_log_ahead(on_sqlite: Store) -> None:
    with on_sqlite.write() as session:
        told = [
            session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert told == ["wal", 2, 1]


def test_who_only_reads_cannot_write(on_sqlite: Store) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be written to"), on_sqlite.read() as session:
        session.connection().execute(sa.delete(OperatorRow))


def test_a_locked_database_is_named_after_a_while(on_sqlite: Store) -> None:
    other = sqlite3.connect(on_sqlite.file or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(
            DatabaseUnavailable, match=r"locked by another process\. Nothing was changed"
        ) as caught,
        on_sqlite.write() as session,
    ):
        session.add(somebody())
    assert caught.value.exit_code == 3
    other.execute("ROLLBACK")
    other.close()
    with on_sqlite.write() as session:
        session.add(somebody())
    assert names(on_sqlite) == ["mk"]


def test_threads_of_one_process_do_not_wait_for_ever_either(on_sqlite: Store) -> None:
    written, go_on = Event(), Event()

    def hold() -> None:
        with on_sqlite.write() as session:
            session.add(somebody())
            session.flush()
            written.set()
            go_on.wait(10)

    holding = InBackground(hold)
    assert written.wait(10)
    with pytest.raises(DatabaseUnavailable, match="locked"), on_sqlite.write() as session:
        session.add(somebody("kb"))
    go_on.set()
    holding.result()


def test_a_full_disk_is_named_and_nothing_was_changed(on_sqlite: Store) -> None:
    def fill() -> None:
        with on_sqlite.write() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            session.add_all(somebody("x" * 5000 + str(number)) for number in range(200))
            session.flush()

    with pytest.raises(DatabaseUnavailable, match=r"disk .* is full\. Nothing was changed"):
        fill()
    assert names(on_sqlite) == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "leitstand.db"
    file.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    store = Store(f"sqlite:///{file}")
    with pytest.raises(DatabaseUnavailable, match="damaged, or it is no database"):
        names(store)
    store.close()


def test_an_older_layout_is_named(on_sqlite: Store) -> None:
    with on_sqlite.write() as session:
        session.connection().exec_driver_sql("DROP TABLE operator")
    with pytest.raises(DatabaseUnavailable, match="Run `leitstand migrate`"):
        names(on_sqlite)


def test_a_new_database_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "leitstand.db"
    create_private_file(file)
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"kept")
    create_private_file(file)
    assert file.read_bytes() == b"kept"


# --- PostgreSQL


@pytest.mark.postgresql
def test_two_that_wait_for_each_other_are_told_to_try_again(fresh_postgres_url: str) -> None:
    store = Store(fresh_postgres_url)
    with store.write() as session:
        session.add_all([somebody("a"), somebody("b")])
    both = Barrier(2)

    def lock(first: str, second: str) -> Callable[[], None]:
        def work() -> None:
            with store.write() as session:
                session.get_one(OperatorRow, first, with_for_update=True)
                both.wait(10)
                session.get_one(OperatorRow, second, with_for_update=True)

        return work

    waiting = [InBackground(lock("a", "b")), InBackground(lock("b", "a"))]
    failed = 0
    for one in waiting:
        try:
            one.result()
        except DatabaseUnavailable as error:
            failed += 1
            assert "Nothing was changed; try again" in str(error)
    assert failed == 1
    store.close()


@pytest.mark.postgresql
def test_a_server_for_reading_only_is_named(postgres_server: PostgresServer, fresh_postgres_url: str) -> None:
    store = Store(f"{fresh_postgres_url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(DatabaseUnavailable, match="cannot be written to"), store.write() as session:
        session.add(somebody())
    store.close()


@pytest.mark.postgresql
def test_a_statement_that_makes_no_sense_is_our_own_mistake(fresh_postgres_url: str) -> None:
    store = Store(fresh_postgres_url)
    with pytest.raises(ProgrammingError), store.read() as session:
        session.connection().exec_driver_sql("SELECT FROM WHERE")
    store.close()


@pytest.mark.postgresql
def test_a_table_that_is_not_there_is_an_older_layout(fresh_postgres_url: str) -> None:
    store = Store(fresh_postgres_url)
    with pytest.raises(DatabaseUnavailable, match="leitstand migrate"), store.read() as session:
        session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
    store.close()


@pytest.mark.postgresql
@pytest.mark.chaos
def test_a_server_that_was_restarted_is_found_again() -> None:
    with running_postgres() as server:
        store = Store(server.url("postgres"))
        with store.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE kept (id integer)")
        server.stop()
        with pytest.raises(DatabaseUnavailable), store.read() as session:
            session.connection()
        server.start()
        with store.read() as session:
            assert session.connection().exec_driver_sql("SELECT count(*) FROM kept").scalar() == 0
        store.close()


# --- what a database may say


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database is locked", "locked by another process"),
        ("database table is locked: customer", "locked by another process"),
        ("canceling statement due to lock timeout", "locked by another process"),
        ("database or disk is full", "is full"),
        ("could not extend file: No space left on device", "is full"),
        ("attempt to write a readonly database", "cannot be written to"),
        ("cannot execute INSERT in a read-only transaction", "cannot be written to"),
        ("no such column: customer.checked_neighbours", "leitstand migrate"),
        ("file is not a database", "damaged"),
        ("database disk image is malformed", "damaged"),
        ("connection refused\n\tIs the server running?", "out of reach: connection refused"),
        ("", "out of reach: ?"),
    ],
)
def test_whatever_it_says_the_operator_is_told_what_to_do(said: str, told: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught, named_errors():
        raise OperationalError("SELECT 1", {}, Exception(said))
    assert told in str(caught.value)
