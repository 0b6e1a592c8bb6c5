"""Undo of every operation there is: all that operators see is as it was before, and after a redo as after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import col, select

from core import registry
from core.customers.customer import Customer, ImportConflict, text_of
from core.customers.operations import (
    FIX,
    MUTE,
    RESOLVE,
    WITHHOLD,
    Fixing,
    Muting,
    Resolving,
    Withholding,
)
from core.inbox import operations as arrivals
from core.inbox.arrival import Arrival
from core.inbox.operations import Retrying
from core.journal import verify
from core.operation import Operation, Report, WithReason
from core.outbox import operations as transfers
from core.outbox.operations import FirstTransfer, Releasing
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer
from core.rulebook.record import FindingRow, Suppression
from core.undo import undo
from tests.support.broker import BrokerSoftware
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

LONG_NAME = "Elfenbeinküste Handels GmbH"


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office from which only chosen customers go out."""
    return open_an_office(send="chosen")


@pytest.fixture
def broker(office: GivenOffice, tmp_path: Path) -> BrokerSoftware:
    return BrokerSoftware(office, tmp_path)


# --- everything that can be told of an office


def state_of(office: GivenOffice) -> dict[str, object]:
    """What operators see of an office: all but times, revisions and what has ended."""
    with office.store.read() as session:
        every = {model: list(session.exec(select(model).order_by(col(model.id)))) for model in _ALL}
    customers = cast("list[Customer]", every[Customer])
    return {
        "customers": [(text_of(one), one.withheld, one.short_name, one.town_folded) for one in customers],
        "transfers": [
            (one.subject, one.step, one.state, one.cause_code, one.fields, one.attempts)
            for one in cast("list[Transfer]", every[Transfer])
            if one.is_open
        ],
        "copies": [
            (one.subject_id, one.known)
            for one in cast("list[PartnerCopy]", every[PartnerCopy])
            if one.known != "unasked"
        ],
        "conflicts": [
            (one.customer, one.field)
            for one in cast("list[ImportConflict]", every[ImportConflict])
            if not one.resolution
        ],
        "arrivals": [
            (one.name, one.position, one.state, one.options) for one in cast("list[Arrival]", every[Arrival])
        ],
        "suppressions": [
            (one.subject, one.rule, one.field)
            for one in cast("list[Suppression]", every[Suppression])
            if one.ended_at is None
        ],
        "findings": sorted(
            (one.subject, one.rule, one.field, one.blocks, one.suppressed)
            for one in cast("list[FindingRow]", every[FindingRow])
        ),
    }


_ALL: Sequence[Any] = (Customer, Transfer, PartnerCopy, ImportConflict, Arrival, Suppression, FindingRow)


def is_whole(office: GivenOffice) -> bool:
    with office.store.read() as session:
        return list(verify(session)) == []


def on(office: GivenOffice, operation: Operation[Any, Any], *numbers: str, given: Any = None) -> Report:
    return office.perform(operation, [office.customer(number).id or 0 for number in numbers], given)


# --- every operation that can be undone, with what it needs before


