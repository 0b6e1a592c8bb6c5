"""A cheap look whether anybody has committed anything, so that a console need not read what has not changed.

SQLite counts the commits of all other connections (`PRAGMA data_version`); PostgreSQL's snapshot changes with
every transaction that ends. A false alarm now and then is possible, a miss is not.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import exc

from core.errors import DatabaseUnavailable
from core.locale import _
from core.store.engine import Store, named_errors

_SQLITE = "PRAGMA data_version"
_POSTGRESQL = "SELECT pg_current_snapshot()::text"


class ChangeSignal:
    """Whether the database has changed since the last look. One thread at a time may look.

    It holds one connection that only reads and never stays in a transaction.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._statement = _SQLITE if store.is_sqlite else _POSTGRESQL
        self._connection: Any = None
        self._file: tuple[int, int] | None = None
        self._seen: object = None

    def changed(self) -> bool:
        """Whether anything may have been committed since the last look; the first look says yes.

        Raises DatabaseUnavailable; the next look tries anew, and says yes as soon as it succeeds.
        """
        try:
            with named_errors():
                now = self._look()
        except DatabaseUnavailable:
            self.close()
            raise
        before, self._seen = self._seen, now
        return before != now

    def close(self) -> None:
        """Gives the connection back; a further look takes a new one."""
        connection, self._connection, self._seen = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _look(self) -> object:
        file = self._which_file()
        try:
            if self._connection is None or file != self._file:
                self.close()
                self._connection, self._file = self._connect(), file
            return self._connection.execute(self._statement).fetchone()
        except self._store.reader.dialect.loaded_dbapi.Error as error:
            raise exc.OperationalError(self._statement, None, error) from error

    def _connect(self) -> Any:
        pooled = self._store.reader.raw_connection()
        connection: Any = pooled.driver_connection
        # ours alone from now on: autocommit, which the pool's others are not
        pooled.detach()
        if not self._store.is_sqlite:
            connection.autocommit = True
        return connection

    def _which_file(self) -> tuple[int, int] | None:
        """A database file that was replaced is another one, whatever the connection still sees."""
        if self._store.file is None:
            return None
        try:
            there = self._store.file.stat()
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatabaseUnavailable(_("The database is out of reach: {reason}", reason=reason)) from error
        return there.st_dev, there.st_ino
