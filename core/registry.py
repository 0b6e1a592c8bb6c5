"""Which operations there are, by area, and how each table's rows are taken back.

An area is a module with `OPERATIONS` and, where these change tables of its own, `REVERSIBLE`; it is loaded
when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from core.errors import NotFound
from core.locale import _
from core.operation import Operation, Reversible
from core.store.statements import name_of

AREAS: Mapping[str, str] = {
    "customers": "core.customers.operations",
    "transfers": "core.outbox.operations",
    "arrivals": "core.inbox.operations",
    "inquiries": "core.inquiries.operations",
    "postbox": "core.postbox.operations",
    "contracts": "core.contracts.operations",
    "work": "core.work.operations",
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


def reversibles() -> Mapping[str, Reversible[Any]]:
    """How what operations did to rows is taken back, by table; loads every area."""
    modules = [import_module(module) for module in AREAS.values()]
    declared: list[Reversible[Any]] = [one for module in modules for one in getattr(module, "REVERSIBLE", ())]
    return {name_of(one.model): one for one in declared}
