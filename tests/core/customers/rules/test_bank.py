from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from schwifty import IBAN, registry
from schwifty.exceptions import SchwiftyException

from core.customers.rules.bank import is_sound
from core.customers.rules.banks import Verdict, bank_name, table_valid_until, verdict
from core.rulebook.finding import FixKind
from tests.core.customers.rules.samples import GIVEN, found_by, only_fix, person, without

SOUND = "DE89370400440532013000"
UNKNOWN_BANK = IBAN.generate("DE", "99999999", "1234567890").compact
WRONG_ACCOUNT = IBAN.generate("DE", "10010010", "532013000").compact
METHOD_13 = "DE48340400490088400475"
UNIMPLEMENTED_ELSEWHERE = "DE85300606010404533539"


@pytest.mark.parametrize("iban", ["", SOUND, "DE00370400440532013000", "DE8937040044053201300A"])
def test_twenty_two_characters_beginning_with_de_have_the_right_length(iban: str) -> None:
    assert found_by("CUS004", person(iban=iban)) == []


@pytest.mark.parametrize(
    "iban",
    [
        "DE89 3704 0044 0532 0130 00",
        "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000",
        f"{SOUND}\u200b",
        f" {SOUND}",
        SOUND.lower(),
        "de89 3704 0044 0532 0130 00",
    ],
)
def test_blanks_are_safely_taken_out_and_capitals_written(iban: str) -> None:
    assert only_fix("CUS004", person(iban=iban)) == (FixKind.SAFE, SOUND)


@pytest.mark.parametrize(
    "iban", [f"IBAN: {SOUND}", "DE89-3704-0044-0532-0130-00", "\uff24\uff25" + SOUND[2:]]
)
def test_other_separators_are_a_proposal_because_more_than_blanks_changes(iban: str) -> None:
    assert only_fix("CUS004", person(iban=iban)) == (FixKind.UNSAFE, SOUND)


@pytest.mark.parametrize(
    "iban", [SOUND[:-1], SOUND + "0", "532013000", "IBAN folgt", "DE89-3704-0044-0532-0130-01"]
)
def test_too_short_and_too_long_ones_are_found_without_a_fix(iban: str) -> None:
    assert only_fix("CUS004", person(iban=iban)) == (FixKind.NONE, "")


@pytest.mark.parametrize(
    ("iban", "country"),
    [
        ("AT611904300234573201", "AT"),
        ("CH93 0076 2011 6238 5295 7", "CH"),
        ("GB29NWBK60161331926819", "GB"),
        ("MT84MALT011000012345MTLCAST001S", "MT"),
    ],
)
def test_a_foreign_one_is_sent_without_and_nobody_is_asked_for_a_german_one(iban: str, country: str) -> None:
    (finding,) = found_by("CUS004", person(iban=iban))

    assert finding.fix is None
    assert f"is one of {country}" in str(finding.message)
    assert "Send the customer without IBAN." in str(finding.message)


def test_an_iban_that_is_left_out_is_not_looked_at() -> None:
    customer = person(iban="AT611904300234573201")

    assert [found_by(rule, customer, without("iban")) for rule in ("CUS004", "CUS005", "CUS006")] == [
        [],
        [],
        [],
    ]


def test_an_iban_of_blanks_only_is_left_to_the_rule_on_blanks() -> None:
    assert found_by("CUS004", person(iban=" \u00a0")) == []


@pytest.mark.parametrize("iban", ["", SOUND, "DE68210501700012345678"])
def test_right_check_digits_pass(iban: str) -> None:
    assert found_by("CUS005", person(iban=iban)) == []


@pytest.mark.parametrize(
    "iban",
    ["DE88370400440532013000", "DE89370400440532013001", "DE89370400440532010300", "DE8937040044053201300A"],
)
def test_wrong_check_digits_are_found_and_cannot_be_computed(iban: str) -> None:
    assert only_fix("CUS005", person(iban=iban)) == (FixKind.NONE, "")


@pytest.mark.parametrize("iban", ["AT611904300234573200", SOUND[:-1], f"{SOUND} "])
def test_check_digits_are_judged_only_once_the_form_is_right(iban: str) -> None:
    assert found_by("CUS005", person(iban=iban)) == []


@for_all(st.from_regex(r"DE[0-9]{20}|DE(?:0[0-2]|9[789])[0-9]{18}", fullmatch=True))
def test_check_digits_are_judged_as_schwifty_does(iban: str) -> None:
    try:
        IBAN(iban)
        sound = True
    except SchwiftyException:
        sound = False

    assert is_sound(iban) == sound
    assert bool(found_by("CUS005", person(iban=iban))) == (not sound)


@for_all(st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_a_computed_iban_is_sound(bban: str) -> None:
    assert is_sound(IBAN.from_bban("DE", bban).compact)


@pytest.mark.parametrize("iban", ["", SOUND, METHOD_13])
def test_a_known_bank_with_a_fitting_account_passes(iban: str) -> None:
    assert found_by("CUS006", person(iban=iban)) == []


def test_an_unknown_bank_code_is_found_and_its_source_named() -> None:
    (finding,) = found_by("CUS006", person(iban=UNKNOWN_BANK))

    assert str(finding.message).startswith(
        f"Bank code 99999999 of IBAN “{UNKNOWN_BANK}” is unknown (says kontocheck;"
    )


def test_an_account_number_that_the_bank_cannot_have_is_found_with_the_name_of_the_bank() -> None:
    (finding,) = found_by("CUS006", person(iban=WRONG_ACCOUNT))

    assert "Account number 0532013000" in str(finding.message)
    assert bank_name("10010010") in str(finding.message)
    assert finding.fix is None


def test_a_bank_code_that_was_given_up_is_told_from_one_that_never_was() -> None:
    codes = {bank.bank_code for bank in registry.get_banks_by_country("DE")}
    ibans = [IBAN.generate("DE", code, "532013000").compact for code in sorted(codes)]
    closed = next(iban for iban in ibans if verdict(iban) is Verdict.CLOSED_BANK)

    (finding,) = found_by("CUS006", person(iban=closed))

    assert f"Bank code {closed[4:12]} of IBAN “{closed}” was given up" in str(finding.message)


def test_kontocheck_decides_where_schwifty_refuses_a_valid_account_of_method_13() -> None:
    with pytest.raises(SchwiftyException):
        IBAN(METHOD_13, validate_bban=True)

    assert verdict(METHOD_13) is Verdict.FITS


def test_kontocheck_decides_where_schwifty_lacks_the_method() -> None:
    assert IBAN(UNIMPLEMENTED_ELSEWHERE, validate_bban=True)
    assert verdict(UNIMPLEMENTED_ELSEWHERE) is Verdict.WRONG_ACCOUNT


@pytest.mark.parametrize("iban", ["DE88370400440532013000", "AT611904300234573201", f"{SOUND} ", "ＤＥ"])
def test_the_bank_is_asked_only_of_a_sound_german_iban(iban: str) -> None:
    assert found_by("CUS006", person(iban=iban)) == []


def test_a_list_that_has_run_out_is_said_to_have() -> None:
    until = table_valid_until()
    assert until is not None
    customer = person(iban=UNKNOWN_BANK)

    (on_the_last_day,) = found_by("CUS006", customer, replace(GIVEN, today=until))
    (too_late,) = found_by("CUS006", customer, replace(GIVEN, today=date(until.year + 1, 1, 1)))

    assert f"its list is valid until {until:%d.%m.%Y}" in str(on_the_last_day.message)
    assert f"its list ran out on {until:%d.%m.%Y}" in str(too_late.message)
