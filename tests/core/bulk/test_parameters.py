"""Parameters of operations wait in the database, and come back as they were."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bulk.parameters import as_json, from_json
from core.operation import Operation
from core.registry import AREAS, operations_of

OPERATIONS = [operation for area in AREAS for operation in operations_of(area)]


def parameters_of(operation: Operation[Any, Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(operation.parameters)
    return st.builds(
        operation.parameters,
        **{one.name: st.from_type(hints[one.name]) for one in fields(operation.parameters)},
    )


@given(data=st.data())
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.area} {one.name}")
def test_what_any_operation_is_given_comes_back(operation: Operation[Any, Any], data: st.DataObject) -> None:
    given = data.draw(parameters_of(operation))
    stored = json.loads(json.dumps(as_json(given)))
    assert from_json(operation.parameters, stored) == given


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Everything:
    day: date = date(2026, 11, 23)
    at: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    colour: Colour = Colour.RED
    amount: Decimal = Decimal("12.50")
    ids: tuple[int, ...] = (1, 2)
    days: tuple[date, ...] = (date(2026, 1, 1),)
    names: frozenset[str] = frozenset({"a"})
    missing: date | None = None


def test_days_moments_enums_amounts_and_collections_keep_their_types() -> None:
    back = from_json(Everything, json.loads(json.dumps(as_json(Everything()))))
    assert back == Everything()
    assert (type(back.colour), type(back.amount), type(back.ids)) == (Colour, Decimal, tuple)


def test_what_an_older_program_did_not_know_has_its_default() -> None:
    assert from_json(Everything, {"ids": [3], "gone": 1}) == Everything(ids=(3,))


@dataclass(frozen=True)
class Strange:
    inner: object = complex(1, 2)


def test_what_would_come_back_as_something_else_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="Strange cannot be kept"):
        as_json(Strange())
