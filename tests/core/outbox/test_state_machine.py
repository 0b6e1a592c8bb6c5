"""Whatever happens in whatever order: transfers stay in legal states, nothing is lost or sent unseen.

Operators, two workers that come back, come late or die, a partner that answers anything, and time act on a
few customers; after each step the promises of the outbox must hold.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import SQLModel

from core.accounts.account import Account, Mode, credentials_accepted, lock_account
from core.accounts.standing import lock_standing
from core.errors import Inapplicable, PartnerUnavailable
from core.locale import _
from core.operation import Operation, WithReason
from core.outbox.lease import beat, rescue
from core.outbox.operations import (
    DECIDE,
    DISCARD,
    FIRST_TRANSFER,
    HOLD,
    RELEASE,
    RETRY,
    Decision,
    FirstTransfer,
    Releasing,
)
from core.outbox.outcome import Looked, Outcome, Presence, Result
from core.outbox.queue import Claimant, Claimed, claim
from core.outbox.resolve import Inquiry, ask_about_first_transfers, resolve_uncertain
from core.outbox.settle import Settled, settle
from core.outbox.transfer import ENDED, State, Transfer
from core.store.statements import execute
from core.undo import last_undoable, undo
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import ACCOUNT, WHO, GivenOffice, OpenAnOffice

SENDERS, LEASE = 2, timedelta(seconds=60)
NUMBERS, WORKERS = ("K-1", "K-2", "K-3"), ("w1", "w2")
TOWNS = ("Pirna", "Görlitz", "Löbau", "Zittau", " Kamenz")  # the last is held by a finding
# what ends well or badly, and what shuts the gate for a while only now and then
USUAL = st.sampled_from([Outcome.DELIVERED, Outcome.UNCERTAIN, Outcome.UNAVAILABLE, Outcome.REFUSED_DATA])
OUTCOMES = st.one_of(USUAL, USUAL, st.sampled_from(Outcome))
KEPT = ("alembic_version", "office", "operator", "secret")
BUDGET = settings(
    max_examples=max(8, settings.default.max_examples // 6) if settings.default else 10,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
DEEDS: list[tuple[Operation[Transfer, Any], Any]] = [
    (RETRY, None),
    (HOLD, WithReason("so")),
    (RELEASE, Releasing("so")),
    (DISCARD, WithReason("so")),
    (DECIDE, Decision(arrived=True, reference="V9", reason="so")),
    (DECIDE, Decision(reason="so")),
    (FIRST_TRANSFER, FirstTransfer(known=True)),
    (FIRST_TRANSFER, FirstTransfer(known=False)),
]


@dataclass
class Answering:
    """A partner that knows one answer only."""

    presence: Presence | None

    def look_up_key(self, _key: str) -> Looked:
        return self._looked()

    def look_up_subject(self, _kind: str, _number: str) -> Looked:
        return self._looked()

    def _looked(self) -> Looked:
        if self.presence is None:
            raise PartnerUnavailable(_("away"))
        return Looked(self.presence, "V1" if self.presence is Presence.FOUND else "")


class Outbox(RuleBasedStateMachine):
    """A few customers, and everything that can happen to their transfers."""

    def __init__(self, office: GivenOffice, clock: TravelClock) -> None:
        super().__init__()
        self.office, self.clock = office, clock
        self.out: list[Claimed] = []
        self.seen: dict[int, Transfer] = {}
        self.succeeded: set[int] = set()
        self.by_hand = False

    @initialize()
    def begins(self) -> None:
        """An office with three customers."""
        with self.office.store.write() as session:
            for table in reversed(SQLModel.metadata.sorted_tables):
                if table.name not in KEPT:
                    execute(session, table.delete())
            account = Account(
                name=ACCOUNT, partner="vema", user="u", mode=Mode.LIVE, version=1, created_at=self.clock()
            )
            session.add(account)
        self.office.has(customer("K-1"), customer("K-2"), company("K-3", "Nordlicht Spedition AG"))

    @rule(number=st.sampled_from(NUMBERS), town=st.sampled_from(TOWNS))
    def somebody_edits(self, number: str, town: str) -> None:
        self.office.edit(number, town=town)

    @rule(number=st.sampled_from(NUMBERS))
    def somebody_sends(self, number: str) -> None:
        self.office.send(number)

    @rule(deed=st.sampled_from(DEEDS), chosen=st.sets(st.integers(1, 12), min_size=1, max_size=3))
    def an_operator_acts(self, deed: tuple[Operation[Transfer, Any], Any], chosen: set[int]) -> None:
        self.by_hand = True
        newest = sorted(self.seen, reverse=True)
        ids = [newest[number - 1] for number in chosen if number <= len(newest)]
        self.office.perform(deed[0], ids, deed[1])

    @rule()
    def somebody_undoes(self) -> None:
        with self.office.store.read() as session:
            entry = last_undoable(session, WHO).entry
        if entry is not None:
            with suppress(Inapplicable):
                undo(self.office, entry.id or 0)

    @rule()
    def what_moved_is_checked(self) -> None:
        self.office.recheck()

    @rule(worker=st.sampled_from(WORKERS), free=st.integers(1, 3))
    def a_worker_claims(self, worker: str, free: int) -> None:
        with self.office.store.write() as session:
            standing = lock_standing(session, ACCOUNT, self.clock())
            by = Claimant(ACCOUNT, standing.version, worker, SENDERS, LEASE)
            self.out += claim(session, standing, by, free, self.clock())[0]

    @rule(outcomes=st.lists(OUTCOMES, min_size=1, max_size=3), seconds=st.sampled_from([0, 4000]))
    def a_worker_delivers(self, outcomes: list[Outcome], seconds: int) -> None:
        self.clock.travel(seconds=seconds)
        for outcome in outcomes:
            self.a_worker_claims("w1", 1)
            if self.out:
                self._comes_back(self.out[-1], outcome)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=OUTCOMES)
    def something_comes_back(self, data: st.DataObject, outcome: Outcome) -> None:
        self._comes_back(data.draw(st.sampled_from(self.out)), outcome)

    def _comes_back(self, one: Claimed, outcome: Outcome) -> None:
        self.out.remove(one)
        waits = self.clock() + timedelta(seconds=5) if outcome is Outcome.THROTTLED else None
        reference = "V1" if outcome is Outcome.DELIVERED else ""
        result = Result(outcome, _("because"), reference=reference, retry_at=waits)
        with self.office.store.write() as session:
            standing = lock_standing(session, ACCOUNT, self.clock())
            by = Claimant(ACCOUNT, standing.version, "w1", SENDERS, LEASE)
            settle(session, standing, by, [Settled(one, result)], self.clock(), Random(1))
        if outcome is Outcome.DELIVERED:
            self.succeeded.add(one.id)

    @rule(worker=st.sampled_from(WORKERS))
    def a_worker_beats(self, worker: str) -> None:
        with self.office.store.write() as session:
            beat(session, worker, [one.id for one in self.out], self.clock(), LEASE)

    @rule(seconds=st.sampled_from([1, 61, 4000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.travel(seconds=seconds)
        with self.office.store.write() as session:
            rescue(session, self.clock())

    @rule(presence=st.sampled_from([*Presence, None]))
    def the_partner_is_asked(self, presence: Presence | None) -> None:
        answering: Any = Answering(presence)
        inquiry = Inquiry(self.office, ACCOUNT, answering, Random(1), lambda: True)
        for _answered in (*resolve_uncertain(inquiry), *ask_about_first_transfers(inquiry)):
            pass

    @precondition(lambda self: self.office.breaker("credentials"))
    @rule()
    def the_credentials_are_renewed(self) -> None:
        with self.office.store.write() as session:
            account = lock_account(session, ACCOUNT)
            assert account is not None
            account.version += 1
            credentials_accepted(session, account)

    @rule()
    def somebody_pauses(self) -> None:
        self.office.pause(until=self.clock() + timedelta(minutes=1))

    @invariant()
    def promises_are_kept(self) -> None:
        now = {one.id or 0: one for one in self.office.transfers()}
        assert self.seen.keys() <= now.keys(), "nothing disappears"
        for id_, one in now.items():
            self._one_is_sound(one)
            before = self.seen.get(id_)
            if before is not None:
                _followed(before, one)
            if before is not None and before.state == State.UNCERTAIN and one.state == State.DISCARDED:
                assert self.by_hand, "only a human gives up what may have arrived"
        assert all(now[id_].state == State.DELIVERED for id_ in self.succeeded), "a success is a fact"
        valid = [one for one in now.values() if one.lease_until and one.lease_until > self.clock()]
        assert len(valid) <= SENDERS
        for number in NUMBERS:
            _subject_is_sound([one for one in now.values() if one.subject == number])
        self.seen, self.by_hand = now, False

    def _one_is_sound(self, one: Transfer) -> None:
        assert one.state in set(State)
        assert (one.state == State.SENDING) == (one.lease_owner is not None) == (one.lease_until is not None)
        assert one.lease_token == len(self.office.attempts_of(one.id or 0))
        assert one.state in (State.DELIVERED, State.PENDING, State.SENDING) or one.cause_code, one.state


def _followed(before: Transfer, after: Transfer) -> None:
    frozen = ("key", "fields", "body", "body_sha256", "revision", "step", "subject_id")
    assert [getattr(before, name) for name in frozen] == [getattr(after, name) for name in frozen]
    assert after.lease_token >= before.lease_token
    assert after.rescues >= before.rescues or after.state == State.PENDING
    if before.state == State.DELIVERED:
        assert after.state == State.DELIVERED


def _subject_is_sound(transfers: list[Transfer]) -> None:
    still_open = [one for one in transfers if one.state not in ENDED]
    assert len(still_open) <= 2
    if len(still_open) == 2:
        assert still_open[1].after == still_open[0].id
    assert len([one for one in still_open if one.state in (State.SENDING, State.UNCERTAIN)]) <= 1


@pytest.mark.timeout(3600)
def test_the_promises_of_the_outbox_hold_whatever_happens(
    open_an_office: OpenAnOffice, clock: TravelClock
) -> None:
    office = open_an_office(account=False)
    begin: Any = lambda: Outbox(office, clock)  # noqa: E731
    run_state_machine_as_test(begin, settings=BUDGET)
