"""A queue without an office around it: rows, claims and what becomes of them, on either database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from core.accounts.account import Account, Mode
from core.accounts.breaker import Breaker, BreakerKind
from core.accounts.standing import lock_standing, standing_of
from core.locale import _
from core.outbox.gate import Gate, gate_of
from core.outbox.lease import beat, rescue
from core.outbox.outcome import Outcome, Result
from core.outbox.queue import Claimant, Claimed, claim
from core.outbox.settle import Settled, settle
from core.outbox.transfer import Attempt, PartnerCopy, State, Transfer, fields_as_text
from core.store.engine import Store
from tests.support.clock import TravelClock

LEASE = timedelta(seconds=60)
_SUBJECTS = count(1000)


class GivenQueue:
    """Transfers of one live account; every step is a transaction of its own."""

    def __init__(self, store: Store, clock: TravelClock) -> None:
        self.store, self.clock = store, clock
        with store.write() as session:
            session.add(
                Account(name="vema", partner="vema", user="u", mode=Mode.LIVE, version=1, created_at=clock.at)
            )

    def add(self, number: int = 1, **values: Any) -> list[int]:
        """Waiting transfers, each of a subject of its own unless a subject is named."""
        rows = [self._row(values) for _one in range(number)]
        with self.store.write() as session:
            session.add_all(rows)
            session.flush()
            return [row.id or 0 for row in rows]

    def claim(
        self,
        free: int = 1,
        *,
        worker: str = "w1",
        senders: int = 100,
        version: int = 1,
        lease: timedelta = LEASE,
    ) -> list[Claimed]:
        """Claims as a worker would."""
        return self.claim_at_gate(free, worker=worker, senders=senders, version=version, lease=lease)[0]

    def claim_at_gate(
        self, free: int, *, worker: str, senders: int, version: int, lease: timedelta
    ) -> tuple[list[Claimed], Gate]:
        """What was claimed, and the gate."""
        by = Claimant("vema", version, worker, senders, lease)
        with self.store.write() as session:
            return claim(session, lock_standing(session, "vema", self.clock()), by, free, self.clock())

    def gate(self, senders: int = 4) -> Gate:
        """The gate as it stands."""
        with self.store.read() as session:
            return gate_of(session, standing_of(session, "vema", self.clock()), senders, self.clock())

    def comes_back(
        self, *claimed: Claimed, outcome: Outcome = Outcome.DELIVERED, version: int = 1, **said: Any
    ) -> list[int]:
        """Settles claimed transfers together; answers which were fenced off."""
        if outcome is Outcome.DELIVERED:
            said.setdefault("reference", "V1")
        result = Result(outcome, _("because"), **said)
        return self.settle([Settled(one, result) for one in claimed], version)

    def settle(self, settled: list[Settled], version: int = 1) -> list[int]:
        """Settles results of several kinds together."""
        by = Claimant("vema", version, "w1", 100, LEASE)
        with self.store.write() as session:
            standing = lock_standing(session, "vema", self.clock())
            return settle(session, standing, by, settled, self.clock(), Random(1))

    def beat(self, *ids: int, worker: str = "w1") -> int:
        """A worker prolongs its leases."""
        with self.store.write() as session:
            return beat(session, worker, ids, self.clock(), LEASE)

    def rescue(self) -> int:
        """Leases that ran out are taken back."""
        with self.store.write() as session:
            return rescue(session, self.clock())

    def dies_over(self, *ids: int) -> None:
        """A worker claims these and is never heard of again; their leases are taken back."""
        assert [one.id for one in self.claim(len(ids), worker=f"dead-{uuid4()}")] == list(ids)
        self.clock.travel(LEASE + timedelta(seconds=1))
        self.rescue()

    def change(self, id_: int, **values: Any) -> None:
        """Sets columns of a transfer."""
        with self.store.write() as session:
            one = session.get_one(Transfer, id_)
            for name, value in values.items():
                setattr(one, name, value)
            session.add(one)

    def change_account(self, **values: Any) -> None:
        """Sets columns of the account."""
        with self.store.write() as session:
            one = session.get_one(Account, "vema")
            for name, value in values.items():
                setattr(one, name, value)
            session.add(one)

    def row(self, id_: int) -> Transfer:
        """A transfer as it is."""
        with self.store.read() as session:
            return session.get_one(Transfer, id_)

    def states(self) -> list[str]:
        """The states of all transfers, by id."""
        with self.store.read() as session:
            return [str(state) for state in session.exec(select(Transfer.state).order_by(col(Transfer.id)))]

    def attempts(self, id_: int) -> list[Attempt]:
        """The attempts of a transfer, in order."""
        query = select(Attempt).where(Attempt.transfer == id_)
        with self.store.read() as session:
            return list(session.exec(query.order_by(col(Attempt.number))))

    def copy(self, subject: int) -> PartnerCopy:
        """What the partner has of a subject."""
        with self.store.read() as session:
            return session.exec(select(PartnerCopy).where(PartnerCopy.subject_id == subject)).one()

    def breaker(self, kind: BreakerKind) -> Breaker | None:
        """A breaker; None where it never opened or counted."""
        with self.store.read() as session:
            return session.get(Breaker, ("vema", kind))

    def _row(self, values: dict[str, Any]) -> Transfer:
        now: datetime = self.clock()
        text = fields_as_text({"town": "Görlitz"})
        subject = values.get("subject_id") or next(_SUBJECTS)
        given = {"subject_id": subject, "due_at": now, "state": State.PENDING, **values}
        return Transfer(
            partner="vema",
            account="vema",
            kind="customer",
            subject=f"K-{subject}",
            key=str(uuid4()),
            fields=text,
            body=text.encode(),
            body_sha256=hashlib.sha256(text.encode()).hexdigest(),
            created_at=now,
            updated_at=now,
            **given,
        )


@pytest.fixture
def queue(database_url: str, clock: TravelClock) -> Iterator[GivenQueue]:
    """An empty queue with a live account."""
    store = Store(database_url)
    yield GivenQueue(store, clock)
    store.close()
