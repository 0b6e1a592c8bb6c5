"""Workers, checks and operators on the same few customers at the same time: nobody is in anybody's way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from core.errors import DatabaseUnavailable
from core.operation import WithReason
from core.outbox.operations import DISCARD, HOLD, RELEASE, RETRY, Releasing
from jobs.sandbox.client import VemaSandbox
from tests.chaos.conftest import LONG
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until

pytestmark = pytest.mark.chaos

SECONDS = 120.0 if LONG else 2.0
NUMBERS = [*(f"K-{number}" for number in range(12)), *(f"F-{number}" for number in range(4))]
TOWNS = ("Pirna", "Görlitz", "Löbau", " Zittau")


def over_and_over(
    work: Callable[[random.Random], object], seed: int, *, may_be_locked: bool
) -> Callable[[], int]:
    """Does it again and again until the time is over; how often. SQLite's one lock is not handed round."""

    def go() -> int:
        dice, end, times = random.Random(seed), time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            try:
                work(dice)
            except DatabaseUnavailable:
                if not may_be_locked:
                    raise
            times += 1
        return times

    return go


@pytest.mark.timeout(600)
def test_nobody_is_refused_because_somebody_else_works(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nrate = 0.2\n\n[[vema.fault]]\nstatus = 422\nrate = 0.2")
    offices = [open_an_office() for _hand in range(5)]
    offices[0].has(*[customer(number) for number in NUMBERS if number[0] == "K"])
    offices[0].has(*[company(number, f"Reederei Nord {number}") for number in NUMBERS if number[0] == "F"])

    def operate(office: GivenOffice, dice: random.Random) -> None:
        deeds = ((RETRY, None), (HOLD, WithReason("so")), (RELEASE, Releasing("so")), (DISCARD, None))
        operation, given = dice.choice(deeds)
        office.do(operation, *dice.sample(NUMBERS, 4), given=given)

    def edit(office: GivenOffice, dice: random.Random) -> None:
        office.edit(dice.choice(NUMBERS), town=dice.choice(TOWNS))
        office.send(*dice.sample(NUMBERS, 3))

    hands: list[Callable[[random.Random], object]] = [
        lambda _dice: offices[0].deliver(),
        lambda _dice: offices[1].deliver(),
        lambda _dice: offices[2].recheck(),
        lambda dice: operate(offices[3], dice),
        lambda dice: edit(offices[4], dice),
    ]
    lock = offices[0].store.is_sqlite
    running = [InBackground(over_and_over(work, seed, may_be_locked=lock)) for seed, work in enumerate(hands)]
    assert all(one.result(SECONDS + 60) > 0 for one in running)
    assert "sending" not in offices[0].states()
    vema.set_faults("")
    settle_down(offices[0])
    newest = {number: offices[0].transfer(number) for number in NUMBERS}
    held = {known.numbers[0]: known.current.town for known in vema.book if known.numbers}
    for number, one in newest.items():
        if one.state == "delivered":
            assert held[number] == one.payload["town"]


def settle_down(office: GivenOffice) -> None:
    """Everything that can still go out goes out."""

    def quiet() -> bool:
        office.do(RETRY)
        office.deliver()
        office.recheck()
        return not {"pending", "uncertain", "sending"} & set(office.states())

    wait_until(quiet)
