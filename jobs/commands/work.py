"""`leitstand work`: what there is for somebody to do, and what colleagues agree on about customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from core.errors import WrongUsage
from core.locale import _
from core.text import visible
from core.work.words import REASONS, SOURCES
from jobs.commands.frame import Frame
from jobs.commands.grammar import Day, Group, Whole, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import word

if TYPE_CHECKING:
    from sqlmodel import SQLModel

    from core.office import Office
    from core.work.item import WorkItem
    from core.work.record import StandIn

ABOUT_CUSTOMERS = ("hand-over", "take", "give-back", "remind", "message")


def as_json(one: WorkItem) -> Mapping[str, object]:
    """For machines."""
    return {
        "reason": one.reason.value,
        "source": one.source,
        "id": one.id,
        "kind": one.kind,
        "record": one.record,
        "subject": one.subject,
        "due": one.due,
        "at": one.at,
        "operator": one.operator,
        "by": one.by,
        "text": one.text,
        "message": one.message,
    }


WORK: Listing[WorkItem] = Listing(
    (
        Column(_("Why"), lambda one: word(REASONS, one.reason)),
        Column(_("Id"), lambda one: one.id),
        Column(_("Kind"), lambda one: word(SOURCES, one.source)),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Due"), lambda one: one.due),
        Column(_("For"), lambda one: one.operator),
        Column(_("By"), lambda one: one.by),
        Column(_("Text"), lambda one: one.message or visible(one.text)),
    ),
    as_json,
)


def stand_in_as_json(one: StandIn) -> Mapping[str, object]:
    """For machines."""
    return {
        "id": one.id,
        "absent": one.absent,
        "by": one.operator,
        "since": one.since,
        "until": one.until,
        "note": one.note,
    }


STAND_INS: Listing[StandIn] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Absent"), lambda one: one.absent),
        Column(_("Stands in"), lambda one: one.operator),
        Column(_("Since"), lambda one: one.since),
        Column(_("Until"), lambda one: one.until),
        Column(_("Note"), lambda one: visible(one.note)),
    ),
    stand_in_as_json,
)


def _more() -> Iterable[click.Command]:
    from core.work.record import Memo, Resubmission, StandIn
    from jobs.commands.customers import face_of_customers
    from jobs.commands.verbs import Face, verbs

    own = {
        "done": (Resubmission, "resubmission"),
        "put-off": (Resubmission, "resubmission"),
        "read": (Memo, "memo"),
        "return": (StandIn, ""),
    }
    for one in verbs(face_of_customers()):
        if one.name in ABOUT_CUSTOMERS:
            yield one
    for name, (model, source) in own.items():
        face = Face("work", "ID", _finder(model), _chooser(source))
        yield from (one for one in verbs(face) if one.name == name)


def _finder(model: type[SQLModel]) -> Callable[[Office, Sequence[str]], list[int]]:
    def find(office: Office, names: Sequence[str]) -> list[int]:
        from core.store.paging import find_ids

        return find_ids(office.store, model, names, lambda name: _("There is no {id} of that.", id=name))

    return find


def _chooser(source: str) -> Callable[[str | None], Callable[[Office], list[int]]]:
    """All of one's own, of one kind."""

    def choose(where: str | None) -> Callable[[Office], list[int]]:
        if where is not None or not source:
            raise WrongUsage(_("There are no conditions here; name them by their ids."))

        def chosen(office: Office) -> list[int]:
            from core.work.my_work import my_work

            return [one.id for one in my_work(office, unassigned=0) if one.source == source]

        return chosen

    return choose


work_group = Group("work", _("What there is to do: list, hand over, take, resubmit, write, stand in."), _more)


@work_group.sub("list", _("Lists what is due, handed over, written, and looked after by nobody."))
@option("--of", metavar="NAME", help=_("Somebody else's work."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_work(frame: Frame, of: str | None, limit: int | None) -> None:
    """Lists one's own work, and that of whom one stands in for."""
    from core.work.my_work import my_work

    with frame.office() as office:
        frame.list(WORK, my_work(office, of), limit)


@work_group.sub("stand-ins", _("Lists who stands in for whom, now or later."))
def list_stand_ins(frame: Frame) -> None:
    """Lists stand-ins."""
    from core.work.colleagues import stand_ins

    with frame.office() as office, office.store.read() as session:
        frame.list(STAND_INS, stand_ins(session, office.today))


@work_group.sub("stand-in", _("Has somebody stand in for a colleague."), ("table", "json"))
@argument("colleague", metavar="NAME")
@option("--absent", metavar="NAME", help=_("Who is away; else the operator who says so."))
@option("--since", type=Day(), help=_("The first day; else today."))
@option("--until", type=Day(), required=True, help=_("The last day."))
@option("--note", default="", help=_("What the colleague should know."))
def make_stand_in(
    frame: Frame, colleague: str, absent: str | None, since: date | None, until: date, note: str
) -> None:
    """Notes who stands in."""
    from core.work.operations import StandingIn, stand_in
    from jobs.commands.verbs import tell_report

    with frame.office() as office:
        who = absent or office.operator.name
        report = stand_in(office, StandingIn(who, colleague, since, until, note))
    tell_report(frame, report, on_stdout=True)
