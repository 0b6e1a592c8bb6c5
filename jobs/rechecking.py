"""The job `recheck`: every customer for whom something moved is reviewed."""

from __future__ import annotations

from core.customers.review import review_stale
from core.office import Office
from jobs.schedule import Counts, JobProgress


def recheck(office: Office, progress: JobProgress) -> Counts:
    """Reviews every customer for whom something moved."""
    counts: Counts = {"checked": 0}
    for done, total in review_stale(office):
        counts = {"checked": done, "of": total}
        if not progress(counts):
            break
    return counts
