"""Who only looks waits for nobody: a long import, or a bulk action, keeps SQLite's one writer for itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy.exc import OperationalError

from core.store.engine import Store
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import customer
from tests.support.offices import GivenOffice


@pytest.fixture
def busy(desk: GivenOffice) -> Iterator[GivenOffice]:
    """An office in whose database somebody else is writing, and does not come to an end."""
    desk.has(customer("K-1"))
    with closing(sqlite3.connect(desk.store.file or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE customer SET town = 'Pirna'")
        yield desk
        other.execute("ROLLBACK")


@ON_SQLITE
@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("customers", "list"),
        ("customers", "show", "K-1"),
        ("transfers", "list"),
        ("jobs", "list"),
    ],
)
def test_looking_does_not_wait_for_a_writer(
    busy: GivenOffice, call: CallLeitstand, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    # Whoever asks for the writer's lock is told at once that it is taken, instead of after ten seconds.
    monkeypatch.setattr(Store.__init__, "__kwdefaults__", {"busy_seconds": 0.0})
    said = call(*command)
    assert (said.code, said.err) == (0, "")


@ON_SQLITE
def test_the_reading_engine_cannot_write(desk: GivenOffice) -> None:
    with desk.store.reader.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM customer")
