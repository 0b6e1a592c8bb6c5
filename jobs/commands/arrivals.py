"""`leitstand arrivals`: what came in: list, show, read again, ignore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from core.errors import WrongUsage
from core.locale import Message, _
from core.text import printable, visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, OneOf, Whole, argument, option
from jobs.commands.importing import apply_files
from jobs.commands.printing import Column, Listing
from jobs.commands.words import ARRIVALS as STATES
from jobs.commands.words import word

if TYPE_CHECKING:
    from core.inbox.arrival import Arrival
    from core.office import Office


def as_json(one: Arrival) -> Mapping[str, object]:
    """For machines."""
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "name": one.name,
        "source": one.source,
        "sha256": one.sha256,
        "size": one.size,
        "parent": one.parent,
        "row": one.position,
        "reason": one.reason_message(),
        "counts": one.counts,
        "seen": one.seen,
        "received_by": one.received_by,
        "received_at": one.received_at,
        "settled_at": one.settled_at,
    }


ARRIVALS: Listing[Arrival] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Kind"), lambda one: one.kind),
        Column(_("File"), lambda one: visible(one.name)),
        Column(_("Row"), lambda one: one.position),
        Column(_("State"), lambda one: word(STATES, one.state)),
        Column(_("Received"), lambda one: one.received_at),
        Column(_("Why"), lambda one: one.reason_message(), sentence=True),
    ),
    as_json,
)


def _more() -> Iterable[click.Command]:
    from core.inbox.listing import find_arrivals
    from jobs.commands.verbs import Face, verbs

    return verbs(Face("arrivals", "ID", find_arrivals, _choose, after={"retry": _read_again}))


def _choose(where: str | None) -> Any:
    from core.inbox.listing import select_arrivals

    if where is not None:
        raise WrongUsage(_("Arrivals have no conditions yet; name them, or take --all that were put back."))

    def chosen(office: Office) -> Iterator[int]:
        return (one.id or 0 for one in select_arrivals(office, state="quarantined"))

    return chosen


def _read_again(frame: Frame, office: Office, ids: Sequence[int]) -> bool:
    """Applies the files that are to be read again, at once."""
    from core.inbox.listing import files_of

    return apply_files(frame, office, files_of(office, ids))


arrivals_group = Group("arrivals", _("What came in: files, and rows that could not be applied."), _more)


@arrivals_group.sub("list", _("Lists what came in: files, and the rows that were put back."))
@option(
    "--state",
    type=OneOf(("stored", "applied", "quarantined", "ignored")),
    help=_("Only those in this state."),
)
@option("--limit", type=Whole(), help=_("At most so many."))
def list_arrivals(frame: Frame, state: str | None, limit: int | None) -> None:
    """Lists arrivals, the oldest first."""
    from core.inbox.listing import select_arrivals

    with frame.office() as office:
        frame.list(ARRIVALS, select_arrivals(office, state=state), limit)


@arrivals_group.sub("show", _("Shows an arrival, and how it came."), ("table", "json"))
@argument("arrival", metavar="ID")
def show_arrival(frame: Frame, arrival: str) -> None:
    """Shows an arrival with the beginning of what came."""
    from core.inbox.listing import beginning_of, find_arrivals
    from core.inbox.receive import find_arrival

    with frame.office() as office:
        with office.store.read() as session:
            one = find_arrival(session, find_arrivals(office, [arrival])[0])
        beginning = beginning_of(office, one)
    if frame.format == "json":
        text = (one.raw or b"").decode("utf-8", "replace")
        frame.json({**as_json(one), "options": one.options, "raw": text if one.raw is not None else None})
        return
    facts: list[tuple[Message, object]] = [
        (_("Arrival"), one.id),
        (_("Kind"), one.kind),
        (_("State"), word(STATES, one.state)),
        (_("File"), visible(one.name)),
        (_("Row"), one.position),
        (_("Why"), one.reason_message()),
        (_("Came from"), visible(one.source)),
        (_("Received"), one.received_at),
        (_("By"), one.received_by),
        (_("Bytes"), one.size),
        (_("SHA-256"), one.sha256),
        (_("Seen"), one.seen),
        (_("Counts"), ", ".join(f"{name} {value}" for name, value in one.counts.items())),
    ]
    frame.facts(facts)
    frame.heading(_("As it came"))
    if not beginning:
        frame.print(_("There is nothing to show: it is no text, or its content is no longer kept."))
    for line in beginning.splitlines():
        click.echo(printable(line))
