from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.rulebook.finding import FixKind
from core.text import tidied
from tests.core.customers.rules.samples import GIVEN, LIMITS, company, found_by, only_fix, person, without

ZERO_WIDTH = "\u200b"


@pytest.mark.parametrize("town", ["Dresden", "Bad Homburg v. d. Höhe", "Ö", "S\u0323\u0307", ""])
def test_a_text_without_anything_hidden_is_left_alone(town: str) -> None:
    assert found_by("CUS001", person(town=town)) == []


@pytest.mark.parametrize(
    ("town", "plain"),
    [
        (" Dresden", "Dresden"),
        ("Dresden ", "Dresden"),
        ("Bad  Homburg", "Bad Homburg"),
        ("   ", ""),
        ("Bad\tHomburg", "Bad Homburg"),
        ("Bad\nHomburg", "Bad Homburg"),
        ("Bad\r\nHomburg", "Bad Homburg"),
        ("Bad\x85Homburg", "Bad Homburg"),
        ("Bad\u00a0Homburg", "Bad Homburg"),
        ("Bad \u00a0Homburg", "Bad Homburg"),
        ("Bad\u202fHomburg", "Bad Homburg"),
        ("Bad\u2003Homburg", "Bad Homburg"),
        ("Bad\u3000Homburg", "Bad Homburg"),
        ("Bad\u2028Homburg", "Bad Homburg"),
        ("Bad\u2029Homburg", "Bad Homburg"),
        (f"Dres{ZERO_WIDTH}den", "Dresden"),
        (f"{ZERO_WIDTH} Dresden", "Dresden"),
        ("Dres\u00adden", "Dresden"),
        ("Dres\u200dden", "Dresden"),
        ("\ufeffDresden", "Dresden"),
        ("\u200eDresden\u200f", "Dresden"),
        ("\u202eDresden\u202c", "Dresden"),
        ("Dresden\x00", "Dresden"),
        ("Dresden\x7f", "Dresden"),
    ],
)
def test_hidden_characters_are_found_and_safely_taken_out(town: str, plain: str) -> None:
    assert only_fix("CUS001", person(town=town)) == (FixKind.SAFE, plain)


def test_every_blank_control_and_format_character_of_unicode_is_found() -> None:
    kinds = {"Cc", "Cf", "Zl", "Zp", "Zs"}
    hidden = [
        chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in kinds and code != 0x20
    ]

    assert [character for character in hidden if not found_by("CUS001", person(town=f"a{character}b"))] == []


def test_private_and_unassigned_characters_and_surrogates_are_left_to_another_rule() -> None:
    assert found_by("CUS001", person(town="a\ue000b\ud800c\uffff")) == []


def test_an_accent_apart_from_its_letter_is_no_hidden_character() -> None:
    assert found_by("CUS001", person(last_name="Mu\u0308ller")) == []


def test_an_emoji_is_no_hidden_character_but_the_joiner_in_one_is() -> None:
    assert found_by("CUS001", company(company="Eis 🍦 & Co")) == []
    assert only_fix("CUS001", company(company="👩\u200d🔧 GmbH")) == (FixKind.SAFE, "👩🔧 GmbH")


def test_a_terminal_sequence_is_a_proposal_because_its_letters_would_stay() -> None:
    name = "\x1b[31mMüller\x1b[0m Bau\x1b]0;title\x07"

    assert only_fix("CUS001", company(company=name)) == (FixKind.UNSAFE, "Müller Bau")


def test_a_letter_read_as_a_control_character_is_a_proposal_because_it_would_be_lost() -> None:
    assert only_fix("CUS001", person(last_name="\x8aliwa")) == (FixKind.UNSAFE, "Šliwa")


def test_each_field_has_its_own_finding() -> None:
    customer = person(first_name=" Petra", street="Linden\u00a0weg", town="Dresden ")

    assert [one.field for one in found_by("CUS001", customer)] == ["first_name", "street", "town"]


def test_only_what_is_transmitted_is_looked_at() -> None:
    customer = person(adviser="mk ", old_number=" 17", iban="DE89370400440532013000 ")

    assert [one.field for one in found_by("CUS001", customer)] == ["iban"]
    assert found_by("CUS001", customer, without("iban")) == []
    assert "adviser" not in LIMITS.transmitted


def test_the_message_makes_the_hidden_visible_and_names_it() -> None:
    (finding,) = found_by("CUS001", person(last_name=f" Mül{ZERO_WIDTH}ler  Weiß\u00a0"))

    assert str(finding.message) == (
        "Last name “␣Mül‹U+200B›ler ␣Weiß‹U+00A0›” has a character without width (U+200B), "
        "a no-break space (U+00A0), a blank at the beginning, doubled blanks."
    )
    assert finding.value == f" Mül{ZERO_WIDTH}ler  Weiß\u00a0"


def test_the_message_shows_the_place_in_a_very_long_text() -> None:
    (finding,) = found_by("CUS001", person(street="x" * 5_000 + "\t" + "y" * 5_000))

    assert "x‹U+0009›y" in str(finding.message)
    assert len(str(finding.message)) < 200


def test_nothing_unprintable_comes_through_a_message() -> None:
    (finding,) = found_by("CUS001", company(company="\x1b[31mBau\u202e"))

    assert str(finding.message).isprintable()


@for_all(st.text())
def test_taking_out_what_is_hidden_never_touches_what_can_be_seen(text: str) -> None:
    def seen(value: str) -> list[str]:
        return [one for one in value if unicodedata.category(one) not in {"Cc", "Cf", "Zl", "Zp", "Zs"}]

    assert seen(tidied(text)) == seen(text)
    assert tidied(tidied(text)) == tidied(text)


@for_all(st.text(alphabet=" \t\u00a0\u200b\u00adaä\u0308€", max_size=12))
def test_a_finding_is_there_exactly_where_something_can_be_taken_out(town: str) -> None:
    assert bool(found_by("CUS001", person(town=town), GIVEN)) == (tidied(town) != town)
