"""What the machine did by itself: runs of jobs, who leads, who works, what was asked for by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.store.columns import identity, json_value, long_text, moment


class JobRun(SQLModel, table=True):
    """One run of a job; unique by (job, slot), so that two leaders cannot run a slot twice."""

    __tablename__ = "job_run"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.UniqueConstraint("job", "slot"), sa.Index("ix_job_run_newest", "job", "id"))

    id: int | None = identity()
    job: str
    slot: str
    worker: str = ""
    epoch: int = 0
    started_at: datetime = moment()
    beat_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    outcome: str = Field(default="running")
    counts: dict[str, Any] = json_value()
    detail: str = long_text()


class Leader(SQLModel, table=True):
    """Who runs the schedule. The epoch rises with every change of owner."""

    __tablename__ = "leader"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    owner: str
    epoch: int = 1
    until: datetime = moment()


class Worker(SQLModel, table=True):
    """A process that delivers; `id` is new at every start."""

    __tablename__ = "worker"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    host: str
    pid: int
    started_at: datetime = moment()
    beat_at: datetime = moment()
    stopped_at: datetime | None = moment(nullable=True)


class JobRequest(SQLModel, table=True):
    """Somebody pressed "run now", on whatever console."""

    __tablename__ = "job_request"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    job: str
    by: str
    at: datetime = moment()
    taken_at: datetime | None = moment(nullable=True)


class JobPause(SQLModel, table=True):
    """A job that somebody stopped; a row that is missing is a job that runs."""

    __tablename__ = "job_pause"  # pyright: ignore[reportAssignmentType]

    job: str = Field(primary_key=True)
    reason: str = long_text()
    by: str = ""
    at: datetime = moment()
