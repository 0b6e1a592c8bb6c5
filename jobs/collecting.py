"""The jobs that bring things in: `collect` (watched folders) and `apply-arrivals`."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from core.archive import CHUNK, Stored
from core.errors import LeitstandError, UnreadableInput
from core.importing import applying
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import receive_stored, safe_name
from core.locale import _, n_
from core.office import Office
from core.settings import WatchedFolder
from core.text import visible
from jobs.intakes import INTAKES, intake_of
from jobs.schedule import COLLECT, UNREACHED, Counts, Ended, JobProgress, run_job, slot_by_hand

DONE = "received"
UNFINISHED = (".part", ".tmp", ".filepart")
"""How the names of files end that a transfer program has not finished."""
NAMED = 5
"""Entries of watched folders that are named where they are left alone."""
STAMP, STAMPED = "%Y%m%d-%H%M%S", re.compile(r"[0-9]{8}-[0-9]{6}(?=-)")
"""When a file was received, in front of its name."""
LONGEST_NAME = 200
"""Bytes of a name that still fit a file system once a moment stands in front of it."""


class _Changed(Exception):
    """Somebody still writes to a file: it is left alone until the next run."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What gives away that a file is not the one any more that was looked at before."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Look:
        """A look at a file, of which `status` is what the system says."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def collect(office: Office, progress: JobProgress) -> Ended:
    """Stores every finished file of the watched folders, then moves it into their sub-folder `received`.

    What cannot be read does not stop the rest. Raises the first UnreadableInput when all else is done.
    What is neither file nor folder is left alone, counted and named: a link could lead anywhere.
    """
    counts: Counts = {"received": 0, "again": 0}
    failures: list[UnreadableInput] = []
    left: list[str] = []
    for folder in office.settings.folders:
        with _noted(failures):
            for file, look in _finished_files(office, folder, left):
                with _noted(failures):
                    _take(office, folder, file, look, counts)
                if not progress(counts):
                    return _ended(counts, left)
    if failures:
        raise failures[0]
    return _ended(counts, left)


def collect_everything(office: Office, progress: JobProgress) -> Ended:
    """What somebody asks for by hand: the watched folders, and every account's post in a run of its own.

    What one cannot do does not stop the others. Raises the first error when all else is done.
    """
    from core.postbox.accounts import accounts_with_post

    failures: list[LeitstandError] = []
    ended = Ended({"received": 0, "again": 0})
    try:
        ended = collect(office, progress)
    except UnreadableInput as error:
        failures.append(error)
    for account in accounts_with_post(office) if office.postboxes else []:
        ran = run_job(office, COLLECT + account, slot_by_hand())
        failures += [ran.error] if ran.error is not None else []
        counts = {name: ended.counts.get(name, 0) + number for name, number in ran.counts.items()}
        detail = ended.detail or (
            _("{account}: {reason}", account=account, reason=ran.detail) if ran.detail else None
        )
        outcome = UNREACHED if UNREACHED in (ended.outcome, ran.outcome) else ended.outcome
        ended = Ended({**ended.counts, **counts}, detail, outcome)
        if not progress(ended.counts):
            break
    if failures:
        raise failures[0]
    return ended


def _ended(counts: Counts, left: list[str]) -> Ended:
    if not left:
        return Ended(counts)
    names = tuple(visible(name) for name in left[:NAMED])
    detail = n_(
        "{count} entry of a watched folder is a link or no file, and is left where it is: {names}",
        "{count} entries of watched folders are links or no files, and are left where they are: {names}",
        len(left),
        names=names,
    )
    return Ended({**counts, "left": len(left)}, detail)


@contextmanager
def _noted(failures: list[UnreadableInput]) -> Generator[None]:
    try:
        yield
    except UnreadableInput as error:
        failures.append(error)


def _finished_files(office: Office, folder: WatchedFolder, left: list[str]) -> Iterator[tuple[Path, _Look]]:
    """The files that nobody writes to any more; what is no file is noted in `left`."""
    path = office.home / folder.path
    newest = time.time() - folder.settled_seconds
    try:
        files = sorted(path.iterdir())
    except OSError as error:
        reason = _("The watched folder cannot be read: {reason}", reason=error.strerror or str(error))
        raise UnreadableInput(str(path), reason) from error
    for file in files:
        status = _status_of(file)
        if status is None or stat.S_ISDIR(status.st_mode):
            continue
        if not stat.S_ISREG(status.st_mode):
            left.append(file.name)
        elif status.st_mtime <= newest:
            yield file, _Look.of(status)


def _status_of(file: Path) -> os.stat_result | None:
    """Nothing for what is named as unfinished or has vanished."""
    if file.name.startswith(".") or file.name.lower().endswith(UNFINISHED):
        return None
    try:
        return file.lstat()
    except OSError:
        return None


def _take(office: Office, folder: WatchedFolder, file: Path, look: _Look, counts: Counts) -> None:
    """Receives one file and puts it aside, unless it changed since the look at it: half a file is none."""

    def check() -> None:
        try:
            now = _Look.of(file.lstat())
        except OSError as error:
            raise _Changed from error
        if now != look:
            raise _Changed

    options = _options(office, folder)
    with _done_folder(file.parent) as done, suppress(_Changed):
        stored = _stored(office, file, look)
        received = receive_stored(office, folder.kind, file, stored, options=options, check=check)
        counts["again" if received.again else "received"] += 1
        check()
        _put_aside(file, done, office.now.strftime(STAMP))


def _stored(office: Office, file: Path, look: _Look) -> Stored:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError as error:
        raise UnreadableInput(str(file), _("The file may not be read.")) from error
    except OSError as error:
        raise _Changed from error
    with os.fdopen(descriptor, "rb") as stream:
        if _Look.of(os.fstat(descriptor)) != look:
            raise _Changed
        return office.archive.store(iter(lambda: stream.read(CHUNK), b""))


@contextmanager
def _done_folder(watched: Path) -> Generator[int]:
    """The sub-folder for what was received, held open, so that nobody can put a link in its place."""
    done = watched / DONE
    try:
        done.mkdir(exist_ok=True)
        descriptor = os.open(done, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise _cannot_put_aside(done, error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _put_aside(file: Path, done: int, stamp: str) -> None:
    name = safe_name(file.name)
    while len(os.fsencode(name)) > LONGEST_NAME:
        name = name[1:]
    try:
        os.rename(file, f"{stamp}-{name}", dst_dir_fd=done)
    except OSError as error:
        raise _cannot_put_aside(file, error) from error


def remove_received(office: Office, before: datetime) -> int:
    """Removes the files that were received before a moment, as their names say; answers how many."""
    stamp = before.strftime(STAMP)
    removed = 0
    for folder in office.settings.folders:
        watched = office.home / folder.path
        if not (watched / DONE).is_dir():
            continue
        with _done_folder(watched) as done, os.scandir(done) as entries:
            for entry in entries:
                its = STAMPED.match(entry.name)
                if its is not None and its[0] < stamp and entry.is_file(follow_symlinks=False):
                    os.unlink(entry.name, dir_fd=done)
                    removed += 1
    return removed


def _cannot_put_aside(path: Path, error: OSError) -> UnreadableInput:
    reason = _(
        "What was received cannot be moved into the sub-folder “{folder}”: {reason}",
        folder=DONE,
        reason=error.strerror or str(error),
    )
    return UnreadableInput(str(path), reason)


def _options(office: Office, folder: WatchedFolder) -> dict[str, str]:
    if not folder.mapping:
        return {}
    path = office.home / folder.mapping
    try:
        return {"mapping": path.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInput(str(path), _("The mapping file cannot be read.")) from error


def apply_arrivals(office: Office, progress: JobProgress) -> Counts:
    """Applies every stored file in the order of arrival; one that cannot be read is quarantined."""
    counts: Counts = {"files": 0, "unreadable": 0, "new": 0, "changed": 0, "conflicts": 0, "quarantined": 0}
    with office.store.read() as session:
        query = select(Arrival).where(
            Arrival.state == ArrivalState.STORED,
            col(Arrival.kind).in_(INTAKES),
            col(Arrival.parent).is_(None),
        )
        waiting = list(session.exec(query.order_by(col(Arrival.id))))

    def told(_read: int, _size: int) -> None:
        progress(counts)

    for arrival in waiting:
        try:
            done = applying.apply(office, intake_of(arrival.kind), arrival, told)
        except UnreadableInput:
            counts["unreadable"] += 1
            continue
        counts["files"] += 1
        for name in ("new", "changed", "conflicts", "quarantined"):
            counts[name] += getattr(done, name)
        progress(counts)
    if counts["new"] or counts["changed"]:
        from core.contracts.linking import link_contracts

        link_contracts(office)
    return counts
