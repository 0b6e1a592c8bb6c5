"""What is kept of requests, answers and log lines."""

from __future__ import annotations

import logging
import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redaction import LONGEST, RedactingFilter, Redactor, redact, redact_for_log

IBAN = "DE02120300000000202051"
BLANKS = [" ", "\u00a0", "\u200b", "\t", "  ", "-", ".", "\u202f"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (IBAN, "DE…2051"),
        ("DE02 1203 0000 0000 2020 51", "DE…2051"),
        ("de02120300000000202051", "de…2051"),
        ("DE02\u200b120300000000202051", "DE…2051"),
        ("D E 0 2 1 2 0 3 0 0 0 0 0 0 0 0 2 0 2 0 5 1", "DE…2051"),
        ("IBANDE02120300000000202051EUR", "IBANDE…2051EUR"),
        ("DE0212030000000020205", "DE…0205"),
        ("DE021203000000002020512", "DE…0512"),
        ("AT611904300234573201", "AT…3201"),
        ("GB29 NWBK 6016 1331 9268 19", "GB…6819"),
        ("NL91ABNA0417164300", "NL…4300"),
        ("FR1420041010050500013M02606", "FR…2606"),
        ("FR14 2004 1010 0505 0001 3M02 606 gut", "FR…2606 gut"),
        ("MT84MALT011000012345MTLCAST001S", "MT…001S"),
        (
            "<IBAN>DE02120300000000202051</IBAN><BIC>BYLADEM1001</BIC>",
            "<IBAN>DE…2051</IBAN><BIC>BYLADEM1001</BIC>",
        ),
    ],
)
def test_of_an_iban_country_and_last_four_remain(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "0b6c0f5e-8f0e-5d8e-9d53-2f6f3a3f2f10",
        "de120f5e-1111-5222-8333-123456789012",
        "V0000017",
        "Am 23.11.2026 um 09:00",
        '<Kunde kundennummer="K-10432"><PLZ>01067</PLZ><Geburtsdatum>04.03.1971</Geburtsdatum></Kunde>',
        "https://vema.example/extranet/v1/kunden",
        "Basis und Passau, Tokenring",
        "delivered 480 of 1000 transfers in 12.5 s",
        "5d41402abc4b2a76b9719d911017c592",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Basic YW5uYTpnZWhlaW0=\r\nAccept: x", "Authorization: […]\r\nAccept: x"),
        ("Set-Cookie: a=b; Secure", "Set-Cookie: […]"),
        ("sent Bearer abc.def-123456 there", "sent Bearer […] there"),
        ("password=geheim&x=1", "password=[…]&x=1"),
        ('{"Passwort": "ge heim", "x": 1}', '{"Passwort": […], "x": 1}'),
        ("Anwendungspasswort: geheim", "Anwendungspasswort: […]"),
        ('<w:Password Type="text">geheim</w:Password>', '<w:Password Type="text">[…]</w:Password>'),
        ("postgresql://leitstand:geheim@db/leitstand", "postgresql://[…]@db/leitstand"),
    ],
)
def test_secrets_are_recognised_by_their_names(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_known_secrets_go_however_they_are_written() -> None:
    text = "a<b&c ü | a&lt;b&amp;c ü | a%3Cb%26c%20%C3%BC"
    assert Redactor(["a<b&c ü", ""]).redact(text) == "[…] | […] | […]"


def test_an_excerpt_is_short_and_no_cut_leaves_most_of_an_iban() -> None:
    assert len(redact("x" * 100_000)) == LONGEST
    for offset in range(40):
        assert IBAN[:8] not in redact("(" * (4 * LONGEST - offset) + IBAN + "y" * 500, longest=5 * LONGEST)


@given(
    st.text(max_size=40),
    st.lists(st.sampled_from(["", *BLANKS]), min_size=22, max_size=22),
    st.text(max_size=40),
    st.booleans(),
)
def test_no_text_around_and_no_blanks_within_keep_an_iban(
    before: str, blanks: list[str], after: str, small: bool
) -> None:
    written = "".join(sign + blank for sign, blank in zip(IBAN, blanks, strict=True))
    kept = redact(before + (written.lower() if small else written) + after)
    assert "120300000000" not in "".join(filter(str.isalnum, kept.removeprefix(before)))


@given(st.uuids(), st.text(alphabet=" .:/-\n<>", max_size=5))
def test_a_key_is_never_taken_for_an_iban(key: UUID, around: str) -> None:
    assert redact(f"{around}{key}{around}") == f"{around}{key}{around}"


@given(st.text(max_size=3000))
def test_redacting_any_text_ends_and_never_grows_beyond_its_limit(text: str) -> None:
    assert len(redact(text)) <= LONGEST
    assert isinstance(redact_for_log(text), str)


@pytest.mark.parametrize(
    "unit", ["a", "aB1", "DE02 ", "<a b", "pass", "1.", "://a", "token=", " \u200b", "0a@", "DE1-"]
)
def test_redacting_takes_linear_time(unit: str) -> None:
    text = (unit * LONGEST)[: 4 * LONGEST]
    began = time.perf_counter()
    redact_for_log(text)
    assert time.perf_counter() - began < 2


# --- logs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "refused <Kunde art='P'><Nachname>Weiss</Nachname><Ort>Weiss</Ort></Kunde>",
        "Customer(number='K-1', last_name='Weiss', company=\"Weiss GmbH\", street=Weiss)",
        "(psycopg.errors.UniqueViolation) [SQL: INSERT …]\n[parameters: ('K-1', 'Weiss')]",
        "1 validation error: input_value='Weiss', input_type=str",
        "mail to Weiss@example.test failed",
        "mail to p.Weiss+x@mail.example.test failed",
    ],
)
def test_a_log_holds_no_personal_data_that_can_be_recognised(text: str) -> None:
    assert "Weiss" not in redact_for_log(text)


@pytest.mark.parametrize(
    "text", ["born 04.03.1971", "called +49 351 1234567", "called 0351/1234567", f"paid from {IBAN}"]
)
def test_a_log_holds_no_birth_date_phone_number_or_iban(text: str) -> None:
    assert "1234567" not in redact_for_log(text)
    assert "1971" not in redact_for_log(text)
    assert "00000020" not in redact_for_log(text)


@pytest.mark.parametrize(
    "text", ["delivered 480 of 1000 transfers in 12.5 s", "transfer 4711 of K-10432: uncertain"]
)
def test_a_log_still_says_what_happened(text: str) -> None:
    assert redact_for_log(text) == text


def test_the_filter_redacts_message_arguments_and_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RedactingFilter())
    log = logging.getLogger("leitstand.test")
    try:
        raise ValueError(f"last_name='Weiss' {IBAN}")
    except ValueError:
        log.exception("transfer %s with %s\nforged line", 17, IBAN)
    assert "transfer 17 with DE…2051 forged line" in caplog.text
    assert "ValueError" in caplog.text
    assert "Weiss" not in caplog.text
    assert IBAN not in caplog.text


def test_a_message_whose_arguments_do_not_fit_is_logged_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(RedactingFilter())
    logging.getLogger("leitstand.test").warning("%d transfers", "many")
    assert "transfers" in caplog.text
