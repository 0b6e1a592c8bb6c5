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


def execute(
    session: Session, statement: sa.Executable, values: Values | Sequence[Values] | None = None
) -> sa.CursorResult[Any]:
    """Runs a statement after what the session still had to write; records it holds are not refreshed."""
    session.flush()
    return session.connection().execute(statement, values)
