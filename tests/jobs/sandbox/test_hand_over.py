"""What the simulated VEMA takes, and what it does with it."""

from __future__ import annotations

import pytest

from jobs.sandbox.client import VemaSandbox
from jobs.sandbox.reading import BODY_LIMIT
from tests.jobs.sandbox.member import VAGUE, Member, body, said

ZERO_WIDTH, NO_BREAK, SOFT_HYPHEN, BIDI = "\u200b", "\u00a0", "\u00ad", "\u202e"


def test_a_new_customer_gets_a_number_and_is_in_the_book(vema: VemaSandbox, member: Member) -> None:
    answer = member.hands_over("K-17")
    (known,) = vema.book
    assert (answer.code, answer.status, answer.attributes["angelegt"]) == (200, "angenommen", "ja")
    assert (known.reference, known.numbers, known.created) == (answer.reference, ("K-17",), 1)
    assert (known.current.first_name, known.current.birthdate) == ("Petra", "04.03.1971")


def test_the_same_number_again_updates_the_customer(vema: VemaSandbox, member: Member) -> None:
    first = member.hands_over("K-17")
    second = member.hands_over("K-17", Nachname="Schwarz")
    (known,) = vema.book
    assert (second.attributes["angelegt"], second.reference) == ("nein", first.reference)
    assert (known.names, known.updated) == (("Petra Weiß", "Petra Schwarz"), 1)


def test_the_same_key_again_has_no_effect(vema: VemaSandbox, member: Member) -> None:
    first = member.hands_over("K-17", key="a")
    again = member.hands_over("K-17", key="a")
    assert (again.code, again.status, again.reference) == (200, "bereits-verarbeitet", first.reference)
    assert [received.effect for received in vema.received("K-17")] == ["created", "repeated"]
    assert vema.book[0].updated == 0


def test_another_body_under_a_used_key_is_a_conflict(vema: VemaSandbox, member: Member) -> None:
    member.hands_over("K-17", key="a")
    conflict = member.hands_over("K-17", key="a", Ort="Leipzig")
    assert (conflict.code, conflict.status) == (409, "abgelehnt")
    assert vema.book[0].current.town == "Dresden"


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("PLZ", "1067"),
        ("PLZ", "010678"),
        ("PLZ", "0106A"),
        ("PLZ", "０1067"),
        ("PLZ", ""),
        ("IBAN", "DE0212030000000020205"),
        ("IBAN", "DE021203000000002020511"),
        ("IBAN", "DE02 1203 0000 0000 2020 51"),
        ("IBAN", "AT0212030000000020205X"),
        ("Geburtsdatum", "1971-03-04"),
        ("Geburtsdatum", "4.3.1971"),
        ("Geburtsdatum", "31.02.1971"),
        ("Geburtsdatum", "29.02.1900"),
        ("Geburtsdatum", "04.03.０971"),
        ("Nachname", ""),
        ("Strasse", ""),
        ("Ort", ""),
        ("Nachname", " Weiß"),
        ("Nachname", "Weiß "),
        ("Nachname", "von  Weiß"),
        ("Strasse", f"Lindenweg{ZERO_WIDTH}"),
        ("Strasse", f"Am{NO_BREAK}Weg"),
        ("Ort", f"Dres{SOFT_HYPHEN}den"),
        ("Titel", f"Dr.{BIDI}"),
        ("Mobil", "0170\t1234567"),
    ],
)
def test_what_the_seed_forbids_is_refused(vema: VemaSandbox, member: Member, element: str, text: str) -> None:
    answer = member.hands_over("K-17", **{element: text})
    assert (answer.code, answer.status, answer.message) == (422, "abgelehnt", VAGUE)
    assert vema.book == []


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("PLZ", "99998"),
        ("IBAN", "DE02120300000000202051"),
        ("IBAN", ""),
        ("Geburtsdatum", "29.02.2000"),
        ("Geburtsdatum", ""),
        ("Nachname", "von der Weiß"),
        ("Nachname", "Yıldırım-Ö\u0308zdemir"),
        ("EMail", "petra@example.com"),
        ("Vorname", ""),
    ],
)
def test_what_the_seed_allows_is_taken(member: Member, element: str, text: str) -> None:
    assert member.hands_over("K-17", **{element: text}).status == "angenommen"


