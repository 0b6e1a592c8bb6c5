"""What can be done to contracts: edit, and say what holds where an import contradicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as parameter

from core.contracts.contract import ATTRIBUTES, KIND, Contract
from core.contracts.importing import computed
from core.errors import LostUpdate, WrongUsage
from core.locale import Message, _
from core.operation import Act, Operation, Reversible, always
from core.text import visible
from core.work.on_records import operations_on

AREA = "contracts"


@dataclass(frozen=True, slots=True)
class Editing:
    """New texts by attribute; `revision` is the one that the operator saw (None: whatever is there)."""

    values: Mapping[str, str] = parameter(default_factory=dict[str, str])
    revision: int | None = parameter(
        default=None, metadata={"help": _("The revision that you saw; refused where it has moved on.")}
    )
    reason: str = parameter(default="", metadata={"help": _("Why; kept in the journal.")})


@dataclass(frozen=True, slots=True)
class Resolving:
    """Which value holds, of all fields in conflict."""

    keep: str = parameter(
        default="",
        metadata={
            "help": _("Which value holds: ours or theirs."),
            "choices": ("ours", "theirs"),
            "required": True,
        },
    )


def _edit(act: Act, contract: Contract, given: Editing) -> None:
    if given.revision is not None and given.revision != contract.revision:
        raise LostUpdate(_("{customer} was changed by somebody else meanwhile.", customer=describe(contract)))
    for name in given.values:
        if name not in ATTRIBUTES:
            raise WrongUsage(_("There is no field {field}.", field=visible(name)))
    _set(act, contract, given.values)


def _set(act: Act, contract: Contract, values: Mapping[str, str]) -> None:
    """Sets fields, with the columns that follow from them; a conflict on which both agree now is over."""
    subject = describe(contract)
    left = {
        name: one
        for name, one in contract.conflicts.items()
        if name not in values or values[name] != one["theirs"]
    }
    columns = {**values, **computed(act.session, values), "conflicts": left}
    if act.change(contract, subject, **columns):
        contract.revision += 1
        contract.updated_at = act.now


def _in_conflict(contract: Contract) -> Message | None:
    return None if contract.conflicts else _("There is no import conflict.")


def _resolve(act: Act, contract: Contract, given: Resolving) -> None:
    if given.keep not in ("ours", "theirs"):
        raise WrongUsage(_("Say --keep ours or --keep theirs."))
    if given.keep == "theirs":
        _set(act, contract, {name: one["theirs"] for name, one in contract.conflicts.items()})
    else:
        act.change(contract, describe(contract), conflicts={})


def describe(contract: Contract) -> str:
    """How a contract is called in the journal."""
    return contract.number or f"#{contract.id}"


def _count_up(contract: Contract) -> None:
    contract.revision += 1


EDIT = Operation(
    AREA,
    "edit",
    _("Edit"),
    Contract,
    always,
    _edit,
    Editing,
    describe=describe,
    help=_("Changes fields; post of it finds its customer by them."),
)
RESOLVE = Operation(
    AREA,
    "resolve",
    _("Resolve import conflicts"),
    Contract,
    _in_conflict,
    _resolve,
    Resolving,
    describe=describe,
    help=_("Says which value holds where a field was changed here and in the source."),
)
OPERATIONS = (EDIT, RESOLVE, *operations_on(AREA, Contract, KIND, describe))
REVERSIBLE = (Reversible(Contract, moved=_count_up),)
