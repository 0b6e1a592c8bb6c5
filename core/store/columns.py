"""Column types that mean the same on SQLite and PostgreSQL, and names that migrations can rely on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def index(name: str, *columns: str, where: str = "", using: str = "", unique: bool = False) -> sa.Index:
    """An index over the rows that fit `where`, on PostgreSQL of the kind `using`.

    Both are noted only, for whoever makes migrations (`note_indexes`): SQLAlchemy would load the dialects of
    both databases at once to check them, in every command.
    """
    return sa.Index(name, *columns, unique=unique, info={"where": where, "using": using})


def note_indexes(metadata: sa.MetaData) -> None:
    """Tells SQLAlchemy what the indexes of these tables are over, so that migrations say it."""
    for one in (one for table in metadata.tables.values() for one in table.indexes):
        if where := one.info.get("where"):
            one.dialect_options["sqlite"]["where"] = sa.text(where)
            one.dialect_options["postgresql"]["where"] = sa.text(where)
        if using := one.info.get("using"):
            one.dialect_options["postgresql"]["using"] = using


Identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware moment, stored as UTC; a naive one is a mistake and refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def identity() -> Any:
    """A generated whole-number primary key."""
    return Field(default=None, sa_column=sa.Column(Identity, primary_key=True, autoincrement=True))


def row_id(*, index: bool = False, nullable: bool = True) -> Any:
    """A whole number that names a row of another table (without a constraint across areas)."""
    return Field(default=None, sa_type=Identity, index=index, nullable=nullable)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A column for an aware moment."""
    if nullable:
        return Field(default=None, sa_type=Moment, nullable=True, index=index)  # pyright: ignore
    return Field(sa_type=Moment, nullable=False, index=index)  # pyright: ignore


def long_text(default: str = "") -> Any:
    """Text without a limit."""
    return Field(default=default, sa_type=sa.Text, nullable=False)  # pyright: ignore


def json_value() -> Any:
    """A JSON object."""
    return Field(default_factory=dict, sa_type=sa.JSON, nullable=False)  # pyright: ignore
