"""Delivering transfers: claim, send with several senders at once, settle; safe to kill at any instruction.

One thread talks to the database: each of its transactions settles what came back and claims as many transfers
as there are free senders, so that many transfers share one commit. The senders only send.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue
from random import Random
from threading import Event

from core.accounts.account import Account
from core.errors import CredentialsRefused, DatabaseUnavailable
from core.locale import _
from core.office import Office
from core.outbox import queue
from core.outbox.carry_out import due_now
from core.outbox.connect import note_refusal, open_connection
from core.outbox.decide import not_sent
from core.outbox.gate import Gate, gate_of
from core.outbox.outcome import Connection, Outcome, Result
from core.outbox.queue import Claimed, Settled
from core.outbox.resolve import ask_about_first_transfers, resolve_uncertain

log = logging.getLogger("leitstand.delivery")

GROUPED_WITHIN = 0.02
"""Seconds for which finished transfers are collected before they are written down together."""
MARGIN = 10.0
"""Seconds before the end of a lease from which on nothing is sent any more."""


@dataclass
class Delivered:
    """What a delivery did: attempts by outcome, and why it stopped where a gate was shut."""

    outcomes: dict[str, int] = field(default_factory=dict[str, int])
    rescued: int = 0
    asked: int = 0
    gate: Gate | None = None

    @property
    def attempts(self) -> int:
        """All attempts."""
        return sum(self.outcomes.values())

    def count(self, result: Result) -> None:
        """One more attempt."""
        name = result.outcome.value
        self.outcomes[name] = self.outcomes.get(name, 0) + 1


class Delivery:
    """Delivers for one account as one worker; `stop` ends it after what is in flight."""

    def __init__(
        self,
        office: Office,
        account: str,
        worker: str,
        stop: Event,
        *,
        beat: Callable[[], None] | None = None,
    ) -> None:
        self.office, self.account, self.worker, self.stop, self.beat = office, account, worker, stop, beat
        self.lease = timedelta(seconds=office.settings.lease_seconds)
        self.chance = Random()
        self.came_back: SimpleQueue[Settled] = SimpleQueue()
        self.in_flight = 0
        self.refused = Event()
        self.result = Delivered()

    def until_idle(self) -> Delivered:
        """Delivers all that may go out now. Raises LeitstandError where the account cannot be opened."""
        with self.office.store.write() as session:
            self.result.rescued += queue.rescue(session, self.office.now)
        if not self._anything_to_do():
            return self.result
        connection, account = open_connection(self.office, self.account)
        try:
            self._ask(connection, account)
            self._drain(connection, self._senders(account))
        finally:
            connection.close()
        return self.result

    def _anything_to_do(self) -> bool:
        with self.office.store.read() as session:
            account = session.get(Account, self.account)
            self.result.gate = gate_of(session, account, 1, self.office.now)
            return self.result.gate.room > 0

    def _senders(self, account: Account) -> int:
        partner = self.office.partner(account.partner)
        return self.office.settings.partner(account.partner).senders or partner.senders

    def _ask(self, connection: Connection, account: Account) -> None:
        try:
            asked = resolve_uncertain(self.office, self.account, connection)
            partner = self.office.partner(account.partner)
            self.result.asked += asked.asked
            if partner.can_look_up_subjects:
                self.result.asked += ask_about_first_transfers(self.office, self.account, connection).asked
        except CredentialsRefused as error:
            note_refusal(self.office, self.account, account.version, error)

    def _drain(self, connection: Connection, senders: int) -> None:
        with ThreadPoolExecutor(senders, thread_name_prefix="sender") as pool:
            back: list[Settled] = []
            claiming = True
            while claiming or self.in_flight:
                back += self._wait_for_some(senders) if self.in_flight else []
                claiming = claiming and not self.stop.is_set() and not self.refused.is_set()
                claimed = self._exchange(back, senders if claiming else 0, senders)
                back.clear()
                claiming = claiming and bool(claimed or self.in_flight)
                deadline = time.monotonic() + self.lease.total_seconds() - MARGIN
                for one in claimed:
                    self.in_flight += 1
                    pool.submit(self._send, connection, one, deadline)

    def _wait_for_some(self, senders: int) -> list[Settled]:
        """What has come back: waits for the first, then a moment for others while most senders are busy."""
        back = [self.came_back.get()]
        until = time.monotonic() + GROUPED_WITHIN
        while len(back) < self.in_flight:
            patience = until - time.monotonic() if len(back) < max(1, senders // 4) else 0.0
            try:
                back.append(
                    self.came_back.get(timeout=patience) if patience > 0 else self.came_back.get_nowait()
                )
            except Empty:
                break
        self.in_flight -= len(back)
        for one in back:
            self.result.count(one.result)
            if one.result.outcome is Outcome.REFUSED_CREDENTIALS:
                self.refused.set()
        return back

    def _exchange(self, back: list[Settled], wanted: int, senders: int) -> list[Claimed]:
        """One transaction: what came back is settled, what may go out is claimed. Tried until it succeeds."""
        free = max(0, min(wanted, senders) - self.in_flight)
        while back or free:
            try:
                with self.office.store.write() as session:
                    now = self.office.now
                    session.get(Account, self.account, with_for_update=True)
                    if back:
                        queue.settle(session, self.account, back, now, self.chance)
                    if not free:
                        return []
                    claimed, gate = queue.claim(
                        session, self.account, self.worker, free, senders, now, self.lease
                    )
                    self.result.gate = gate
                    return claimed
            except DatabaseUnavailable as error:
                # What came back must not be lost: it is kept here until the database takes it.
                log.error("%s", error)  # noqa: TRY400
                if not back:
                    raise
                self.stop.wait(0.5) or time.sleep(0)
        return []

    def _send(self, connection: Connection, one: Claimed, deadline: float) -> None:
        if self.refused.is_set() or time.monotonic() > deadline:
            result = not_sent(
                _("It was not sent: the credentials were refused or the lease ran out meanwhile.")
            )
        else:
            result = connection.send(one.outgoing)
            if result.outcome is Outcome.REFUSED_CREDENTIALS:
                self.refused.set()
        self.came_back.put(Settled(one, result))


def anything_due(office: Office, account: str) -> bool:
    """Whether a delivery would find something; a cheap look."""
    with office.store.read() as session:
        return due_now(session, account, office.now)
