"""How what operations did to transfers, and to what a partner has, is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from core.errors import Inapplicable
from core.locale import _
from core.office import Office
from core.operation import Act, Owner, Reversible
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer


def _discard(act: Act, made: Transfer, subject: str) -> None:
    """A transfer that was made never goes out: neither itself nor what has taken its place since."""
    cause = _("Taken back by {operator}.", operator=act.operator.name)
    for one in (made, *_successors(act.session, made)):
        if one.state == State.DISCARDED:
            continue
        if one.state not in (State.HELD, State.PENDING) or one.attempts:
            raise Inapplicable(_("What was made by it has been sent already."))
        act.change(
            one,
            subject,
            state=State.DISCARDED,
            cause_code=CauseCode.TAKEN_BACK,
            cause=cause.dump(),
            done_at=act.now,
            updated_at=act.now,
        )


def _successors(session: Session, made: Transfer) -> Iterator[Transfer]:
    """What replaced it, and what replaced that; each with the step that goes before it."""
    replaced = made
    while replaced.state == State.DISCARDED and replaced.replaced_by is not None:
        replaced = session.get_one(Transfer, replaced.replaced_by, with_for_update=True)
        yield replaced
        before = session.get(Transfer, replaced.after, with_for_update=True) if replaced.after else None
        if before is not None and (before.id or 0) > (made.id or 0):
            yield before


def _check_nothing_newer(act: Act, one: Transfer, values: Mapping[str, Any]) -> None:
    """Order within a subject: what was given up does not come back beside what took its place since."""
    if one.state != State.DISCARDED or "state" not in values:
        return
    newer = select(Transfer.id).where(
        Transfer.partner == one.partner,
        Transfer.kind == one.kind,
        Transfer.subject_id == one.subject_id,
        col(Transfer.id) > one.id,
        Transfer.state != State.DISCARDED,
        func.coalesce(Transfer.after, 0) != one.id,
    )
    if act.session.exec(newer.limit(1)).first() is not None:
        raise Inapplicable(_("Something newer of it has gone out or is about to."))


def _forget(act: Act, copy: PartnerCopy, subject: str) -> None:
    if copy.accepted or copy.reference:
        raise Inapplicable(_("It has changed since."))
    act.change(copy, subject, known="unasked", asked_at=None)
    _count_up(copy)


def _count_up(copy: PartnerCopy) -> None:
    # Revisions only ever rise: whoever saw the undone state must notice that it moved again.
    copy.revision += 1


def _subject_of(_office: Office, one: Transfer | PartnerCopy) -> Owner:
    return Owner(one.kind, one.subject_id)


TRANSFERS = Reversible(Transfer, _discard, _check_nothing_newer, owner=_subject_of, follows=True)
COPIES = Reversible(PartnerCopy, _forget, moved=_count_up, owner=_subject_of)
