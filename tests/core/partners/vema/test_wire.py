"""VEMA's XML, there and back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.fields import ATTRIBUTES
from core.customers.given import NOT_TRANSMITTED
from core.partners.vema.profile import SHIPPED, read_profile
from core.partners.vema.wire import Answer, Unwritable, compose, decompose, read_answer
from core.partners.xml import Unreadable
from core.text import printable

PROFILE = read_profile(SHIPPED)
XML, ANSWER = PROFILE.xml, PROFILE.answer
TRANSMITTED = sorted(set(ATTRIBUTES) - NOT_TRANSMITTED)
STORABLE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
        lambda sign: sign >= " " or sign in "\t\n\r"
    )
)


def test_a_customer_is_written_as_documented() -> None:
    body = compose(
        XML, {"number": "K-17", "vema_number": "", "kind": "P", "last_name": "Weiß & <Söhne>", "company": ""}
    )
    assert body.decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<Kunde xmlns="urn:leitstand:vema-kunde:1" kundennummer="K-17" vemanummer="" art="P">'
        "<Nachname>Weiß &amp; &lt;Söhne&gt;</Nachname><Firma/></Kunde>"
    )


@given(st.dictionaries(st.sampled_from(TRANSMITTED), STORABLE))
def test_what_is_written_reads_back_exactly(fields: dict[str, str]) -> None:
    assert decompose(XML, compose(XML, fields)) == fields


@given(st.dictionaries(st.sampled_from(TRANSMITTED), STORABLE), st.randoms())
def test_the_same_fields_give_the_same_bytes_in_whatever_order(
    fields: dict[str, str], chance: object
) -> None:
    shuffled = list(fields.items())
    chance.shuffle(shuffled)  # pyright: ignore
    assert compose(XML, dict(shuffled)) == compose(XML, fields)


def test_a_withheld_field_is_left_out_and_an_empty_one_is_written_empty() -> None:
    assert b"IBAN" not in compose(XML, {"number": "K-17"})
    assert b"<IBAN/>" in compose(XML, {"number": "K-17", "iban": ""})


def test_what_has_no_place_in_the_profile_is_not_transmitted() -> None:
    assert b"Berger" not in compose(XML, {"number": "K-17", "adviser": "Berger", "old_number": "Berger"})


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x0b", "\ud83d", "\uffff"])
def test_a_character_that_xml_cannot_hold_names_its_field(character: str) -> None:
    with pytest.raises(Unwritable) as raised:
        compose(XML, {"number": "K-17", "company": f"Bau{character}GmbH"})
    assert (raised.value.field, raised.value.character) == ("company", character)
    assert f"U+{ord(character):04X}" in str(raised.value)
    assert character not in str(raised.value)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('<Antwort status="ok" mitgliedsnummer="4711"/>', Answer("ok")),
        (
            '<Antwort status="angenommen" vemanummer="V1" angelegt="ja"/>',
            Answer("angenommen", "V1", created=True),
        ),
        (
            '<Antwort status="angenommen" vemanummer="V1" angelegt="nein"/>',
            Answer("angenommen", "V1", created=False),
        ),
        ('<Antwort status="angenommen" vemanummer="V1" angelegt="evtl."/>', Answer("angenommen", "V1")),
        ('<a:Antwort xmlns:a="urn:leitstand:vema-kunde:1" status=" ok "/>', Answer("ok")),
        (
            '<Antwort status="abgelehnt"><Meldung>Na <b>so</b>.</Meldung><Meldung> Nein </Meldung></Antwort>',
            Answer("abgelehnt", message="Na so. Nein"),
        ),
        (
            '<Antwort status="a&#x202e;b"><Meldung>a&#10;b&#x9b;c</Meldung></Antwort>',
            Answer("a\ufffdb", message="a b\ufffdc"),
        ),
    ],
)
def test_an_answer_is_read(body: str, answer: Answer) -> None:
    assert read_answer(ANSWER, body.encode()) == answer


@pytest.mark.parametrize("reference", ["V&#x200b;1", "V&#10;1", "V" * 101])
def test_a_number_that_would_have_to_be_mended_is_none(reference: str) -> None:
    assert read_answer(ANSWER, f'<Antwort status="ok" vemanummer="{reference}"/>'.encode()).reference == ""


@pytest.mark.parametrize(
    "body", [b"<Antwort/>", b'<antwort status="ok"/>', b'<Fehler status="ok"/>', b"<html></html>"]
)
def test_another_document_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_answer(ANSWER, body)


def test_only_our_own_bodies_are_decomposed() -> None:
    with pytest.raises(Unreadable):
        decompose(XML, b"<Kunde kundennummer='K-17'/>")


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: f'<Antwort status="{text}"/>'.encode("utf-8", "ignore"))
)
def test_any_bytes_are_an_answer_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        says = read_answer(ANSWER, body).says
        assert printable(says) == says
