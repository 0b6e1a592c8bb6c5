"""Compares the tables in the code with the migrations: `python -m tests.checks.schema [--write "change"]`.

`--write` makes the next migration by comparing; read it before committing it.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from core.store import schema
from core.store.engine import Store

MODULES = (
    "core.accounts.account",
    "core.accounts.breaker",
    "core.accounts.login_test",
    "core.customers.customer",
    "core.inbox.arrival",
    "core.journal",
    "core.operators",
    "core.outbox.transfer",
    "core.rulebook.record",
    "core.store.meta",
    "core.vault",
    "jobs.history",
)


def all_tables() -> sa.MetaData:
    """The metadata of every table of the product."""
    for module in MODULES:
        import_module(module)
    return SQLModel.metadata


def differences(url: str) -> list[Any]:
    """What the database at `url` lacks, or has too much, compared with the code."""
    metadata = all_tables()
    store = Store(url)
    try:
        with store.engine.connect() as connection:
            return compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), metadata
            )
    finally:
        store.close()


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/check.db"
        if arguments[:1] == ["--write"]:
            if any((schema.MIGRATIONS / "versions").glob("*.py")):
                schema.upgrade(url)
            config = schema.configuration(url)
            config.attributes["metadata"] = all_tables()
            number = len(list((schema.MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
            command.revision(config, arguments[1], autogenerate=True, rev_id=f"{number:04}")
            return 0
        schema.upgrade(url)
        found = differences(url)
    for difference in found:
        print(difference)
    print(
        "the migrations make the tables of the code" if not found else f"in {Path.cwd()}: write a migration"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
