"""The claim stays quick however much was delivered: it reads an index that holds what waits, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from core.outbox.queue import transfer
from core.store.statements import execute
from tests.core.outbox.conftest import GivenQueue

DELIVERED, PENDING = 100_000, 1_000


@pytest.fixture
def old_queue(queue: GivenQueue) -> GivenQueue:
    """A queue that has worked for years."""
    [pattern] = queue.add(subject_id=1, state="delivered")
    same = ", ".join(one.name for one in transfer.c if one.name not in ("id", "key", "subject_id", "state"))
    many = sa.text(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :total) "
        f"INSERT INTO transfer (key, subject_id, state, {same}) "
        "SELECT 'k' || n, 2 + n % 50000, CASE WHEN n <= :delivered THEN 'delivered' ELSE 'pending' END, "
        f"{same} FROM numbers, transfer WHERE transfer.id = :pattern"
    )
    with queue.store.write() as session:
        values = {"total": DELIVERED + PENDING, "delivered": DELIVERED, "pattern": pattern}
        execute(session, many, values)
        if not queue.store.is_sqlite:  # which has no statistics unless it is asked to
            execute(session, sa.text("ANALYZE"))
    return queue


def plan_of(queue: GivenQueue, wanted: str, work: Callable[[], object]) -> str:
    """What the database says of the statement that begins like this, as it is really carried out."""
    heard: list[tuple[str, object]] = []

    def hear(
        _connection: object, _cursor: object, statement: str, parameters: object, *_more: object
    ) -> None:
        if statement.startswith(wanted):
            heard.append((statement, parameters))

    event.listen(queue.store.engine, "before_cursor_execute", hear)
    work()
    event.remove(queue.store.engine, "before_cursor_execute", hear)
    statement, parameters = heard[0]
    words = "EXPLAIN QUERY PLAN " if queue.store.is_sqlite else "EXPLAIN "
    with queue.store.write() as session:
        rows = session.connection().exec_driver_sql(words + statement, parameters)  # pyright: ignore
        return "\n".join(str(row[-1]) for row in rows)


def reads_everything(plan: str) -> bool:
    return any(
        "Seq Scan on transfer" in line or (line.startswith("SCAN ") and "INDEX" not in line)
        for line in plan.splitlines()
    )


def test_a_claim_reads_the_index_of_what_waits(old_queue: GivenQueue) -> None:
    claim = "UPDATE transfer" if old_queue.store.is_sqlite else "WITH chosen AS MATERIALIZED"
    plan = plan_of(old_queue, claim, lambda: old_queue.claim(4))
    assert "ix_transfer_ready" in plan
    assert not reads_everything(plan)
    assert not re.search("(?i)sort|temp b-tree", plan), "the index has the order already"


def test_counting_what_is_on_its_way_reads_an_index(old_queue: GivenQueue) -> None:
    old_queue.claim(4)
    plan = plan_of(old_queue, "SELECT count(*)", lambda: old_queue.claim(1))
    assert not reads_everything(plan)


def test_a_rescue_reads_an_index(old_queue: GivenQueue) -> None:
    plan = plan_of(old_queue, "SELECT transfer.id, transfer.lease_token", old_queue.rescue)
    assert not reads_everything(plan)
