"""Which operations there are, by area; an area is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from core.errors import NotFound
from core.locale import _
from core.operation import Operation

AREAS: Mapping[str, str] = {
    "customers": "core.customers.operations",
    "transfers": "core.outbox.operations",
    "arrivals": "core.inbox.operations",
}


def operations_of(area: str) -> tuple[Operation[Any, Any], ...]:
    """The operations of an area. Raises NotFound."""
    module = AREAS.get(area)
    if module is None:
        raise NotFound(_("There is no area {area}.", area=area))
    return import_module(module).OPERATIONS


def operation_of(area: str, name: str) -> Operation[Any, Any]:
    """One operation. Raises NotFound."""
    for operation in operations_of(area):
        if operation.name == name:
            return operation
    raise NotFound(_("There is no operation {name} for {area}.", name=name, area=area))
