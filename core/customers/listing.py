"""Customers as lists and conditions see them: read in pages, each with a handful of queries."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer, ImportConflict
from core.customers.names import AREA, KIND, PARTNER
from core.customers.vocabulary import CustomerView
from core.errors import NotFound
from core.inquiries.standing import standings_of
from core.locale import _
from core.office import Office
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer
from core.rulebook.finding import Finding
from core.rulebook.record import FindingRow
from core.store.paging import PAGE, in_chunks, pages
from core.text import folded

if TYPE_CHECKING:
    from core.rulebook.condition import Condition

WORST_FIRST = (State.UNCERTAIN, State.FAILED, State.HELD, State.SENDING, State.PENDING)
_SUCCEEDED = (CauseCode.REPLACED, CauseCode.OBSOLETE)


def select_customers(
    office: Office, condition: Condition | None = None, ids: Sequence[int] | None = None
) -> Iterator[CustomerView]:
    """The customers that fit, by id; each page is read in a short transaction of its own.

    `ids` narrows them down further. Raises ConditionTooSlow.
    """
    yield from filter(_judge(office, condition), _views(office, condition, ids))


def _views(office: Office, condition: Condition | None, ids: Sequence[int] | None) -> Iterator[CustomerView]:
    if ids is None:
        query = _narrowed(office, condition)

        def read(session: Session, last: int) -> list[CustomerView]:
            page = query.where(col(Customer.id) > last).order_by(col(Customer.id)).limit(PAGE)
            return views_of(session, list(session.exec(page)))

        yield from pages(office.store, read, lambda view: view.customer.id or 0, 0)
        return
    for chunk in in_chunks(ids):
        with office.store.read() as session:
            query = select(Customer).where(col(Customer.id).in_(chunk)).order_by(col(Customer.id))
            views = views_of(session, list(session.exec(query)))
        yield from views


def findings_of(office: Office, condition: Condition | None = None) -> Iterator[Finding]:
    """What is found of the customers that fit, by customer; without what somebody lives with already.

    `row` is where the customer stands in the file that contained it last. Of the customers that fit only the
    ids (eight bytes each) are in memory at once.
    """
    if condition is None:
        yield from _findings_among(office, None)
        return
    for chunk in in_chunks(
        array("q", (view.customer.id or 0 for view in select_customers(office, condition)))
    ):
        yield from _findings_among(office, chunk)


def _findings_among(office: Office, ids: Sequence[int] | None) -> Iterator[Finding]:
    def read(session: Session, last: tuple[int, int]) -> list[tuple[FindingRow, int]]:
        return _finding_rows(session, ids, last)

    found = pages(office.store, read, lambda one: (one[0].record, one[0].id or 0), (0, 0))
    return (replace(row.finding(), row=position or None) for row, position in found)


def _finding_rows(
    session: Session, ids: Sequence[int] | None, last: tuple[int, int]
) -> list[tuple[FindingRow, int]]:
    after = sa.tuple_(col(FindingRow.record), col(FindingRow.id)) > sa.tuple_(*map(sa.literal, last))
    query = (
        select(FindingRow, Customer.seen_at_row)
        .join(Customer, col(Customer.id) == col(FindingRow.record))
        .where(FindingRow.area == AREA, col(FindingRow.suppressed).is_(False), after)
    )
    if ids is not None:
        query = query.where(col(FindingRow.record).in_(ids))
    ordered = query.order_by(col(FindingRow.record), col(FindingRow.id)).limit(PAGE)
    return [(row, position) for row, position in session.exec(ordered)]


def _judge(office: Office, condition: Condition | None) -> Callable[[CustomerView], bool]:
    if condition is None:
        return lambda _view: True
    from core.rulebook.condition import ConditionContext

    context, matches = ConditionContext(office.now, office.today), condition.matches
    return lambda view: matches(view, context)


def _narrowed(office: Office, condition: Condition | None):
    query = select(Customer)
    if condition is None:
        return query
    from core.rulebook.condition import ConditionContext

    clause = condition.prefilter(ConditionContext(office.now, office.today))
    return query if clause is None else query.where(clause)


def find_customers(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of customers by number, or by `#id`; in the order given. Raises NotFound."""
    wanted = {name: folded(name) for name in names if not name.startswith("#")}
    found: dict[str, int] = {}
    there: set[int] = set()
    with office.store.read() as session:
        for chunk in in_chunks(list(wanted.values())):
            query = select(Customer.number, Customer.number_folded, Customer.id)
            for number, key, id_ in session.exec(query.where(col(Customer.number_folded).in_(chunk))):
                found.setdefault(key, id_ or 0)
                found[number] = id_ or 0
        for chunk in in_chunks([id_ for name in names if (id_ := _id_in(name))]):
            there |= {
                id_ or 0 for id_ in session.exec(select(Customer.id).where(col(Customer.id).in_(chunk)))
            }
    return [_found(name, wanted, found, there) for name in names]


