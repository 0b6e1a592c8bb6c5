"""Statements on tables where records would be too slow or too much: typed, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

Values = Mapping[str, Any]


def table_of(model: type[SQLModel]) -> sa.Table[Any]:
    """The table behind a model."""
    return cast("sa.Table[Any]", getattr(model, "__table__"))  # noqa: B009 - SQLModel does not declare it


def name_of(model: type[SQLModel]) -> str:
    """The name of the table behind a model."""
    return table_of(model).name


def insert_into(dialect: str, model: type[SQLModel]) -> Any:
    """An INSERT of a database ("sqlite", "postgresql") that can say what becomes of a row that is there."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert(table_of(model))


def put(session: Session, row: SQLModel) -> None:
    """Writes a row, over the one with its primary key where there is one; two may do so at once."""
    model = type(row)
    keys = [column.name for column in table_of(model).primary_key]
    insert = insert_into(session.get_bind().dialect.name, model).values(row.model_dump())
    rest = {name: insert.excluded[name] for name in row.model_dump() if name not in keys}
    execute(session, insert.on_conflict_do_update(index_elements=keys, set_=rest))


def execute(
    session: Session, statement: sa.Executable, values: Values | Sequence[Values] | None = None
) -> sa.CursorResult[Any]:
    """Runs a statement after what the session still had to write; records it holds are not refreshed."""
    session.flush()
    return session.connection().execute(statement, values)
