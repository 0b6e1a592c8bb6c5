"""A review while a worker settles: what was delivered in between is not made again."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from core.accounts.account import find_account
from core.accounts.standing import lock_standing
from core.customers import review as reviewing
from core.locale import Message
from core.outbox.outcome import Outcome, Result
from core.outbox.queue import Claimant, Claimed, claim
from core.outbox.settle import Settled, settle
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice

LEASE = timedelta(seconds=60)


def worker(office: GivenOffice) -> Claimant:
    with office.store.read() as session:
        return Claimant("vema", find_account(session, "vema").version, "w1", 4, LEASE)


def claimed(office: GivenOffice) -> list[Claimed]:
    by = worker(office)
    with office.store.write() as session:
        return claim(session, lock_standing(session, "vema", office.now), by, 4, office.now)[0]


def settled(office: GivenOffice, sent: list[Claimed]) -> None:
    delivered = [Settled(one, Result(Outcome.DELIVERED, Message(""), reference=f"V{one.id}")) for one in sent]
    by = worker(office)
    with office.store.write() as session:
        settle(session, lock_standing(session, "vema", office.now), by, delivered, office.now, Random(1))


# On SQLite a review holds the only write lock, so that nothing can come in between.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_delivered_while_a_review_begins_is_not_made_again(
    office: GivenOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.has_account(vema)
    office.has(customer("K-1"), company("K-2", "Elfenbein"))
    office.send("K-1", "K-2")
    sent = claimed(office)
    assert len(sent) == 2
    lock_what_is_open = reviewing.open_transfers

    def after_the_worker(*arguments: Any) -> Any:
        if sent:
            settled(office, sent)
            sent.clear()
        return lock_what_is_open(*arguments)

    monkeypatch.setattr(reviewing, "open_transfers", after_the_worker)
    with office.store.write() as session:
        reviewing.send(session, office, [office.customer(number).id or 0 for number in ("K-1", "K-2")])
    assert office.states() == ["delivered", "delivered"]
