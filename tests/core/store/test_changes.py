"""The change signal: it misses no commit, whoever made it, and costs next to nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlmodel import col, func, select

from core.errors import DatabaseUnavailable
from core.journal import JournalEntry, open_entry
from core.store.changes import ChangeSignal
from core.store.engine import Store
from tests.real.postgres import PostgresServer, running_postgres

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Store]:
    """The same database, as another process has it open."""
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def signal(store: Store) -> Iterator[ChangeSignal]:
    """A signal that has looked once."""
    made = ChangeSignal(store)
    assert made.changed()
    yield made
    made.close()


def write(store: Store) -> None:
    with store.write() as session:
        open_entry(session, at=AT, operator="mk", area="office", action="nod")


def count(store: Store) -> int:
    with store.read() as session:
        return session.exec(select(func.count(col(JournalEntry.id)))).one()


def test_nothing_has_changed_while_nothing_was_committed(signal: ChangeSignal, store: Store) -> None:
    assert not signal.changed()
    count(store)
    assert not signal.changed()


def test_a_commit_of_ours_or_of_another_process_is_seen_once(
    signal: ChangeSignal, store: Store, elsewhere: Store
) -> None:
    for by in (store, elsewhere, store):
        write(by)
        assert signal.changed()
        assert not signal.changed()


def test_what_is_not_yet_committed_is_not_seen_and_then_it_is(signal: ChangeSignal, elsewhere: Store) -> None:
    with elsewhere.write() as session:
        open_entry(session, at=AT, operator="mk", area="office", action="nod")
        signal.changed()
        assert not signal.changed()
    assert signal.changed()


@pytest.mark.postgresql
def test_of_two_that_overlap_both_are_seen(fresh_postgres_url: str) -> None:
    store = Store(fresh_postgres_url)
    signal = ChangeSignal(store)
    signal.changed()
    with store.write() as first:
        open_entry(first, at=AT, operator="mk", area="office", action="nod")
        write(store)
        assert signal.changed()
    assert signal.changed()
    signal.close()
    store.close()


def test_no_commit_is_missed_whatever_goes_on_meanwhile(store: Store, elsewhere: Store) -> None:
    """Whoever reads after each alarm has read everything in the end."""
    signal, dice, known = ChangeSignal(store), random.Random(4711), -1

    def work() -> None:
        for _entry in range(dice.randrange(40, 60)):
            write(elsewhere)

    writers = [Thread(target=work) for _writer in range(2)]
    for one in writers:
        one.start()
    while any(one.is_alive() for one in writers):
        known = count(store) if signal.changed() else known
    if signal.changed():
        known = count(store)
    assert known == count(store)
    signal.close()


def test_it_holds_no_transaction_open(signal: ChangeSignal, store: Store, elsewhere: Store) -> None:
    signal.changed()
    write(elsewhere)
    with elsewhere.engine.connect() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        else:
            query = "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND query = %s"
            busy = connection.exec_driver_sql(query, ("SELECT pg_current_snapshot()::text",)).scalar_one()
    assert busy == 0


def test_a_database_file_that_is_gone_is_said_and_found_again(fresh_sqlite_url: str, tmp_path: Path) -> None:
    store = Store(fresh_sqlite_url)
    signal, file, away = ChangeSignal(store), tmp_path / "leitstand.db", tmp_path / "away.db"
    signal.changed()
    file.rename(away)
    for _look in range(2):
        with pytest.raises(DatabaseUnavailable, match="No such file"):
            signal.changed()
    away.rename(file)
    assert signal.changed()
    assert not signal.changed()
    signal.close()
    store.close()


def test_a_database_file_that_was_replaced_is_looked_at_anew(fresh_sqlite_url: str, tmp_path: Path) -> None:
    store = Store(fresh_sqlite_url)
    signal, file, copy = ChangeSignal(store), tmp_path / "leitstand.db", tmp_path / "copy.db"
    signal.changed()
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    assert signal.changed()
    other = Store(fresh_sqlite_url)
    write(other)
    assert signal.changed()
    signal.close()
    for one in (store, other):
        one.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.mark.postgresql
def test_a_server_that_is_gone_is_said_and_found_again(own_server: PostgresServer) -> None:
    store = Store(own_server.url("postgres"))
    signal = ChangeSignal(store)
    signal.changed()
    own_server.crash()
    for _look in range(2):
        with pytest.raises(DatabaseUnavailable):
            signal.changed()
    own_server.start()
    assert signal.changed()
    signal.close()
    store.close()
