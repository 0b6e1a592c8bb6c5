"""The worker: runs the schedule while it leads, delivers all the time, and ends cleanly when it is told to.

SIGTERM finishes what is in flight and leaves nothing leased; a second one ends the process at once, and the
rescue of expired leases does the rest.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from datetime import datetime
from types import FrameType
from typing import Any, BinaryIO

from core.errors import DatabaseUnavailable, LeitstandError
from core.office import Office
from core.outbox import lease
from jobs.bulk import JOB as BULK
from jobs.bulk import keep_carrying_out
from jobs.delivering import account_names, new_worker_id
from jobs.delivery import Delivery, anything_due
from jobs.history import Worker as WorkerRow
from jobs.leading import RENEW_EVERY, Leadership, resign, stand
from jobs.schedule import COLLECT, cron_of, jobs_of, run_job, slot_at, slot_by_hand, take_requests, trigger_of

log = logging.getLogger("leitstand.worker")

POLL_SECONDS = 0.5
"""How often the worker looks whether something is due; a change by another process is seen within this."""
BEAT_EVERY = 15.0
TRIED_AGAIN_AFTER = 5.0
DELIVERING = "deliver-transfers"


class Worker:
    """One worker process (or, in tests, one worker in a thread)."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.id = new_worker_id()
        self.stopping = threading.Event()
        self.leadership = Leadership(False, 0)
        self.scheduler: Any = None

    def run(self) -> None:
        """Works until it is told to stop."""
        self._enlist()
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        lead = threading.Thread(target=self._lead, name="leading", daemon=True)
        bulk = threading.Thread(
            target=keep_carrying_out, args=(self.office, self.id, self.stopping), name="bulk", daemon=True
        )
        heart.start()
        lead.start()
        bulk.start()
        try:
            self._deliver()
        finally:
            self.stopping.set()
            bulk.join()
            lead.join()
            heart.join()
            self._leave()

    def stop(self) -> None:
        """Ends after what is in flight."""
        self.stopping.set()

    def listen_to_signals(self) -> None:
        """SIGTERM and SIGINT end the worker; the second one at once."""

        def hear(number: int, _frame: FrameType | None) -> None:
            if self.stopping.is_set():
                os._exit(128 + number)
            log.info("stopping after what is in flight")
            self.stopping.set()

        signal.signal(signal.SIGTERM, hear)
        signal.signal(signal.SIGINT, hear)

    def end_with(self, stream: BinaryIO) -> None:
        """Ends after what is in flight when this stream does: its other end is who wants the worker."""

        def read() -> None:
            while stream.read(1):
                pass
            self.stop()

        threading.Thread(target=read, name="parent", daemon=True).start()

    def _deliver(self) -> None:
        while not self.stopping.wait(POLL_SECONDS):
            for account in self._accounts():
                try:
                    if anything_due(self.office, account):
                        Delivery(self.office, account, self.id, self.stopping).until_idle()
                except LeitstandError as error:
                    log.warning("delivering with %s: %s", account, error)
                    self.stopping.wait(TRIED_AGAIN_AFTER)

    def _accounts(self) -> list[str]:
        try:
            return account_names(self.office)
        except DatabaseUnavailable as error:
            log.warning("delivering: %s", error)
            return []

    def _beat(self) -> None:
        """Says that this worker lives, and takes transfers back from those that do not."""
        while not self.stopping.wait(min(BEAT_EVERY, self.office.settings.lease_seconds / 4)):
            try:
                with self.office.store.write() as session:
                    now = self.office.now
                    lease.rescue(session, now)
                    row = session.get(WorkerRow, self.id)
                    if row is not None:
                        row.beat_at = now
                        session.add(row)
            except DatabaseUnavailable as error:
                log.warning("heartbeat: %s", error)
            except Exception:
                # Without a heartbeat nothing would be rescued any more: it goes on, whatever this was.
                log.exception("heartbeat")

    def _lead(self) -> None:
        """Renews the lease, starts and stops the clock with it, and does what was asked for by hand."""
        renew_at = 0.0
        while not self.stopping.is_set():
            try:
                if time.monotonic() >= renew_at:
                    renew_at = time.monotonic() + RENEW_EVERY.total_seconds()
                    self._renew()
                if self.leadership.leads:
                    self._do_requests()
            except LeitstandError as error:
                log.warning("leading: %s", error)
                self.leadership = Leadership(False, self.leadership.epoch)
                self._halt_clock()
            self.stopping.wait(POLL_SECONDS)
        self._halt_clock()

    def _renew(self) -> None:
        with self.office.store.write() as session:
            self.leadership = stand(session, self.id, self.office.now)
        if self.leadership.leads and self.scheduler is None:
            self._start_clock()
        elif self.leadership.leads:
            self._wind_up()
        else:
            self._halt_clock()

    def _start_clock(self) -> None:
        from apscheduler.executors.pool import ThreadPoolExecutor  # pyright: ignore
        from apscheduler.schedulers.background import BackgroundScheduler  # pyright: ignore

        zone = self.office.settings.time_zone
        make: Any = BackgroundScheduler
        scheduler = make(
            timezone=zone,
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self.scheduler = scheduler
        self._wind_up()
        scheduler.start()

    def _wind_up(self) -> None:
        """Has the clock run every job there is: with an account comes its job, with its end it goes."""
        zone = self.office.settings.time_zone
        jobs = {job.name: cron_of(self.office, job) for job in jobs_of(self.office)}
        running = {one.id for one in self.scheduler.get_jobs() if one.id.startswith(COLLECT)}
        for name in running - set(jobs):
            self.scheduler.remove_job(name)
        for name, cron in jobs.items():
            # What the worker does all the time is a job only for `leitstand run`.
            is_known = self.scheduler.get_job(name) is not None
            if cron != "off" and name not in (DELIVERING, BULK) and not is_known:
                self.scheduler.add_job(self._tick, trigger_of(cron, zone), args=[name], id=name)

    def _halt_clock(self) -> None:
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=True)
            self.scheduler = None

    def _tick(self, name: str) -> None:
        self._run(name, slot_at(self.office.now))

    def _do_requests(self) -> None:
        with self.office.store.write() as session:
            names = take_requests(session, self.office.now)
        for name in names:
            # by the clock's own threads: a long job must not keep this one from renewing the lease
            self.scheduler.add_job(self._run, args=[name, slot_by_hand()])

    def _run(self, name: str, slot: str) -> None:
        try:
            run_job(
                self.office,
                name,
                slot,
                worker=self.id,
                epoch=self.leadership.epoch,
                progress=lambda _counts: not self.stopping.is_set(),
            )
        except Exception:
            # It stands in the run's history; what else this worker does goes on.
            log.exception("job %s", name)

    def _enlist(self) -> None:
        now: datetime = self.office.now
        with self.office.store.write() as session:
            session.add(
                WorkerRow(id=self.id, host=socket.gethostname(), pid=os.getpid(), started_at=now, beat_at=now)
            )

    def _leave(self) -> None:
        with self.office.store.write() as session:
            resign(session, self.id, self.office.now)
            row = session.get(WorkerRow, self.id)
            if row is not None:
                row.stopped_at = self.office.now
                session.add(row)


def run_once(office: Office) -> dict[str, dict[str, int]]:
    """Every job once, in the order in which work flows, until nothing is left that could be done now."""
    counts: dict[str, dict[str, int]] = {}
    for name in (
        BULK,
        "collect",
        "apply-arrivals",
        "examine-post",
        "recheck",
        DELIVERING,
        "recheck",
        DELIVERING,
    ):
        ran = run_job(office, name, slot_by_hand())
        if ran.error is not None:
            raise ran.error
        before = counts.get(name, {})
        names = [*before, *(key for key in ran.counts if key not in before)]
        counts[name] = {key: before.get(key, 0) + ran.counts.get(key, 0) for key in names}
    return counts
