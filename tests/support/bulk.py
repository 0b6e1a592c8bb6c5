"""Bulk actions in tests: small steps, and a worker that is told to stop at a moment of our choice."""

from __future__ import annotations

from threading import Event

import pytest
from sqlmodel import col, select

from core.bulk import carrying_out
from core.bulk.action import BulkAction
from core.bulk.carrying_out import carry_out_next
from core.bulk.status import status_of
from core.bulk.submitting import submit
from core.customers.customer import Customer
from core.customers.operations import EDIT, Editing
from core.journal import JournalEntry, verify
from core.office import Office
from tests.support.customers import customer
from tests.support.offices import GivenOffice

HOME, TOWN = "Dresden", "Zittau"


class StopAfter(Event):
    """A worker's signal to end that is given after so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def wait(self, timeout: float | None = None) -> bool:
        """What a worker does between two steps."""
        self.steps -= 1
        return self.steps <= 0


NEVER = 1_000_000


def small_steps(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Bulk actions go on by so many records at a time."""
    monkeypatch.setattr(carrying_out, "SMALLEST", size)
    monkeypatch.setattr(carrying_out, "CHUNK", size)


def with_customers(office: GivenOffice, count: int, first: int = 0) -> list[int]:
    """So many customers in Dresden; their ids."""
    office.has(*[customer(f"K-{number}") for number in range(first, first + count)])
    return [office.customer(f"K-{number}").id or 0 for number in range(first, first + count)]


def move(office: Office, ids: list[int], town: str = TOWN) -> int:
    """Submits that these customers are in another town."""
    return submit(office, EDIT, ids, Editing({"town": town}))


def work(office: Office, steps: int = NEVER, worker: str = "w") -> int | None:
    """A worker takes one up, and stops after so many steps."""
    return carry_out_next(office, worker, StopAfter(steps))


def status(office: Office, action: int) -> BulkAction:
    """How it stands."""
    with office.store.read() as session:
        return status_of(session, action)


def entry_of(office: Office, action: int) -> JournalEntry:
    """Its journal entry."""
    with office.store.read() as session:
        return session.get_one(JournalEntry, status_of(session, action).entry)


def entries(office: Office) -> list[JournalEntry]:
    """Every entry of the journal, in order."""
    with office.store.read() as session:
        return list(session.exec(select(JournalEntry).order_by(col(JournalEntry.id))))


def is_whole(office: Office) -> bool:
    """Whether the journal is complete and unaltered."""
    with office.store.read() as session:
        return list(verify(session)) == []


def towns(office: Office) -> list[str]:
    """Where customers live, in the order of their ids."""
    with office.store.read() as session:
        return list(session.exec(select(Customer.town).order_by(col(Customer.id))))
