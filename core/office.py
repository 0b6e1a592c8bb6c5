"""The office: one object, opened at the edge and handed in everywhere; and the one door for operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from core import journal
from core.archive import Archive
from core.checkpoint import Checkpoint, Keeper, Unkept
from core.clock import Clock, local_day
from core.errors import DatabaseUnavailable, LeitstandError, NotAllowed, WrongUsage
from core.journal import Deed
from core.locale import Message, _, n_
from core.operation import Act, NoParameters, Operation, Refusal, Report, need_reason
from core.operators import Operator, Role
from core.settings import Settings
from core.store.engine import Store
from core.store.statements import table_of
from core.tables.rows import Limits, unstorable
from core.vault import Vault

if TYPE_CHECKING:
    from core.outbox.outcome import Partner
    from core.postbox.post import Postbox

R = TypeVar("R", bound=SQLModel)
P = TypeVar("P")

Progress = Callable[[int, int], bool]
"""Told (done, of all) after each transaction; answers whether to go on."""


class Subject(Protocol):
    """What the outbox must know of an area whose records it carries."""

    @property
    def area(self) -> str:
        """The area's name."""
        ...

    def review(
        self, session: Session, office: Office, ids: Collection[int], act: Act | None = None
    ) -> object:
        """Brings findings and transfers of these records up to date, in the caller's transaction."""
        ...

    def lock(self, session: Session, ids: Collection[int]) -> None:
        """Locks these records, before anything of theirs is locked: everybody keeps this order."""
        ...

    def companions(self, session: Session, ids: Collection[int]) -> Mapping[int, str]:
        """What came in with these records (themselves included) and is likely known to a partner just as
        they are: ids with how each is called.
        """
        ...


