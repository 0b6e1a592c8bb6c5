"""What the machine does by itself: the jobs, when they run, and how one run of one is carried out.

The tables are the truth, APScheduler only the clock: each run first takes its slot in `job_run`, which is
unique, so that a second scheduler that believes to lead does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core.errors import LeitstandError, NotFound, UnreadableInput
from core.locale import Message, _
from core.office import Office
from core.settings import FILE_NAME, Settings
from jobs.history import JobPause, JobRequest, JobRun

log = logging.getLogger("leitstand.jobs")

Counts = dict[str, int]
JobProgress = Callable[[Mapping[str, int]], bool]
"""Told the counts so far; answers whether to go on."""


OFF = "off"
"""The schedule of a job that never runs by itself."""
DONE, FAILED, UNREACHED = "done", "failed", "unreached"
"""How a run ends; unreached: there was something to do, and the partner was out of reach."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended that has more to say than its counts; `detail` is shown in its history."""

    counts: Counts
    detail: Message | None = None
    outcome: str = DONE


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work: what it is called, when it runs by itself (five-field cron), where it stands."""

    name: str
    label: Message
    cron: str
    where: str
    by_hand: str = ""
    """Where it stands what is done when somebody asks for it, if that is more."""
    account: str = ""
    """The account that it is for."""

    def work(self, *, by_hand: bool = False) -> Callable[[Office, JobProgress], Counts | Ended]:
        """The function that does it, loaded when it is needed."""
        module, function = (self.by_hand if by_hand and self.by_hand else self.where).split(":")
        found = getattr(import_module(module), function)
        return partial(found, account=self.account, by_hand=by_hand) if self.account else found


JOBS: tuple[Job, ...] = (
    Job(
        "collect",
        _("Collect files from watched folders"),
        "* * * * *",
        "jobs.collecting:collect",
        by_hand="jobs.collecting:collect_everything",
    ),
    Job("apply-arrivals", _("Apply what has come in"), "* * * * *", "jobs.collecting:apply_arrivals"),
    Job("examine-post", _("Read new post and file it"), "* * * * *", "jobs.post:examine_post"),
    Job("recheck", _("Check what has changed"), "* * * * *", "jobs.rechecking:recheck"),
    Job("deliver-transfers", _("Deliver transfers"), "* * * * *", "jobs.delivering:deliver_transfers"),
    Job("bulk-actions", _("Carry out bulk actions"), "* * * * *", "jobs.bulk:carry_out_bulk_actions"),
    Job("tidy", _("Tidy up"), "30 3 * * *", "jobs.upkeep:tidy"),
)


COLLECT = "collect:"
"""How the names of jobs begin that fetch the post of one account."""
POST_CRON = "*/15 6-20 * * mon-fri"


def jobs_of(office: Office) -> tuple[Job, ...]:
    """All jobs of an office: those that every office has, and one for each account with post."""
    from core.postbox.accounts import accounts_with_post

    names = accounts_with_post(office) if office.postboxes else []
    return (*JOBS, *(find_job(COLLECT + name) for name in names))


def find_job(name: str) -> Job:
    """A job by name. Raises NotFound."""
    for job in JOBS:
        if job.name == name:
            return job
    account = name.removeprefix(COLLECT)
    if name.startswith(COLLECT) and account:
        label = _("Fetch post with {account}", account=account)
        return Job(name, label, POST_CRON, "jobs.post:collect_account", account=account)
    raise NotFound(_("There is no job {job}; known are {known}.", job=name, known=[j.name for j in JOBS]))


def cron_of(office: Office, job: Job) -> str:
    """When a job runs by itself, as the office has set it; "off" for never."""
    return office.settings.schedule.get(job.name, job.cron)


def slot_at(moment: datetime) -> str:
    """The slot of a scheduled run: its minute, in UTC."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0).isoformat()


