"""Engines for the two databases, and the short transactions through which everything reads and writes.

SQLite: WAL, synchronous FULL, foreign keys; one writer at a time that begins IMMEDIATE (a deferred
transaction that reads before it writes loses most of its commits to `database is locked`), readers on
connections that cannot write. PostgreSQL: psycopg 3, READ COMMITTED.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from core.errors import DatabaseUnavailable
from core.locale import _

BUSY_SECONDS = 10.0


class Store:
    """One database. Safe to share between threads; a session belongs to the thread that opened it."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        parsed = sa.make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.file = Path(parsed.database or "")
            self._writer = _sqlite_engine(url, busy_seconds, writes=True)
            self._reader = _sqlite_engine(url, busy_seconds, writes=False)
        else:
            self.file = None
            self._writer = self._reader = _postgresql_engine(parsed)

    @contextmanager
    def write(self) -> Generator[Session]:
        """One writing transaction: committed at the end, rolled back on any error.

        Raises DatabaseUnavailable where the database is out of reach, locked too long or full.
        """
        with _named_errors(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Generator[Session]:
        """One reading transaction; keep it short, a long one stops SQLite's checkpoints."""
        with _named_errors(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @property
    def engine(self) -> sa.Engine:
        """The writing engine, for migrations and bulk work."""
        return self._writer

    def close(self) -> None:
        """Gives back every connection."""
        self._writer.dispose()
        if self._reader is not self._writer:
            self._reader.dispose()


def _sqlite_engine(url: str, busy_seconds: float, *, writes: bool) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 8,
        pool_timeout=busy_seconds,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=16,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": "leitstand"},
    )


def create_private_file(path: Path) -> None:
    """An empty database file that only its owner may read (0600), unless it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.close(descriptor)


@contextmanager
def _named_errors() -> Generator[None]:
    try:
        yield
    except (exc.OperationalError, exc.TimeoutError) as error:
        raise DatabaseUnavailable(_why(str(getattr(error, "orig", error)))) from error


def _why(text: str):
    lowered = text.lower()
    if "locked" in lowered or "queuepool" in lowered or "busy" in lowered:
        return _("The database is locked by another process. Nothing was changed; try again in a moment.")
    if "full" in lowered or "no space" in lowered:
        return _("The disk that holds the database is full. Nothing was changed; make room and try again.")
    if "readonly" in lowered or "read-only" in lowered:
        return _("The database cannot be written to. Check owner and rights of its file and folder.")
    if "no such table" in lowered or "no such column" in lowered or "no column named" in lowered:
        return _("The database has an older layout. Run `leitstand migrate`.")
    return _(
        "The database is out of reach: {reason}", reason=text.strip().splitlines()[0] if text.strip() else "?"
    )
