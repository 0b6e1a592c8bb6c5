"""Carrying bulk actions out: whoever works takes one up, step by step, and may stop or die after any of them.

Each step is one transaction, and how far the action has come is written in it: a step that was not committed
was not done, one that was committed is not done again. Several workers may ask at once; who slept past his
lease finds that somebody else has gone on, and his step is rolled back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.bulk.action import UNFINISHED, BulkAction, BulkState, BulkStep
from core.bulk.packing import pack
from core.bulk.parameters import from_json
from core.bulk.status import MOST_REFUSALS, done_of, selection_of
from core.checkpoint import CHUNK, Checkpoint
from core.errors import DatabaseUnavailable, LeitstandError
from core.journal import Deed
from core.locale import Message, _
from core.office import Office
from core.operation import Refusal
from core.registry import operation_of
from core.store.statements import execute
from core.undo import UNDO, undo

log = logging.getLogger("leitstand.bulk")

LEASE = timedelta(seconds=30)
STEP_SECONDS = 0.1
"""How long a step is meant to hold its locks; others wait no longer."""
SMALLEST = 20
REST = 0.5
"""How long there is rest after a step, in parts of its duration: others get the one lock for writing."""
SHORTEST_REST, LONGEST_REST = 0.01, 0.1
SLICE_SECONDS = 10.0
"""How long one action is worked on before others get a turn, at least."""
SLICE_PER_TAKING_UP = 5
MOST_TRIES = 10


def carry_out_next(office: Office, worker: str, stop: Event) -> int | None:
    """Works for a while on the bulk action whose turn it is; which one, None where none waits.

    Its changes are those of the operator who submitted it, in one journal entry. `worker` is the same in all
    calls of one process and no other's. Raises DatabaseUnavailable; the action then goes on later.
    """
    action = _claim(office, worker)
    if action is None:
        return None
    _Errand(office.acting_as(action.submitted_by), action, stop).run()
    return action.id


def unfinished_entries() -> sa.Select[int | None]:
    """The journal entries that stand open for bulk actions still to be gone on with."""
    return sa.select(col(BulkAction.entry)).where(
        col(BulkAction.entry).is_not(None), col(BulkAction.state).in_(UNFINISHED)
    )


def _claim(office: Office, worker: str) -> BulkAction | None:
    """Takes up whichever waits longest. An operator's own are done one after the other, as submitted."""
    now, earlier = office.now, aliased(BulkAction)
    before_it = select(earlier.id).where(
        earlier.operator == BulkAction.operator,
        col(earlier.id) < col(BulkAction.id),
        col(earlier.state).in_(UNFINISHED),
    )
    free = sa.or_(col(BulkAction.worker).in_(("", worker)), col(BulkAction.lease_until) < now)
    waiting = (
        select(BulkAction)
        .where(col(BulkAction.state).in_(UNFINISHED), free, ~before_it.exists())
        .order_by(col(BulkAction.served_at).nulls_first(), col(BulkAction.id))
        .limit(1)
    )
    with office.store.read() as session:
        if session.exec(waiting).first() is None:
            return None
    with office.store.write() as session:
        one = session.exec(waiting.with_for_update(skip_locked=True)).first()
        if one is not None:
            one.state, one.started_at = BulkState.RUNNING, one.started_at or now
            one.worker, one.lease_until, one.served_at = worker, now + _lease(office), now
            one.token += 1
            one.tries += 1
            session.add(one)
    return one


def _lease(office: Office) -> timedelta:
    return min(LEASE, timedelta(seconds=office.settings.lease_seconds))


class _TakenOver(Exception):
    """Somebody else has this action now."""


class _Paused(Exception):
    """It is somebody else's turn, or the worker ends."""


class _Cancelled(Exception):
    """Its operator wants it to stop."""


