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
from core.store.columns import note_indexes
from core.store.engine import Store

ROOT = Path(__file__).parents[2]


def modules_with_tables() -> list[str]:
    """Every module that declares a table, found by its text: a new one cannot be forgotten."""
    files = sorted(path for floor in ("core", "jobs") for path in (ROOT / floor).rglob("*.py"))
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files
        if "table=True" in path.read_text(encoding="utf-8")
    ]


def all_tables() -> sa.MetaData:
    """The metadata of every table of the product."""
    for module in modules_with_tables():
        import_module(module)
    note_indexes(SQLModel.metadata)
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
