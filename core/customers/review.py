"""The review (Prüfung) of customers in the database: findings brought up to date, transfers planned.

Only what moved is reviewed: a record, a rule, the partner's limits, what the partner has, or the day.
Whatever changes a customer may call `review` in its own transaction; the job `recheck` finds the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers import checking
from core.customers.checking import Judged
from core.customers.customer import Customer
from core.customers.fields import CustomerFields
from core.customers.given import Given, Known, Limits
from core.customers.names import AREA, KIND, PARTNER
from core.customers.sending import CustomerPartner, known_to_partner, sending_rule, short_key_of, wanted_for
from core.customers.stale import stale
from core.office import Office
from core.operation import Act
from core.outbox import planning
from core.outbox.carry_out import Addressed, carry_out, cause_of, open_transfers
from core.outbox.planning import Hold, Plan
from core.outbox.transfer import CauseCode, PartnerCopy, Transfer
from core.rulebook.record import FindingRow, Suppression, kept_value
from core.rulebook.rule import Rule
from core.store.paging import in_chunks
from core.store.statements import execute

CHUNK = 500
ROUNDS = 4
Rules = Sequence[Rule[CustomerFields, Given]]
T = TypeVar("T", FindingRow, Suppression)


@dataclass(frozen=True)
class Desk:
    """What reviewing needs beside the session: the partner that customers go to, its limits, the day."""

    office: Office
    partner: CustomerPartner
    limits: Limits
    fingerprint: str
    today: date
    goes_out: Callable[[Customer], bool]
    """Which customers are sent without being chosen, as the office has set it."""

    @staticmethod
    def of(office: Office) -> Desk:
        """The desk of an office, for today."""
        partner: CustomerPartner = office.partner(PARTNER)  # pyright: ignore[reportAssignmentType]
        limits = partner.customer_limits
        wanted = office.settings.partner(PARTNER).send
        fingerprint = f"{checking.fingerprint(limits)} {wanted}"
        return Desk(office, partner, limits, fingerprint, office.today, sending_rule(office, wanted))


@dataclass
class Reviewed:
    """What a review did: how many customers, findings, customers held, transfers made."""

    customers: int = 0
    findings: int = 0
    held: int = 0
    made: list[Transfer] = field(default_factory=list[Transfer])
    later: set[int] = field(default_factory=set[int])
    """Customers to be looked at again when what is on its way has come to its end."""


@dataclass(frozen=True, slots=True)
class Newest:
    """A customer's newest transfer: its revision, what it says, whether an operator discarded it."""

    revision: int
    fields: str
    by_hand: bool


def review_stale(office: Office) -> Iterator[tuple[int, int]]:
    """Reviews all that moved, a transaction for each 500; tells (done, of all).

    What moves by that, such as how many companies share a short name, is reviewed in a further round.
    """
    desk = Desk.of(office)
    done, waiting = 0, set[int]()
    for _round in range(ROUNDS):
        with office.store.read() as session:
            whole, by_day = stale(session, desk.fingerprint, desk.today)
        whole = [id_ for id_ in whole if id_ not in waiting]
        total = done + len(whole) + len(by_day)
        for ids, rules in ((whole, None), (by_day, checking.daily_rules())):
            for chunk in in_chunks(ids, CHUNK):
                with office.store.write() as session:
                    waiting |= Review(session, desk, None, rules).of(chunk).later
                done += len(chunk)
                yield done, total
        if not whole:
            return


def review(session: Session, office: Office, ids: Collection[int], act: Act | None = None) -> Reviewed:
    """Brings findings and transfers of these customers up to date; `act` notes it for undo."""
    return _reviewed(Review(session, Desk.of(office), act), ids)


def send(session: Session, office: Office, ids: Collection[int], act: Act | None = None) -> Reviewed:
    """The same, and starts a transfer for each customer whose payload the partner does not have yet."""
    return _reviewed(Review(session, Desk.of(office), act, chosen=frozenset(ids)), ids)


def _reviewed(review: Review, ids: Collection[int]) -> Reviewed:
    for chunk in in_chunks(sorted(ids), CHUNK):
        review.of(chunk)
    return review.result


