"""Delivering transfers: claim, send with several senders at once, settle; safe to kill at any instruction.

One thread talks to the database: each of its transactions settles what came back and claims as many transfers
as there are free senders, so that many transfers share one commit. The senders only send.

The first exchange goes alone: where the password was changed at the partner, that costs one refused log-in
and not one for each sender, which would lock the account.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from random import Random
from threading import Event

from sqlmodel import Session

from core.accounts.account import Account
from core.accounts.breaker import half_open
from core.accounts.standing import lock_standing, standing_of
from core.errors import CredentialsRefused, DatabaseUnavailable, PartnerError, PartnerRefused
from core.locale import Message, _
from core.office import Office
from core.outbox import lease
from core.outbox.connect import note_refusal, open_connection
from core.outbox.decide import NOT_SENT, not_sent
from core.outbox.gate import OUT_OF_REACH, Gate, gate_of
from core.outbox.outcome import Connection, Outcome, Result
from core.outbox.queue import Claimant, Claimed, claim, due_now, somebody_tries
from core.outbox.resolve import Answered, Inquiry, ask_about_first_transfers, resolve_uncertain
from core.outbox.settle import Settled, settle

log = logging.getLogger("leitstand.delivery")

GROUPED_WITHIN = 0.02
"""Seconds for which finished transfers are collected before they are written down together."""
MARGIN = 10.0
"""Seconds before the end of a lease from which on nothing is sent any more; less where leases are short."""
TOLD_EVERY = 1.0
"""Seconds between two reports of how far a delivery came."""
ASKED_AT_ONCE = 50
"""Questions to a partner after which what they brought, and all else that is due, is delivered …"""
ASKED_WITHIN = 10.0
"""… and seconds, where the partner answers slowly."""
TRIED_AGAIN_AFTER = 0.5
"""Seconds until the database is tried again that could not take what came back …"""
GIVEN_UP_AFTER = 30.0
"""… and seconds until a delivery that was told to stop leaves the rest to the rescue of its leases."""
VOUCHED_FOR = 60.0
"""Seconds after which an answer no longer shows that the partner still accepts the account."""
_ACCEPTED = (Outcome.DELIVERED, Outcome.REFUSED_DATA)
_NOT_REACHED = (Outcome.UNAVAILABLE, Outcome.THROTTLED, Outcome.REFUSED_CREDENTIALS)


@dataclass
class Delivered:
    """What a delivery did: attempts by outcome, and why it stopped where a gate was shut.

    `asked` and `unanswered` count questions; `trouble` is why the partner was not reached last.
    """

    outcomes: dict[str, int] = field(default_factory=dict[str, int])
    rescued: int = 0
    asked: int = 0
    unanswered: int = 0
    trouble: Message | None = None
    gate: Gate | None = None

    @property
    def attempts(self) -> int:
        """All attempts."""
        return sum(self.outcomes.values())

    def count(self, result: Result) -> None:
        """One more attempt."""
        name = result.outcome.value
        self.outcomes[name] = self.outcomes.get(name, 0) + 1
        if result.outcome in _NOT_REACHED and result.cause_code != NOT_SENT:
            self.trouble = result.cause

    @property
    def out_of_reach(self) -> Message | None:
        """Why the partner could not be reached, or does not let us in; None where all was well."""
        if self.gate is not None and self.gate.code in OUT_OF_REACH:
            return self.gate.reason
        return self.trouble


class Delivery:
    """Delivers for one account as one worker; `stop` ends it after what is in flight.

    `told` hears about once a second what was done so far, and answers whether to go on. With `by_hand`
    somebody wants to know now: one transfer tries although the endpoint was out of reach lately.
    """

    def __init__(
        self,
        office: Office,
        account: str,
        worker: str,
        stop: Event,
        told: Callable[[Delivered], bool] | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        self.office, self.account, self.worker, self.stop, self.told = office, account, worker, stop, told
        self.by_hand = by_hand
        self.lease = timedelta(seconds=office.settings.lease_seconds)
        self.chance = Random()
        self.came_back: SimpleQueue[Settled] = SimpleQueue()
        self.in_flight: set[tuple[int, int]] = set()
        self.refused = Event()
        self.result = Delivered()
        self.told_at = self.beaten_at = time.monotonic()
        self.accepted_at: float | None = None

    def until_idle(self) -> Delivered:
        """Delivers all that may go out now. Raises LeitstandError where the account cannot be opened."""
        with self.office.store.write() as session:
            self.result.rescued += lease.rescue(session, self.office.now)
            if self.by_hand and _due(session, self.office, self.account):
                half_open(session, self.account, self.office.now)
        self.result.gate, is_due = _look(self.office, self.account)
        if not is_due:
            return self.result
        connection, account = open_connection(self.office, self.account)
        try:
            senders = self._senders(account)
            by = Claimant(self.account, account.version, self.worker, senders, self.lease)
            questions = self._questions(connection, account)
            more = True
            while more:
                more = self._ask_some(questions, account)
                self._drain(connection, by)
        finally:
            connection.close()
        self.result.gate, _is_due = _look(self.office, self.account)
        return self.result

    def _senders(self, account: Account) -> int:
        partner = self.office.partner(account.partner)
        return self.office.settings.partner(account.partner).senders or partner.senders

    def _questions(self, connection: Connection, account: Account) -> Iterator[Answered]:
        partner = self.office.partner(account.partner)
        inquiry = Inquiry(
            self.office,
            self.account,
            connection,
            self.chance,
            lambda: self._may_ask(account.version),
            self._note_unanswered,
        )
        if partner.can_look_up_keys:
            yield from resolve_uncertain(inquiry)
        if partner.can_look_up_subjects:
            yield from ask_about_first_transfers(inquiry)

    def _note_unanswered(self, error: PartnerError) -> None:
        if not isinstance(error, PartnerRefused):
            self.result.unanswered += 1
            self.result.trouble = error.message

    def _ask_some(self, questions: Iterator[Answered], account: Account) -> bool:
        """Puts some of the questions; whether there may be more of them."""
        until = time.monotonic() + ASKED_WITHIN
        try:
            for number, answered in enumerate(questions, 1):
                self.result.asked += answered is Answered.YES
                if answered is not Answered.NOT_NOW:
                    self.accepted_at = time.monotonic()
                if number >= ASKED_AT_ONCE or time.monotonic() >= until:
                    return True
        except CredentialsRefused as error:
            self._note_unanswered(error)
            note_refusal(self.office, self.account, account.version, error)
        return False

    def _may_ask(self, version: int) -> bool:
        """Whether the next question may be put: the gate is looked at anew, as before every claim."""
        if not self._goes_on():
            return False
        now = self.office.now
        with self.office.store.read() as session:
            standing = standing_of(session, self.account, now)
            if standing.version != version or gate_of(session, standing, 1, now).room <= 0:
                return False
            return self._is_vouched_for() or not somebody_tries(session, self.account, now)

    def _drain(self, connection: Connection, by: Claimant) -> None:
        with ThreadPoolExecutor(by.senders, thread_name_prefix="sender") as pool:
            claiming = True
            while claiming or self.in_flight:
                back = self._wait_for_some(by.senders) if self.in_flight else []
                claiming = claiming and self._goes_on()
                by = replace(by, alone=not self._is_vouched_for())
                wanted = 1 if by.alone else by.senders
                claimed, deadline = self._exchange(back, by, wanted if claiming else 0)
                claiming = claiming and bool(claimed or self.in_flight)
                for one in claimed:
                    self.in_flight.add((one.id, one.token))
                    pool.submit(self._send, connection, one, deadline)

    def _is_vouched_for(self) -> bool:
        """Whether the partner accepted the account on this connection, and not long ago."""
        return self.accepted_at is not None and time.monotonic() < self.accepted_at + VOUCHED_FOR

    def _goes_on(self) -> bool:
        """Tells how far it came, where it is time to; whether anything further may be begun."""
        if self.told is not None and time.monotonic() >= self.told_at + TOLD_EVERY:
            self.told_at = time.monotonic()
            if not self.told(self.result):
                self.stop.set()
        return not self.stop.is_set() and not self.refused.is_set()

    def _wait_for_some(self, senders: int) -> list[Settled]:
        """What has come back: waits for the first, then a moment for others while most senders are busy.

        Empty where it is time to prolong the leases of those that are still on their way.
        """
        try:
            back = [self.came_back.get(timeout=max(0.0, self._beat_at() - time.monotonic()))]
        except Empty:
            return []
        until = time.monotonic() + GROUPED_WITHIN
        while len(back) < len(self.in_flight):
            patience = until - time.monotonic() if len(back) < max(1, senders * 3 // 4) else 0.0
            try:
                back.append(
                    self.came_back.get(timeout=patience) if patience > 0 else self.came_back.get_nowait()
                )
            except Empty:
                break
        for one in back:
            self.in_flight.discard((one.claimed.id, one.claimed.token))
            self.result.count(one.result)
            if one.result.outcome is Outcome.REFUSED_CREDENTIALS:
                self.refused.set()
            elif one.result.outcome in _ACCEPTED:
                self.accepted_at = time.monotonic()
        return back

    def _exchange(self, back: list[Settled], by: Claimant, wanted: int) -> tuple[list[Claimed], float]:
        """One transaction: what came back is settled, what may go out is claimed; tried until it succeeds.

        Answers what was claimed, and until when (monotonic) it may be sent.
        """
        free = max(0, wanted - len(self.in_flight))
        failing_since = 0.0
        while back or free or self._beat_is_due():
            started = time.monotonic()
            try:
                return self._transaction(back, by, free), started + self._trusted_seconds()
            except DatabaseUnavailable as error:
                # What came back must not be lost: it is kept here until the database takes it.
                if not failing_since:
                    failing_since = started
                    log.error("%s", error)  # noqa: TRY400
                given_up = self.stop.is_set() and started > failing_since + GIVEN_UP_AFTER
                if given_up or not (back or self.in_flight):
                    raise
                time.sleep(TRIED_AGAIN_AFTER)
        return [], 0.0

    def _transaction(self, back: list[Settled], by: Claimant, free: int) -> list[Claimed]:
        with self.office.store.write() as session:
            now = self.office.now
            standing = lock_standing(session, self.account, now)
            if back:
                settle(session, standing, by, back, now, self.chance)
                if any(one.result.outcome is not Outcome.DELIVERED for one in back):
                    standing = standing_of(session, self.account, now)
            if self._beat_is_due():
                lease.beat(session, self.worker, [id_ for id_, _token in self.in_flight], now, self.lease)
                self.beaten_at = time.monotonic()
            if not free:
                return []
            return claim(session, standing, by, free, now)[0]

    def _beat_is_due(self) -> bool:
        return bool(self.in_flight) and time.monotonic() >= self._beat_at()

    def _beat_at(self) -> float:
        return self.beaten_at + self.lease.total_seconds() / 4

    def _trusted_seconds(self) -> float:
        seconds = self.lease.total_seconds()
        return seconds - min(MARGIN, seconds / 4)

    def _send(self, connection: Connection, one: Claimed, deadline: float) -> None:
        if self.refused.is_set() or time.monotonic() > deadline:
            result = not_sent(
                _("It was not sent: the credentials were refused or the lease ran out meanwhile.")
            )
        else:
            result = self._sent(connection, one)
            if result.outcome is Outcome.REFUSED_CREDENTIALS:
                self.refused.set()
        self.came_back.put(Settled(one, result))

    def _sent(self, connection: Connection, one: Claimed) -> Result:
        try:
            return connection.send(one.outgoing)
        except Exception as error:
            log.exception("transfer %s: the connection broke its promise to answer", one.id)
            cause = _("An error of our own ({error}); the log has more.", error=type(error).__name__)
            return Result(Outcome.UNCERTAIN, cause, cause_code="bug")


def anything_due(office: Office, account: str) -> bool:
    """Whether a delivery would find something that it may do; a cheap look."""
    return _look(office, account)[1]


def _look(office: Office, name: str) -> tuple[Gate, bool]:
    with office.store.read() as session:
        gate = gate_of(session, standing_of(session, name, office.now), 1, office.now)
        return gate, gate.room > 0 and _due(session, office, name)


def _due(session: Session, office: Office, name: str) -> bool:
    account = session.get(Account, name)
    return account is not None and due_now(session, name, office.partner(account.partner), office.now)