def edit(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    return office.edit("K-1", town="Zittau", number="K-100", short_name="Weiß")


def edit_of_one_on_its_way(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    office.send("K-1")
    return office.edit("K-1", town="Zittau")


def edit_that_holds(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    office.send("K-1")
    return office.edit("K-1", postcode="1067")


def fix(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1", town="Dresden ", last_name=" Weiß"))
    office.send("K-1")
    return on(office, FIX, "K-1", given=Fixing())


def send(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"), company("K-2", LONG_NAME), customer("K-3", postcode="A-1010"))
    return office.send("K-1", "K-2", "K-3")


def send_in_two_steps(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(company("K-2", LONG_NAME))
    office.send("K-2")
    office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=False))
    return office.edit("K-2", company=f"{LONG_NAME} & Co. KG")


def withhold(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1", iban="AT611904300234573201"))
    office.send("K-1")
    return on(office, WITHHOLD, "K-1", given=Withholding("iban"))


def resolve(keep: str) -> Callable[[GivenOffice, BrokerSoftware], Report]:
    def resolve_it(office: GivenOffice, broker: BrokerSoftware) -> Report:
        broker.brings(customer("K-1", town="Dresden", title=""))
        office.recheck()
        office.send("K-1")
        office.edit("K-1", town="Zittau", title="Dr.")
        broker.brings(customer("K-1", town="Plauen", title="Prof."))
        return on(office, RESOLVE, "K-1", given=Resolving(keep))

    return resolve_it


def mute(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1", postcode="1067"))
    office.send("K-1")
    return on(office, MUTE, "K-1", given=Muting("CUS002", "ist so"))


def hold(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    office.send("K-1")
    return office.do(transfers.HOLD, "K-1", given=WithReason("Rückfrage"))


def release(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1", postcode="1067"))
    office.send("K-1")
    return office.do(transfers.RELEASE, "K-1", given=Releasing("ist so"))


def release_what_was_held(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    office.send("K-1")
    office.do(transfers.HOLD, "K-1", given=WithReason("Rückfrage"))
    return office.do(transfers.RELEASE, "K-1", given=Releasing())


def discard(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(company("K-2", LONG_NAME))
    office.send("K-2")
    office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=False))
    return office.perform(transfers.DISCARD, [office.transfers("K-2")[-2].id or 0], WithReason("doppelt"))


def retry(office: GivenOffice, _broker: BrokerSoftware) -> Report:
    office.has(customer("K-1"))
    office.send("K-1")
    with office.store.write() as session:
        one = session.exec(select(Transfer)).one()
        one.state, one.cause_code, one.attempts = State.FAILED, CauseCode.DATA, 3
    return office.do(transfers.RETRY, "K-1")


def answer(known: bool) -> Callable[[GivenOffice, BrokerSoftware], Report]:
    def answer_it(office: GivenOffice, _broker: BrokerSoftware) -> Report:
        office.has(company("K-2", LONG_NAME))
        office.send("K-2")
        return office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=known))

    return answer_it


def read_again(office: GivenOffice, broker: BrokerSoftware) -> Report:
    with pytest.raises(Exception, match="Customer number"):
        broker.imports(broker.writes(b"Nr;Name\r\n1;Wei\xc3\x9f\r\n"))
    return office.perform(arrivals.RETRY, [1], Retrying(mapping='[columns]\nNr = "Kundennummer"\n'))


def ignore(office: GivenOffice, broker: BrokerSoftware) -> Report:
    broker.imports(broker.writes(b"Kundennummer;Nachname\r\nK-1;Wei\xc3\x9f\r\nK-2\r\n"))
    return office.perform(arrivals.IGNORE, [2], WithReason("Fußzeile"))


DEEDS = {
    "edit": edit,
    "edit of one on its way": edit_of_one_on_its_way,
    "edit that holds": edit_that_holds,
    "fix": fix,
    "send": send,
    "edit in two steps": send_in_two_steps,
    "withhold": withhold,
    "resolve ours": resolve("ours"),
    "resolve theirs": resolve("theirs"),
    "mute": mute,
    "hold": hold,
    "release": release,
    "release what was held": release_what_was_held,
    "discard": discard,
    "retry": retry,
    "known": answer(True),
    "unknown": answer(False),
    "read again": read_again,
    "ignore": ignore,
}


TRIED_HERE = ("core.customers.operations", "core.outbox", "core.inbox")
"""Where those operations are; further areas try theirs beside their other tests."""


@pytest.mark.parametrize("deed", DEEDS)
def test_undo_sets_everything_back_redo_does_it_again_and_so_on(
    office: GivenOffice, broker: BrokerSoftware, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[dict[str, object]] = []
    perform = GivenOffice.perform

    def watched(self: GivenOffice, *arguments: Any, **more: Any) -> Report:
        states.append(state_of(self))
        return perform(self, *arguments, **more)

    monkeypatch.setattr(GivenOffice, "perform", watched)
    done = DEEDS[deed](office, broker)
    before, after = states[-1], state_of(office)
    assert done.refused == ()
    assert before != after
    undone = undo(office, done.entry or 0)
    assert state_of(office) == before
    redone = undo(office, undone.entry or 0)
    assert state_of(office) == after
    undo(office, redone.entry or 0)
    assert state_of(office) == before
    assert is_whole(office)


def test_every_operation_that_can_be_undone_is_tried_above() -> None:
    undoable = {
        operation.name
        for area in registry.AREAS
        for operation in registry.operations_of(area)
        if operation.undoable and operation.run.__module__.startswith(TRIED_HERE)
    }
    covered = {"edit", "fix", "send", "withhold", "resolve", "mute"} | {
        "hold",
        "release",
        "discard",
        "retry",
        "first-transfer",
        "ignore",
    }
    assert undoable == covered