class Review:
    """One review in one transaction; with `rules`, only by those (the daily ones)."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        act: Act | None,
        rules: Rules | None = None,
        chosen: frozenset[int] = frozenset(),
    ) -> None:
        self.session, self.desk, self.act, self.chosen = session, desk, act, chosen
        self.whole = rules is None
        self.rules: Rules = checking.all_rules() if rules is None else rules
        self.rule_ids = frozenset(rule.id for rule in self.rules)
        self.result = Reviewed()

    def of(self, ids: Sequence[int]) -> Reviewed:
        """Reviews these customers."""
        query = select(Customer).where(col(Customer.id).in_(ids)).order_by(col(Customer.id)).with_for_update()
        customers = list(self.session.exec(query))
        # Locked before the copies are read: settling a transfer writes both, and half of it must not be seen.
        going = open_transfers(self.session, PARTNER, KIND, ids)
        copies = self._copies(ids)
        suppressions = suppressions_of(self.session, ids)
        present = _by_record(self._findings(ids))
        newest = self._newest(ids)
        known = {one.id or 0: known_to_partner(one, copies.get(one.id or 0)) for one in customers}
        neighbours = self._neighbours(customers, known)
        self.session.flush()
        plans: list[tuple[Plan, Addressed]] = []
        outcomes: dict[int, tuple[Customer, list[Judged]]] = {}
        for customer in customers:
            id_ = customer.id or 0
            given = Given(
                self.desk.today,
                self.desk.limits,
                known[id_],
                customer.withheld_fields,
                neighbours[id_],
                customer.short_name,
            )
            judged = self._judge(customer, given, suppressions.get(id_, []), present.get(id_, []))
            outcomes[id_] = customer, judged
            plan = self._plan(customer, copies.get(id_), given.known, judged, going, newest.get(id_))
            if plan is not None:
                plans.append((plan, self._address(customer, newest.get(id_))))
            self._mark(customer, copies.get(id_), neighbours[id_])
        self.result.made += carry_out(self.session, self.desk.office, plans, self.act)
        from core.customers.answering import close_answered

        close_answered(self.session, self.desk.office, outcomes, self.act)
        self.result.customers += len(customers)
        self.session.flush()
        return self.result

    def _judge(
        self, customer: Customer, given: Given, suppressions: list[Suppression], present: list[FindingRow]
    ) -> list[Judged]:
        findings = checking.check(customer, given, self.rules)
        others = [] if self.whole else [row for row in present if row.rule not in self.rule_ids]
        judged = checking.judge(findings, given, suppressions)
        self._store(customer, judged, [row for row in present if self.whole or row.rule in self.rule_ids])
        kept = checking.judge([row.finding() for row in others], given, suppressions)
        self.result.findings += len(judged) + len(kept)
        return judged + kept

    def _store(self, customer: Customer, judged: list[Judged], present: list[FindingRow]) -> None:
        left: dict[tuple[str, str], list[FindingRow]] = {}
        for row in reversed(present):
            left.setdefault((row.rule, row.field), []).append(row)
        for one in judged:
            known = left.get((one.finding.rule, one.finding.field))
            row = known.pop() if known else None
            if row is None:
                row = FindingRow(
                    area=AREA,
                    record=customer.id or 0,
                    rule=one.finding.rule,
                    severity=one.finding.severity,
                    field=one.finding.field,
                    first_seen=self.desk.office.now,
                )
            _fill(row, one)
            self.session.add(row)
        for row in chain.from_iterable(left.values()):
            self.session.delete(row)

    def _plan(
        self,
        customer: Customer,
        copy: PartnerCopy | None,
        known: Known,
        judged: list[Judged],
        going: dict[int, list[Transfer]],
        newest: Newest | None,
    ) -> Plan | None:
        """What is to be done about the customer's transfers; None where it does not go out at all."""
        id_ = customer.id or 0
        present = going.get(id_, [])
        accepted = copy.accepted if copy else ""
        chosen = id_ in self.chosen
        if not (present or accepted or chosen or self.desk.goes_out(customer)):
            return None
        wanted, hold = wanted_for(customer, known, self.desk.limits)
        rules = [one.finding.rule for one in judged if one.blocks]
        if rules:
            hold = Hold(CauseCode.FINDINGS, cause_of(rules))
        discarded = newest.fields if newest and newest.by_hand and not chosen else ""
        plan = planning.plan(wanted, present, accepted, hold, discarded)
        self.result.held += bool(rules)
        if plan.later:
            self.result.later.add(id_)
        return plan

    def _address(self, customer: Customer, newest: Newest | None) -> Addressed:
        return Addressed(
            partner=self.desk.partner,
            account=PARTNER,
            kind=KIND,
            subject=customer.number,
            subject_id=customer.id or 0,
            subject_name=customer.display_name,
            record_revision=customer.revision,
            last_revision=newest.revision if newest else 0,
        )

    def _neighbours(self, customers: Sequence[Customer], known: dict[int, Known]) -> dict[int, int]:
        """How many other companies share each one's short name and postcode.

        Those others are not touched: they are stale as soon as the number that they were checked with is
        not the number that there is, so two reviews never wait for each other's customers.
        """
        if not self.whole:
            return {customer.id or 0: customer.checked_neighbours for customer in customers}
        for customer in customers:
            customer.short_key = short_key_of(customer, self.desk.limits, known[customer.id or 0])
        self.session.flush()
        keys = {customer.short_key for customer in customers} - {""}
        query = sa.select(col(Customer.short_key), sa.func.count().label("number")).where(
            col(Customer.short_key).in_(keys)
        )
        rows = execute(self.session, query.group_by(col(Customer.short_key)))
        number = {str(row.short_key): int(row.number) - 1 for row in rows}
        return {customer.id or 0: number.get(customer.short_key, 0) for customer in customers}

    def _mark(self, customer: Customer, copy: PartnerCopy | None, neighbours: int) -> None:
        customer.checked_on = self.desk.today
        if self.whole:
            customer.checked_by = "" if customer.id in self.result.later else self.desk.fingerprint
            customer.checked_revision = customer.revision
            customer.checked_copy = copy.revision if copy else 0
            customer.checked_neighbours = neighbours
        self.session.add(customer)

    def _copies(self, ids: Sequence[int]) -> dict[int, PartnerCopy]:
        query = select(PartnerCopy).where(
            PartnerCopy.partner == PARTNER, PartnerCopy.kind == KIND, col(PartnerCopy.subject_id).in_(ids)
        )
        return {copy.subject_id: copy for copy in self.session.exec(query)}

    def _findings(self, ids: Sequence[int]) -> Iterable[FindingRow]:
        query = select(FindingRow).where(FindingRow.area == AREA, col(FindingRow.record).in_(ids))
        return self.session.exec(query.order_by(col(FindingRow.id)))

    def _newest(self, ids: Sequence[int]) -> dict[int, Newest]:
        """The newest transfer of each customer; what an operator discarded must not come back by itself."""
        newest = (
            select(sa.func.max(col(Transfer.id)))
            .where(Transfer.partner == PARTNER, Transfer.kind == KIND, col(Transfer.subject_id).in_(ids))
            .group_by(col(Transfer.subject_id))
        )
        rows = self.session.exec(
            select(Transfer.subject_id, Transfer.revision, Transfer.fields, Transfer.cause_code).where(
                col(Transfer.id).in_(newest)
            )
        )
        by_hand = (CauseCode.OPERATOR, CauseCode.TAKEN_BACK)
        return {row[0]: Newest(row[1], row[2], row[3] in by_hand) for row in rows}


def suppressions_of(session: Session, ids: Sequence[int]) -> dict[int, list[Suppression]]:
    """What somebody decided to live with, by customer."""
    query = select(Suppression).where(
        Suppression.area == AREA, col(Suppression.record).in_(ids), col(Suppression.ended_at).is_(None)
    )
    return _by_record(session.exec(query))


def _fill(row: FindingRow, one: Judged) -> None:
    finding = one.finding
    row.subject, row.name, row.severity = finding.subject, finding.name, finding.severity
    row.value, row.message = kept_value(finding.value), finding.message.dump()
    row.fix, row.fix_text = finding.fix_kind, kept_value(finding.fix.text) if finding.fix else ""
    row.blocks, row.suppressed = one.blocks, one.suppressed


def _by_record(rows: Iterable[T]) -> dict[int, list[T]]:
    grouped: dict[int, list[T]] = {}
    for row in rows:
        grouped.setdefault(row.record, []).append(row)
    return grouped
