"""What colleagues agreed on about a record, in its dossier."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.dossier.entry import About, Entry
from core.locale import _
from core.office import Office
from core.work.record import Assignment, Memo, Resubmission


def work_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """Who looks after it, when it comes up again, what was written about it."""
    yield from _assignment(session, about)
    yield from _resubmissions(session, about)
    yield from _memos(session, about)


def _assignment(session: Session, about: About) -> Iterator[Entry]:
    query = select(Assignment).where(
        Assignment.kind == about.kind, Assignment.record == about.id, Assignment.operator != ""
    )
    for one in session.exec(query):
        title = _("{operator} looks after it.", operator=one.operator)
        yield Entry(title, one.at, ((_("By"), one.by), (_("Note"), one.note)), "assignment", one.id)


def _resubmissions(session: Session, about: About) -> Iterator[Entry]:
    query = select(Resubmission).where(Resubmission.kind == about.kind, Resubmission.record == about.id)
    for one in session.exec(query.order_by(col(Resubmission.due).desc(), col(Resubmission.id).desc())):
        lines = (
            (_("For"), one.operator),
            (_("Note"), one.note),
            (_("By"), one.created_by),
            (_("Ended"), one.ended_at),
        )
        yield Entry(_("Resubmission"), one.due, lines, "resubmission", one.id)


def _memos(session: Session, about: About) -> Iterator[Entry]:
    query = select(Memo).where(
        Memo.kind == about.kind, Memo.record == about.id, col(Memo.withdrawn_at).is_(None)
    )
    for one in session.exec(query.order_by(col(Memo.id).desc())):
        title = _("{sender} to {recipient}", sender=one.sender, recipient=one.recipient)
        yield Entry(title, one.sent_at, ((_("Message"), one.text), (_("Read"), one.read_at)), "memo", one.id)
