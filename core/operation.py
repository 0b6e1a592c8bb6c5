"""An operation: what can be done to records, declared once for the console, the command line and jobs.

It is carried out in one place, `core.office.perform`: permission, frozen selection, progress, journal, undo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sqlmodel import Session, SQLModel

from core.errors import Inapplicable, WrongUsage
from core.locale import Message, _
from core.operators import Operator, Role
from core.store.statements import name_of

if TYPE_CHECKING:
    from core.office import Office

R = TypeVar("R", bound=SQLModel)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class NoParameters:
    """For an operation that needs to know nothing but the records."""


@dataclass(frozen=True, slots=True)
class WithReason:
    """For an operation that may, or must, be given a reason."""

    reason: str = field(default="", metadata={"help": _("Why; kept in the journal.")})


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one row: the columns that changed. No `before`: it was made; no `after`: removed."""

    table: str
    record: int
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass
class Act:
    """An operation under way in one transaction: everything it changes goes through here."""

    office: Office
    session: Session
    operator: Operator
    now: datetime
    changes: list[Change] = field(default_factory=list[Change])
    tally: Counter[str] = field(default_factory=Counter[str])
    """What was done, counted; the operation's `summary` makes a sentence of it."""
    given: Any = None
    """The operation's parameters."""
    prepared: Any = None
    """What the operation's `prepare` has read for all records of this transaction."""

    def change(self, record: SQLModel, subject: str, seen: Sequence[str] = (), /, **values: Any) -> bool:
        """Sets columns of a record and remembers what they were; says whether anything changed.

        `seen` are further columns that it rests on: where one has moved on since, it is not taken back.
        """
        before = {name: getattr(record, name) for name in values}
        changed = {name: value for name, value in values.items() if before[name] != value}
        for name, value in changed.items():
            setattr(record, name, value)
        if changed:
            self.session.add(record)
            kept = {name: getattr(record, name) for name in seen if name not in changed}
            was = {name: before[name] for name in changed}
            self._remember(record, subject, {**kept, **was}, {**kept, **changed})
        return bool(changed)

    def create(self, record: SQLModel, subject: str, seen: Sequence[str] = (), /) -> None:
        """Adds a new record; it is taken back only while the columns `seen` are as they are now."""
        self.create_all([(record, subject)], seen)

    def create_all(self, records: Sequence[tuple[SQLModel, str]], seen: Sequence[str] = (), /) -> None:
        """Adds new records, each with its subject, in as few statements as the database takes for it."""
        self.session.add_all([record for record, _subject in records])
        self.session.flush()
        for record, subject in records:
            self._remember(record, subject, None, {name: getattr(record, name) for name in seen})

    def _remember(
        self, record: SQLModel, subject: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]
    ) -> None:
        table, id_ = name_of(type(record)), int(getattr(record, "id"))  # noqa: B009 - every table has one
        self.changes.append(Change(table, id_, subject, before, dict(after)))


class Owner(NamedTuple):
    """Whose rows come back together: the kind of record, as transfers call it, or a table; and its id."""

    kind: str
    id: int


@dataclass(frozen=True)
class Reversible(Generic[R]):
    """How what operations did to rows of one table is taken back; see `core.undo`.

    A row that was made is never erased: `unmake` ends it. One that was changed is set back, after `check` was
    told the values that it is to have again. Both raise Inapplicable where it has to stay as it is. `moved`
    notes in a row that it has changed once more. `owner` says whose rows come back together; else the row's
    own. Rows that `follows` are what a review makes of the record: where they cannot be taken back, the
    record is, and what follows from that is made anew.
    """

    model: type[R]
    unmake: Callable[[Act, R, str], None] | None = None
    check: Callable[[Act, R, Mapping[str, Any]], None] | None = None
    moved: Callable[[R], None] | None = None
    owner: Callable[[Office, R], Owner] | None = None
    follows: bool = False


@dataclass(frozen=True)
class Operation(Generic[R, P]):
    """What can be done to records of one table.

    `applies` answers None (yes) or the reason why not; `run` does one record and may raise Inapplicable or
    another LeitstandError to refuse it; `finish` is called once for the records done in a transaction.
    `lock_first` is told the ids and locks what has to be locked before the records; `prepare` reads for all
    of them what `run` finds in `Act.prepared`. Every table that it changes is a `Reversible` of some area.
    """

    area: str
    name: str
    label: Message
    model: type[R]
    applies: Callable[[R], Message | None]
    run: Callable[[Act, R, P], None]
    parameters: type[P] = NoParameters  # pyright: ignore[reportAssignmentType]
    finish: Callable[[Act, Sequence[R]], None] | None = None
    role: Role = Role.CLERK
    undoable: bool = True
    summary: Callable[[Mapping[str, int]], Message] | None = None
    help: Message | None = None
    describe: Callable[[R], str] = lambda record: str(getattr(record, "number", getattr(record, "id", "")))
    needs_reason: bool = False
    lock_first: Callable[[Act, Sequence[int]], None] | None = None
    prepare: Callable[[Act, Sequence[R]], object] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that an operation left alone, and why."""

    id: int
    subject: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Report:
    """What an operation did. `entry` is its journal entry, None where nothing was to be written down."""

    operation: str
    done: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    entry: int | None = None
    cancelled: bool = False
    notes: tuple[Message, ...] = ()


def always(_record: SQLModel) -> Message | None:
    """For operations that apply to every record."""
    return None


def need_reason(reason: str) -> str:
    """The reason without blanks at its edges; raises Inapplicable where there is none."""
    if not reason.strip():
        raise Inapplicable(_("This needs a reason."))
    return reason.strip()


def need_day(day: date | None, today: date) -> date:
    """A day that something can be put off to. Raises WrongUsage where it is missing or over."""
    if day is None:
        raise WrongUsage(_("Say until when."))
    if day < today:
        raise WrongUsage(_("{day} is over already.", day=f"{day:%d.%m.%Y}"))
    return day