@dataclass(frozen=True)
class Office:
    """Everything real that an errand needs. Nothing in it is global."""

    home: Path
    id: UUID
    store: Store
    settings: Settings
    vault: Vault
    archive: Archive
    clock: Clock
    operator: Operator
    partners: Mapping[str, Callable[[], Partner]] = field(default_factory=dict[str, "Callable[[], Partner]"])
    subjects: Mapping[str, Callable[[], Subject]] = field(default_factory=dict[str, "Callable[[], Subject]"])
    """What transfers are about, by kind: how their records are brought up to date."""
    postboxes: Mapping[str, Callable[[], Postbox]] = field(default_factory=dict[str, "Callable[[], Postbox]"])
    """Partners that have post for us, by name; their accounts are the same that we send with."""

    @property
    def now(self) -> datetime:
        """The moment, aware UTC."""
        return self.clock()

    @property
    def today(self) -> date:
        """The day where the office is."""
        return local_day(self.clock(), self.settings.time_zone)

    def partner(self, name: str) -> Partner:
        """A partner by name; its profile is read when it is first asked for."""
        return self.partners[name]()

    def postbox(self, name: str) -> Postbox:
        """The postbox of a partner; its profile is read when it is first asked for."""
        return self.postboxes[name]()

    def subject(self, kind: str) -> Subject:
        """The area whose records transfers of this kind carry."""
        return self.subjects[kind]()

    def acting_as(self, operator: Operator) -> Office:
        """The same office in somebody else's hands."""
        return replace(self, operator=operator)

    def require(self, role: Role) -> None:
        """Raises NotAllowed unless the operator has this role or a higher one."""
        if not self.operator.role.permits(role):
            raise NotAllowed(
                _(
                    "{operator} is {has} here and may not do this; it takes the role {needed}.",
                    operator=self.operator.name,
                    has=self.operator.role.value,
                    needed=role.value,
                )
            )

    def note(
        self,
        session: Session,
        area: str,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Writes a deed into the journal that is no operation: about an account, a job, an operator."""
        journal.note(
            session,
            at=self.now,
            operator=self.operator.name,
            area=area,
            action=action,
            subject=subject,
            before=before,
            after=after,
            reason=reason,
        )

    def perform(
        self,
        operation: Operation[R, P],
        ids: Sequence[int],
        parameters: P | None = None,
        *,
        progress: Progress | None = None,
        keeper: Keeper | None = None,
    ) -> Report:
        """Carries an operation out on a frozen selection, in transactions of at most 200 records.

        Each record that it does not fit is left alone and reported with the reason; what a `keeper` had kept
        before is counted there alone. Raises NotAllowed.
        """
        return perform(self, operation, ids, parameters, progress=progress, keeper=keeper)


def perform(
    office: Office,
    operation: Operation[R, P],
    ids: Sequence[int],
    parameters: P | None = None,
    *,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
) -> Report:
    """See `Office.perform`."""
    given = checked(office, operation, parameters)
    frozen = tuple(dict.fromkeys(ids))
    return _Performance(office, operation, given, progress, keeper or Unkept()).carry_out(frozen)


def checked(office: Office, operation: Operation[R, P], parameters: P | None) -> P:
    """What the operation is carried out with. Raises NotAllowed, or what is wrong with the parameters."""
    office.require(operation.role)
    given = parameters if parameters is not None else operation.parameters()
    if operation.needs_reason:
        need_reason(str(getattr(given, "reason", "")))
    _refuse_unstorable(_as_mapping(given))
    return given


class _HalfDone(Exception):
    """A record was changed and then refused: what was done to it has to be taken back."""


class _Performance:
    """One operation being carried out: the journal entry is opened with the first record that it fits."""

    def __init__(
        self,
        office: Office,
        operation: Operation[Any, Any],
        given: Any,
        progress: Progress | None,
        keeper: Keeper,
    ):
        self.office, self.operation, self.given, self.progress = office, operation, given, progress
        self.keeper = keeper
        since = keeper.since
        self.deed = Deed(
            office.operator.name,
            operation.area,
            operation.name,
            _as_mapping(given),
            str(getattr(given, "reason", "")),
        )
        self.deed.go_on(since.entry, since.done)
        self.done = list(since.done)
        self.refused: list[Refusal] = []
        self.refused_before = since.refused
        self.tally = Counter(since.tally)
        self.subject = since.subject

    def carry_out(self, ids: tuple[int, ...]) -> Report:
        cancelled = False
        reached, total = self.keeper.since.reached, len(ids)
        while reached < total:
            chunk = ids[reached : reached + self.keeper.next_size()]
            reached += len(chunk)
            with _saying_what_stands(len(self.done)):
                self._transaction(chunk, reached, total)
            if self.progress and not self.progress(reached, total) and reached < total:
                cancelled = True
                with self.office.store.write() as session:
                    self._close(session)
                break
        return Report(
            self.operation.name,
            tuple(self.done),
            tuple(self.refused),
            self.deed.id,
            cancelled,
            self._notes(),
        )

    def _notes(self) -> tuple[Message, ...]:
        summary = self.operation.summary
        return (summary(self.tally),) if summary and self.done else ()

    def _close(self, session: Session) -> None:
        self.deed.close(session, self.subject, self.refused_before + len(self.refused))

    def _transaction(self, ids: tuple[int, ...], reached: int, total: int) -> None:
        with self.office.store.write() as session:
            act = Act(self.office, session, self.office.operator, self.office.now, given=self.given)
            done, refused = self._run(act, ids)
            done_ids = [record.id for record in done]
            if done:
                self.deed.add(session, self.office.now, act.changes, done_ids)
            self.done += done_ids
            self.refused += refused
            self.tally += act.tally
            self.keeper.keep(session, self._so_far(reached, total), done_ids, refused)
            if reached == total:
                self._close(session)

    def _so_far(self, reached: int, total: int) -> Checkpoint:
        refused = self.refused_before + len(self.refused)
        return Checkpoint(reached, total, self.done, refused, self.deed.id, self.subject, self.tally)

    def _run(self, act: Act, ids: tuple[int, ...]) -> tuple[list[Any], list[Refusal]]:
        if self.operation.lock_first:
            self.operation.lock_first(act, ids)
        records = load(act.session, self.operation.model, ids)
        try:
            with act.session.begin_nested():
                done, refused = self._each(act, ids, records, self._together)
        except _HalfDone:
            # With what it had changed went what the others did: once more, each in a savepoint of its own.
            act.changes.clear()
            act.tally.clear()
            done, refused = self._each(act, ids, records, self._alone)
        if done:
            self.subject = self.subject or self.operation.describe(done[0])
        if done and self.operation.finish:
            act.session.flush()
            self.operation.finish(act, done)
        return done, refused

    def _each(
        self,
        act: Act,
        ids: tuple[int, ...],
        records: Mapping[int, Any],
        attempt: Callable[[Act, Any], Message | None],
    ) -> tuple[list[Any], list[Refusal]]:
        if self.operation.prepare:
            act.prepared = self.operation.prepare(act, [records[id_] for id_ in ids if id_ in records])
        done: list[Any] = []
        refused: list[Refusal] = []
        for id_ in ids:
            record = records.get(id_)
            if record is None:
                refused.append(Refusal(id_, str(id_), _("It is no longer there.")))
                continue
            reason = self.operation.applies(record) or attempt(act, record)
            if reason is None:
                done.append(record)
            else:
                refused.append(Refusal(id_, self.operation.describe(record), reason))
        return done, refused

    def _together(self, act: Act, record: Any) -> Message | None:
        """Among the others of the transaction; raises _HalfDone where it was changed and then refused."""
        before, was_modified = len(act.changes), sa.inspect(record).modified
        try:
            self.operation.run(act, record, self.given)
        except LeitstandError as error:
            if len(act.changes) > before or sa.inspect(record).modified != was_modified:
                raise _HalfDone from error
            return error.message
        return None

    def _alone(self, act: Act, record: Any) -> Message | None:
        before = len(act.changes)
        try:
            with act.session.begin_nested():
                self.operation.run(act, record, self.given)
        except LeitstandError as error:
            del act.changes[before:]
            act.session.refresh(record)
            return error.message
        return None


@contextmanager
def _saying_what_stands(done: int) -> Generator[None]:
    """Of several transactions those before the one that failed stand: not nothing was changed."""
    try:
        yield
    except DatabaseUnavailable as error:
        if not done:
            raise
        stands = n_("{count} record was done before that.", "{count} records were done before that.", done)
        raise DatabaseUnavailable(_("{what} {then}", what=error.what, then=stands), error.what) from error


def load(session: Session, model: type[R], ids: Sequence[int]) -> dict[int, R]:
    """Records by id, locked for this transaction in the order of their ids, as everybody locks them."""
    id_ = table_of(model).c.id
    query = select(model).where(id_.in_(ids)).order_by(id_).with_for_update()
    return {record.id: record for record in session.exec(query)}  # pyright: ignore


def _refuse_unstorable(parameters: Mapping[str, Any]) -> None:
    texts = [text for value in parameters.values() for text in _texts(value)]
    reason = unstorable(texts, Limits())
    if reason is not None:
        raise WrongUsage(_("What was entered cannot be stored: {reason}.", reason=reason))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in cast("Mapping[object, object]", value).values():
            yield from _texts(part)


def _as_mapping(parameters: Any) -> Mapping[str, Any]:
    if isinstance(parameters, NoParameters) or not is_dataclass(parameters):
        return {}
    return asdict(parameters)  # pyright: ignore[reportArgumentType]
