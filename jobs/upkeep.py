"""The jobs that keep the office going: `recheck`, `deliver-transfers`, `tidy`."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import uuid4

import sqlalchemy as sa
from sqlmodel import col, select

from core import journal
from core.accounts.account import Account
from core.bulk.carrying_out import unfinished_entries
from core.bulk.status import forget_ended
from core.customers.review import review_stale
from core.errors import LeitstandError
from core.inbox.retention import remove_old_content
from core.journal import JournalChange, JournalEntry
from core.locale import Message, _
from core.office import Office
from core.outbox import lease
from core.postbox.receiving import is_a_document
from core.presence.presence import forget_absent
from core.store.statements import execute
from jobs.collecting import remove_received
from jobs.delivery import Delivered, Delivery
from jobs.history import JobRequest, JobRun, Worker
from jobs.schedule import DONE, UNREACHED, Counts, Ended, JobProgress

ABANDONED_AFTER = timedelta(hours=1)
KEEP_RUNS = timedelta(days=90)


def recheck(office: Office, progress: JobProgress) -> Counts:
    """Reviews every customer for whom something moved."""
    counts: Counts = {"checked": 0}
    for done, total in review_stale(office):
        counts = {"checked": done, "of": total}
        if not progress(counts):
            break
    return counts


def deliver_transfers(office: Office, progress: JobProgress) -> Ended:
    """Delivers what may go out now, of every account; what one account cannot do does not stop the others.

    It is run by hand only (workers deliver all the time), so it tries once where a partner was out of reach.
    """
    counts: Counter[str] = Counter()
    failure: LeitstandError | None = None
    reason: Message | None = None
    stop = Event()
    for name in account_names(office):
        before = counts.copy()

        def told(so_far: Delivered, before: Counter[str] = before) -> bool:
            return progress(before + _counted(so_far))

        try:
            delivered = Delivery(office, name, new_worker_id(), stop, told, by_hand=True).until_idle()
            counts += _counted(delivered)
            if delivered.out_of_reach is not None:
                reason = reason or _("{account}: {reason}", account=name, reason=delivered.out_of_reach)
        except LeitstandError as error:
            failure = failure or error
        if stop.is_set():
            break
    if failure is not None:
        raise failure
    return Ended(dict(counts), reason, DONE if reason is None or counts["delivered"] else UNREACHED)


def _counted(delivered: Delivered) -> Counter[str]:
    questions = {"asked": delivered.asked, "unanswered": delivered.unanswered}
    return Counter({**delivered.outcomes, "rescued": delivered.rescued, **questions})


def account_names(office: Office) -> list[str]:
    """The accounts that have credentials, and whose partner takes transfers."""
    with office.store.read() as session:
        query = select(Account.name).where(
            col(Account.version) > 0, col(Account.partner).in_(list(office.partners))
        )
        return list(session.exec(query.order_by(col(Account.name))))


def new_worker_id() -> str:
    """New at every start: a restarted worker must not look like the one that died."""
    return f"{socket.gethostname()}-{uuid4().hex[:12]}"


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
