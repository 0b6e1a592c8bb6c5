"""Transfers as lists and conditions see them, read in chunks; and all there is to know of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.accounts.standing import standing_of
from core.errors import NotFound
from core.locale import Message, _
from core.office import Office
from core.outbox.gate import gate_of
from core.outbox.standing import TransferView, views_of
from core.outbox.transfer import Attempt, State, Transfer
from core.store.paging import PAGE, find_ids, in_chunks, pages

if TYPE_CHECKING:
    from core.rulebook.condition import Condition


def select_transfers(
    office: Office,
    condition: Condition | None = None,
    ids: Sequence[int] | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> Iterator[Transfer]:
    """The transfers that fit, by id; each chunk is read in a short transaction of its own.

    `only` is SQL that narrows them down. Raises ConditionTooSlow.
    """
    fits, clause = _judge(office, condition)
    query = select(Transfer)
    for one in (clause, only):
        query = query if one is None else query.where(one)
    pieces = [query]
    if ids is not None:
        pieces = [query.where(col(Transfer.id).in_(chunk)) for chunk in in_chunks(sorted(set(ids)))]
    for piece in pieces:
        views = pages(office.store, partial(_read, piece), lambda view: view.transfer.id or 0, 0)
        yield from (view.transfer for view in views if fits(view))


def _read(query: SelectOfScalar[Transfer], session: Session, last: int) -> Sequence[TransferView]:
    page = query.where(col(Transfer.id) > last).order_by(col(Transfer.id)).limit(PAGE)
    return list(views_of(session, session.exec(page).all()))


def _judge(
    office: Office, condition: Condition | None
) -> tuple[Callable[[TransferView], bool], sa.ColumnElement[bool] | None]:
    if condition is None:
        return (lambda _one: True), None
    from core.rulebook.condition import ConditionContext

    context, matches = ConditionContext(office.now, office.today), condition.matches
    return (lambda one: matches(one, context)), condition.prefilter(context)


def find_transfers(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of transfers, as they are written. Raises NotFound for the first unknown one."""
    return find_ids(office.store, Transfer, names, lambda name: _("There is no transfer {id}.", id=name))


@dataclass(frozen=True)
class TransferFile:
    """Everything about one transfer: its attempts, why it waits, what goes before it and what follows."""

    transfer: Transfer
    attempts: tuple[Attempt, ...]
    waits: Message | None
    follows: tuple[int, ...]
    """The transfers that go out after this one."""


def transfer_file(session: Session, office: Office, id_: int) -> TransferFile:
    """All there is to know of a transfer. Raises NotFound."""
    one = session.get(Transfer, id_)
    if one is None:
        raise NotFound(_("There is no transfer {id}.", id=id_))
    attempts = session.exec(
        select(Attempt).where(Attempt.transfer == id_).order_by(col(Attempt.number))
    ).all()
    follows = session.exec(select(Transfer.id).where(Transfer.after == id_).order_by(col(Transfer.id))).all()
    return TransferFile(
        one, tuple(attempts), why_it_waits(session, office, one), tuple(number or 0 for number in follows)
    )


def why_it_waits(session: Session, office: Office, one: Transfer) -> Message | None:
    """Why a pending transfer does not go out now; None where nothing keeps it, or it does not wait."""
    if one.state != State.PENDING:
        return None
    earlier = _blocked_by(session, one)
    if earlier is not None:
        return _("Transfer {id} of the same customer goes first.", id=earlier)
    gate = gate_of(session, standing_of(session, one.account, office.now), 1, office.now)
    if gate.reason is not None:
        return gate.reason
    if one.due_at > office.now:
        return _("It is tried again later.")
    return None


def _blocked_by(session: Session, one: Transfer) -> int | None:
    query = select(Transfer.id).where(
        Transfer.partner == one.partner,
        Transfer.kind == one.kind,
        Transfer.subject_id == one.subject_id,
        col(Transfer.id) < one.id,
        col(Transfer.state).not_in([State.DELIVERED, State.DISCARDED]),
    )
    return session.exec(query.order_by(col(Transfer.id)).limit(1)).first()
