"""What an operator wants to know first: what is stuck and why, and whether the machine runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.office import Office
from core.outbox.transfer import STUCK, PartnerCopy, State, Transfer
from core.store.statements import execute
from jobs.history import Leader, Worker
from jobs.leading import leader

SILENT_AFTER = 60.0
"""Seconds without a heartbeat after which a worker no longer counts as running."""


# What is only counted here is named and not declared: each table takes milliseconds of a short command.
# tests/jobs/test_overview.py compares them with the records.
CUSTOMER = sa.table("customer")
CONFLICT = sa.table("import_conflict", sa.column("resolution"))
ARRIVAL = sa.table("arrival", sa.column("state"))
FINDING = sa.table("finding", *map(sa.column, ("rule", "name", "severity", "blocks", "suppressed")))


@dataclass(frozen=True, slots=True)
class Stuck:
    """Transfers that are stuck for one cause: how many, and since when the oldest is in the queue."""

    state: str
    cause: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class FoundOften:
    """A rule with how many findings it has now, and how many of them hold a transfer."""

    rule: str
    name: str
    severity: str
    count: int
    blocking: int


@dataclass(frozen=True)
class Overview:
    """The state of an office in numbers; each is one query."""

    customers: int
    transfers: dict[str, int]
    stuck: tuple[Stuck, ...]
    findings: tuple[FoundOften, ...]
    conflicts: int
    quarantined: int
    waiting_arrivals: int
    short_name_only: int
    leader: Leader | None
    workers: tuple[Worker, ...]


def overview(session: Session, office: Office) -> Overview:
    """How the office stands."""
    now = office.now
    return Overview(
        _count(session, sa.select(sa.func.count()).select_from(CUSTOMER)),
        _by_state(session),
        tuple(_stuck(session)),
        tuple(_findings(session)),
        _count(session, _counting(CONFLICT, CONFLICT.c.resolution == "")),
        _count(session, _counting(ARRIVAL, ARRIVAL.c.state == "quarantined")),
        _count(session, _counting(ARRIVAL, ARRIVAL.c.state == "stored")),
        _count(session, _counting(PartnerCopy, col(PartnerCopy.short_name_only).is_(True))),
        leader(session, now),
        tuple(one for one in _workers(session) if (now - one.beat_at).total_seconds() < SILENT_AFTER),
    )


def _counting(model: Any, condition: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(model).where(condition)


def _count(session: Session, query: sa.Select[int]) -> int:
    return int(execute(session, query).scalar_one())


def _by_state(session: Session) -> dict[str, int]:
    query = select(Transfer.state, sa.func.count()).group_by(col(Transfer.state))
    counts = dict(session.exec(query).all())
    return {state.value: counts.get(state.value, 0) for state in State}


def _stuck(session: Session) -> list[Stuck]:
    number = sa.func.count()
    query = (
        select(Transfer.state, Transfer.cause_code, number, sa.func.min(Transfer.created_at))
        .where(col(Transfer.state).in_(STUCK))
        .group_by(col(Transfer.state), col(Transfer.cause_code))
        .order_by(number.desc())
    )
    return [Stuck(*row) for row in session.exec(query)]


def _findings(session: Session) -> list[FoundOften]:
    found = FINDING.c
    query = (
        sa.select(
            found.rule,
            found.name,
            found.severity,
            sa.func.count().label("number"),
            sa.func.sum(sa.cast(found.blocks, sa.Integer)).label("holding"),
        )
        .where(found.suppressed.is_(False))
        .group_by(found.rule, found.name, found.severity)
        .order_by(found.rule)
    )
    rows = execute(session, query)
    return [FoundOften(row.rule, row.name, row.severity, row.number, row.holding) for row in rows]


def _workers(session: Session) -> list[Worker]:
    query = select(Worker).where(col(Worker.stopped_at).is_(None)).order_by(col(Worker.started_at))
    return list(session.exec(query))
