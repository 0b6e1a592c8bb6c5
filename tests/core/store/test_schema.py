"""Migrations: from nothing to today's tables and back, with rows in them, on either database."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from core.opening import create_office, open_office
from core.operators import OperatorRow
from core.store import schema
from core.store.engine import Store
from tests.support.clock import TravelClock


def tables(url: str) -> set[str]:
    store = Store(url)
    try:
        return set(sa.inspect(store.engine).get_table_names()) - {"alembic_version"}
    finally:
        store.close()


def revisions() -> list[str]:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(schema.MIGRATIONS))
    return [one.revision for one in script.walk_revisions()][::-1]


def test_the_program_needs_the_newest_layout() -> None:
    assert revisions()[-1] == schema.HEAD
    assert revisions() == sorted(revisions())


def test_every_step_leads_up_and_down_again(empty_database_url: str) -> None:
    seen: list[set[str]] = [set()]
    for revision in revisions():
        schema.upgrade(empty_database_url, revision)
        seen.append(tables(empty_database_url))
    assert "customer" in seen[-1]
    for before in reversed(seen[:-1]):
        schema.downgrade(empty_database_url, "-1")
        assert tables(empty_database_url) == before


def test_an_office_with_rows_in_it_goes_down_and_comes_up_again(
    empty_database_url: str, tmp_path: Path
) -> None:
    given = {"LEITSTAND_DATABASE_URL": empty_database_url}
    create_office(tmp_path, given, "mk", TravelClock())
    schema.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == set()
    create_office(tmp_path, given, "kb", TravelClock())
    office = open_office(tmp_path, given)
    with office.store.read() as session:
        assert session.exec(select(OperatorRow.name)).all() == ["kb"]
    office.store.close()


def test_doing_it_again_changes_nothing(empty_database_url: str) -> None:
    schema.upgrade(empty_database_url)
    before = tables(empty_database_url)
    schema.upgrade(empty_database_url)
    assert tables(empty_database_url) == before


def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    from tests.checks.schema import differences

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert differences(database_url) == []


@pytest.mark.parametrize("column", ["last_name_folded", "company_folded", "postcode_folded"])
def test_on_postgresql_text_of_any_length_can_be_indexed(fresh_postgres_url: str, column: str) -> None:
    store = Store(fresh_postgres_url)
    with store.read() as session:
        kind = session.connection().execute(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"),
            {"name": f"ix_customer_{column}"},
        )
        assert "USING hash" in kind.scalar_one()
    store.close()
