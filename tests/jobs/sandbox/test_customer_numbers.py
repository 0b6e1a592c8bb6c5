"""Whom the simulated VEMA recognises, and whom it holds twice."""

from __future__ import annotations

import pytest

from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.member import Member

PETRA = {
    "art": "P",
    "Vorname": "Petra",
    "Nachname": "Weiß",
    "Strasse": "Lindenweg",
    "PLZ": "01067",
    "Geburtsdatum": "04.03.1971",
}


def test_a_person_under_a_new_number_is_created_twice(vema: VemaSandbox, member: Member) -> None:
    """The seed's duplicate: another system had handed the customer over under its own number."""
    vema.preload({**PETRA, "kundennummer": "ALT-1"})
    answer = member.hands_over("K-17")
    (duplicate,) = vema.duplicates
    assert (answer.status, answer.attributes["angelegt"]) == ("angenommen", "ja")
    assert (duplicate.reference, duplicate.numbers) == (answer.reference, ("K-17",))
    assert duplicate.duplicate_of == vema.book[0].reference


def test_once_the_old_numbers_are_deleted_the_person_is_recognised(vema: VemaSandbox, member: Member) -> None:
    """The seed's remedy: "Danach wird … ein bereits bestehender Kunde erkannt"."""
    vema.preload({**PETRA, "kundennummer": "ALT-1"})
    assert vema.delete_numbers("ALT-1", "nobody") == 1
    answer = member.hands_over("K-17")
    (known,) = vema.book
    assert (answer.attributes["angelegt"], known.numbers, known.created) == ("nein", ("K-17",), 0)


@pytest.mark.parametrize(
    ("element", "text"), [("Geburtsdatum", "05.03.1971"), ("PLZ", "01069"), ("Vorname", "Paula")]
)
def test_somebody_else_is_no_duplicate(vema: VemaSandbox, member: Member, element: str, text: str) -> None:
    vema.preload({**PETRA, "kundennummer": "ALT-1"})
    member.hands_over("K-17", **{element: text})
    assert (len(vema.book), vema.duplicates) == (2, [])


def test_a_known_vemanummer_updates_that_customer_and_adds_the_number(
    vema: VemaSandbox, member: Member
) -> None:
    vema.preload({**PETRA, "kundennummer": "ALT-1", "vemanummer": "V0000099"})
    answer = member.hands_over("K-17", known_as="V0000099", Nachname="Schwarz")
    (known,) = vema.book
    assert (answer.reference, answer.attributes["angelegt"]) == ("V0000099", "nein")
    assert (known.numbers, known.current.last_name) == (("ALT-1", "K-17"), "Schwarz")


def test_a_vemanummer_of_nobody_is_not_ours_to_change(vema: VemaSandbox, member: Member) -> None:
    answer = member.hands_over("K-17", known_as="V0000099")
    assert (answer.code, answer.status, answer.message) == (403, "abgelehnt", None)
    assert vema.book == []


def test_a_number_does_not_move_to_another_customer(vema: VemaSandbox, member: Member) -> None:
    member.hands_over("K-17")
    other = member.hands_over("K-18", Vorname="Paula")
    answer = member.hands_over("K-17", known_as=other.reference, Vorname="Paula")
    assert answer.code == 422
    assert [known.numbers for known in vema.book] == [("K-17",), ("K-18",)]


@pytest.mark.parametrize("held", ["Elfenbeinküste Handels GmbH", "Elfenbeink", "ELFENBEINK"])
def test_a_company_under_a_new_number_is_a_duplicate_by_its_short_name(
    vema: VemaSandbox, member: Member, held: str
) -> None:
    address = {"Strasse": "Lindenweg", "Hausnummer": "4", "PLZ": "01067"}
    vema.preload({"art": "F", "Firma": held, "kundennummer": "ALT-1", **address})
    member.hands_over_company("F-1", Firma="Elfenbeink")
    assert [known.numbers for known in vema.duplicates] == [("F-1",)]


def test_a_neighbouring_company_is_no_duplicate(vema: VemaSandbox, member: Member) -> None:
    member.hands_over_company("F-1", Firma="Elbwerk")
    member.hands_over_company("F-2", Firma="Elbwiese")
    member.hands_over_company("F-3", Firma="Elbwerk", Hausnummer="5")
    assert (len(vema.book), vema.duplicates) == (3, [])


def test_a_company_that_vema_recognises_comes_with_its_full_name(vema: VemaSandbox, member: Member) -> None:
    """After a change of system VEMA knows companies already: the limit is for those it does not know."""
    name, address = "Elfenbeinküste Handels GmbH", {"Strasse": "Lindenweg", "Hausnummer": "4", "PLZ": "01067"}
    vema.preload({"art": "F", "Firma": name, **address})
    answer = member.hands_over_company("F-1", Firma=name)
    assert (answer.code, answer.attributes["angelegt"]) == (200, "nein")


def test_a_number_can_be_looked_up(member: Member) -> None:
    taken = member.hands_over("K 17/ä".replace(" ", "-"))
    found, nobody = member.asks_for_number("K-17/ä"), member.asks_for_number("K-18")
    assert (found.code, found.status, found.reference) == (200, "bekannt", taken.reference)
    assert (nobody.code, nobody.status) == (404, "unbekannt")


def test_what_became_of_a_key_can_be_asked(member: Member) -> None:
    taken = member.hands_over("K-17", key="good")
    member.hands_over("K-18", key="bad", PLZ="1")
    good, bad, never = (member.asks_for_key(key) for key in ("good", "bad", "never"))
    assert (good.code, good.status, good.reference) == (200, "angenommen", taken.reference)
    assert (bad.code, bad.status) == (200, "abgelehnt")
    assert (never.code, never.status) == (404, "unbekannt")


def test_preloading_twice_changes_nothing(vema: VemaSandbox) -> None:
    for _time in range(2):
        vema.preload({**PETRA, "kundennummer": "ALT-1"}, {**PETRA, "vemanummer": "V0000050"})
    assert [known.reference for known in vema.book] == ["V0000001", "V0000050"]
