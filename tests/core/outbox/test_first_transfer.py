"""Whether VEMA has a company already, where it cannot be asked: answered once for an import, and mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.operation import Report
from core.outbox.operations import FIRST_TRANSFER, HOLD, FirstTransfer
from core.outbox.transfer import CauseCode, State
from core.undo import undo
from jobs.sandbox.client import VemaSandbox
from tests.support.broker import BrokerSoftware
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

NAME = "Elfenbeinküste Handels GmbH"
SHORT = "Elfenbeink"
OTHER = "Nordlicht Spedition AG"
NEW, KNOWN = FirstTransfer(known=False), FirstTransfer(known=True)


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office whose VEMA cannot be asked about companies."""
    return open_an_office(without=("look_up_subject",))


@pytest.fixture
def broker(office: GivenOffice, tmp_path: Path) -> BrokerSoftware:
    return BrokerSoftware(office, tmp_path)


def imported(office: GivenOffice, broker: BrokerSoftware, *customers: Any) -> None:
    broker.brings(*customers)
    office.recheck()


def waiting(office: GivenOffice) -> list[str]:
    """Who waits for the answer."""
    return [one.subject for one in office.transfers() if one.is_open and one.cause_code == "first-unknown"]


def going(office: GivenOffice, number: str) -> list[tuple[str, str]]:
    """The steps that are still to go out, and how they stand."""
    return [(str(one.step), str(one.state)) for one in office.transfers(number) if one.is_open]


def answer(office: GivenOffice, number: str, given: FirstTransfer) -> Report:
    return office.do(FIRST_TRANSFER, number, given=given)


# --- the other answer


def test_a_wrong_answer_is_mended_as_long_as_nothing_has_arrived(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.preload(company("K-1", NAME, town="Altona"))
    office.has(company("K-1", NAME))
    answer(office, "K-1", NEW)
    assert going(office, "K-1") == [("short", "pending"), ("full", "pending")]
    report = answer(office, "K-1", KNOWN)
    assert (len(report.done), report.refused) == (2, ())
    assert going(office, "K-1") == [("whole", "pending")]
    office.deliver()
    assert [one.company for one in vema.taken("K-1")] == [NAME]


def test_the_other_way_round_the_short_name_goes_first(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(company("K-1", NAME))
    answer(office, "K-1", KNOWN)
    answer(office, "K-1", NEW)
    office.deliver()
    assert [one.company for one in vema.taken("K-1")] == [SHORT, NAME]


def test_what_was_refused_or_is_held_can_be_answered_anew(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len<=10'\nfirst = 1")
    office.has(company("K-1", NAME))
    answer(office, "K-1", NEW)
    office.deliver()
    assert going(office, "K-1") == [("short", "failed"), ("full", "pending")]
    answer(office, "K-1", KNOWN)
    office.do(HOLD, "K-1")
    answer(office, "K-1", NEW)
    assert going(office, "K-1") == [("short", "held"), ("full", "held")]


def test_what_has_arrived_is_no_longer_a_question(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len>10'")
    office.has(company("K-1", NAME))
    answer(office, "K-1", NEW)
    office.deliver()
    report = answer(office, "K-1", KNOWN)
    assert [str(one.reason) for one in report.refused] == [
        "The partner has it by now; what was answered before no longer matters."
    ]


def test_while_something_is_on_its_way_the_answer_stands(office: GivenOffice) -> None:
    office.has(company("K-1", NAME))
    answer(office, "K-1", NEW)
    with office.store.write() as session:
        first = office.transfers("K-1")[-2]
        first.state = State.UNCERTAIN
        session.add(first)
    report = answer(office, "K-1", KNOWN)
    assert [str(one.reason) for one in report.refused] == [
        "What became of it is not known yet.",
        "Something of it is on its way; what becomes of that must be known first.",
    ]


@pytest.mark.parametrize("again", [NEW, KNOWN])
def test_who_never_asked_or_was_answered_so_already_is_left_alone(
    office: GivenOffice, again: FirstTransfer
) -> None:
    office.has(customer("K-1"), company("K-2", NAME))
    answer(office, "K-2", again)
    reasons = {str(one.reason) for one in office.do(FIRST_TRANSFER, given=again).refused}
    assert reasons == {"It does not wait for this answer.", "This was answered so already."}


def test_undo_of_the_first_answer_does_not_take_the_second_with_it(office: GivenOffice) -> None:
    office.has(company("K-1", NAME))
    first = answer(office, "K-1", NEW)
    second = answer(office, "K-1", KNOWN)
    with pytest.raises(Exception, match="It has changed since"):
        undo(office, first.entry or 0)
    undo(office, second.entry or 0)
    assert going(office, "K-1") == [("short", "pending"), ("full", "pending")]
    undo(office, first.entry or 0)
    assert waiting(office) == ["K-1"]


# --- once for an import


def test_who_was_held_by_findings_and_is_mended_later_does_not_ask_again(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="1067"))
    assert waiting(office) == ["K-1"]
    report = answer(office, "K-1", NEW)
    assert [str(one) for one in report.notes] == [
        "The answer also holds for 1 other company of the same import; it will not ask."
    ]
    office.edit("K-2", postcode="01067")
    assert waiting(office) == []
    assert going(office, "K-2") == [("short", "pending"), ("full", "pending")]


def test_mended_in_the_source_it_does_not_ask_again_either(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="1067"))
    answer(office, "K-1", KNOWN)
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="01067"))
    assert going(office, "K-2") == [("whole", "pending")]


def test_while_another_of_the_import_waits_an_answer_is_its_own(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    bad = company("K-3", OTHER, postcode="1067")
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER), bad)
    report = answer(office, "K-1", KNOWN)
    assert [str(one) for one in report.notes] == [
        "Other companies of the same import still wait for an answer of their own."
    ]
    assert waiting(office) == ["K-2"]
    answer(office, "K-2", NEW)
    office.edit("K-3", postcode="01067")
    assert [one for one, _state in going(office, "K-3")] == ["short", "full"]


def test_who_says_so_answers_for_these_only(office: GivenOffice, broker: BrokerSoftware) -> None:
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="1067"))
    answer(office, "K-1", FirstTransfer(known=True, only_these=True))
    office.edit("K-2", postcode="01067")
    assert waiting(office) == ["K-2"]


def test_another_import_asks_for_itself(office: GivenOffice, broker: BrokerSoftware) -> None:
    imported(office, broker, company("K-1", NAME))
    answer(office, "K-1", NEW)
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER))
    assert waiting(office) == ["K-2"]


def test_undo_lets_them_all_ask_again(office: GivenOffice, broker: BrokerSoftware) -> None:
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="1067"))
    done = answer(office, "K-1", NEW)
    undo(office, done.entry or 0)
    office.edit("K-2", postcode="01067")
    assert waiting(office) == ["K-1", "K-2"]


def test_where_vema_can_be_asked_it_is_asked_about_the_others(
    open_an_office: OpenAnOffice, tmp_path: Path
) -> None:
    office = open_an_office()
    broker = BrokerSoftware(office, tmp_path)
    imported(office, broker, company("K-1", NAME), company("K-2", OTHER, postcode="1067"))
    answer(office, "K-1", KNOWN)
    office.edit("K-2", postcode="01067")
    assert office.transfer("K-2").cause_code == CauseCode.FIRST_UNKNOWN
