"""The jobs that bring things in: `collect` (watched folders) and `apply-arrivals`."""

from __future__ import annotations

import time
from pathlib import Path

from sqlmodel import col, select

from core.customers import importing
from core.errors import UnreadableInput
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import receive_file, safe_name
from core.locale import _
from core.office import Office
from core.settings import WatchedFolder
from jobs.schedule import Counts, JobProgress

SETTLED_AFTER = 5.0
"""Seconds without a change after which a file in a watched folder counts as completely written."""
DONE = "received"


def collect(office: Office, progress: JobProgress) -> Counts:
    """Stores every finished file of the watched folders, then moves it into their sub-folder `received`.

    Raises UnreadableInput where a folder cannot be read; files stored until then stay stored.
    """
    counts: Counts = {"received": 0, "again": 0}
    for folder in office.settings.folders:
        for file in _finished_files(office, folder):
            received = receive_file(office, folder.kind, file, options=_options(office, folder))
            counts["again" if received.again else "received"] += 1
            _put_aside(file, office.now.strftime("%Y%m%d-%H%M%S"))
            progress(counts)
    return counts


def _finished_files(office: Office, folder: WatchedFolder) -> list[Path]:
    path = office.home / folder.path
    try:
        files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
        newest = time.time() - SETTLED_AFTER
        return [one for one in files if one.stat().st_mtime <= newest]
    except OSError as error:
        reason = _("The watched folder cannot be read: {reason}", reason=error.strerror or str(error))
        raise UnreadableInput(str(path), reason) from error


def _options(office: Office, folder: WatchedFolder) -> dict[str, str]:
    if not folder.mapping:
        return {}
    path = office.home / folder.mapping
    try:
        return {"mapping": path.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(str(path), _("The mapping file cannot be read.")) from error


def _put_aside(file: Path, stamp: str) -> None:
    target = file.parent / DONE
    target.mkdir(exist_ok=True)
    file.rename(target / f"{stamp}-{safe_name(file.name)}")


def apply_arrivals(office: Office, progress: JobProgress) -> Counts:
    """Applies every stored file in the order of arrival; one that cannot be read is quarantined."""
    counts: Counts = {"files": 0, "unreadable": 0, "new": 0, "changed": 0, "conflicts": 0, "quarantined": 0}
    with office.store.read() as session:
        query = select(Arrival).where(
            Arrival.state == ArrivalState.STORED,
            Arrival.kind == importing.KIND,
            col(Arrival.parent).is_(None),
        )
        waiting = list(session.exec(query.order_by(col(Arrival.id))))
    for arrival in waiting:
        try:
            done = importing.apply(office, arrival, lambda _read, _size: progress(counts) and None)
        except UnreadableInput:
            counts["unreadable"] += 1
            continue
        counts["files"] += 1
        for name in ("new", "changed", "conflicts", "quarantined"):
            counts[name] += getattr(done, name)
        progress(counts)
    return counts
