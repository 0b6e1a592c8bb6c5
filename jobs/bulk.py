"""The worker's share in bulk actions: it takes one up within a second, beside whatever it delivers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from threading import Event

from core.bulk.action import BulkState
from core.bulk.carrying_out import carry_out_next
from core.bulk.status import status_of
from core.errors import DatabaseUnavailable
from core.office import Office
from jobs.delivering import new_worker_id
from jobs.schedule import Counts, JobProgress, is_paused

log = logging.getLogger("leitstand.bulk")

JOB = "bulk-actions"
POLL_SECONDS = 0.5
"""How often the worker looks for one; whoever submits one sees it begin within this."""
TRIED_AGAIN_AFTER = 5.0


def keep_carrying_out(office: Office, worker: str, stop: Event) -> None:
    """Carries out bulk actions as they are submitted, until told to stop; none while the job is paused."""
    while not stop.wait(POLL_SECONDS):
        try:
            while not stop.is_set() and not is_paused(office, JOB):
                if carry_out_next(office, worker, stop) is None:
                    break
        except DatabaseUnavailable as error:
            log.warning("bulk actions: %s", error)
            stop.wait(TRIED_AGAIN_AFTER)
        except Exception:
            # It stands in the bulk action; the others go on.
            log.exception("bulk actions")


def carry_out_bulk_actions(office: Office, progress: JobProgress) -> Counts:
    """Carries out every bulk action that waits, or that a worker left when it died."""
    worker, stop = new_worker_id(), Event()
    taken_up = set[int]()
    counts = _counts(office, taken_up)
    while (action := carry_out_next(office, worker, stop)) is not None:
        taken_up.add(action)
        counts = _counts(office, taken_up)
        if not progress(counts):
            break
    return counts


def _counts(office: Office, ids: Iterable[int]) -> Counts:
    with office.store.read() as session:
        actions = [status_of(session, id_) for id_ in ids]
    return {
        "actions": len(actions),
        "done": sum(one.done for one in actions),
        "left-alone": sum(one.refused for one in actions),
        "failed": sum(one.state == BulkState.FAILED for one in actions),
    }
