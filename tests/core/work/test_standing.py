"""The tables that listings ask without loading their models are those of the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect

from core.inquiries.inquiry import Inquiry, InquiryState
from core.inquiries.standing import INQUIRY, OPEN
from core.store.statements import table_of
from core.work.record import Assignment, Resubmission
from core.work.standing import ASSIGNMENT, RESUBMISSION


@pytest.mark.parametrize(
    ("light", "model"), [(INQUIRY, Inquiry), (ASSIGNMENT, Assignment), (RESUBMISSION, Resubmission)]
)
def test_a_light_table_names_columns_of_its_model(light: sa.TableClause[Any], model: type[Any]) -> None:
    table = table_of(model)
    assert light.name == table.name
    for column in light.c:
        assert table.c[column.name].type.compile(dialect()) == column.type.compile(dialect())
    assert InquiryState.OPEN == OPEN
