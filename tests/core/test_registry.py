"""Which operations there are: each area's, by name."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from core.operation import NoParameters, always
from core.registry import AREAS, operation_of, operations_of


@pytest.mark.parametrize("area", AREAS)
def test_every_area_has_operations_of_its_own(area: str) -> None:
    operations = operations_of(area)
    assert operations
    assert {one.area for one in operations} == {area}
    assert len({one.name for one in operations}) == len(operations)
    assert all(operation_of(area, one.name) is one for one in operations)


@pytest.mark.parametrize("area", AREAS)
def test_every_operation_says_what_it_does_and_starts_without_parameters(area: str) -> None:
    for one in operations_of(area):
        assert str(one.label)
        assert one.parameters()


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="no area kunden"):
        operations_of("kunden")
    with pytest.raises(NotFound, match="no operation merge for customers"):
        operation_of("customers", "merge")


def test_an_operation_that_always_applies_gives_no_reason_why_not() -> None:
    assert always(None) is None  # pyright: ignore[reportArgumentType]
    assert NoParameters() == NoParameters()
