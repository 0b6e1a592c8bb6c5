"""The contract as the office keeps it: insurer, number as written and as it compares, customer, line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.store.columns import identity, index, json_value, long_text, moment, row_id
from core.text import folded

KIND = "contract"
LONGEST_KEY = 300
"""Characters of insurer and number together; more is no contract number of anybody."""
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_LEADING_ZEROS = re.compile(r"^0+(?=.)")


def number_key(number: str) -> str:
    """A contract number as it compares: letters and digits only, in small letters, without leading zeros.

    Insurers write one number as `0012.345-6 A`, `12345-6A` or `00123456a`.
    """
    plain = _NEITHER_LETTER_NOR_DIGIT.sub("", folded(unicodedata.normalize("NFKC", number)))
    return _LEADING_ZEROS.sub("", plain)


def insurer_key(insurer: str) -> str:
    """An insurer's number (Unternehmensnummer) as it compares: `05312` is `5312`."""
    return number_key(insurer)


class ContractFields(SQLModel):
    """The text fields of a contract, as they came; an empty string means that there is no value."""

    number: str = ""
    insurer: str = ""
    insurer_name: str = ""
    customer_number: str = ""
    line: str = ""


class Contract(ContractFields, table=True):
    """One contract. `source` is what the office's own broker software said last, for the next comparison."""

    __tablename__ = "contract"  # pyright: ignore[reportAssignmentType]
    # Of any length, as they came: PostgreSQL's trees take no more than 2700 bytes.
    __table_args__ = (index("ix_contract_number_key", "number_key", using="hash"),)

    id: int | None = identity()
    source_key: str = Field(unique=True)
    """Insurer and number as they compare: how an import finds the contract again."""
    number_key: str = long_text()
    insurer_key: str = long_text()
    customer: int | None = row_id(index=True)
    """The row of the customer with this number; None: there is none yet."""
    source: dict[str, Any] = json_value()
    conflicts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON, nullable=False)
    """By field: `before`, `ours` and `theirs` where it changed here and in the source; see `resolve`."""
    batch: int | None = row_id(index=True)
    """The arrival (file) that brought or last changed it."""
    seen_in: int | None = row_id()
    seen_at_row: int = 0
    revision: int = 1
    created_at: datetime = moment()
    updated_at: datetime = moment()


ATTRIBUTES = tuple(ContractFields.model_fields)


def text_of(contract: ContractFields) -> dict[str, str]:
    """The text fields of a contract by attribute."""
    return {name: getattr(contract, name) for name in ATTRIBUTES}


def key_of(text: Mapping[str, str]) -> str:
    """How an import finds a contract again; empty where there is no number."""
    number = number_key(text.get("number", ""))
    insurer = insurer_key(text.get("insurer", "") or text.get("insurer_name", ""))
    return f"{insurer}/{number}" if number else ""


def computed_columns(text: Mapping[str, str]) -> dict[str, str]:
    """The columns that follow from fields; only for the fields that are given."""
    computed: dict[str, str] = {}
    if "number" in text:
        computed["number_key"] = number_key(text["number"])
    if "insurer" in text:
        computed["insurer_key"] = insurer_key(text["insurer"])
    return computed
