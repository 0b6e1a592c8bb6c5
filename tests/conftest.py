"""Fixtures for every test: a database of either kind, migrated and empty, and how hard hypothesis tries."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.real.postgres", "tests.real.sshd", "tests.real.terminal", "tests.support.offices"]

BOTH_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

_TOO_SLOW = [HealthCheck.too_slow]
settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=_TOO_SLOW)
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=_TOO_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """Whoever runs pytest without make has the German texts up to date too."""
    if hasattr(config, "workerinput"):
        return
    from hatch_build import compile_catalogues

    compile_catalogues(config.rootpath)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that the product's own migrations have set up."""
    from core.store.schema import upgrade

    file = tmp_path_factory.mktemp("template") / "leitstand.db"
    upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        # into the one file that is copied
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def fresh_sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an SQLite database with every table and no row."""
    file = tmp_path / "leitstand.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with every table and no row; the test runs once on either database."""
    return request.getfixturevalue(f"fresh_{request.param.replace('postgresql', 'postgres')}_url")


@pytest.fixture(params=BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it, on either database: for migrations."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'leitstand.db'}"
    return request.getfixturevalue("empty_postgres_url")
