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

from core.errors import DatabaseUnavailable, WrongUsage
from core.locale import Message, _

BUSY_SECONDS = 10.0


def read_url(url: str) -> sa.URL:
    """The address of a database. Raises WrongUsage for one that is none, or of another kind of database."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "postgresql" or (
            parsed.get_backend_name() == "sqlite" and parsed.database
        ):
            return parsed
    except (exc.ArgumentError, ValueError):
        pass
    # The text may hold a password, so it is not shown.
    raise WrongUsage(
        _(
            "The database address is not understood: postgresql://… or sqlite:///… is expected "
            "(database_url, LEITSTAND_DATABASE_URL)."
        )
    )


class Store:
    """One database. Safe to share between threads; a session belongs to the thread that opened it."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        parsed = read_url(url)
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
        with named_errors(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Generator[Session]:
        """One reading transaction; keep it short, a long one stops SQLite's checkpoints."""
        with named_errors(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @property
    def engine(self) -> sa.Engine:
        """The writing engine, for migrations and bulk work."""
        return self._writer

    @property
    def reader(self) -> sa.Engine:
        """The reading engine: on SQLite it waits for no lock, and cannot write."""
        return self._reader

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
        # What a statement carries is personal data: it must not stand in a traceback.
        hide_parameters=True,
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
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "leitstand"},
    )


def create_private_file(path: Path) -> None:
    """An empty database file that only its owner may read (0600), unless it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.close(descriptor)


@contextmanager
def named_errors() -> Generator[None]:
    """What the database cannot do is raised as DatabaseUnavailable, which says why and what to do."""
    try:
        yield
    except (exc.DatabaseError, exc.TimeoutError) as error:
        if isinstance(error, _OURS) and getattr(error.orig, "sqlstate", "") not in _LAYOUT:
            raise
        raise _unavailable(str(getattr(error, "orig", error))) from error


_OURS = (exc.DataError, exc.IntegrityError, exc.NotSupportedError, exc.ProgrammingError)
"""What the program itself did wrong: no other moment and no more room would cure it."""

_LAYOUT = frozenset({"42P01", "42703"})
"""PostgreSQL: a table or a column that is not there; SQLite says so in words."""

_REASONS: tuple[tuple[tuple[str, ...], Message, Message | None], ...] = (
    (
        ("deadlock", "could not serialize", "locked", "queuepool", "busy", "lock timeout"),
        _("The database is locked by another process."),
        _("Nothing was changed; try again in a moment."),
    ),
    (
        ("full", "no space"),
        _("The disk that holds the database is full."),
        _("Nothing was changed; make room and try again."),
    ),
    (
        ("readonly", "read-only"),
        _("The database cannot be written to. Check owner and rights of its file and folder."),
        None,
    ),
    (
        ("no such table", "no such column", "no column named", "does not exist"),
        _("The database has an older layout. Run `leitstand migrate`."),
        None,
    ),
    (
        ("not a database", "malformed", "file is encrypted"),
        _("The database file is damaged, or it is no database. Put a copy back that was saved."),
        None,
    ),
)


def _unavailable(text: str) -> DatabaseUnavailable:
    lowered = text.lower()
    for signs, what, then in _REASONS:
        if any(sign in lowered for sign in signs):
            whole = what if then is None else _("{what} {then}", what=what, then=then)
            return DatabaseUnavailable(whole, what)
    first = next(iter(text.strip().splitlines()), "?")
    return DatabaseUnavailable(_("The database is out of reach: {reason}", reason=first))
