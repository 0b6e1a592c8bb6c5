"""Transfers in a dossier."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session

from core.dossier.entry import About, Entry, Line
from core.locale import Message, _
from core.office import Office
from core.outbox.transfer import State, Transfer
from core.store.statements import execute, table_of
from core.text import visible

TITLES = {
    State.HELD: _("Held"),
    State.PENDING: _("Pending"),
    State.SENDING: _("Being sent"),
    State.DELIVERED: _("Delivered"),
    State.FAILED: _("Failed"),
    State.UNCERTAIN: _("Uncertain"),
    State.DISCARDED: _("Discarded"),
}


def transfers_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """What was queued of a record, the newest first."""
    row = table_of(Transfer).c
    query = sa.select(
        row.id, row.state, row.updated_at, row.partner, row.attempts, row.cause, row.reference
    ).where(row.kind == about.kind, row.subject_id == about.id)
    for one in execute(session, query.order_by(row.id.desc())):
        lines: list[Line] = [
            (_("Partner"), one.partner),
            (_("Cause"), Message.load(one.cause) if one.cause else None),
            (_("Attempts"), one.attempts),
            (_("Reference"), visible(one.reference)),
        ]
        yield Entry(TITLES[State(one.state)], one.updated_at, tuple(lines), "transfer", one.id)