def _id_in(name: str) -> int:
    """The id in `#id`; 0 where there is none, or none that a database could hold."""
    digits = name.removeprefix("#")
    if digits == name or not (digits.isascii() and digits.isdigit()) or len(digits) >= 18:
        return 0
    return int(digits)


def _found(name: str, wanted: dict[str, str], found: dict[str, int], there: set[int]) -> int:
    if (by_id := _id_in(name)) in there:
        return by_id
    id_ = found.get(name) or found.get(wanted.get(name, ""))
    if id_ is None:
        raise NotFound(_("There is no customer {number}.", number=name))
    return id_


def views_of(session: Session, customers: Sequence[Customer]) -> list[CustomerView]:
    """The customers with what is found of them and how they stand at the partner."""
    ids = [one.id or 0 for one in customers]
    if not ids:
        return []
    rules, blocking = _findings(session, ids)
    states = states_of(session, ids)
    conflicts = _conflicts(session, ids)
    query = select(PartnerCopy.subject_id).where(
        PartnerCopy.partner == PARTNER,
        PartnerCopy.kind == KIND,
        col(PartnerCopy.subject_id).in_(ids),
        col(PartnerCopy.short_name_only).is_(True),
    )
    short = set(session.exec(query))
    standings = standings_of(session, KIND, ids)
    return [
        CustomerView(
            one,
            rules=tuple(rules.get(one.id or 0, ())),
            blocking=tuple(blocking.get(one.id or 0, ())),
            state=states.get(one.id or 0, ""),
            conflicts=conflicts.get(one.id or 0, 0),
            short_name_only=one.id in short,
            asked_until=standings.asked_until.get(one.id or 0),
            assigned=standings.assigned.get(one.id or 0, ""),
            due=standings.due.get(one.id or 0),
        )
        for one in customers
    ]


def _findings(session: Session, ids: Sequence[int]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Rule ids by customer: all that somebody does not live with already, and those that hold a transfer."""
    query = (
        select(FindingRow.record, FindingRow.rule, sa.func.max(sa.cast(FindingRow.blocks, sa.Integer)))
        .where(
            FindingRow.area == AREA, col(FindingRow.record).in_(ids), col(FindingRow.suppressed).is_(False)
        )
        .group_by(col(FindingRow.record), col(FindingRow.rule))
        .order_by(col(FindingRow.rule))
    )
    rules: dict[int, list[str]] = {}
    blocking: dict[int, list[str]] = {}
    for record, rule, blocks in session.exec(query):
        rules.setdefault(record, []).append(rule)
        if blocks:
            blocking.setdefault(record, []).append(rule)
    return rules, blocking


def states_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """How each customer stands: the worst state of its open transfers, else how the last one ended.

    Transfers that a successor replaced, or that turned out to be needless, do not count.
    """
    query = (
        select(Transfer.subject_id, Transfer.state, sa.func.max(Transfer.id))
        .where(
            Transfer.partner == PARTNER,
            Transfer.kind == KIND,
            col(Transfer.subject_id).in_(ids),
            sa.not_(
                sa.and_(col(Transfer.state) == State.DISCARDED, col(Transfer.cause_code).in_(_SUCCEEDED))
            ),
        )
        .group_by(col(Transfer.subject_id), col(Transfer.state))
    )
    newest: dict[int, dict[str, int]] = {}
    for subject, state, id_ in session.exec(query):
        newest.setdefault(subject, {})[state] = id_ or 0
    return {subject: worst_of(states) for subject, states in newest.items()}


def worst_of(newest: dict[str, int]) -> str:
    """Of the states that a subject's transfers are in (with the newest id of each), the one that counts."""
    for state in WORST_FIRST:
        if state in newest:
            return state.value
    return max(newest, key=lambda state: newest[state])


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open import conflict with the number of its customer."""

    conflict: ImportConflict
    number: str


def open_conflicts(office: Office) -> Iterator[Conflict]:
    """Every open import conflict, the oldest first."""
    return pages(
        office.store,
        lambda session, last: conflicts_of(session, None, last),
        lambda one: one.conflict.id or 0,
        0,
    )


def conflicts_of(session: Session, ids: Sequence[int] | None, after: int = 0) -> list[Conflict]:
    """Open conflicts of these customers (None: of all) behind a conflict's id, at most a page of them."""
    query = (
        select(ImportConflict, Customer.number)
        .join(Customer, col(Customer.id) == col(ImportConflict.customer))
        .where(ImportConflict.resolution == "", col(ImportConflict.id) > after)
    )
    if ids is not None:
        query = query.where(col(ImportConflict.customer).in_(ids))
    found = session.exec(query.order_by(col(ImportConflict.id)).limit(PAGE))
    return [Conflict(conflict, number) for conflict, number in found]


def _conflicts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(ImportConflict.customer, sa.func.count())
        .where(col(ImportConflict.customer).in_(ids), ImportConflict.resolution == "")
        .group_by(col(ImportConflict.customer))
    )
    return dict(session.exec(query).all())
