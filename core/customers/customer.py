"""The customer as the office keeps it: its text fields, where they came from, what was last checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from core.customers.fields import ATTRIBUTES, CustomerFields
from core.store.columns import identity, index, json_value, long_text, moment, row_id
from core.text import folded

NUMBER_LENGTH = 200
"""Characters of a customer number; a longer one is none, and no index of a database could hold it."""
FOLDED = ("number", "last_name", "company", "postcode", "town", "adviser")
"""Fields that are also kept as they compare, so that conditions on them can be asked of the database."""


class Customer(CustomerFields, table=True):
    """One customer. `revision` counts changes of the text fields; `source` is what the office's own broker
    software said last, the common ancestor of the three-way comparison at the next import.
    """

    __tablename__ = "customer"  # pyright: ignore[reportAssignmentType]
    # Of any length, as they came: PostgreSQL's trees take no more than 2700 bytes.
    __table_args__ = tuple(
        index(f"ix_customer_{name}_folded", f"{name}_folded", using="hash")
        for name in ("last_name", "company", "postcode")
    )

    id: int | None = identity()
    source_key: str = Field(unique=True)
    """The customer number as the source writes it: how an import finds the customer again."""
    source: dict[str, Any] = json_value()
    batch: int | None = row_id(index=True)
    """The arrival (file) that brought or last changed it."""
    seen_in: int | None = row_id(index=True)
    """The arrival that last contained it, changed or not; `seen_at_row` says where."""
    seen_at_row: int = 0
    revision: int = 1
    short_name: str = ""
    """An operator's own proposal for a company's first transfer; empty: computed."""
    withheld: str = ""
    """Fields left out of transfers by an operator's decision, by attribute, blank-separated."""
    number_folded: str = Field(default="", index=True)
    last_name_folded: str = ""
    company_folded: str = ""
    postcode_folded: str = ""
    town_folded: str = ""
    adviser_folded: str = ""
    short_key: str = Field(default="", index=True)
    """Postcode and short name of a company that goes out in two steps; equal ones are flagged."""
    checked_by: str = ""
    """Fingerprint of the rules and givens that judged it last; empty: never, or something moved."""
    checked_revision: int = 0
    checked_copy: int = 0
    checked_neighbours: int = 0
    """With how many other companies it shared its `short_key` when it was judged last."""
    checked_on: date | None = None
    created_at: datetime = moment()
    updated_at: datetime = moment()

    @property
    def withheld_fields(self) -> frozenset[str]:
        """The attributes that transfers leave out."""
        return frozenset(self.withheld.split())


class ImportConflict(SQLModel, table=True):
    """A field that was corrected here and has changed in the source since: somebody must choose."""

    __tablename__ = "import_conflict"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        index("ix_import_conflict_open", "customer", "field", unique=True, where="resolution = ''"),
    )

    id: int | None = identity()
    customer: int = row_id(index=True, nullable=False)
    field: str
    before: str = long_text()
    ours: str = long_text()
    theirs: str = long_text()
    batch: int | None = row_id()
    found_at: datetime = moment()
    resolution: str = Field(default="", index=True)
    resolved_at: datetime | None = moment(nullable=True)
    resolved_by: str = ""


def text_of(customer: CustomerFields) -> dict[str, str]:
    """The text fields of a customer by attribute."""
    return {name: getattr(customer, name) for name in ATTRIBUTES}


def folded_columns(fields: dict[str, str]) -> dict[str, str]:
    """The columns that hold fields as they compare; only for the fields that are given."""
    return {f"{name}_folded": folded(fields[name]) for name in FOLDED if name in fields}


def new_row(
    text: Mapping[str, str], *, at: datetime, batch: int | None = None, position: int = 0
) -> dict[str, Any]:
    """Every column of a customer whom a source names for the first time, for inserting many at once.

    `text` is what the source says by attribute; a field that it does not name is empty. `batch` is the
    arrival, `position` the row in it.
    """
    whole = {**dict.fromkeys(ATTRIBUTES, ""), **text}
    return {
        **whole,
        **folded_columns(whole),
        "source_key": whole["number"],
        "source": text,
        "batch": batch,
        "seen_in": batch,
        "seen_at_row": position,
        "revision": 1,
        "short_name": "",
        "withheld": "",
        "short_key": "",
        "checked_by": "",
        "checked_revision": 0,
        "checked_copy": 0,
        "checked_neighbours": 0,
        "created_at": at,
        "updated_at": at,
    }
