"""One log-in for all threads, renewed in time, never repeated once it was refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from core.errors import CredentialsRefused, PartnerUnavailable
from core.locale import _
from core.partners.bipro.session import Session
from core.partners.bipro.sts import Token
from tests.support.clock import TravelClock


class Counter:
    """Gives out tokens that live so long, or refuses."""

    def __init__(self, clock: TravelClock, minutes: float = 10) -> None:
        self.clock, self.minutes, self.asked = clock, minutes, 0
        self.error: Exception | None = None

    def log_in(self) -> Token:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Token(f"t{self.asked}", self.clock() + timedelta(minutes=self.minutes))


@pytest.fixture
def clock() -> TravelClock:
    return TravelClock()


@pytest.fixture
def counter(clock: TravelClock) -> Counter:
    return Counter(clock)


@pytest.fixture
def session(counter: Counter, clock: TravelClock) -> Session:
    return Session(counter.log_in, clock, margin=60)


def test_many_threads_share_one_log_in(session: Session, counter: Counter) -> None:
    together = Barrier(8)

    def ask(_number: int) -> str:
        together.wait()
        return session.token()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"t1"}
    assert counter.asked == 1


def test_it_is_renewed_a_minute_before_its_end(session: Session, clock: TravelClock) -> None:
    assert session.token() == "t1"
    clock.travel(minutes=8, seconds=59)
    assert session.token() == "t1"
    clock.travel(seconds=2)
    assert session.token() == "t2"


def test_one_that_lives_shorter_than_that_is_used_for_half_its_life(
    counter: Counter, session: Session, clock: TravelClock
) -> None:
    counter.minutes = 1
    assert session.token() == "t1"
    clock.travel(seconds=29)
    assert session.token() == "t1"
    clock.travel(seconds=2)
    assert session.token() == "t2"


def test_of_two_who_find_it_ended_only_the_first_costs_a_log_in(session: Session) -> None:
    old = session.token()
    session.drop(old)
    assert session.token() == "t2"
    session.drop(old)
    assert session.token() == "t2"


def test_a_refusal_is_remembered_and_an_outage_is_not(session: Session, counter: Counter) -> None:
    counter.error = PartnerUnavailable(_("down"))
    for _turn in range(2):
        with pytest.raises(PartnerUnavailable):
            session.token()
    counter.error = CredentialsRefused(_("no"))
    for _turn in range(5):
        with pytest.raises(CredentialsRefused):
            session.token()
    assert counter.asked == 3
