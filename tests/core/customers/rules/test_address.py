from __future__ import annotations

from dataclasses import replace

import pytest

from core.rulebook.finding import FixKind, Severity
from tests.core.customers.rules.samples import GIVEN, found_by, only_fix, person, with_limits, without


@pytest.mark.parametrize("postcode", ["01067", "80331", "00000", "99999"])
def test_five_digits_are_a_postcode(postcode: str) -> None:
    assert found_by("CUS002", person(postcode=postcode)) == []


@pytest.mark.parametrize(
    "postcode",
    ["01067 ", " 01067", "01 067", "01067\u200b", "\u00a001067", "D-01067", "D 01067", "DE-01067", "d01067"],
)
def test_blanks_and_a_country_code_in_front_are_safely_taken_out(postcode: str) -> None:
    assert only_fix("CUS002", person(postcode=postcode)) == (FixKind.SAFE, "01067")


@pytest.mark.parametrize("postcode", ["", " ", "\u200b"])
def test_a_missing_postcode_is_found(postcode: str) -> None:
    assert only_fix("CUS002", person(postcode=postcode)) == (FixKind.NONE, "")


@pytest.mark.parametrize(
    "postcode", ["0106", "010677", "1067O", "0106a", "D-1067", "D--01067", "-01067", "10.67"]
)
def test_anything_else_is_found_without_a_fix(postcode: str) -> None:
    assert only_fix("CUS002", person(postcode=postcode)) == (FixKind.NONE, "")


@pytest.mark.parametrize(("postcode", "said"), [("1", "has 1 character;"), ("12", "has 2 characters;")])
def test_characters_are_counted_as_people_count_them(postcode: str, said: str) -> None:
    [postcode_finding] = found_by("CUS002", person(postcode=postcode))
    [iban_finding] = found_by("CUS004", person(iban=postcode))
    assert said in str(postcode_finding.message)
    assert said in str(iban_finding.message)


@pytest.mark.parametrize("postcode", ["０１０６７", "٠١٠٦٧", "0106７"])
def test_digits_of_another_kind_are_wrong(postcode: str) -> None:
    assert len(found_by("CUS002", person(postcode=postcode))) == 1


def test_full_width_digits_are_a_proposal() -> None:
    assert only_fix("CUS002", person(postcode="０１０６７")) == (FixKind.UNSAFE, "01067")


@pytest.mark.parametrize("country", ["", "D", "Deutschland", "germany", "DE "])
def test_a_lost_leading_zero_is_a_proposal_in_germany(country: str) -> None:
    assert only_fix("CUS002", person(postcode="1067", country=country)) == (FixKind.UNSAFE, "01067")


@pytest.mark.parametrize(
    "fields",
    [
        {"country": "CH"},
        {"country": "Österreich"},
        {"country": "", "iban": "AT611904300234573201"},
        {"country": "", "phone": "+41 44 668 18 00"},
        {"country": "", "mobile": "0043 664 1234567"},
    ],
)
def test_four_digits_are_left_alone_where_anything_speaks_of_abroad(fields: dict[str, str]) -> None:
    customer = person(**{"postcode": "8001", "town": "Zürich", **fields})

    assert only_fix("CUS002", customer) == (FixKind.NONE, "")


def test_no_german_postcode_begins_with_05() -> None:
    assert only_fix("CUS002", person(postcode="5020")) == (FixKind.NONE, "")


def test_a_lost_zero_is_put_back_only_where_the_town_agrees_if_towns_are_known() -> None:
    towns = {"01067": frozenset({"dresden"})}
    known = replace(GIVEN, towns_of=lambda postcode: towns.get(postcode, frozenset()))

    assert only_fix("CUS002", person(postcode="1067"), known) == (FixKind.UNSAFE, "01067")
    assert only_fix("CUS002", person(postcode="1067", town="Wien"), known) == (FixKind.NONE, "")
    assert only_fix("CUS002", person(postcode="4109", town="Leipzig"), known) == (FixKind.UNSAFE, "04109")


@pytest.mark.parametrize(
    ("postcode", "country"),
    [("A-1010", ""), ("CH-8001", ""), ("1012 AB", "NL"), ("SW1A 1AA", ""), ("D-01067", "CH")],
)
def test_foreign_postcodes_are_found_but_never_fixed(postcode: str, country: str) -> None:
    assert only_fix("CUS002", person(postcode=postcode, country=country)) == (FixKind.NONE, "")


def test_the_postcode_as_it_stands_is_in_the_message() -> None:
    (finding,) = found_by("CUS002", person(postcode="010\u200b6"))

    assert "“010‹U+200B›6”" in str(finding.message)


def test_a_postcode_that_is_not_sent_is_not_looked_at() -> None:
    assert found_by("CUS002", person(postcode="1067"), without("postcode")) == []


@pytest.mark.parametrize("country", ["", "D", "DE", "Deutschland"])
def test_a_country_as_the_partner_spells_it_is_right(country: str) -> None:
    assert found_by("CUS016", person(country=country)) == []


@pytest.mark.parametrize("country", ["Österreich", "CH", "A", "Germania", "x"])
def test_another_country_is_an_error_with_its_reason_and_without_a_fix(country: str) -> None:
    (finding,) = found_by("CUS016", person(country=country))

    assert (finding.severity, finding.fix) == (None, None)
    assert str(finding.message) == (
        f"Customers in “{country}” cannot be transmitted; the partner takes D, DE, Deutschland."
    )


@pytest.mark.parametrize(
    ("country", "spelling"),
    [
        ("deutschland", "Deutschland"),
        ("d", "D"),
        ("Germany", "D"),
        ("BRD", "D"),
        (" Germany", "D"),
        ("DEU", "D"),
    ],
)
def test_germany_spelt_otherwise_is_a_warning_with_a_safe_fix(country: str, spelling: str) -> None:
    (finding,) = found_by("CUS016", person(country=country))

    assert finding.severity is Severity.WARNING
    assert only_fix("CUS016", person(country=country)) == (FixKind.SAFE, spelling)


def test_hidden_blanks_around_a_right_country_are_another_rules_business() -> None:
    assert found_by("CUS016", person(country="Deutschland ")) == []


def test_a_missing_country_is_found_where_the_partner_wants_one() -> None:
    assert len(found_by("CUS016", person(country=""), with_limits(countries=("D",)))) == 1


def test_a_partner_without_a_list_takes_every_country() -> None:
    assert found_by("CUS016", person(country="Peru"), with_limits(countries=())) == []
    assert found_by("CUS016", person(country="Peru"), without("country")) == []


def test_where_germany_is_not_taken_its_names_are_countries_like_others() -> None:
    assert only_fix("CUS016", person(country="Germany"), with_limits(countries=("AT",))) == (FixKind.NONE, "")
