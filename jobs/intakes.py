"""Which records files of a kind become; loaded when the first of them comes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.errors import WrongUsage
from core.locale import _
from core.text import printable

if TYPE_CHECKING:
    from core.importing.intake import Intake

INTAKES: Mapping[str, str] = {
    "customers": "core.customers.importing:CUSTOMERS",
    "contracts": "core.contracts.importing:CONTRACTS",
}


def intake_of(kind: str) -> Intake[Any]:
    """What makes records of files of this kind. Raises WrongUsage."""
    place = INTAKES.get(kind)
    if place is None:
        raise WrongUsage(_("Nothing is made of arrivals of the kind {kind}.", kind=printable(kind)))
    module, name = place.split(":")
    return getattr(import_module(module), name)
