"""Jobs: what the machine does by itself: schedule, last and next run, progress, history; run now, pause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.locale import Message, _
from core.office import Office
from core.operation import NoParameters, WithReason
from jobs.commands.jobs import JobState, counts_text, job_states
from jobs.commands.words import RUNS, word
from jobs.history import JobPause, JobRequest, JobRun, Worker
from jobs.leading import leader
from jobs.pausing import pause_job, resume_job
from jobs.schedule import request_run
from tui.area import Area, Badge, Column, Tab
from tui.blocks import Block, Fact, Grid, Heading, Paragraph
from tui.keys import Asks, Deed, deed
from tui.listed import ListedWorklist
from tui.shown import Cell, Shown
from tui.signs import Tone

HISTORY = 50
TONES = {"done": Tone.GOOD, "failed": Tone.ERROR, "died": Tone.ERROR, "running": Tone.ACCENT}


@dataclass(frozen=True)
class JobRow:
    """A job and whether somebody has asked for it just now."""

    state: JobState
    asked: datetime | None

    @property
    def name(self) -> str:
        """The job's name, as the command line says it."""
        return self.state.job.name

    @property
    def plain(self) -> str:
        """What a filter looks at."""
        return self.name


def _rows(session: Session, office: Office) -> dict[int, JobRow]:
    waiting = select(JobRequest).where(col(JobRequest.taken_at).is_(None))
    asked = {one.job: one.at for one in session.exec(waiting)}
    states = job_states(session, office)
    return {number: JobRow(one, asked.get(one.job.name)) for number, one in enumerate(states, 1)}


def _outcome(row: JobRow, shown: Shown) -> Cell:
    if row.state.pause is not None:
        return Cell(f"{shown.signs.held} {shown.text(_('paused'))}", Tone.WARNING)
    if row.asked is not None:
        return Cell(f"{shown.signs.pending} {shown.text(_('asked for'))}", Tone.ACCENT)
    last = row.state.last
    if last is None:
        return Cell(shown.text(_("never ran")), Tone.DIM)
    signs = {"done": shown.signs.delivered, "running": shown.signs.sending}
    sign = signs.get(last.outcome, shown.signs.failed)
    return Cell(f"{sign} {shown.text(word(RUNS, last.outcome))}", TONES.get(last.outcome, Tone.WARNING))


def _age(moment: datetime | None, shown: Shown) -> str:
    return shown.age(moment) if moment is not None else ""


def _last(row: JobRow, shown: Shown) -> str:
    return _age(row.state.last.started_at, shown) if row.state.last else ""


def _counts(row: JobRow, shown: Shown) -> str:
    return shown.text(counts_text(row.state.last.counts)) if row.state.last else ""


COLUMNS = (
    Column("", _("Job"), 18, lambda row, shown: shown.text(row.name)),
    Column("", _("Outcome"), 17, _outcome),
    Column("", _("Last"), 12, _last, right=True),
    Column("", _("Schedule"), 14, lambda row, shown: shown.text(row.state.cron), least=72),
    Column("", _("Counts"), 10, _counts, grows=1),
)


def _state(session: Session, office: Office, id_: int) -> Iterable[Block]:
    row = _rows(session, office).get(id_)
    if row is None:
        return
    state = row.state
    yield Paragraph(state.job.label)
    yield Fact(_("Schedule"), state.cron)
    if state.fault is not None:
        yield Paragraph(state.fault, Tone.ERROR)
    yield Fact(_("Next"), state.next)
    if state.pause is not None:
        yield Fact(_("Paused by"), state.pause.by, Tone.WARNING)
        yield Fact(_("Since"), state.pause.at)
        yield Fact(_("Reason"), state.pause.reason)
    yield Fact(_("Asked for"), row.asked)
    if state.last is not None:
        yield Heading(_("Last run"))
        yield from _run_blocks(state.last)


def _run_blocks(run: JobRun) -> Iterable[Block]:
    yield Fact(_("Outcome"), word(RUNS, run.outcome), TONES.get(run.outcome, Tone.PLAIN))
    yield Fact(_("Started"), run.started_at)
    yield Fact(_("Finished"), run.finished_at)
    yield Fact(_("Last sign of life"), run.beat_at if run.finished_at is None else None)
    yield Fact(_("Worker"), run.worker)
    for name, count in run.counts.items():
        yield Fact(name, count)
    if run.detail:
        yield Paragraph(Message.load(run.detail), Tone.WARNING)


def _history(session: Session, office: Office, id_: int) -> Iterable[Block]:
    row = _rows(session, office).get(id_)
    if row is None:
        return
    query = select(JobRun).where(JobRun.job == row.name).order_by(col(JobRun.id).desc()).limit(HISTORY)
    runs = session.exec(query).all()
    yield Grid(
        (_("Started"), _("Outcome"), _("Counts"), _("Why")),
        [
            (
                run.started_at,
                word(RUNS, run.outcome),
                counts_text(run.counts),
                Message.load(run.detail) if run.detail else "",
            )
            for run in runs
        ],
    )


def machine_blocks(session: Session, office: Office) -> Iterable[Block]:
    """Who leads, and which workers are there."""
    leads = leader(session, office.now)
    if leads is None:
        yield Paragraph(_("Nobody runs the schedule: `leitstand worker` does."), Tone.ERROR)
    else:
        yield Fact(_("Schedule run by"), leads.owner)
    query = select(Worker).where(col(Worker.stopped_at).is_(None)).order_by(col(Worker.started_at))
    workers = session.exec(query).all()
    if workers:
        yield Grid(
            (_("Worker"), _("Host"), _("Started"), _("Last sign of life")),
            [(one.pid, one.host, one.started_at, one.beat_at) for one in workers],
        )


def _machine(session: Session, office: Office, _id: int) -> Iterable[Block]:
    yield from machine_blocks(session, office)


def _run_now(office: Office, row: JobRow, _given: NoParameters) -> Message:
    request_run(office, row.name)
    return _("{job} was asked for; whoever runs the schedule begins at once.", job=row.name)


def _pause(office: Office, row: JobRow, given: WithReason) -> Message:
    pause_job(office, row.name, given.reason)
    return _("{job} is paused now.", job=row.name)


def _resume(office: Office, row: JobRow, _given: NoParameters) -> Message:
    resume_job(office, row.name)
    return _("{job} runs by itself again.", job=row.name)


def _badge(session: Session, office: Office) -> Badge:
    failed = sum(
        1 for one in job_states(session, office, with_next=False) if one.last and one.last.outcome == "failed"
    )
    paused = len(session.exec(select(JobPause.job)).all())
    return Badge(failed + paused, Tone.ERROR if failed else Tone.WARNING)


VERBS = (
    deed("jobs.run", "r", _("Run now"), Deed(_run_now)),
    deed("jobs.pause", "h", _("Pause"), Deed(_pause, WithReason, needs_reason=True), Asks.FORM),
    deed("jobs.resume", "F", _("Resume"), Deed(_resume)),
)


AREA = Area(
    "jobs",
    9,
    _("Jobs"),
    _("Jobs"),
    lambda office: ListedWorklist(office, _rows),
    COLUMNS,
    (
        Tab("state", _("State"), _state),
        Tab("history", _("History"), _history),
        Tab("machine", _("Machine"), _machine),
    ),
    VERBS,
    badge=_badge,
    title_of=lambda row, shown: shown.text(row.name),
)
