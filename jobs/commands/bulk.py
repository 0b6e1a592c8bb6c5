"""`leitstand bulk`: the bulk actions that the worker carries out: list, show, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.locale import Message, _
from core.text import visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import word

if TYPE_CHECKING:
    from core.bulk.action import BulkAction
    from core.operation import Refusal

bulk_group = Group("bulk", _("Bulk actions that the worker carries out: list, show, cancel."))
STATES = {
    "waiting": _("waiting"),
    "running": _("running"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
}


def as_json(one: BulkAction) -> Mapping[str, object]:
    """For machines."""
    from core.bulk.status import failure_of

    return {
        "id": one.id,
        "area": one.area,
        "operation": one.operation,
        "operator": one.operator,
        "state": one.state,
        "total": one.total,
        "reached": one.reached,
        "done": one.done,
        "refused": one.refused,
        "entry": one.entry,
        "cancelled_by": one.cancelled_by or None,
        "failure": failure_of(one),
        "created_at": one.created_at,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
    }


def refusal_as_json(one: Refusal) -> Mapping[str, object]:
    """For machines."""
    return {"id": one.id, "subject": one.subject, "reason": one.reason}


def _what(one: BulkAction) -> Message:
    from core.bulk.status import label_of

    return label_of(one)


def _state(one: BulkAction) -> Message:
    if one.is_unfinished and one.cancelled_by:
        return _("being cancelled")
    return word(STATES, one.state)


ACTIONS: Listing[BulkAction] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("When"), lambda one: one.created_at),
        Column(_("Operator"), lambda one: one.operator),
        Column(_("Area"), lambda one: one.area),
        Column(_("Action"), _what),
        Column(_("State"), _state),
        Column(_("Reached"), lambda one: f"{one.reached}/{one.total}"),
        Column(_("Left alone"), lambda one: one.refused or ""),
        Column(_("Entry"), lambda one: one.entry),
    ),
    as_json,
)
REFUSALS: Listing[Refusal] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Left alone because"), lambda one: one.reason, sentence=True),
    ),
    refusal_as_json,
)


@bulk_group.sub("list", _("Lists bulk actions, the newest first."))
@option("--limit", type=Whole(), default=50, help=_("At most so many; 50 unless said otherwise."))
def list_actions(frame: Frame, limit: int) -> None:
    """Lists bulk actions."""
    from core.bulk.status import newest

    with frame.office() as office, office.store.read() as session:
        frame.list(ACTIONS, newest(session, limit), limit)


@bulk_group.sub("show", _("Shows a bulk action and what it left alone."), ("table", "json"))
@argument("action", type=Whole(), metavar="ID")
def show(frame: Frame, action: int) -> None:
    """Shows one bulk action."""
    from core.bulk.status import MOST_REFUSALS, failure_of, notes_of, refusals_of, status_of

    with frame.office() as office, office.store.read() as session:
        one = status_of(session, action)
        refusals = refusals_of(session, action)
    notes = notes_of(one)
    if frame.format == "json":
        told = [refusal_as_json(refusal) for refusal in refusals]
        frame.json({**as_json(one), "parameters": one.parameters, "notes": notes, "refusals": told})
        return
    facts: list[tuple[Message, object]] = [
        (_("Bulk action"), one.id),
        (_("Action"), _what(one)),
        (_("Operator"), one.operator),
        (_("State"), _state(one)),
        (_("Why"), failure_of(one)),
        (_("Cancelled by"), one.cancelled_by),
        (_("Records"), one.total),
        (_("Reached"), one.reached),
        (_("Left alone"), one.refused or ""),
        (_("Entry"), one.entry),
        (_("Started"), one.started_at),
        (_("Finished"), one.ended_at),
    ]
    frame.facts(facts)
    for note in notes:
        frame.print(note)
    if refusals:
        frame.heading(_("Left alone"))
        frame.table_of(REFUSALS, refusals)
    if one.refused > len(refusals) == MOST_REFUSALS:
        frame.tell(_("Only the first {count} are named.", count=MOST_REFUSALS))


@bulk_group.sub("cancel", _("Ends a bulk action after the step that it is in; what is done stays done."))
@argument("action", type=Whole(), metavar="ID")
def cancel(frame: Frame, action: int) -> None:
    """Cancels a bulk action."""
    from core.bulk.submitting import cancel as give_up

    with frame.office() as office:
        one = give_up(office, action)
    if frame.format == "json":
        frame.json(as_json(one))
    elif one.is_unfinished:
        frame.tell(_("Bulk action {id} ends after its present step.", id=action))
    else:
        frame.tell(_("Bulk action {id} is cancelled.", id=action))
