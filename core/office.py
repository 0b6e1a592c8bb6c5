"""The office: one object, opened at the edge and handed in everywhere; and the one door for operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import UUID

from sqlmodel import Session, SQLModel, select

from core import journal
from core.archive import Archive
from core.clock import Clock, local_day
from core.errors import LeitstandError, NotAllowed, WrongUsage
from core.journal import Deed
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, Refusal, Report, need_reason
from core.operators import Operator, Role
from core.settings import Settings
from core.store.engine import Store
from core.store.statements import table_of
from core.tables.rows import Limits, unstorable
from core.vault import Vault

if TYPE_CHECKING:
    from core.outbox.outcome import Partner

R = TypeVar("R", bound=SQLModel)
P = TypeVar("P")
T = TypeVar("T")
CHUNK = 200

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
    ) -> Report:
        """Carries an operation out on a frozen selection, in transactions of at most 200 records.

        Each record that it does not fit is left alone and reported with the reason. Raises NotAllowed.
        """
        return perform(self, operation, ids, parameters, progress=progress)


def perform(
    office: Office,
    operation: Operation[R, P],
    ids: Sequence[int],
    parameters: P | None = None,
    *,
    progress: Progress | None = None,
) -> Report:
    """See `Office.perform`."""
    office.require(operation.role)
    given = parameters if parameters is not None else operation.parameters()
    if operation.needs_reason:
        need_reason(str(getattr(given, "reason", "")))
    _refuse_unstorable(_as_mapping(given))
    frozen = tuple(dict.fromkeys(ids))
    return _Performance(office, operation, given, progress).carry_out(frozen)


class _Performance:
    """One operation being carried out: the journal entry is opened with the first record that it fits."""

    def __init__(self, office: Office, operation: Operation[Any, Any], given: Any, progress: Progress | None):
        self.office, self.operation, self.given, self.progress = office, operation, given, progress
        self.deed = Deed(
            office.operator.name,
            operation.area,
            operation.name,
            _as_mapping(given),
            str(getattr(given, "reason", "")),
        )
        self.done: list[int] = []
        self.refused: list[Refusal] = []
        self.tally: Counter[str] = Counter()
        self.subject = ""

    def carry_out(self, ids: tuple[int, ...]) -> Report:
        cancelled = False
        for start in range(0, len(ids), CHUNK):
            last = start + CHUNK >= len(ids)
            self._transaction(ids[start : start + CHUNK], closes=last)
            reached = min(start + CHUNK, len(ids))
            if self.progress and not self.progress(reached, len(ids)) and not last:
                cancelled = True
                with self.office.store.write() as session:
                    self.deed.close(session, self.subject, len(self.refused))
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

    def _transaction(self, ids: tuple[int, ...], *, closes: bool) -> None:
        with self.office.store.write() as session:
            act = Act(self.office, session, self.office.operator, self.office.now)
            done, refused = self._run(act, ids)
            done_ids = [record.id for record in done]
            if done:
                self.deed.add(session, self.office.now, act.changes, done_ids)
            self.done += done_ids
            self.refused += refused
            self.tally += act.tally
            if closes:
                self.deed.close(session, self.subject, len(self.refused))

    def _run(self, act: Act, ids: tuple[int, ...]) -> tuple[list[Any], list[Refusal]]:
        if self.operation.lock_first:
            self.operation.lock_first(act, ids)
        records = load(act.session, self.operation.model, ids)
        done: list[Any] = []
        refused: list[Refusal] = []
        for id_ in ids:
            record = records.get(id_)
            if record is None:
                refused.append(Refusal(id_, str(id_), _("It is no longer there.")))
                continue
            reason = self.operation.applies(record) or self._attempt(act, record)
            if reason is None:
                done.append(record)
                self.subject = self.subject or self.operation.describe(record)
            else:
                refused.append(Refusal(id_, self.operation.describe(record), reason))
        if done and self.operation.finish:
            act.session.flush()
            self.operation.finish(act, done)
        return done, refused

    def _attempt(self, act: Act, record: Any) -> Message | None:
        before = len(act.changes)
        try:
            with act.session.begin_nested():
                self.operation.run(act, record, self.given)
        except LeitstandError as error:
            del act.changes[before:]
            act.session.refresh(record)
            return error.message
        return None


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


def in_chunks(ids: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """A long selection in pieces that fit one transaction."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
