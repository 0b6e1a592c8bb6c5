from __future__ import annotations

import pytest

from core.rulebook.finding import FixKind, Severity
from tests.core.customers.rules.samples import company, found_by, only_fix, person, with_limits, without

LATIN = with_limits(characters="iso-8859-1")


@pytest.mark.parametrize("name", ["Weiß", "Śliwa", "Yılmaz", "李", "Eis 🍦", "Ṩ"])
def test_every_composed_character_goes_out_in_utf_8(name: str) -> None:
    assert found_by("CUS018", person(last_name=name)) == []


def test_an_accent_apart_from_its_letter_is_a_warning_and_safely_composed() -> None:
    customer = person(last_name="Mu\u0308ller")
    (finding,) = found_by("CUS018", customer)

    assert finding.severity is Severity.WARNING
    assert only_fix("CUS018", customer) == (FixKind.SAFE, "Müller")


def test_an_accent_that_no_composed_letter_has_stays() -> None:
    assert found_by("CUS018", person(last_name="x\u0323")) == []


@pytest.mark.parametrize("name", ["Weiß", "ÿ", "Müller & Söhne"])
def test_what_latin_1_has_goes_out_in_it(name: str) -> None:
    assert found_by("CUS018", person(last_name=name), LATIN) == []


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("Śliwa", "Sliwa"),
        ("Yılmaz", "Yilmaz"),
        ("Łukasz", "Lukasz"),
        ("„Bau“ – 5 €", '"Bau" - 5 EUR'),
        ("S\u030c", "S"),
    ],
)
def test_what_latin_1_lacks_is_an_error_with_a_spelling_proposed(name: str, spelt: str) -> None:
    (finding,) = found_by("CUS018", company(company=name), LATIN)

    assert finding.severity is None
    assert only_fix("CUS018", company(company=name), LATIN) == (FixKind.UNSAFE, spelt)


@pytest.mark.parametrize("name", ["李", "Eis 🍦", "Иван"])
def test_where_no_spelling_is_known_nothing_is_proposed(name: str) -> None:
    assert only_fix("CUS018", person(last_name=name), LATIN) == (FixKind.NONE, "")


def test_accents_are_composed_before_the_set_is_asked() -> None:
    assert only_fix("CUS018", person(last_name="Mu\u0308ller"), LATIN) == (FixKind.SAFE, "Müller")


@pytest.mark.parametrize("character", ["\ud800", "\ue000", "\ufffe", "\uffff", "\U0001ffff", "\U0010ffff"])
def test_characters_of_no_set_are_errors_everywhere(character: str) -> None:
    (finding,) = found_by("CUS018", person(last_name=f"Mü{character}ller"))

    assert f"U+{ord(character):04X}" in str(finding.message)


def test_a_lost_character_is_told_as_lost() -> None:
    (finding,) = found_by("CUS018", person(last_name="M\ufffdller"))

    assert str(finding.message) == "Last name “M\ufffdller” has lost a character on its way here (U+FFFD)."


def test_hidden_characters_are_another_rules_business_but_a_safe_fix_leaves_none() -> None:
    assert found_by("CUS018", person(last_name="Mül\u200bler ")) == []
    assert only_fix("CUS018", person(last_name="Mu\u0308l\u200bler ")) == (FixKind.SAFE, "Müller")
    assert only_fix("CUS018", person(last_name="Mu\u0308ller\x1b[0m")) == (FixKind.SAFE, "Müller\x1b[0m")


def test_characters_of_a_field_that_is_not_sent_are_not_looked_at() -> None:
    assert (
        found_by(
            "CUS018", person(last_name="李"), with_limits(characters="ascii", transmitted=frozenset({"town"}))
        )
        == []
    )
    assert found_by("CUS018", person(adviser="\ufffd")) == []


@pytest.mark.parametrize(
    ("length", "too_long"), [(0, False), (1, False), (30, False), (31, True), (500, True)]
)
def test_a_field_may_be_as_long_as_the_partner_takes(length: int, too_long: bool) -> None:
    assert bool(found_by("CUS019", person(last_name="x" * length))) is too_long


def test_a_field_that_is_too_long_is_never_cut_off_by_itself() -> None:
    (finding,) = found_by("CUS019", person(town="x" * 500))

    assert finding.fix is None
    assert "has 500 characters, the partner takes 25." in str(finding.message)
    assert len(str(finding.message)) < 200


def test_lengths_are_the_partners_and_only_of_what_is_sent() -> None:
    assert found_by("CUS019", person(first_name="x" * 5_000)) == []
    assert found_by("CUS019", person(town="x" * 500), with_limits(lengths={})) == []
    assert found_by("CUS019", person(town="x" * 500), without("town")) == []
