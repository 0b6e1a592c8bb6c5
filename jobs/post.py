"""The jobs `collect:ACCOUNT`, which fetches, keeps and acknowledges an account's post, and `examine-post`.

One thread talks to the database, the others to the partner. Listing goes first and alone: it costs one
log-in, and where the password was changed at the partner one refusal. It may be killed at any instruction:
what is not noted is fetched again, and nothing is acknowledged that is not noted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from core.accounts.account import Account
from core.accounts.breaker import half_open
from core.errors import CredentialsRefused, NotTrusted, PartnerError, PartnerUnavailable, Unanswered
from core.locale import Message, _
from core.office import Office
from core.outbox.connect import credentials_of
from core.outbox.gate import OUT_OF_REACH
from core.postbox import acknowledging, receiving
from core.postbox.collecting import gate, may_acknowledge, note_reached, note_trouble
from core.postbox.post import Acknowledge, NoLongerThere, NotSupported, PostConnection
from core.postbox.receiving import Arrived
from jobs.schedule import DONE, UNREACHED, Counts, Ended, JobProgress

T = TypeVar("T")
log = logging.getLogger("leitstand.post")

TOLD_EVERY = 1.0
"""Seconds between two reports of how far a collection came."""
LONGEST_PATIENCE = 30.0
"""Seconds that a run waits where the partner asks for it; longer is left to the next run."""
THROTTLED_MOST = 3
"""How often in a row it does so."""
WIDER_AFTER = 10
"""Successes after which one thread more is used, once the partner had asked to wait."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A shipment to be fetched or acknowledged: its row and the partner's number."""

    id: int
    number: str


@dataclass
class Collected:
    """What a collection did; `trouble` is why it did not do everything."""

    counts: Counts = field(
        default_factory=lambda: {
            "listed": 0,
            "new": 0,
            "stored": 0,
            "documents": 0,
            "quarantined": 0,
            "gone": 0,
            "failed": 0,
            "acknowledged": 0,
        }
    )
    trouble: Message | None = None
    is_out_of_reach: bool = False

    def add(self, **more: int) -> None:
        """Counts on."""
        for name, number in more.items():
            self.counts[name] += number


