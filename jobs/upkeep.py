"""The job `tidy`: what died is closed, what is old is forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlmodel import col, select

from core import journal
from core.bulk.carrying_out import unfinished_entries
from core.bulk.status import forget_ended
from core.inbox.retention import remove_old_content
from core.journal import JournalChange, JournalEntry
from core.office import Office
from core.outbox import lease
from core.postbox.receiving import is_a_document
from core.presence.presence import forget_absent
from core.store.statements import execute
from jobs.collecting import remove_received
from jobs.history import JobRequest, JobRun, Worker
from jobs.schedule import Counts, JobProgress

ABANDONED_AFTER = timedelta(hours=1)
KEEP_RUNS = timedelta(days=90)


def tidy(office: Office, progress: JobProgress) -> Counts:
    """Closes journal entries and runs whose process died, rescues transfers, forgets old runs and workers.

    After `keep_days` the content of what came in goes, from the archive and from the folders `received`.
    """
    counts: Counts = {"closed": _close_abandoned(office), "died": _mark_dead_runs(office)}
    counts |= {"rescued": 0, "forgotten": 0}
    with office.store.write() as session:
        counts["rescued"] = lease.rescue(session, office.now)
    counts["swept"] = office.archive.sweep(office.now - ABANDONED_AFTER)
    before = office.now - KEEP_RUNS
    with office.store.write() as session:
        for old in (
            sa.delete(JobRun).where(col(JobRun.started_at) < before),
            sa.delete(JobRequest).where(col(JobRequest.at) < before),
            sa.delete(Worker).where(col(Worker.beat_at) < before),
        ):
            counts["forgotten"] += execute(session, old).rowcount
        counts["forgotten"] += forget_ended(session, before) + forget_absent(session, office.now)
    if office.settings.keep_days:
        old_content = office.now - timedelta(days=office.settings.keep_days)
        is_needed = partial(is_a_document, office)
        counts["removed"] = remove_old_content(office, old_content, is_needed)
        counts["removed"] += remove_received(office, old_content)
    progress(counts)
    return counts


def _mark_dead_runs(office: Office) -> int:
    with office.store.write() as session:
        silent = sa.update(JobRun).where(
            col(JobRun.finished_at).is_(None), col(JobRun.beat_at) < office.now - ABANDONED_AFTER
        )
        return execute(session, silent.values(outcome="died", finished_at=office.now)).rowcount


def _close_abandoned(office: Office) -> int:
    with office.store.write() as session:
        query = select(JournalEntry).where(
            col(JournalEntry.sequence).is_(None),
            col(JournalEntry.at) < office.now - ABANDONED_AFTER,
            # these are gone on with, in the same entry
            col(JournalEntry.id).not_in(unfinished_entries()),
        )
        entries = session.exec(query.order_by(col(JournalEntry.id)).with_for_update(skip_locked=True)).all()
        for entry in entries:
            touched = select(JournalChange.record).where(JournalChange.entry == entry.id).distinct()
            journal.close_entry(session, entry, sorted(session.exec(touched)))
        return len(entries)
