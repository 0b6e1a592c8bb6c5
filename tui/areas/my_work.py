"""What can be done to a row of Meine Arbeit: be done with it, put it off; whatever the row is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import Inapplicable
from core.locale import Message, _
from core.office import Office
from core.work.operations import PuttingOff
from tui.keys import Asks, Deed, Verb, deed

if TYPE_CHECKING:
    from core.work.item import WorkItem

DONE_BY: Mapping[str, tuple[str, str]] = {
    "resubmission": ("work", "done"),
    "memo": ("work", "read"),
    "inquiry": ("inquiries", "answered"),
}
"""The operation, by area and name, that settles what a source of work says."""
PUT_OFF_BY: Mapping[str, tuple[str, str]] = {
    "resubmission": ("work", "put-off"),
    "inquiry": ("inquiries", "postpone"),
}
HANDED_TO: Mapping[str, str] = {"customer": "customers", "transfer": "transfers", "arrival": "arrivals"}
"""The area that takes a record of this kind back."""


def _work_of(row: Any) -> WorkItem | None:
    return getattr(row, "work", None)


def _can_be_done(row: Any) -> Message | None:
    work = _work_of(row)
    if work is not None and (work.source in DONE_BY or work.source == "assignment"):
        return None
    return _("This is done where it stands: Enter leads there.")


def _can_be_put_off(row: Any) -> Message | None:
    work = _work_of(row)
    if work is not None and work.source in PUT_OFF_BY:
        return None
    return _("Only what comes up on a day can be put off.")


def _done(office: Office, row: Any, _given: Any) -> Message:
    work = _need(row, _can_be_done)
    if work.source == "assignment":
        # handed over and done: nobody has to look after it any more
        return _perform(office, HANDED_TO[work.kind], "give-back", work.record)
    return _perform(office, *DONE_BY[work.source], work.id)


def _put_off(office: Office, row: Any, given: PuttingOff) -> Message:
    from core.inquiries.operations import Postponing

    work = _need(row, _can_be_put_off)
    area, name = PUT_OFF_BY[work.source]
    return _perform(office, area, name, work.id, Postponing(given.until) if area == "inquiries" else given)


def _need(row: Any, fits: Any) -> WorkItem:
    reason, work = fits(row), _work_of(row)
    if reason is not None or work is None:
        raise Inapplicable(reason or Message(""))
    return work


def _perform(office: Office, area: str, name: str, id_: int, given: Any = None) -> Message:
    from core.registry import operation_of

    operation = operation_of(area, name)
    report = office.perform(operation, [id_], given)
    for refusal in report.refused:
        return _("{subject}: left alone. {reason}", subject=refusal.subject, reason=refusal.reason)
    return _("{operation}: done. u takes it back.", operation=operation.label)


WORK_VERBS: tuple[Verb, ...] = (
    deed(
        "work.done",
        "r",
        _("Done"),
        Deed(_done, help=_("Is done with it: came up again, was read, was answered."), fits=_can_be_done),
    ),
    deed(
        "work.put-off",
        "W",
        _("Put off"),
        Deed(_put_off, PuttingOff, help=_("Has it come up on a later day."), fits=_can_be_put_off),
        Asks.FORM,
    ),
)