class Collection:
    """Collects the post of one account; `stop` ends it after what is under way.

    With `by_hand` somebody wants to know now: one exchange tries although the partner was out of reach.
    """

    def __init__(
        self,
        office: Office,
        account: str,
        stop: Event,
        told: Callable[[Mapping[str, int]], bool] = lambda _counts: True,
        *,
        by_hand: bool = False,
    ) -> None:
        self.office, self.account, self.stop, self.told, self.by_hand = office, account, stop, told, by_hand
        self.result = Collected()
        self.told_at = time.monotonic()
        self.ended = False
        self.width = self.parallel = 1
        self.throttled = self.successes = 0

    def run(self) -> Collected:
        """Collects all there is. Raises LeitstandError where the account or its profile cannot be used."""
        credentials, account = credentials_of(self.office, self.account)
        postbox = self.office.postbox(account.partner)
        self.postbox, self.version = postbox, account.version
        self.width = self.parallel = postbox.parallel
        if not self._may_begin():
            return self.result
        connection = postbox.connect(credentials, self.office.clock)
        try:
            if self._list(connection):
                self._fetch(connection)
                self._acknowledge(connection, postbox.acknowledges)
        finally:
            connection.close()
        return self.result

    def _may_begin(self) -> bool:
        if self.by_hand:
            with self.office.store.write() as session:
                half_open(session, self.account, self.office.now)
        return self._is_open()

    def _is_open(self) -> bool:
        """Whether the gate of the account lets anything through; why not is kept."""
        with self.office.store.read() as session:
            found = gate(session, self.office, self.account, self.parallel)
        if found.room > 0:
            self.width = min(self.width, found.room) if found.room == 1 else self.width
            return True
        self.result.trouble = self.result.trouble or found.reason
        self.result.is_out_of_reach |= found.code in OUT_OF_REACH
        return False

    def _list(self, connection: PostConnection) -> bool:
        try:
            offered = connection.offered()
        except PartnerError as error:
            self._note(error)
            if not isinstance(error, (PartnerUnavailable, CredentialsRefused, Unanswered)):
                raise
            return False
        note_reached(self.office, self.account)
        self.width = self.parallel
        self.result.add(listed=len(offered), new=receiving.note_offered(self.office, self.account, offered))
        return True

    def _fetch(self, connection: PostConnection) -> None:
        with self.office.store.read() as session:
            found = receiving.to_fetch(session, self.account, self.office.now)
            due = [_Due(one.id, one.number) for one in found if one.id is not None]

        def fetch(one: _Due) -> Arrived:
            fetched = connection.fetch(one.number, self.office.archive)
            return receiving.read(self.office, self.postbox, fetched)

        for done in self._in_parallel(due, fetch):
            self._settle([(one, came) for one, came in done if isinstance(came, Arrived)])
            for one, error in done:
                if isinstance(error, PartnerError):
                    self._note_fetch(one, error)

    def _settle(self, done: Sequence[tuple[_Due, Arrived]]) -> None:
        """Notes what came in one transaction."""
        if not done:
            return
        broken: list[Message] = []
        with self.office.store.write() as session:
            for one, arrived in done:
                self.result.add(documents=receiving.settle(session, self.office, one.id, arrived))
                is_whole = arrived.contents is not None
                self.result.add(stored=int(is_whole), quarantined=int(not is_whole))
                if arrived.fetched.is_broken and arrived.trouble is not None:
                    broken.append(arrived.trouble)
        for reason in broken:
            self._note(PartnerUnavailable(reason))
        if not broken:
            self._count_success(len(done))

    def _note_fetch(self, one: _Due, error: PartnerError) -> None:
        if isinstance(error, NoLongerThere):
            self.result.add(gone=1)
            with self.office.store.write() as session:
                receiving.note_gone(session, self.office, one.id, error.message)
            return
        self._note(error)
        if not _is_about_the_account(error):
            self.result.add(failed=1)
            with self.office.store.write() as session:
                receiving.note_failure(session, self.office, one.id, error.message)

    def _acknowledge(self, connection: PostConnection, policy: Acknowledge) -> None:
        with self.office.store.read() as session:
            if not may_acknowledge(session, self.office, self.account):
                return
            found = acknowledging.to_acknowledge(session, self.account, policy, self.office.now)
            due: list[_Due] = []
            missing: list[tuple[int, Message]] = []
            for shipment in found:
                reason = acknowledging.what_is_missing(session, self.office, shipment)
                if shipment.id is not None and reason is not None:
                    missing.append((shipment.id, reason))
                elif shipment.id is not None:
                    due.append(_Due(shipment.id, shipment.number))
        for id_, reason in missing:
            with self.office.store.write() as session:
                acknowledging.note_missing(session, id_, reason)
        for done in self._in_parallel(due, lambda one: connection.acknowledge(one.number)):
            self._note_acknowledged(done)

    def _note_acknowledged(self, done: Sequence[tuple[_Due, PartnerError | None]]) -> None:
        with self.office.store.write() as session:
            for one, error in done:
                if error is None:
                    acknowledging.note_acknowledged(session, self.office, one.id)
                    self.result.add(acknowledged=1)
                elif isinstance(error, NotSupported):
                    acknowledging.note_unsupported(session, self.office, one.id)
                    self.ended, self.result.trouble = True, error.message
                elif not _is_about_the_account(error):
                    acknowledging.note_refused(session, self.office, one.id, error)
        for _one, error in done:
            if error is not None:
                self._note(error)

    def _in_parallel(
        self, due: Iterable[_Due], work: Callable[[_Due], T]
    ) -> Iterator[list[tuple[_Due, T | PartnerError]]]:
        """Does the work for each, at most `width` at once; what is done by the same moment comes together."""
        waiting = iter(due)
        under_way: dict[Future[T], _Due] = {}
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="post") as pool:
            while True:
                while len(under_way) < self.width and self._goes_on():
                    one = next(waiting, None)
                    if one is None:
                        break
                    under_way[pool.submit(work, one)] = one
                if not under_way:
                    return
                ended, _rest = wait(under_way, timeout=TOLD_EVERY, return_when=FIRST_COMPLETED)
                yield [(under_way.pop(future), _result_of(future)) for future in ended]

    def _goes_on(self) -> bool:
        """Tells how far it came, where it is time to; whether anything further may be begun."""
        if time.monotonic() >= self.told_at + TOLD_EVERY:
            self.told_at = time.monotonic()
            if not self.told(self.result.counts):
                self.stop.set()
        return not self.ended and not self.stop.is_set()

    def _count_success(self, number: int) -> None:
        self.throttled = 0
        self.successes += number
        if self.successes >= WIDER_AFTER and self.width < self.parallel:
            self.successes, self.width = 0, self.width + 1

    def _note(self, error: PartnerError) -> None:
        """Moves breakers, and decides whether this run goes on."""
        note_trouble(self.office, self.account, self.version, error)
        if isinstance(error, (CredentialsRefused, PartnerUnavailable, Unanswered)):
            self.result.trouble, self.result.is_out_of_reach = error.message, True
        if isinstance(error, (CredentialsRefused, NotTrusted)):
            self.ended = True
        elif isinstance(error, PartnerUnavailable) and error.retry_after is not None:
            self._be_patient(error.retry_after)
        elif not self._is_open():
            self.ended = True

    def _be_patient(self, seconds: float) -> None:
        """The partner asks to wait: a short while is waited here, and fewer ask at once from then on."""
        self.width, self.successes = 1, 0
        self.throttled += 1
        if self.throttled > THROTTLED_MOST or seconds > LONGEST_PATIENCE or self.stop.wait(seconds):
            self.ended = True


def _result_of(future: Future[T]) -> T | PartnerError:
    try:
        return future.result()
    except PartnerError as error:
        return error


def _is_about_the_account(error: PartnerError) -> bool:
    """Whether a failure says nothing of the shipment that it happened to meet."""
    is_throttled = isinstance(error, PartnerUnavailable) and error.retry_after is not None
    return is_throttled or isinstance(error, (CredentialsRefused, NotTrusted))


def collect_account(office: Office, progress: JobProgress, account: str, *, by_hand: bool = False) -> Ended:
    """Collects the post of one account. Raises LeitstandError where it or its profile cannot be used."""
    with office.store.read() as session:
        row = session.get(Account, account)
        serves = row is not None and row.has_credentials and row.partner in office.postboxes
    if not serves:
        return Ended({}, _("No post is fetched with the account {name}.", name=account))
    collected = Collection(office, account, Event(), progress, by_hand=by_hand).run()
    went_through = collected.counts["stored"] or collected.counts["acknowledged"]
    outcome = UNREACHED if collected.is_out_of_reach and not went_through else DONE
    return Ended(collected.counts, collected.trouble, outcome)


def examine_post(office: Office, progress: JobProgress) -> Counts:
    """Reads shipments again that somebody wants read again, then examines and files what is new."""
    from core.postbox.examining import examine

    counts: Counts = {"read_again": receiving.read_again(office)}
    done = examine(office, lambda number, _total: progress({**counts, "documents": number}))
    return counts | {name: int(getattr(done, name)) for name in _EXAMINED}


_EXAMINED = ("documents", "filed", "proposed", "unpacked", "damaged")
