"""What this operator did and can still take back, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import Inapplicable, NotFound
from core.locale import Message, _, n_
from core.operation import Report
from tui.dialogs.picking import Picking
from tui.dialogs.rows import Row, plain
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.journal import JournalEntry
    from core.office import Office

AGE_WIDTH, LABEL_WIDTH, SUBJECT_WIDTH = 14, 26, 14
MOST = 200


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of it: the report, or the bulk action that the worker has now."""

    label: Message
    report: Report | None = None
    action: int | None = None


def read_undoable(office: Office) -> list[JournalEntry]:
    """The entries of this operator that can be taken back."""
    from itertools import islice

    from core.undo import undoable_by

    with office.store.read() as session:
        return list(islice(undoable_by(session, office.operator.name), MOST))


def undo_entry(office: Office, entry: int | None, at_once: int) -> Undone:
    """Takes an entry back, or the last deed (None); more than `at_once` records are the worker's.

    Raises Inapplicable where there is nothing, or where the last deed cannot be undone (an earlier one is not
    what anybody means by it), and what `core.undo` raises.
    """
    from core.bulk.submitting import submit_undo
    from core.journal import JournalEntry
    from core.undo import undo

    with office.store.read() as session:
        one = session.get_one(JournalEntry, entry) if entry else _last(session, office)
    label, id_ = label_of(one), one.id or 0
    if one.count > at_once:
        return Undone(label, action=submit_undo(office, id_))
    return Undone(label, undo(office, id_))


def _last(session: Session, office: Office) -> JournalEntry:
    from core.undo import last_undoable

    last = last_undoable(session, office.operator.name)
    if last.entry is None:
        raise Inapplicable(_("There is nothing of yours that could be undone."))
    if last.passed_over:
        done = label_of(last.passed_over[0])
        raise Inapplicable(_("{operation} was last and cannot be undone. U lists what can.", operation=done))
    return last.entry


def label_of(entry: JournalEntry) -> Message:
    """What was done, as operators call it."""
    from core.registry import operation_of

    try:
        return operation_of(entry.area, entry.action).label
    except NotFound:
        return Message("{action}", values={"action": entry.action})


def undo_list(shown: Shown, entries: Sequence[JournalEntry]) -> Picking:
    """The dialog; it ends with the id of an entry."""
    return Picking(shown, _("What can be undone"), _rows(shown, entries))


def _rows(shown: Shown, entries: Sequence[JournalEntry]) -> Iterator[Row]:
    if not entries:
        yield plain(shown.text(_("There is nothing of yours that could be undone.")))
    for one in entries:
        count = n_("{number} record", "{number} records", one.count, number=shown.number(one.count))
        subject = shown.text(one.subject) if one.count == 1 else shown.text(count)
        yield Row(
            (
                Span(f" {fitted(shown.age(one.at), AGE_WIDTH)} ", Tone.DIM),
                Span(fitted(shown.text(label_of(one)), LABEL_WIDTH) + " "),
                Span(fitted(subject, SUBJECT_WIDTH) + " ", Tone.ACCENT),
                Span(shown.text(one.reason), Tone.DIM),
            ),
            one.id,
        )