def slot_by_hand() -> str:
    """A slot that nobody else can have, for a run that was asked for."""
    return f"by hand {uuid4()}"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended; `skipped` where somebody else has the slot or the job is paused."""

    run: int | None
    outcome: str
    counts: Counts
    error: LeitstandError | None = None
    detail: Message | None = None

    @property
    def skipped(self) -> bool:
        """Whether nothing was done."""
        return self.run is None


def run_job(
    office: Office,
    name: str,
    slot: str,
    *,
    worker: str = "",
    epoch: int = 0,
    progress: JobProgress | None = None,
) -> Ran:
    """Takes the slot and does the job; what it did and how it ended stands in `job_run`."""
    job = find_job(name)
    if not slot.startswith("by hand") and is_paused(office, name):
        return Ran(None, "paused", {})
    run = _take_slot(office, name, slot, worker, epoch)
    if run is None:
        return Ran(None, "taken", {})
    counts: Counts = {}

    def tell(so_far: Mapping[str, int]) -> bool:
        counts.update(so_far)
        _beat(office, run, counts)
        return progress(so_far) if progress else True

    try:
        ended = job.work(by_hand=slot.startswith("by hand"))(office, tell)
    except LeitstandError as error:
        _finish(office, run, FAILED, counts, error.message)
        log.warning("job %s failed: %s", name, error)
        return Ran(run, FAILED, counts, error)
    except BaseException as error:
        _finish(office, run, FAILED, counts, _("Unexpected error {kind}", kind=type(error).__name__))
        raise
    done = ended if isinstance(ended, Ended) else Ended(ended)
    counts.update(done.counts)
    _finish(office, run, done.outcome, counts, done.detail)
    return Ran(run, done.outcome, counts, detail=done.detail)


def _take_slot(office: Office, name: str, slot: str, worker: str, epoch: int) -> int | None:
    now = office.now
    run = JobRun(job=name, slot=slot, worker=worker, epoch=epoch, started_at=now, beat_at=now)
    try:
        with office.store.write() as session:
            session.add(run)
            session.flush()
            return run.id
    except IntegrityError:
        return None


def _beat(office: Office, run: int, counts: Counts) -> None:
    with office.store.write() as session:
        row = session.get_one(JobRun, run)
        row.beat_at, row.counts = office.now, dict(counts)
        session.add(row)


def _finish(office: Office, run: int, outcome: str, counts: Counts, detail: Message | None) -> None:
    with office.store.write() as session:
        row = session.get_one(JobRun, run)
        row.outcome, row.counts, row.finished_at = outcome, dict(counts), office.now
        row.detail = detail.dump() if detail else ""
        session.add(row)


def is_paused(office: Office, name: str) -> bool:
    """Whether somebody stopped this job."""
    with office.store.read() as session:
        return session.get(JobPause, name) is not None


def request_run(office: Office, name: str) -> None:
    """Asks whoever leads to run a job now; from any console."""
    find_job(name)
    with office.store.write() as session:
        session.add(JobRequest(job=name, by=office.operator.name, at=office.now))


def take_requests(session: Session, now: datetime) -> list[str]:
    """The jobs that were asked for and not yet taken; an hour later nobody expects them any more."""
    query = select(JobRequest).where(col(JobRequest.taken_at).is_(None)).with_for_update(skip_locked=True)
    rows = session.exec(query.order_by(col(JobRequest.id))).all()
    for row in rows:
        row.taken_at = now
        session.add(row)
    return list(dict.fromkeys(row.job for row in rows if row.at > now - timedelta(hours=1)))


def last_run(session: Session, job: str) -> JobRun | None:
    """The newest run of a job."""
    query = select(JobRun).where(JobRun.job == job).order_by(col(JobRun.id).desc())
    return session.exec(query.limit(1)).first()


def next_run(office: Office, job: Job, after: datetime) -> datetime | None:
    """When a job runs next by itself."""
    cron = cron_of(office, job)
    if cron == OFF:
        return None
    return trigger_of(cron, office.settings.time_zone).get_next_fire_time(None, after)


def trigger_of(cron: str, zone: str) -> Any:
    """APScheduler's trigger for a cron expression. Raises NotFound for one that is none."""
    from apscheduler.triggers.cron import CronTrigger  # pyright: ignore[reportMissingTypeStubs]

    trigger: Any = CronTrigger
    try:
        return trigger.from_crontab(cron, timezone=zone)
    except ValueError as error:
        raise NotFound(_("“{cron}” is no schedule: {reason}", cron=cron, reason=str(error))) from error


def schedule_faults(home: Path, settings: Settings) -> list[UnreadableInput]:
    """What is wrong with the setting `schedule`, entry by entry: no such job, or no cron expression."""
    return [
        UnreadableInput(str(home / FILE_NAME), _("“{key}”: {reason}", key=f"schedule.{name}", reason=fault))
        for name, cron in settings.schedule.items()
        if (fault := _fault_of(name, cron, settings.time_zone)) is not None
    ]


def _fault_of(name: str, cron: str, zone: str) -> Message | None:
    try:
        find_job(name)
        if cron != OFF:
            trigger_of(cron, zone)
    except NotFound as error:
        return error.message
    return None
