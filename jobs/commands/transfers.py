"""`leitstand transfers`: the queue: list, show, and what can be done to transfers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from core.locale import Message, _
from core.text import printable, visible
from jobs.commands.findings import field_label
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.selecting import transfer_condition
from jobs.commands.words import CAUSES, OUTCOMES, STATES, word

if TYPE_CHECKING:
    from core.office import Office
    from core.outbox.listing import TransferFile
    from core.outbox.transfer import Attempt, Transfer


def as_json(one: Transfer) -> Mapping[str, object]:
    """For machines, as design.md has it."""
    return {
        "id": one.id,
        "kind": one.kind,
        "partner": one.partner,
        "subject": one.subject,
        "state": one.state,
        "outcome": one.outcome,
        "cause": one.cause_code,
        "attempts": one.attempts,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "reference": one.reference,
    }


TRANSFERS: Listing[Transfer] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Customer"), lambda one: visible(one.subject)),
        Column(_("Name"), lambda one: visible(one.subject_name)),
        Column(_("Partner"), lambda one: one.partner),
        Column(_("State"), lambda one: word(STATES, one.state)),
        Column(_("Cause"), lambda one: word(CAUSES, one.cause_code) if one.cause_code else ""),
        Column(_("Attempts"), lambda one: one.attempts),
        Column(_("Changed"), lambda one: one.updated_at),
        Column(_("Reference"), lambda one: one.reference),
    ),
    as_json,
)


def _more() -> Iterable[click.Command]:
    from core.outbox.listing import find_transfers
    from jobs.commands.verbs import Face, verbs

    return verbs(Face("transfers", "ID", find_transfers, _choose))


def _choose(where: str | None) -> Any:
    from core.outbox.listing import select_transfers

    condition = transfer_condition(where)

    def chosen(office: Office) -> Iterator[int]:
        return (one.id or 0 for one in select_transfers(office, condition))

    return chosen


transfers_group = Group(
    "transfers", _("What goes out: list, show, send again, hold, release, discard."), _more
)


@transfers_group.sub("list", _("Lists transfers."))
@option("--where", metavar="CONDITION", help=_("Only those that fit this condition."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_transfers(frame: Frame, where: str | None, limit: int | None) -> None:
    """Lists transfers by id."""
    from core.outbox.listing import select_transfers

    condition = transfer_condition(where)
    with frame.office() as office:
        frame.list(TRANSFERS, select_transfers(office, condition), limit)


@transfers_group.sub("show", _("Shows a transfer: payload, attempts, why it waits."), ("table", "json"))
@argument("transfer", metavar="ID")
def show_transfer(frame: Frame, transfer: str) -> None:
    """Shows all there is to know of one transfer."""
    from core.outbox.listing import find_transfers, transfer_file

    with frame.office() as office, office.store.read() as session:
        file = transfer_file(session, office, find_transfers(office, [transfer])[0])
        if frame.format == "json":
            frame.json(_file_as_json(file))
        else:
            _print_file(frame, file)


def _file_as_json(file: TransferFile) -> Mapping[str, object]:
    one = file.transfer
    return {
        **as_json(one),
        "subject_id": one.subject_id,
        "name": one.subject_name,
        "account": one.account,
        "step": one.step,
        "revision": one.revision,
        "record_revision": one.record_revision,
        "key": one.key,
        "due_at": one.due_at,
        "done_at": one.done_at,
        "created_by": one.created_by,
        "reason": one.cause_message() if one.cause else None,
        "waits": file.waits,
        "after": one.after,
        "followed_by": list(file.follows),
        "replaced_by": one.replaced_by,
        "payload": one.payload,
        "body": one.body.decode("utf-8", "replace"),
        "body_sha256": one.body_sha256,
        "attempt_history": [attempt_as_json(attempt) for attempt in file.attempts],
    }


def attempt_as_json(one: Attempt) -> Mapping[str, object]:
    """For machines; request and answer are redacted excerpts."""
    return {
        "number": one.number,
        "worker": one.worker,
        "sent_at": one.sent_at,
        "finished_at": one.finished_at,
        "outcome": one.outcome,
        "status": one.status,
        "cause": one.cause_code,
        "reason": Message.load(one.cause) if one.cause else None,
        "reference": one.reference,
        "counted": one.counted,
        "late": one.late,
        "request": one.request,
        "answer": one.answer,
    }


def _print_file(frame: Frame, file: TransferFile) -> None:
    one = file.transfer
    facts: list[tuple[Message, object]] = [
        (_("Transfer"), one.id),
        (_("Customer"), f"{visible(one.subject)}  {visible(one.subject_name)}"),
        (_("Partner"), one.partner),
        (_("State"), word(STATES, one.state)),
        (_("Cause"), one.cause_message() if one.cause else ""),
        (_("Waits"), file.waits),
        (_("Due"), one.due_at if one.state == "pending" else ""),
        (_("Goes out after"), one.after),
        (_("Followed by"), file.follows),
        (_("Replaced by"), one.replaced_by),
        (_("Reference"), one.reference),
        (_("Created"), one.created_at),
        (_("Changed"), one.updated_at),
        (_("Key"), one.key),
    ]
    frame.facts(facts)
    frame.heading(_("Payload"))
    frame.facts([(field_label(name), visible(value)) for name, value in one.payload.items()])
    frame.heading(_("Body as sent"))
    for line in one.body.decode("utf-8", "replace").splitlines():
        click.echo(printable(line))
    if file.attempts:
        frame.heading(_("Attempts"))
        _print_attempts(frame, file.attempts)


def _print_attempts(frame: Frame, attempts: tuple[Attempt, ...]) -> None:
    """Side by side, one column an attempt, so that what differs can be seen."""
    rows: list[tuple[Message, list[object]]] = [
        (_("Attempt"), [one.number for one in attempts]),
        (_("Sent"), [one.sent_at for one in attempts]),
        (_("Seconds"), [_seconds(one) for one in attempts]),
        (_("Outcome"), [word(OUTCOMES, one.outcome) for one in attempts]),
        (_("Status"), [one.status for one in attempts]),
        (_("Why"), [Message.load(one.cause) if one.cause else "" for one in attempts]),
        (_("Reference"), [one.reference for one in attempts]),
        (_("Request"), [one.request for one in attempts]),
        (_("Answer"), [one.answer for one in attempts]),
    ]
    frame.rows([[label, *cells] for label, cells in rows if any(cells)])


def _seconds(one: Attempt) -> str:
    if one.sent_at is None or one.finished_at is None:
        return ""
    return f"{(one.finished_at - one.sent_at).total_seconds():.2f}"
