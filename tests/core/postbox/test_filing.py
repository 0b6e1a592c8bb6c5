"""Filing: whose a document is, why, and when the machine is not sure."""

from __future__ import annotations

from collections import Counter

import pytest

from core.postbox.filing import reasons_of
from core.postbox.record import Document, DocumentState
from tests.core.postbox.post import Desk
from tests.support.customers import Fields, company, customer
from tests.support.letters import Town

ALONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PETRA = customer("K-1", first_name="Petra", last_name="Weiß", birthdate="01.02.1960")


def filed(desk: Desk, text: str = "", **said: object) -> Document:
    """What becomes of a letter."""
    id_ = desk.gets_text(text or "Anlage", **said)
    desk.examines()
    return desk.document(id_)


def number_of(desk: Desk, document: Document) -> str:
    """The number of the customer that it is filed to, or proposed for."""
    numbers = {desk.office.customer(one).id: one for one in ("K-1", "K-2")}
    return numbers.get(document.customer, "")


def neighbours(desk: Desk, *others: Fields) -> None:
    """Petra Weiß with a contract, and somebody beside her."""
    desk.office.has(PETRA, *others)
    desk.has_contract("4711-0815", "K-1")


def test_the_contract_number_of_the_sender_decides_however_it_is_written(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    one = filed(desk, contract_number="0047110815")
    assert (number_of(desk, one), one.state) == ("K-1", DocumentState.FILED)
    assert [str(reason) for reason in reasons_of(one)] == ["The contract 4711-0815 is this customer's."]


def test_the_same_number_at_another_insurer_is_another_contract(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    one = filed(desk, contract_number="4711-0815", sender="5999")
    assert one.state == DocumentState.UNREAD


def test_a_number_that_two_insurers_have_decides_nothing_where_the_sender_is_unknown(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    desk.has_contract("4711-0815", "K-2", insurer="5999")
    assert filed(desk, contract_number="4711-0815", sender="").state == DocumentState.UNREAD


def test_a_name_that_contradicts_the_contract_makes_it_uncertain(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    one = filed(desk, contract_number="4711-0815", names=["Karl Niemand"])
    assert (number_of(desk, one), one.state) == ("K-1", DocumentState.UNREAD)
    assert "Somebody else is named." in [str(reason) for reason in reasons_of(one)]


def test_a_wife_is_not_her_husband(desk: Desk) -> None:
    neighbours(desk, PETRA | {"number": "K-2", "first_name": "Jörg", "birthdate": "03.04.1958"})
    text = "Jörg Weiß, {street} {house_number}, {postcode} {town}, geb. 03.04.1958".format(**PETRA)
    one = filed(desk, text)
    assert (number_of(desk, one), one.state) == ("K-2", DocumentState.FILED)


def test_a_son_with_his_father_s_name_is_told_by_the_birth_date_and_else_by_nothing(desk: Desk) -> None:
    neighbours(desk, PETRA | {"number": "K-2", "birthdate": "05.06.1990"})
    address = "Petra Weiß, {street} {house_number}, {postcode} {town}".format(**PETRA)
    unclear = filed(desk, address)
    clear = filed(desk, f"{address}, geboren am 05.06.1990")
    assert unclear.state == DocumentState.UNREAD
    assert "about as likely" in " ".join(map(str, reasons_of(unclear)))
    assert (number_of(desk, clear), clear.state) == ("K-2", DocumentState.FILED)


def test_whom_the_text_only_mentions_does_not_contend_with_whom_the_sender_names(desk: Desk) -> None:
    other = customer("K-2", first_name="Uwe", last_name="Vogt")
    neighbours(desk, other)
    desk.has_contract("9988776", "K-2")
    text = "Petra Weiß. Unfallgegner: Uwe Vogt, {street} {house_number}, {postcode}, 9988776".format(**other)
    one = filed(desk, text, contract_number="4711-0815")
    assert (number_of(desk, one), one.state) == ("K-1", DocumentState.FILED)


def test_two_customers_in_a_text_without_fields_are_both_possible(desk: Desk) -> None:
    neighbours(desk, customer("K-2", first_name="Uwe", last_name="Vogt"))
    desk.has_contract("9988776", "K-2")
    one = filed(desk, "Petra Weiß 4711-0815 und Uwe Vogt 9988776")
    assert one.state == DocumentState.UNREAD


def test_a_company_is_found_by_its_name_without_the_legal_form(desk: Desk) -> None:
    desk.office.has(PETRA, company("K-2", "Elfenbeinküste Handels GmbH"))
    address = desk.office.customer("K-2")
    text = f"ELFENBEINKUESTE HANDELS, {address.street} {address.house_number}, {address.postcode} Hamburg"
    one = filed(desk, text, customer_number="K-2")
    assert (number_of(desk, one), one.state) == ("K-2", DocumentState.FILED)


def test_a_number_that_means_another_one_does_not_outweigh_the_contract(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    one = filed(desk, "Petra Weiß", contract_number="4711-0815", customer_number="K-2")
    assert (number_of(desk, one), one.state) == ("K-1", DocumentState.FILED)


def test_nothing_is_filed_below_the_threshold_that_is_set(desk: Desk) -> None:
    neighbours(desk, customer("K-2"))
    from dataclasses import replace

    settings = replace(desk.office.settings, filing_threshold=100)
    object.__setattr__(desk.office, "settings", settings)
    one = filed(desk, "Petra Weiß", contract_number="4711-0815", names=["Petra Weiß"])
    assert (number_of(desk, one), one.state, one.confidence) == ("K-1", DocumentState.UNREAD, 99)


@ALONE
@pytest.mark.parametrize("seed", [1, 2])
def test_of_post_with_misleading_neighbours_nearly_all_is_filed_and_nearly_all_of_that_right(
    desk: Desk, seed: int
) -> None:
    town = Town(seed, families=60)
    desk.office.has(*town.customers)
    for policy in town.unique():
        desk.has_contract(policy.number, policy.customer["number"], policy.insurer)
    letters = list(town.letters(400))
    ids = [desk.gets_text(one.text, **one.said) for one in letters]
    desk.examines()
    documents = {one.id: one for one in desk.documents()}
    numbers = {one.id: one.number for one in desk_customers(desk)}
    above, wrong = 0, Counter[str]()
    for id_, letter in zip(ids, letters, strict=True):
        one = documents[id_]
        if one.state == DocumentState.FILED:
            above += 1
            wrong[letter.manner] += numbers[one.customer or 0] != letter.whose
    assert above >= 0.8 * len(letters)
    assert sum(wrong.values()) <= 0.01 * above, wrong


def desk_customers(desk: Desk):
    from sqlmodel import select

    from core.customers.customer import Customer

    with desk.office.store.read() as session:
        return session.exec(select(Customer)).all()
