from __future__ import annotations

from dataclasses import replace

import pytest

from core.customers.given import Known
from core.rulebook.finding import FixKind, Severity
from tests.core.customers.rules.samples import (
    GIVEN,
    company,
    found_by,
    only_fix,
    person,
    with_limits,
    without,
)

LONG = "Elfenbeinküste Handels GmbH"


@pytest.mark.parametrize("name", ["", "M", "Müller Bau"])
def test_a_name_of_up_to_ten_characters_goes_out_as_it_is(name: str) -> None:
    assert found_by("CUS009", company(company=name)) == []


@pytest.mark.parametrize("name", ["Müller Bau1", LONG, "x" * 500])
def test_a_longer_one_goes_out_short_first_and_is_told_so(name: str) -> None:
    (finding,) = found_by("CUS009", company(company=name))

    assert finding.fix is None
    assert f"it goes out as “{name[:10]}” first, in full afterwards." in str(finding.message)


@pytest.mark.parametrize(
    ("known", "told"), [(Known.KNOWN, False), (Known.ABSENT, True), (Known.UNASKED, True)]
)
def test_a_company_that_the_partner_knows_goes_out_in_full(known: Known, told: bool) -> None:
    assert bool(found_by("CUS009", company(company=LONG), replace(GIVEN, known=known))) is told


def test_the_limit_is_the_partners() -> None:
    assert found_by("CUS009", company(company=LONG), with_limits(first_company_name=len(LONG))) == []
    assert len(found_by("CUS009", company(company=LONG), with_limits(first_company_name=len(LONG) - 1))) == 1


def test_an_operators_own_short_name_is_the_one_that_is_told() -> None:
    (finding,) = found_by("CUS009", company(company=LONG), replace(GIVEN, short_name="Elfenbein"))

    assert "“Elfenbein” first" in str(finding.message)


@pytest.mark.parametrize(("others", "words"), [(1, "1 other company"), (2, "2 other companies")])
def test_equal_short_names_within_one_postcode_are_a_warning(others: int, words: str) -> None:
    (finding,) = found_by("CUS009", company(company=LONG), replace(GIVEN, same_short_name=others))

    assert finding.severity is Severity.WARNING
    assert words in str(finding.message)


def test_only_companies_whose_name_is_sent_are_concerned() -> None:
    assert found_by("CUS009", person(company=LONG)) == []
    assert found_by("CUS009", company(company=LONG), without("company")) == []


def test_name_street_and_town_are_enough() -> None:
    assert found_by("CUS010", person(first_name="", house_number="", salutation="")) == []
    assert found_by("CUS010", company()) == []


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\t", "\u200b"])
@pytest.mark.parametrize("field", ["last_name", "street", "town"])
def test_a_person_needs_last_name_street_and_town(field: str, blank: str) -> None:
    assert [one.field for one in found_by("CUS010", person(**{field: blank}))] == [field]


@pytest.mark.parametrize("field", ["company", "street", "town"])
def test_a_company_needs_its_name_street_and_town(field: str) -> None:
    assert [one.field for one in found_by("CUS010", company(**{field: ""}))] == [field]


@pytest.mark.parametrize("name", ["X", "Ö", "李", "🍦"])
def test_a_name_of_one_character_is_a_name(name: str) -> None:
    assert found_by("CUS010", person(last_name=name)) == []


def test_a_customer_with_nothing_misses_three_things() -> None:
    customer = person(kind="", last_name="", street="", town="", company="")

    assert [one.field for one in found_by("CUS010", customer)] == ["last_name", "street", "town"]


def test_what_is_not_sent_is_not_missed() -> None:
    assert found_by("CUS010", person(town=""), without("town")) == []


@pytest.mark.parametrize("kind", ["P", "p", "Privat", "PRIVATKUNDE ", "private"])
def test_only_a_capital_p_or_f_is_a_kind_and_its_words_are_safely_replaced(kind: str) -> None:
    expected = [] if kind == "P" else [(FixKind.SAFE, "P")]

    assert [only_fix("CUS017", person(kind=kind)) for _one in expected] == expected
    assert len(found_by("CUS017", person(kind=kind))) == len(expected)


@pytest.mark.parametrize("kind", ["f", "Firma", "Firmenkunde", "company", "Gewerbe"])
def test_words_for_a_company_are_safely_replaced(kind: str) -> None:
    assert only_fix("CUS017", company(kind=kind)) == (FixKind.SAFE, "F")


@pytest.mark.parametrize("kind", ["X", "1", "P/F", "Interessent"])
def test_another_kind_is_found_without_a_fix(kind: str) -> None:
    assert only_fix("CUS017", person(kind=kind)) == (FixKind.NONE, "")


def test_no_kind_is_fine_as_long_as_the_name_says_it() -> None:
    assert found_by("CUS017", person(kind="")) == []
    assert found_by("CUS017", company(kind="")) == []
    assert len(found_by("CUS017", person(kind="", company="Müller Bau"))) == 1


def test_a_person_with_only_a_company_name_may_be_a_company() -> None:
    assert only_fix("CUS017", company(kind="P", salutation="")) == (FixKind.UNSAFE, "F")


def test_a_company_with_only_a_last_name_may_be_a_person() -> None:
    assert only_fix("CUS017", person(kind="F")) == (FixKind.UNSAFE, "P")


def test_a_person_is_not_addressed_as_a_company() -> None:
    assert [one.field for one in found_by("CUS017", person(salutation="Firma"))] == ["salutation"]


def test_a_company_has_no_birth_date() -> None:
    assert [one.field for one in found_by("CUS017", company(birthdate="04.03.1971"))] == ["birthdate"]


def test_a_company_with_a_contact_and_a_person_with_an_employer_are_fine() -> None:
    assert found_by("CUS017", company(first_name="Jörg", last_name="Śliwa", salutation="Herr")) == []
    assert found_by("CUS017", person(company="Müller Bau")) == []


def test_a_kind_that_is_not_sent_is_not_looked_at() -> None:
    assert found_by("CUS017", person(kind="X"), without("kind")) == []
