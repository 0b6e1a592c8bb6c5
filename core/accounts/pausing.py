"""Pauses (Pausen): an operator stops the queue, a partner or an account, for a reason, perhaps for a time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.accounts.account import Account
from core.accounts.breaker import Pause
from core.errors import Inapplicable, NotFound, WrongUsage
from core.locale import _
from core.office import Office
from core.operation import need_reason
from core.operators import Role

QUEUE = "queue"


def read_scope(session: Session, office: Office, text: str) -> str:
    """What a pause is about: `queue`, `partner:NAME`, `account:NAME`, or an account's name alone.

    Raises NotFound.
    """
    if text == QUEUE:
        return text
    kind, colon, name = text.partition(":")
    if not colon:
        kind, name = "account", text
    known = session.get(Account, name) is not None if kind == "account" else name in office.partners
    if kind not in ("account", "partner") or not known:
        raise NotFound(_("“{scope}” cannot be paused; say queue, partner:NAME or account:NAME.", scope=text))
    return f"{kind}:{name}"


def pause(office: Office, scope: str, reason: str, until: datetime | None = None) -> Pause:
    """Stops sending in a scope (see `read_scope`); what waits stays where it is.

    Raises NotFound, Inapplicable (paused already, no reason), WrongUsage (a time that is over).
    """
    office.require(Role.CLERK)
    why = need_reason(reason)
    if until is not None and until <= office.now:
        raise WrongUsage(_("That time is over already."))
    with office.store.write() as session:
        where = read_scope(session, office, scope)
        if _open_pauses(session, where, office.now):
            raise Inapplicable(_("{scope} is paused already.", scope=where))
        made = Pause(scope=where, reason=why, by=office.operator.name, at=office.now, until=until)
        session.add(made)
        _note(session, office, "pause", where, {"until": until}, why)
    return made


def resume(office: Office, scope: str) -> None:
    """Ends a pause. Raises NotFound, Inapplicable (not paused)."""
    office.require(Role.CLERK)
    with office.store.write() as session:
        where = read_scope(session, office, scope)
        pauses = _open_pauses(session, where, office.now)
        if not pauses:
            raise Inapplicable(_("{scope} is not paused.", scope=where))
        for one in pauses:
            one.ended_at = office.now
            session.add(one)
        _note(session, office, "resume", where, {}, "")


def pauses(session: Session, now: datetime) -> list[Pause]:
    """All pauses that hold at this moment."""
    query = select(Pause).where(
        col(Pause.ended_at).is_(None), or_(col(Pause.until).is_(None), col(Pause.until) > now)
    )
    return list(session.exec(query.order_by(col(Pause.id))))


def _open_pauses(session: Session, scope: str, now: datetime) -> list[Pause]:
    return [one for one in pauses(session, now) if one.scope == scope]


def _note(
    session: Session, office: Office, action: str, scope: str, after: dict[str, object], reason: str
) -> None:
    office.note(
        session,
        "accounts",
        action,
        scope,
        after=after,
        reason=reason,
    )
