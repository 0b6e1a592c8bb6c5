"""A company that VEMA does not know goes out with a short name first; one that it knows is not renamed."""

from __future__ import annotations

import pytest

from core.outbox.operations import DISCARD, FIRST_TRANSFER, FirstTransfer
from core.outbox.transfer import CauseCode
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

NAME = "Elfenbeinküste Handels GmbH"
SHORT = "Elfenbeink"
CANNOT_BE_ASKED = ("look_up_subject",)


def names(vema: VemaSandbox, number: str) -> list[str]:
    return [one.company for one in vema.taken(number)]


def causes(office: GivenOffice) -> list[str]:
    return [str(one.cause_code) for one in office.transfers() if one.is_open]


def test_a_long_company_name_goes_out_short_first_and_full_afterwards(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(company("K-17", NAME))
    office.run("deliver-transfers")
    assert names(vema, "K-17") == [SHORT, NAME]
    assert vema.book[0].current.company == NAME
    assert not office.copy("K-17").short_name_only


@pytest.mark.parametrize("name", ["Mutig GmbH", "Ä" * 10])
def test_a_short_one_goes_out_once(office: GivenOffice, vema: VemaSandbox, name: str) -> None:
    office.has(company("K-17", name))
    office.deliver()
    assert names(vema, "K-17") == [name]


def test_a_company_that_vema_knows_goes_out_with_its_full_name_at_once(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.preload(company("K-17", NAME))
    office.has(company("K-17", NAME, town="Altona"))
    office.deliver()
    assert names(vema, "K-17") == [NAME]
    assert office.copy("K-17").reference == vema.book[0].reference


def test_a_company_with_vemas_own_number_is_known(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.preload(company("K-17", NAME, vema_number="V0000777"))
    office.has(company("K-17", NAME, vema_number="V0000777", town="Altona"))
    office.deliver()
    assert names(vema, "K-17") == [NAME]
    assert vema.counts["requests"] == 1


def test_a_private_customer_is_not_asked_about(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    office.deliver()
    assert vema.counts["requests"] == 1


def test_the_second_transfer_waits_for_the_first(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len<=10'")
    office.has(company("K-17", NAME))
    office.deliver()
    assert office.states("K-17")[-2:] == ["failed", "pending"]


def test_short_at_vema_only_is_a_state_until_the_full_name_is_taken(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len>10'")
    office.has(company("K-17", NAME))
    office.deliver()
    assert (office.states("K-17")[-2:], office.copy("K-17").short_name_only) == (
        ["delivered", "failed"],
        True,
    )


def test_a_later_change_of_the_name_goes_out_in_one(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(company("K-17", NAME))
    office.deliver()
    office.edit("K-17", company="Elfenbeinküste Groß- und Einzelhandels GmbH")
    office.deliver()
    assert names(vema, "K-17") == [SHORT, NAME, "Elfenbeinküste Groß- und Einzelhandels GmbH"]


def test_the_operators_own_short_name_is_sent(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(company("K-17", NAME))
    office.edit("K-17", short_name="EK Handel")
    office.deliver()
    assert names(vema, "K-17") == ["EK Handel", NAME]


def test_a_changed_name_between_the_steps_replaces_the_second(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len>10'\nfirst = 1")
    office.has(company("K-17", NAME))
    office.deliver()
    office.edit("K-17", company="Elfenbeinküste Kontor KG")
    office.deliver()
    assert names(vema, "K-17") == [SHORT, "Elfenbeinküste Kontor KG"]
    [*_asked, _short, replaced, last] = office.transfers("K-17")
    assert (replaced.cause_code, replaced.replaced_by) == (CauseCode.REPLACED, last.id)


def test_where_vema_cannot_be_asked_an_operator_is_asked_once_for_all(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(without=CANNOT_BE_ASKED)
    office.has(company("K-1", NAME), company("K-2", "Nordlicht Spedition AG"), customer("K-3"))
    office.deliver()
    assert causes(office) == [CauseCode.FIRST_UNKNOWN] * 2
    assert [one.customer.number for one in vema.received()] == ["K-3"]
    report = office.do(FIRST_TRANSFER, "K-1", "K-2", given=FirstTransfer(known=False))
    assert len(report.done) == 2
    office.deliver()
    assert (names(vema, "K-1"), names(vema, "K-2")) == (
        [SHORT, NAME],
        ["Nordlicht", "Nordlicht Spedition AG"],
    )


def test_companies_that_vema_has_already_are_not_renamed(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(without=CANNOT_BE_ASKED)
    vema.preload(company("K-1", NAME))
    office.has(company("K-1", NAME, town="Altona"))
    office.do(FIRST_TRANSFER, "K-1", given=FirstTransfer(known=True))
    office.deliver()
    assert names(vema, "K-1") == [NAME]


def test_while_vema_does_not_answer_the_company_waits(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[[vema.fault]]\nstatus = 503\non = 'number'\nfirst = 1")
    office.has(company("K-17", NAME))
    office.deliver()
    office.deliver()
    assert (causes(office), vema.counts["requests"]) == ([CauseCode.FIRST_UNKNOWN], 1)
    clock.travel(minutes=5)
    office.deliver()
    assert names(vema, "K-17") == [SHORT, NAME]


def test_credentials_refused_while_asking_shut_the_gate(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[vema.account]\nrefuse = true")
    office.has(*[company(f"K-{number}", NAME) for number in range(5)])
    gates = [office.deliver().gate for _again in range(5)]
    assert [gate.code for gate in gates if gate] == ["credentials"] * 5
    assert vema.counts["requests"] == 1


def test_what_was_discarded_while_it_was_held_is_not_asked_about(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(company("K-17", NAME))
    office.do(DISCARD, "K-17")
    office.deliver()
    assert (office.states("K-17"), vema.counts["requests"]) == (["discarded"], 0)
