from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
import regex
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.customers.company_name import short_company_name
from core.customers.given import Known
from core.customers.rules import RULES
from tests.core.customers.rules.samples import GIVEN, company

# What Python does not know yet, another library may: not assigned is left out.
KNOWN = st.characters(exclude_categories=("Cn", "Cs"))
NAMES = st.text(KNOWN, max_size=40) | st.text(
    alphabet="aä u\u0308\u0301\u200b\u00a0🇩🇪👍🏽👩\u200d🔧e\ufe0f각ㄱ", max_size=30
)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Elfenbeinküste Handels GmbH", "Elfenbeink"),
        ("Müller Bau", "Müller Bau"),
        ("Müller & Söhne KG", "Müller & S"),
        ("Autohaus X GmbH", "Autohaus X"),
        ("Autohaus  und mehr", "Autohaus u"),
        ("Baumarkt1 GmbH", "Baumarkt1"),
        ("\u00a0Bau\u200b ", "Bau"),
        ("Mu\u0308ller-Ba\u0308u AG", "Müller-Bäu"),
        ("\x1b[31mMüller\x1b[0m Bau GmbH", "Müller Bau"),
        ("", ""),
    ],
)
def test_the_first_characters_are_taken_without_a_blank_at_the_edge(name: str, short: str) -> None:
    assert short_company_name(name, 10) == short


@pytest.mark.parametrize(
    ("name", "short"),
    [("Daumen 12👍🏽", "Daumen 12"), ("Flagge 12🇩🇪", "Flagge 12"), ("123456789x\u0323", "123456789")],
)
def test_what_reads_as_one_character_is_not_cut_in_two(name: str, short: str) -> None:
    assert short_company_name(name, 10) == short


@for_all(NAMES, st.integers(0, 15))
def test_a_short_name_is_a_beginning_of_the_name_and_fits(name: str, limit: int) -> None:
    short = short_company_name(name, limit)

    assert len(short) <= limit
    assert short == short_company_name(short, limit)
    assert unicodedata.is_normalized("NFC", short)


@for_all(NAMES, st.integers(1, 15))
def test_a_short_name_ends_where_a_reader_sees_a_character_end(name: str, limit: int) -> None:
    whole = short_company_name(name, 10_000)
    short = short_company_name(name, limit)
    ends = {0}
    for cluster in regex.findall(r"\X", whole):
        ends.add(max(ends) + len(cluster))

    assert whole.startswith(short)
    assert len(short) in ends


@for_all(NAMES)
def test_a_short_name_passes_every_rule_itself(name: str) -> None:
    short = short_company_name(name, 10)
    assume(short)
    known = {
        rule.id
        for rule in RULES
        for _one in rule.check(company(company=short), replace(GIVEN, known=Known.ABSENT))
    }

    # Characters that no set has stay visible in the whole name, and hold it.
    assert known <= {"CUS018"}
    assert not known or any(
        unicodedata.category(one) in {"Co", "Cs", "Cn"} or one == "\ufffd" for one in short
    )
