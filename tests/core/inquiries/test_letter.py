"""The letter of an inquiry: right salutation, plain words, nothing in it that cannot be read."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inquiries.letter import (
    Person,
    Question,
    Sender,
    adviser_letter,
    adviser_title,
    customer_greeting,
    customer_letter,
    legible,
    quoted,
)

DUE = date(2026, 12, 7)
NOBODY = Sender()
POSTCODE = Question("postcode", "CUS002", "Postleitzahl", "Diese Angabe fehlt uns noch.")
IBAN = Question("iban", "CUS005", "IBAN", "Bei uns steht „DE02“.")
PETRA = Person("K-1", "Dr. Petra Weiß", "Frau", "Dr.", "Weiß", place="01067 Dresden")


@pytest.mark.parametrize(
    ("person", "greeting"),
    [
        (PETRA, "Sehr geehrte Frau Dr. Weiß"),
        (Person("K-1", "Jörg Śliwa", "Herr", "", "Śliwa"), "Sehr geehrter Herr Śliwa"),
        (Person("K-1", "Jörg Śliwa", "Herrn", "", "Śliwa"), "Sehr geehrter Herr Śliwa"),
        (Person("K-1", "Mutig GmbH", "Firma", is_company=True), "Sehr geehrte Damen und Herren"),
        (Person("K-1", "Käthe Kühn", "", "", "Kühn"), "Guten Tag Käthe Kühn"),
        (Person("K-1", "Käthe und Till Kühn", "Herr und Frau", "", "Kühn"), "Guten Tag Käthe und Till Kühn"),
        (Person("K-1", "Käthe", "Frau"), "Guten Tag Käthe"),
        (Person("K-1", "", "Frau"), "Guten Tag"),
    ],
)
def test_a_customer_is_greeted_as_salutation_and_name_allow(person: Person, greeting: str) -> None:
    assert customer_greeting(person) == greeting


def test_a_customer_is_asked_for_each_point_until_a_day() -> None:
    text = customer_letter(PETRA, [POSTCODE, IBAN], DUE, Sender("Mira Kern", "Maklerbüro Nord"))
    assert text == (
        "Sehr geehrte Frau Dr. Weiß,\n\n"
        "in Ihren Angaben bei uns (Kundennummer K-1) fehlt etwas, oder es kann so nicht stimmen. Bitte sehen "
        "Sie sich die folgenden Punkte an und teilen Sie uns mit, was richtig ist:\n\n"
        "- Postleitzahl: Diese Angabe fehlt uns noch.\n"
        "- IBAN: Bei uns steht „DE02“.\n\n"
        "Eine kurze Antwort bis zum 07.12.2026 genügt. Vielen Dank für Ihre Mühe.\n\n"
        "Mit freundlichen Grüßen\nMira Kern\nMaklerbüro Nord\n"
    )


def test_a_single_point_is_spoken_of_as_one() -> None:
    assert "den folgenden Punkt an" in customer_letter(PETRA, [POSTCODE], DUE, NOBODY)


def test_an_unknown_sender_signs_with_the_closing_alone() -> None:
    assert customer_letter(PETRA, [POSTCODE], DUE, NOBODY).endswith("\n\nMit freundlichen Grüßen\n")


def test_an_adviser_reads_who_it_is_about() -> None:
    text = adviser_letter("Jana Kern", [(PETRA, [POSTCODE])], DUE, NOBODY)
    assert text.startswith("Guten Tag Jana Kern,\n\nbei diesem Kunden fehlt etwas")
    assert "K-1 Dr. Petra Weiß, 01067 Dresden\n- Postleitzahl: Diese Angabe fehlt uns noch.\n" in text
    assert adviser_title([PETRA]) == "Rückfrage zu K-1 Dr. Petra Weiß"


def test_an_adviser_gets_one_letter_about_all_customers() -> None:
    other = Person("K-2", "Mutig GmbH", is_company=True)
    text = adviser_letter("Jana Kern", [(PETRA, [POSTCODE]), (other, [IBAN])], DUE, NOBODY)
    assert "bei diesen 2 Kunden" in text
    assert text.index("K-1 ") < text.index("K-2 Mutig GmbH\n- IBAN") < text.index("Bitte bis zum 07.12.2026")
    assert adviser_title([PETRA, other]) == "Rückfrage zu 2 Kunden"


@given(st.text())
def test_a_value_of_a_partner_is_one_legible_line(value: str) -> None:
    shown = legible(value)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in shown)
    assert len(quoted(value)) <= 82


def test_what_is_hidden_in_a_value_does_not_reach_the_letter() -> None:
    assert quoted(" 0\u200b1067\u202e\x1b[31m ") == "„01067[31m“"
    assert quoted("M\ufffdller") == "„M?ller“"
