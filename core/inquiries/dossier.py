"""Inquiries in a dossier."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.dossier.entry import About, Entry, Line
from core.inquiries.inquiry import Inquiry
from core.inquiries.words import ADDRESSEES, STATES
from core.locale import _
from core.office import Office


def inquiries_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """What was asked about a record, the newest first."""
    query = select(Inquiry).where(Inquiry.kind == about.kind, Inquiry.record == about.id)
    for one in session.exec(query.order_by(col(Inquiry.id).desc())):
        lines: list[Line] = [
            (_("State"), STATES[one.state]),
            (_("Resubmission"), one.due if one.is_open else None),
            (_("By"), one.created_by),
            (_("Ended"), one.ended_at),
            (_("Letter"), one.text),
        ]
        title = _("Inquiry to {addressee}", addressee=ADDRESSEES[one.addressee])
        yield Entry(title, one.created_at, tuple(lines), "inquiry", one.id)
