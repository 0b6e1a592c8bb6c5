"""One line of somebody's work (Meine Arbeit), whatever it is about, and what each area adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from sqlmodel import Session

from core.locale import Message

if TYPE_CHECKING:
    from core.office import Office


class Reason(StrEnum):
    """Why something is somebody's work, in the order in which it is listed."""

    DUE = "due"  # it comes up again
    HANDED = "handed"  # it was handed over to me, or to whom I stand in for
    MESSAGE = "message"  # somebody wrote about it
    UNASSIGNED = "unassigned"  # it is stuck and nobody looks after it


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What is to be looked at: the record (`kind`, `record`, `subject`) and why.

    `source` and `id` name the row that says so (resubmission, assignment, memo, inquiry …), `operator` whose
    work it is (empty: nobody's), `text` what a colleague wrote, `message` what the machine says.
    """

    reason: Reason
    source: str
    id: int
    kind: str
    record: int
    subject: str
    at: datetime
    due: date | None = None
    operator: str = ""
    by: str = ""
    text: str = ""
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose work is gathered: these operators', on a day; of what is nobody's at most so much."""

    names: frozenset[str]
    today: date
    unassigned: int


Gather = Callable[[Session, "Office", Whose], Iterable[WorkItem]]

SOURCES: Mapping[str, str] = {
    "work": "core.work.sources:own_work",
    "inquiries": "core.inquiries.work:due_inquiries",
    "transfers": "core.outbox.work:stuck_transfers",
    "postbox": "core.postbox.work:open_documents",
    "arrivals": "core.inbox.work:arrivals_put_back",
    "customers": "core.customers.work:open_conflicts",
}
"""Which areas say what there is to do; a further one adds a line."""


def gatherers() -> Iterable[Gather]:
    """The functions behind the sources, loaded when they are asked for."""
    for place in SOURCES.values():
        module, name = place.split(":")
        yield getattr(import_module(module), name)
