"""What can be done to arrivals (Eingänge): read again, ignore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from core.errors import Inapplicable
from core.inbox.arrival import Arrival, ArrivalState
from core.locale import Message, _
from core.office import load
from core.operation import Act, Operation, Reversible, WithReason
from core.work.on_records import operations_on

AREA = "arrivals"


@dataclass(frozen=True, slots=True)
class Retrying:
    """How the file is to be read this time; empty: as before. A mapping is its text, not its path."""

    mapping: str = field(default="", metadata={"help": _("A mapping file for the columns."), "file": True})
    encoding: str = field(default="", metadata={"help": _("The encoding of a CSV file.")})
    separator: str = field(default="", metadata={"help": _("The separator of a CSV file.")})
    sheet: str = field(default="", metadata={"help": _("The sheet of a spreadsheet.")})


def _is_put_back(arrival: Arrival) -> Message | None:
    match arrival.state:
        case ArrivalState.QUARANTINED:
            return None
        case ArrivalState.STORED:
            return _("It waits to be applied already.")
        case ArrivalState.IGNORED:
            return _("It is ignored.")
        case _:
            return _("It has been applied.")


def _lock_files(act: Act, ids: Sequence[int]) -> None:
    """Files before their rows, as an import locks them."""
    files = act.session.exec(select(Arrival.parent).where(col(Arrival.id).in_(ids)).distinct())
    load(act.session, Arrival, [one for one in files if one is not None])


def _retry(act: Act, arrival: Arrival, given: Retrying) -> None:
    """The whole file is read again: rows that are applied already do not change by that."""
    file = arrival
    if arrival.parent is not None:
        found = act.session.get(Arrival, arrival.parent, with_for_update=True)
        if found is None:
            raise Inapplicable(_("Its file is no longer there."))
        file = found
    options: dict[str, Any] = dict(file.options)
    for name in ("mapping", "encoding", "separator", "sheet"):
        options |= {name: value} if (value := getattr(given, name)) else {}
    if file.state == ArrivalState.STORED and file.options == options:
        return
    act.change(
        file,
        file.name,
        state=ArrivalState.STORED.value,
        options=options,
        counts={},
        reason="",
        settled_at=None,
    )


def _ignore(act: Act, arrival: Arrival, _given: WithReason) -> None:
    act.change(arrival, _describe(arrival), state=ArrivalState.IGNORED.value, settled_at=act.now)


def _describe(arrival: Arrival) -> str:
    return arrival.name if arrival.position is None else f"{arrival.name}:{arrival.position}"


RETRY = Operation(
    AREA,
    "retry",
    _("Read again"),
    Arrival,
    _is_put_back,
    _retry,
    Retrying,
    describe=_describe,
    help=_("Reads the file again; of a row, its whole file. What is applied already does not change."),
    lock_first=_lock_files,
)
IGNORE = Operation(
    AREA,
    "ignore",
    _("Ignore"),
    Arrival,
    _is_put_back,
    _ignore,
    WithReason,
    describe=_describe,
    needs_reason=True,
    help=_("Leaves it as it came and stops counting it as put back."),
)
OPERATIONS = (RETRY, IGNORE, *operations_on(AREA, Arrival, "arrival", _describe))
REVERSIBLE = (Reversible(Arrival),)