class _Errand:
    """One bulk action in the hands of one worker: the Keeper of the operation that it is."""

    def __init__(self, office: Office, action: BulkAction, stop: Event) -> None:
        self.office, self.action, self.stop = office, action, stop
        self.id, self.reached = action.id or 0, action.reached
        self.cancelled = bool(action.cancelled_by)
        self.size, self.taken_up = SMALLEST, time.monotonic()
        self.began = self.turn_ends = 0.0
        with office.store.read() as session:
            self.since = Checkpoint(
                action.reached,
                action.total,
                done_of(session, self.id),
                action.refused,
                action.entry,
                action.subject,
                action.tally,
            )

    def run(self) -> None:
        """Goes on with it to its end, or until it is somebody else's turn."""
        try:
            self._go_on()
        except _Paused:
            self._let_go()
        except _Cancelled:
            self._end(BulkState.CANCELLED)
        except _TakenOver:
            log.warning("bulk action %s was taken over by another worker", self.id)
        except DatabaseUnavailable:
            with suppress(DatabaseUnavailable):
                self._let_go(tries=self.action.tries - 1)
            raise
        except LeitstandError as error:
            self._end(BulkState.FAILED, error.message)
        except Exception as error:
            self._end(BulkState.FAILED, _("Unexpected error {kind}", kind=type(error).__name__))
            raise

    def _go_on(self) -> None:
        if self.cancelled:
            raise _Cancelled
        if self.action.tries > MOST_TRIES:
            self._end(BulkState.FAILED, _("The worker broke off at the same place again and again."))
            return
        if self.action.operation == UNDO:
            undo(self.office, self.action.parameters["entry"], progress=self._between, keeper=self)
            return
        operation = operation_of(self.action.area, self.action.operation)
        given = from_json(operation.parameters, self.action.parameters)
        with self.office.store.read() as session:
            ids = selection_of(session, self.id)
        self.office.perform(operation, ids, given, progress=self._between, keeper=self)
        if not ids:
            self._end(BulkState.DONE)

    def next_size(self) -> int:
        """As many as the last steps lead one to expect to be done in time."""
        self.began = time.monotonic()
        if not self.turn_ends:
            # taking it up again is work, too, which must not become the most of it
            preparing = self.began - self.taken_up
            self.turn_ends = self.began + max(SLICE_SECONDS, SLICE_PER_TAKING_UP * preparing)
        return self.size

    def keep(
        self, session: Session, so_far: Checkpoint, done: Sequence[int], refused: Sequence[Refusal]
    ) -> None:
        """Writes down how far it has come, together with what the step did."""
        now, ended = self.office.now, so_far.reached >= so_far.total
        room = MOST_REFUSALS - (so_far.refused - len(refused))
        came_on = self._mine(col(BulkAction.reached) == self.reached).values(
            reached=so_far.reached,
            total=so_far.total,
            done=len(so_far.done),
            refused=so_far.refused,
            tally=dict(so_far.tally),
            entry=so_far.entry,
            subject=so_far.subject,
            tries=0,
            served_at=now,
            lease_until=now + _lease(self.office),
        )
        if ended:
            came_on = came_on.values(state=BulkState.DONE, ended_at=now, worker="", lease_until=None)
        kept = execute(session, came_on.returning(col(BulkAction.cancelled_by))).first()
        if kept is None:
            raise _TakenOver
        session.add(_step(self.id, so_far.reached, done, refused[: max(0, room)]))
        self.cancelled, self.reached = bool(kept[0]), so_far.reached

    def _between(self, reached: int, total: int) -> bool:
        """Between two steps others get their turn; goes on unless there is a reason not to."""
        took = time.monotonic() - self.began
        expected = int(self.size * STEP_SECONDS / max(took, 0.001))
        self.size = min(CHUNK, max(SMALLEST, min(2 * self.size, expected)))
        if reached >= total:
            return True
        if self.cancelled:
            raise _Cancelled
        rest = min(LONGEST_REST, max(SHORTEST_REST, REST * took)) if self.office.store.is_sqlite else 0.0
        if self.stop.wait(rest) or time.monotonic() >= self.turn_ends:
            raise _Paused
        return True

    def _let_go(self, **values: Any) -> None:
        with self.office.store.write() as session:
            execute(session, self._mine().values(worker="", lease_until=None, **values))

    def _end(self, state: BulkState, why: Message | None = None) -> None:
        """Closes the journal entry with what has been done, and the action, unless it has ended already."""
        with self.office.store.write() as session:
            ended = self._mine().values(
                state=state,
                failure=why.dump() if why else "",
                ended_at=self.office.now,
                worker="",
                lease_until=None,
            )
            row = execute(session, ended.returning(*_FOR_THE_JOURNAL)).first()
            if row is not None:
                deed = Deed(row.operator, row.area, row.operation)
                deed.go_on(row.entry, done_of(session, self.id))
                deed.close(session, row.subject, row.refused)

    def _mine(self, *further: sa.ColumnElement[bool]) -> sa.Update[Any]:
        return sa.update(BulkAction).where(
            col(BulkAction.id) == self.id,
            col(BulkAction.token) == self.action.token,
            col(BulkAction.state) == BulkState.RUNNING,
            *further,
        )


_FOR_THE_JOURNAL = (
    col(BulkAction.operator),
    col(BulkAction.area),
    col(BulkAction.operation),
    col(BulkAction.entry),
    col(BulkAction.subject),
    col(BulkAction.refused),
)


def _step(action: int, reached: int, done: Sequence[int], refused: Sequence[Refusal]) -> BulkStep:
    told = [{"id": one.id, "subject": one.subject, "reason": one.reason.dump()} for one in refused]
    return BulkStep(action=action, reached=reached, done=pack(done), refusals=told)
