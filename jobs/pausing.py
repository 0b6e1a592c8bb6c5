"""Stopping a job for a while, and letting it go on; both stand in the journal."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.errors import Inapplicable
from core.locale import _
from core.office import Office
from core.operation import need_reason
from core.operators import Role
from jobs.history import JobPause
from jobs.schedule import find_job


def pause_job(office: Office, name: str, reason: str) -> JobPause:
    """The job no longer runs by itself; by hand it can be run. Raises NotFound, Inapplicable."""
    office.require(Role.CLERK)
    find_job(name)
    why = need_reason(reason)
    with office.store.write() as session:
        if session.get(JobPause, name) is not None:
            raise Inapplicable(_("{job} is paused already.", job=name))
        made = JobPause(job=name, reason=why, by=office.operator.name, at=office.now)
        session.add(made)
        _note(session, office, "pause", name, why)
    return made


def resume_job(office: Office, name: str) -> None:
    """The job runs by itself again. Raises NotFound, Inapplicable."""
    office.require(Role.CLERK)
    find_job(name)
    with office.store.write() as session:
        present = session.get(JobPause, name)
        if present is None:
            raise Inapplicable(_("{job} is not paused.", job=name))
        session.delete(present)
        _note(session, office, "resume", name, "")


def paused_jobs(session: Session) -> dict[str, JobPause]:
    """Who stopped which job, and why."""
    return {one.job: one for one in session.exec(select(JobPause).order_by(col(JobPause.job)))}


def _note(session: Session, office: Office, action: str, name: str, reason: str) -> None:
    office.note(
        session,
        "jobs",
        action,
        name,
        reason=reason,
    )
