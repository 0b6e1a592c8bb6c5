"""The databases that tests are given are what they are said to be."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.real import require
from tests.real.postgres import PostgresServer, running_postgres

ROOT = Path(__file__).parents[2]


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_fresh_database_has_the_products_tables(database_url: str) -> None:
    assert "alembic_version" in tables(database_url)


@pytest.mark.parametrize("_again", [1, 2])
def test_what_one_test_leaves_behind_the_next_does_not_see(database_url: str, _again: int) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE left_behind (id integer)"))
    engine.dispose()
    assert "left_behind" in tables(database_url)


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    assert tables(empty_database_url) == set()


@pytest.mark.postgresql
def test_the_server_runs_without_privileges(postgres_server: PostgresServer) -> None:
    assert postgres_server.process is not None
    assert Path(f"/proc/{postgres_server.process.pid}").stat().st_uid != 0


@pytest.mark.postgresql
@pytest.mark.chaos
def test_a_crashed_server_comes_back_with_what_was_committed() -> None:
    with running_postgres(fsync="on", synchronous_commit="on", full_page_writes="on") as server:
        server.execute("CREATE TABLE kept (id integer)")
        server.crash()
        with pytest.raises(psycopg.OperationalError):
            server.execute("SELECT 1")
        server.start()
        server.execute("SELECT id FROM kept")


@pytest.mark.postgresql
@pytest.mark.chaos
def test_the_server_ends_with_the_process_that_started_it() -> None:
    script = (
        "import signal\n"
        "from tests.real.postgres import running_postgres\n"
        "with running_postgres() as server:\n"
        "    print(server.process.pid, server.folder, flush=True)\n"
        "    signal.pause()\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    server = os.pidfd_open(int(pid))
    owner.kill()
    owner.communicate()
    assert ended(server)
    # what a killed process cannot tidy up
    shutil.rmtree(folder)


def ended(process: int) -> bool:
    """Whether the process behind the descriptor ends within ten seconds."""
    readable, _, _ = select.select([process], [], [], 10.0)
    os.close(process)
    return bool(readable)


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEITSTAND_REQUIRE_REAL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"apt install nonesuch-bin"):
        require("nonesuch", "nonesuch-bin")


def test_where_real_parts_are_required_a_missing_program_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEITSTAND_REQUIRE_REAL", "1")
    with pytest.raises(pytest.fail.Exception, match=r"apt install nonesuch-bin"):
        require("nonesuch", "nonesuch-bin")