def test_a_hidden_blank_in_the_number_is_refused_too(member: Member) -> None:
    assert member.hands_over("K-17 ").code == 422


def test_why_something_was_refused_is_for_the_sandbox_alone(vema: VemaSandbox, member: Member) -> None:
    answer = member.hands_over("K-17", PLZ="1067")
    assert [received.reason for received in vema.received("K-17")] == ["postcode"]
    assert "postcode" not in str(answer)


def test_a_company_comes_with_ten_characters_first_and_in_full_afterwards(
    vema: VemaSandbox, member: Member
) -> None:
    too_long = member.hands_over_company("F-1", Firma="Elfenbeinküste Handels GmbH")
    short = member.hands_over_company("F-1", Firma="Elfenbeink")
    full = member.hands_over_company("F-1", Firma="Elfenbeinküste Handels GmbH")
    assert [too_long.code, short.code, full.code] == [422, 200, 200]
    assert [r.company for r in vema.taken("F-1")] == ["Elfenbeink", "Elfenbeinküste Handels GmbH"]
    assert vema.book[0].names == ("Elfenbeink", "Elfenbeinküste Handels GmbH")


def test_a_company_needs_no_birth_date_but_a_name(member: Member) -> None:
    assert member.hands_over_company(Geburtsdatum="irgendwann").code == 200
    assert member.hands_over_company("F-2", Firma="").code == 422


def test_a_refused_key_may_come_again_and_is_judged_anew(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults('[[vema.refuse]]\nwhen = "ort:dresden"')
    refused = member.hands_over("K-17", key="a")
    vema.set_faults("")
    assert [refused.code, member.hands_over("K-17", key="a").code] == [422, 200]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<Kunde/>",
        b'<Kunde xmlns="urn:leitstand:vema-kunde:1" kundennummer="K-1" art="P">',
        body("K-1", "", "P", {}) + b"<again/>",
        body("K-1", "", "P", {"Lieblingsfarbe": "Blau"}),
        body("K-1", "", "P", {}).replace(b"<Ort>", b"<Ort>X</Ort><Ort>"),
        body("K-1", "", "P", {}).replace(b"<Ort>", b"<Ort><b/>"),
        body("K-1", "", "P", {}).replace(b"<Ort>", b"Text<Ort>"),
        body("K-1", "", "P", {}).replace(b' art="P"', b' art="P" farbe="blau"'),
        body("K-1", "", "P", {}).replace(b' art="P"', b' art="X"'),
        body("K-1", "", "P", {}).replace(b' art="P"', b""),
        body("", "", "P", {}),
        body("K-1", "", "P", {}).replace("Weiß".encode(), "Weiß".encode("latin-1")),
        b'<!DOCTYPE Kunde [<!ENTITY ort "Dresden">]>' + body("K-1", "", "P", {"Ort": "X"}),
        body("K-1", "", "P", {}).replace(b"Dresden", b"&ort;"),
    ],
)
def test_what_is_no_customer_is_refused_with_the_same_sentence(
    vema: VemaSandbox, member: Member, content: bytes
) -> None:
    answer = said(member.sends(content))
    assert (answer.code, answer.message) == (422, VAGUE)
    assert vema.book == []


def test_a_hand_over_without_a_key_is_refused(vema: VemaSandbox, member: Member) -> None:
    answer = member.connection.post(
        "/kunden",
        content=body("K-1", "", "P", {}),
        auth=(member.credentials.name, member.credentials.password),
        headers={"X-Mitgliedsnummer": member.credentials.member},
    )
    assert answer.status_code == 422
    assert [received.reason for received in vema.received()] == ["no Idempotency-Key"]


def test_an_endless_body_is_not_read_to_its_end(vema: VemaSandbox, member: Member) -> None:
    response = member.sends(b"x" * (BODY_LIMIT + 1))
    assert response.status_code == 413
    assert vema.received() == []


def test_markup_in_a_field_arrives_as_text(vema: VemaSandbox, member: Member) -> None:
    member.hands_over_company("F-1", Firma="A&B <Co>")
    assert vema.received("F-1")[0].company == "A&B <Co>"
