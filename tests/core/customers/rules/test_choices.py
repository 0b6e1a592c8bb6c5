from __future__ import annotations

import pytest

from core.rulebook.finding import FixKind
from tests.core.customers.rules.samples import found_by, only_fix, person, with_limits, without


@pytest.mark.parametrize("salutation", ["", "Herr", "Frau", "Firma", "Herr und Frau"])
def test_the_partners_own_wording_is_right(salutation: str) -> None:
    assert found_by("CUS013", person(salutation=salutation)) == []


@pytest.mark.parametrize(
    ("salutation", "nearest"),
    [
        ("frau", "Frau"),
        ("FRAU", "Frau"),
        ("Fr.", "Frau"),
        ("Fraun", "Frau"),
        ("Herrn", "Herr"),
        ("Herr u. Frau", "Herr und Frau"),
        ("Herr und Frau \u200bDr.", "Herr und Frau"),
    ],
)
def test_another_wording_is_found_and_the_nearest_proposed(salutation: str, nearest: str) -> None:
    assert only_fix("CUS013", person(salutation=salutation)) == (FixKind.UNSAFE, nearest)


@pytest.mark.parametrize("salutation", ["Eheleute", "Mx", "x" * 5_000, "."])
def test_where_nothing_is_near_nothing_is_proposed(salutation: str) -> None:
    assert only_fix("CUS013", person(salutation=salutation)) == (FixKind.NONE, "")


@pytest.mark.parametrize("salutation", ["Frau ", "\u200bFrau", " "])
def test_hidden_blanks_around_a_choice_are_another_rules_business(salutation: str) -> None:
    assert found_by("CUS013", person(salutation=salutation)) == []


def test_every_field_with_choices_is_looked_at() -> None:
    two = with_limits(choices={"salutation": ("Herr",), "title": ("Dr.", "Prof. Dr.")})

    assert [one.field for one in found_by("CUS013", person(title="Doktor"), two)] == ["salutation", "title"]


def test_the_message_names_the_choices() -> None:
    (finding,) = found_by("CUS013", person(salutation="Mx"))

    assert str(finding.message) == (
        "Salutation “Mx” is none of those that the partner knows: Herr, Frau, Firma, Herr und Frau."
    )


def test_without_choices_everything_goes_and_what_is_not_sent_is_not_looked_at() -> None:
    assert found_by("CUS013", person(salutation="Mx"), with_limits(choices={})) == []
    assert found_by("CUS013", person(salutation="Mx"), without("salutation")) == []
