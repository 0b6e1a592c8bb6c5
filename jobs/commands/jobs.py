"""`leitstand jobs`, `run` and `worker`: what runs by itself, and running it by hand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.locale import Message, _
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, command, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import RUNS, word

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.office import Office
    from jobs.history import JobPause, JobRun
    from jobs.schedule import Counts, Job

jobs_group = Group("jobs", _("What runs by itself: list, pause, resume, history, request."))
NEEDS_SOMEBODY = ("refused-data", "uncertain", "protocol", "unreadable", "quarantined", "failed")
"""Counts of a run that mean that some items did not go through: exit code 1."""
OUT_OF_REACH = ("unavailable", "refused-credentials", "throttled", "unanswered")
"""Counts of a run that mean that the partner was not reached: exit code 3, unless something went through."""


@dataclass(frozen=True)
class JobState:
    """A job, when it runs, how it went last; `fault` where its schedule is none."""

    job: Job
    cron: str
    last: JobRun | None
    next: datetime | None
    pause: JobPause | None
    fault: Message | None = None

    @property
    def meaning(self) -> object:
        """What an operator has to know of it: what is wrong, why it is paused, else what it does."""
        return self.fault or (self.pause.reason if self.pause else self.job.label)

    def as_json(self) -> Mapping[str, object]:
        """For machines."""
        return {
            "name": self.job.name,
            "label": self.job.label,
            "schedule": self.cron,
            "paused": self.pause is not None,
            "reason": self.pause.reason if self.pause else None,
            "paused_by": self.pause.by if self.pause else None,
            "fault": self.fault,
            "next": self.next,
            "last": run_as_json(self.last) if self.last else None,
        }


def run_as_json(run: JobRun) -> Mapping[str, object]:
    """For machines."""
    return {
        "id": run.id,
        "job": run.job,
        "slot": run.slot,
        "worker": run.worker,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "counts": run.counts,
        "detail": _detail(run),
    }


def _detail(run: JobRun) -> Message | None:
    return Message.load(run.detail) if run.detail else None


def counts_text(counts: Mapping[str, object]) -> str:
    """Counts on one line, without those that are nothing."""
    return ", ".join(f"{name} {value}" for name, value in counts.items() if value)


JOBS_LISTING: Listing[JobState] = Listing(
    (
        Column(_("Job"), lambda one: one.job.name),
        Column(_("Schedule"), lambda one: one.cron),
        Column(_("Next"), lambda one: _("paused") if one.pause else one.next),
        Column(_("Last"), lambda one: one.last.started_at if one.last else None),
        Column(_("Outcome"), lambda one: word(RUNS, one.last.outcome) if one.last else None),
        Column(_("Counts"), lambda one: counts_text(one.last.counts) if one.last else ""),
        Column(_("Meaning"), lambda one: one.meaning, sentence=True),
    ),
    JobState.as_json,
)
RUNS_LISTING: Listing[JobRun] = Listing(
    (
        Column(_("Started"), lambda one: one.started_at),
        Column(_("Finished"), lambda one: one.finished_at),
        Column(_("Job"), lambda one: one.job),
        Column(_("Outcome"), lambda one: word(RUNS, one.outcome)),
        Column(_("Counts"), lambda one: counts_text(one.counts)),
        Column(_("Why"), _detail, sentence=True),
    ),
    run_as_json,
)


def job_states(session: Session, office: Office, *, with_next: bool = True) -> list[JobState]:
    """Every job; the next run takes a schedule to be read, which not everybody waits for."""
    from jobs.pausing import paused_jobs
    from jobs.schedule import cron_of, jobs_of, last_run

    paused = paused_jobs(session)
    states: list[JobState] = []
    for job in jobs_of(office):
        at, fault = _next_run(office, job) if with_next and job.name not in paused else (None, None)
        last = last_run(session, job.name)
        states.append(JobState(job, cron_of(office, job), last, at, paused.get(job.name), fault))
    return states


def _next_run(office: Office, job: Job) -> tuple[datetime | None, Message | None]:
    """When a job runs next, or what is wrong with its schedule: the others are listed all the same."""
    from core.errors import NotFound
    from jobs.schedule import next_run

    try:
        return next_run(office, job, office.now), None
    except NotFound as error:
        return None, error.message


@jobs_group.sub("list", _("Lists jobs: when they run, how they went last."))
def list_jobs(frame: Frame) -> None:
    """Lists the jobs."""
    with frame.office() as office, office.store.read() as session:
        frame.list(JOBS_LISTING, job_states(session, office))


@jobs_group.sub("history", _("Lists runs of jobs, the newest first."))
@argument("job", required=False, metavar="[JOB]")
@option("--limit", type=Whole(), default=50, help=_("At most so many; 50 unless said otherwise."))
def history(frame: Frame, job: str | None, limit: int) -> None:
    """Lists runs, of one job or of all."""
    from sqlmodel import col, select

    from jobs.history import JobRun
    from jobs.schedule import find_job

    query = select(JobRun).order_by(col(JobRun.id).desc()).limit(limit)
    if job is not None:
        query = query.where(JobRun.job == find_job(job).name)
    with frame.office() as office, office.store.read() as session:
        frame.list(RUNS_LISTING, list(session.exec(query)), limit)


@jobs_group.sub("pause", _("A job no longer runs by itself; by hand it can be run."))
@argument("job", metavar="JOB")
@option("--reason", required=True, help=_("Why; kept in the journal."))
def pause(frame: Frame, job: str, reason: str) -> None:
    """Pauses a job."""
    from jobs.pausing import pause_job

    with frame.office() as office:
        made = pause_job(office, job, reason)
    if frame.format == "json":
        frame.json({"job": job, "paused": True, "reason": made.reason})
    else:
        frame.tell(_("{job} is paused.", job=job))


@jobs_group.sub("resume", _("A job runs by itself again."))
@argument("job", metavar="JOB")
def resume(frame: Frame, job: str) -> None:
    """Ends the pause of a job."""
    from jobs.pausing import resume_job

    with frame.office() as office:
        resume_job(office, job)
    if frame.format == "json":
        frame.json({"job": job, "paused": False})
    else:
        frame.tell(_("{job} runs by itself again.", job=job))


@jobs_group.sub("request", _("Asks the worker that leads to run a job now."))
@argument("job", metavar="JOB")
def request(frame: Frame, job: str) -> None:
    """Leaves a request in the database; from any host."""
    from core.operators import Role
    from jobs.leading import leader
    from jobs.schedule import request_run

    with frame.office() as office:
        office.require(Role.CLERK)
        request_run(office, job)
        with office.store.read() as session:
            leads = leader(session, office.now)
    if leads is None:
        frame.tell(_("No worker is running; the request waits for an hour. `leitstand run` runs it here."))
    if frame.format == "json":
        frame.json({"job": job, "requested": True})
    else:
        frame.tell(_("{job} is asked for.", job=job))


@command("run", _("Runs one job now, in this process, once."))
@argument("job", metavar="JOB")
@option("--once", is_flag=True, help=_("Runs it once, which it does anyway."))
def run(frame: Frame, job: str, once: bool) -> int:
    """Runs a job; the exit code says whether all went through, some did not, or nobody was reached."""
    from core.operators import Role
    from jobs.schedule import UNREACHED, run_job, slot_by_hand

    with frame.office() as office:
        office.require(Role.CLERK)
        told = frame.progress(_("Running {job}", job=job))
        ran = run_job(office, job, slot_by_hand(), progress=lambda counts: told(sum(counts.values()), 0))
        if frame.format == "json":
            frame.json({"job": job, "run": ran.run, "outcome": ran.outcome, "counts": ran.counts})
        else:
            counts = counts_text(ran.counts) or frame.text(_("nothing to do"))
            frame.print(_("{job}: {counts}", job=job, counts=counts))
        if ran.error is not None:
            raise ran.error
        shut = _tell_gates(frame, office) if job == "deliver-transfers" else False
        if ran.detail is not None and not shut:
            frame.tell(ran.detail)
    unreached = ran.outcome == UNREACHED and job.startswith("collect")
    return exit_code_of(ran.counts, shut=shut or unreached)


def exit_code_of(counts: Counts, *, shut: bool = False) -> int:
    """0: all well; 1: some items did not go through; 3: the partner is out of reach (`shut`)."""
    if (shut or any(counts.get(name) for name in OUT_OF_REACH)) and not counts.get("delivered"):
        return 3
    return int(any(counts.get(name) for name in (*NEEDS_SOMEBODY, *OUT_OF_REACH)))


def _tell_gates(frame: Frame, office: Office) -> bool:
    """Says why nothing goes out of an account; whether that is because its partner cannot be reached."""
    from core.outbox.gate import OUT_OF_REACH as SHUT
    from jobs.commands.accounts import account_states

    with office.store.read() as session:
        states = account_states(session, office)
    for state in states:
        if state.gate.reason is not None:
            frame.tell(_("{account}: {reason}", account=state.name, reason=state.gate.reason))
    return any(state.gate.code in SHUT for state in states)


@command("worker", _("Runs the schedule and delivers, until SIGTERM; what is in flight is finished first."))
@option("--once", is_flag=True, help=_("Does all that can be done now, then ends."))
@option("--while-stdin", is_flag=True, help=_("Ends with its standard input; for who starts it as a child."))
def worker(frame: Frame, once: bool, while_stdin: bool) -> int:
    """Works until told to stop; several workers may run, one of them leads."""
    from core.operators import MACHINE, Role
    from jobs.schedule import schedule_faults
    from jobs.worker import Worker, run_once

    with frame.office() as office:
        office.require(Role.CLERK)
        machine = office.acting_as(MACHINE)
        if not once:
            for fault in schedule_faults(office.home, office.settings):
                raise fault
            working = Worker(machine)
            working.listen_to_signals()
            if while_stdin:
                working.end_with(sys.stdin.buffer)
            frame.tell(_("Working as {worker}; SIGTERM ends it.", worker=working.id))
            working.run()
            return 0
        done = run_once(machine)
        if frame.format == "json":
            frame.json(done)
        else:
            for name, counts in done.items():
                said = counts_text(counts) or frame.text(_("nothing to do"))
                frame.print(_("{job}: {counts}", job=name, counts=said))
        shut = _tell_gates(frame, machine)
    return exit_code_of(_summed(done), shut=shut)


def _summed(done: Mapping[str, Counts]) -> Counts:
    total: Counts = {}
    for counts in done.values():
        for name, value in counts.items():
            total[name] = total.get(name, 0) + value
    return total
