"""A real PostgreSQL for the tests: one server a test process, a database without a row for each test.

The server is started from installed binaries, as an unprivileged user, in a folder of its own under the
temporary directory, and listens on a Unix socket only. It dies with the process that started it. Nothing
in it is meant to last, so it does not wait for the disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.real import require

PACKAGE = "postgresql"
USER = "leitstand"
TEMPLATE = "migrated"
START_SECONDS = 30.0
LARGEST = 24 * 1024 * 1024
"""Bytes of a database that is not worth emptying."""

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "jit": "off",
    "timezone": "UTC",
}


@dataclass
class PostgresServer:
    """One cluster in `folder`; `settings` override the quick, forgetful ones."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _emptied: tuple[str, str] | None = None

    def url(self, database: str) -> str:
        """The address of one of its databases, for SQLAlchemy and for LEITSTAND_DATABASE_URL."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.folder), safe='')}"

    def initialise(self) -> None:
        """Makes the cluster's files."""
        initdb = require("initdb", PACKAGE)
        options = ["--auth=trust", "--no-sync", "--no-instructions", "--locale=C.UTF-8", "--encoding=UTF8"]
        subprocess.run(
            [*_unprivileged(), str(initdb), "-D", str(self.folder / "data"), "-U", USER, *options],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        program = require("postgres", PACKAGE)
        settings = _SETTINGS | {"unix_socket_directories": str(self.folder)} | self.settings
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *_unprivileged(),
                    *_dying_with_us(),
                    str(program),
                    "-D",
                    str(self.folder / "data"),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Ends the server in an orderly way, whoever is still connected."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Ends the server as a crash would; `start` recovers it."""
        self._end(signal.SIGQUIT)

    def create(self, *, template: str = "template1") -> str:
        """A new database like `template`; its name."""
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def emptied(self, *, template: str) -> str:
        """A database like `template`, which has no row; its name.

        It is always the same one, since emptying takes a fiftieth of the time of making one; where a test has
        changed its tables, or nobody has vacuumed it for too long, another one is made.
        """
        if self._emptied is not None:
            name, layout = self._emptied
            if _empty(self.url(name), layout):
                return name
            self.drop(name)
        name = self.create(template=template)
        self._emptied = (name, _layout(self.url(name)))
        return name

    def drop(self, name: str) -> None:
        """Removes a database, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Carries out one statement outside of any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")) from None
            time.sleep(0.02)

    def _end(self, by: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(by)
            self.process.wait(timeout=START_SECONDS)
            self.process = None


@contextmanager
def running_postgres(**settings: str) -> Generator[PostgresServer]:
    """A server of one's own, for tests that stop it, crash it or set it up differently."""
    # not under pytest's folders: the unprivileged user may not pass through them
    with tempfile.TemporaryDirectory(prefix="leitstand-postgres-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, _UNPRIVILEGED)
        server = PostgresServer(Path(folder), settings)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.crash()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server that all tests of this process share."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database that the product's own migrations have set up."""
    from core.store.schema import upgrade

    postgres_server.execute(f'CREATE DATABASE "{TEMPLATE}"')
    upgrade(postgres_server.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def fresh_postgres_url(postgres_server: PostgresServer, postgres_template: str) -> str:
    """The address of a database with every table and no row."""
    return postgres_server.url(postgres_server.emptied(template=postgres_template))


_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_LAYOUT = """
    SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS line
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT version_num FROM alembic_version) AS described
"""
_EMPTY = """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT tablename AS name FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        LOOP EXECUTE format('DELETE FROM %I', one.name); END LOOP;
        FOR one IN SELECT sequencename AS name FROM pg_sequences
            WHERE schemaname = 'public' AND last_value IS NOT NULL
        LOOP PERFORM setval(format('%I', one.name)::regclass, 1, false); END LOOP;
    END $$
"""


def _layout(url: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.execute(_LAYOUT).fetchone())


def _empty(url: str, layout: str) -> bool:
    """Whether the database still has that layout, is small enough to be quick, and now has no row."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_OTHERS)
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        if size is None or size[0] > LARGEST or str(connection.execute(_LAYOUT).fetchone()) != layout:
            return False
        connection.execute(_EMPTY)
        return True


def _somebody() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return ""


_UNPRIVILEGED = _somebody()


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root; anybody else runs it as himself."""
    if os.geteuid() != 0:
        return []
    setpriv = require("setpriv", "util-linux")
    group = str(pwd.getpwnam(_UNPRIVILEGED).pw_gid)
    return [str(setpriv), f"--reuid={_UNPRIVILEGED}", f"--regid={group}", "--clear-groups", "--"]


def _dying_with_us() -> list[str]:
    """Even where a test process is killed, its server ends: the kernel sends the signal."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []
