"""The gate of an account: whether anything may go out, and if not, why not and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.accounts.account import Mode, credentials_accepted, credentials_refused, lock_account
from core.accounts.breaker import BreakerKind, Pause, half_open
from core.accounts.standing import standing_of
from core.locale import _
from core.outbox.gate import gate_of
from core.outbox.outcome import Outcome
from tests.core.outbox.conftest import GivenQueue
from tests.support.clock import TravelClock


def pause(queue: GivenQueue, scope: str, until: timedelta | None = None) -> None:
    with queue.store.write() as session:
        at = queue.clock()
        session.add(Pause(scope=scope, reason="Umzug", by="mk", at=at, until=at + until if until else None))


def refuse(queue: GivenQueue) -> None:
    with queue.store.write() as session:
        account = lock_account(session, "vema")
        assert account is not None
        credentials_refused(session, account, _("wrong password"), queue.clock())


def accept(queue: GivenQueue) -> None:
    with queue.store.write() as session:
        account = lock_account(session, "vema")
        assert account is not None
        credentials_accepted(session, account)


def test_an_open_gate_lets_as_many_through_as_there_are_senders(queue: GivenQueue) -> None:
    assert (queue.gate(senders=7).room, queue.gate(senders=7).reason) == (7, None)


def test_an_account_that_does_not_exist_sends_nothing(queue: GivenQueue) -> None:
    with queue.store.read() as session:
        assert (
            gate_of(session, standing_of(session, "nobody", queue.clock()), 4, queue.clock()).code
            == "credentials-missing"
        )


def test_an_account_without_credentials_sends_nothing(queue: GivenQueue) -> None:
    queue.change_account(version=0)
    assert (queue.gate().room, queue.gate().code) == (0, "credentials-missing")


def test_in_trial_mode_nothing_is_sent(queue: GivenQueue) -> None:
    queue.change_account(mode=Mode.TRIAL)
    assert (queue.gate().room, queue.gate().code) == (0, "trial")


@pytest.mark.parametrize("scope", ["queue", "partner:vema", "account:vema"])
def test_a_pause_of_the_queue_the_partner_or_the_account_shuts_it(queue: GivenQueue, scope: str) -> None:
    pause(queue, scope)
    gate = queue.gate()
    assert (gate.room, gate.code) == (0, "paused")
    assert "Umzug" in str(gate.reason)
    assert "mk" in str(gate.reason)


@pytest.mark.parametrize("scope", ["partner:other", "account:other", "job:tidy"])
def test_a_pause_of_something_else_does_not(queue: GivenQueue, scope: str) -> None:
    pause(queue, scope)
    assert queue.gate().room == 4


def test_a_pause_ends_by_itself(queue: GivenQueue, clock: TravelClock) -> None:
    pause(queue, "queue", timedelta(minutes=10))
    assert queue.gate().until == clock() + timedelta(minutes=10)
    clock.travel(minutes=10)
    assert queue.gate().room == 4


def test_a_pause_that_was_ended_is_over(queue: GivenQueue) -> None:
    pause(queue, "queue")
    with queue.store.write() as session:
        session.get_one(Pause, 1).ended_at = queue.clock()
    assert queue.gate().room == 4


def test_refused_credentials_wait_for_new_ones_however_long(queue: GivenQueue, clock: TravelClock) -> None:
    refuse(queue)
    clock.travel(days=365)
    assert (queue.gate().room, queue.gate().code, queue.gate().until) == (0, "credentials", None)


def test_new_credentials_alone_do_not_open_it(queue: GivenQueue) -> None:
    refuse(queue)
    queue.change_account(version=2)
    assert queue.gate().code == "credentials"


def test_a_log_in_that_succeeded_opens_it(queue: GivenQueue) -> None:
    refuse(queue)
    queue.change_account(version=2)
    accept(queue)
    assert queue.gate().room == 4
    breaker = queue.breaker(BreakerKind.CREDENTIALS)
    assert breaker is not None
    assert not breaker.is_open


def test_the_reason_that_an_operator_can_do_something_about_comes_first(queue: GivenQueue) -> None:
    refuse(queue)
    pause(queue, "queue")
    assert queue.gate().code == "paused"
    queue.change_account(mode=Mode.TRIAL)
    assert queue.gate().code == "trial"


def distrusted(queue: GivenQueue) -> None:
    queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE, retryable=False, cause_code="tls")


def test_a_certificate_that_is_not_accepted_shuts_it_at_once_and_for_an_hour(
    queue: GivenQueue, clock: TravelClock
) -> None:
    queue.add(3)
    distrusted(queue)
    gate = queue.gate()
    assert (gate.room, gate.code, gate.until) == (0, "certificate", clock() + timedelta(hours=1))
    assert (str(gate.reason), queue.breaker(BreakerKind.ENDPOINT)) == ("because", None)
    clock.travel(hours=1)
    assert queue.gate().room == 1
    distrusted(queue)
    assert queue.gate().until == clock() + timedelta(hours=1)


def test_a_success_on_an_older_connection_does_not_make_the_certificate_good(
    queue: GivenQueue, clock: TravelClock
) -> None:
    queue.add(5)
    queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE)
    on_its_way, refused = queue.claim(2)
    queue.comes_back(refused, outcome=Outcome.UNAVAILABLE, retryable=False)
    queue.comes_back(on_its_way)
    assert queue.gate().code == "certificate"
    clock.travel(hours=1)
    queue.comes_back(*queue.claim(2))
    assert queue.gate().room == 4


def test_somebody_who_wants_to_know_now_has_one_tried(queue: GivenQueue) -> None:
    queue.add(9)
    for _first in range(5):
        queue.comes_back(*queue.claim(1), outcome=Outcome.UNAVAILABLE)
    with queue.store.write() as session:
        half_open(session, "vema", queue.clock())
    assert queue.gate().room == len(queue.claim(4)) == 1


def test_nobody_hurries_a_throttle_or_refused_credentials(queue: GivenQueue) -> None:
    queue.add()
    until = queue.clock() + timedelta(seconds=90)
    queue.comes_back(*queue.claim(1), outcome=Outcome.THROTTLED, retry_at=until)
    with queue.store.write() as session:
        half_open(session, "vema", queue.clock())
    assert queue.gate().until == until
    refuse(queue)
    with queue.store.write() as session:
        half_open(session, "vema", queue.clock())
    assert queue.gate().code == "credentials"
