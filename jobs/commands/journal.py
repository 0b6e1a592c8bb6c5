"""`leitstand journal`: who did what: list, show, verify, undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.errors import Inapplicable, NotFound
from core.locale import Message, _, n_
from core.text import visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.verbs import tell_report

if TYPE_CHECKING:
    from core.journal import JournalChange, JournalEntry
    from core.office import Office

SHOWN = 3
"""Entries that are named one by one before they are only counted."""
journal_group = Group("journal", _("Who did what, when and why; and taking it back."))


def as_json(one: JournalEntry) -> Mapping[str, object]:
    """For machines."""
    return {
        "id": one.id,
        "sequence": one.sequence,
        "at": one.at,
        "operator": one.operator,
        "area": one.area,
        "action": one.action,
        "subject": one.subject,
        "count": one.count,
        "refused": one.refused,
        "reason": one.reason,
        "parameters": one.parameters,
        "undo_of": one.undo_of,
        "undone_by": one.undone_by,
        "hash": one.hash,
    }


def change_as_json(one: JournalChange) -> Mapping[str, object]:
    """For machines."""
    return {
        "table": one.table_name,
        "record": one.record,
        "subject": one.subject,
        "before": one.before,
        "after": one.after,
    }


ENTRIES: Listing[JournalEntry] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("When"), lambda one: one.at),
        Column(_("Operator"), lambda one: one.operator),
        Column(_("Area"), lambda one: one.area),
        Column(_("Action"), lambda one: one.action),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Records"), lambda one: one.count or ""),
        Column(_("Undone by"), lambda one: one.undone_by),
        Column(_("Reason"), lambda one: visible(one.reason), sentence=True),
    ),
    as_json,
)
CHANGES: Listing[JournalChange] = Listing(
    (
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Table"), lambda one: one.table_name),
        Column(_("Before"), lambda one: _values(one.before)),
        Column(_("After"), lambda one: _values(one.after)),
    ),
    change_as_json,
)


def _values(values: Mapping[str, object] | None) -> str:
    return (
        ""
        if values is None
        else ", ".join(f"{name}=“{visible(str(value))}”" for name, value in values.items())
    )


@journal_group.sub("list", _("Lists what was done, the newest first."))
@option("--limit", type=Whole(), default=100, help=_("At most so many; 100 unless said otherwise."))
@option("--by", metavar="OPERATOR", help=_("Only what this operator did."))
def list_entries(frame: Frame, limit: int, by: str | None) -> None:
    """Lists entries of the journal."""
    from sqlmodel import col, select

    from core.journal import JournalEntry

    query = select(JournalEntry).order_by(col(JournalEntry.id).desc()).limit(limit)
    if by is not None:
        query = query.where(JournalEntry.operator == by)
    with frame.office() as office, office.store.read() as session:
        frame.list(ENTRIES, list(session.exec(query)), limit)


@journal_group.sub("show", _("Shows an entry and every change that belongs to it."), ("table", "json"))
@argument("entry", type=Whole(), metavar="ID")
def show_entry(frame: Frame, entry: int) -> None:
    """Shows one entry."""
    from core.journal import JournalEntry, changes_of

    with frame.office() as office, office.store.read() as session:
        one = session.get(JournalEntry, entry)
        if one is None:
            raise NotFound(_("There is no journal entry {id}.", id=entry))
        changes = changes_of(session, entry)
    if frame.format == "json":
        frame.json({**as_json(one), "changes": [change_as_json(change) for change in changes]})
        return
    facts: list[tuple[Message, object]] = [
        (_("Entry"), one.id),
        (_("When"), one.at),
        (_("Operator"), one.operator),
        (_("Action"), f"{one.area} {one.action}"),
        (_("Records"), one.count),
        (_("Left alone"), one.refused or ""),
        (_("Reason"), visible(one.reason)),
        (_("Parameters"), _values(one.parameters)),
        (_("Takes back"), one.undo_of),
        (_("Undone by"), one.undone_by),
    ]
    frame.facts(facts)
    if changes:
        frame.heading(_("Changes"))
        frame.table_of(CHANGES, changes)


@journal_group.sub("verify", _("Walks the chain of the journal; exit code 1 where it was tampered with."))
def verify(frame: Frame) -> int:
    """Checks the hash chain."""
    from core import journal

    with frame.office() as office, office.store.read() as session:
        problems = list(journal.verify(session))
    if frame.format == "json":
        frame.json(problems)
    for problem in problems if frame.format != "json" else ():
        frame.print(problem)
    if not problems:
        frame.tell(_("The journal is complete and unaltered."))
    return int(bool(problems))


@journal_group.sub("undo", _("Takes an operation back; without ID the last one of yours."), ("table", "json"))
@argument("entry", type=Whole(), required=False, metavar="[ID]")
@option("--yes", is_flag=True, help=_("Does not ask."))
def undo(frame: Frame, entry: int | None, yes: bool) -> int:
    """Undoes an entry; records that have moved on since are left alone."""
    from core.operators import Role
    from core.undo import undo as take_back

    with frame.office() as office:
        office.require(Role.CLERK)
        chosen = entry or _last(frame, office, yes=yes)
        if chosen is None:
            frame.tell(_("Nothing was changed."))
            return 0
        report = take_back(office, chosen)
        tell_report(frame, report, on_stdout=True, undoable=False)
    return int(bool(report.refused))


def _last(frame: Frame, office: Office, *, yes: bool) -> int | None:
    """The last deed of one's own that can be undone, and which are passed over; None for who says no.

    Raises Inapplicable where there is none.
    """
    from core.undo import last_undoable

    with office.store.read() as session:
        last = last_undoable(session, office.operator.name)
    for one in last.passed_over[:SHOWN]:
        frame.tell(
            _(
                "Entry {id} ({area} {action}) is newer and stays: it cannot be undone.",
                id=one.id,
                area=one.area,
                action=one.action,
            )
        )
    if len(last.passed_over) > SHOWN:
        frame.tell(
            n_(
                "{count} further entry stays as well.",
                "{count} further entries stay as well.",
                len(last.passed_over) - SHOWN,
            )
        )
    if last.entry is None:
        raise Inapplicable(_("There is nothing of yours that could be undone."))
    if not frame.confirm(_question(last.entry), yes=yes):
        return None
    if yes:
        frame.tell(
            n_(
                "Takes back {area} {action} ({count} record, entry {id}).",
                "Takes back {area} {action} ({count} records, entry {id}).",
                last.entry.count,
                area=last.entry.area,
                action=last.entry.action,
                id=last.entry.id,
            )
        )
    return last.entry.id


def _question(one: JournalEntry) -> Message:
    return n_(
        "Take back {area} {action} ({count} record, entry {id})?",
        "Take back {area} {action} ({count} records, entry {id})?",
        one.count,
        area=one.area,
        action=one.action,
        id=one.id,
    )
