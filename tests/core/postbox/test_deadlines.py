"""Deadlines: from the text where it names a day, else estimated."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.postbox.deadlines import Deadline, deadline_of, read_day

CAME = date(2026, 11, 22)
DUNNING = "140012020"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Bitte zahlen Sie bis zum 15.12.2026.", date(2026, 12, 15)),
        ("zahlbar bis 1. Dezember 2026", date(2026, 12, 1)),
        ("spätestens am 03.12.26 eingehend", date(2026, 12, 3)),
        ("Die Frist endet am Freitag, den 4.12.2026", date(2026, 12, 4)),
        ("fällig am 1.12.2026, letzte Frist bis zum 10.12.2026", date(2026, 12, 1)),
        ("Ihr Vertrag wurde zum 31. Dezember 2026 gekündigt und endet am 31.12.2026", date(2026, 12, 31)),
    ],
)
def test_a_day_that_the_letter_names_is_taken(text: str, day: date) -> None:
    assert deadline_of(DUNNING, text, "20.11.2026", CAME) == Deadline(day, estimated=False)


@pytest.mark.parametrize(
    ("text", "dated", "day"),
    [
        ("innerhalb von 10 Tagen", "20.11.2026", date(2026, 11, 30)),
        ("binnen zwei Wochen nach Zugang", "", date(2026, 12, 6)),
        ("innerhalb eines Monats", "2026-11-20", date(2026, 12, 20)),
        ("Wir bitten um Zahlung.", "2026-11-20T10:00:00", date(2026, 12, 4)),
        ("Versichert bis zum 01.01.1999", "Unsinn", date(2026, 12, 6)),
        ("Laufzeit bis zum 31.12.2099", "", date(2026, 12, 6)),
    ],
)
def test_else_it_is_estimated_from_the_date_of_the_letter(text: str, dated: str, day: date) -> None:
    assert deadline_of(DUNNING, text, dated, CAME) == Deadline(day, estimated=True)


@pytest.mark.parametrize("category", ["", "100007000", "140018000", "300001000"])
def test_what_knows_no_deadline_has_none(category: str) -> None:
    assert deadline_of(category, "bis zum 15.12.2026", "", CAME) is None


@given(st.text(max_size=300), st.text(max_size=30))
def test_whatever_is_written_there_is_a_day_after_the_letter(text: str, dated: str) -> None:
    found = deadline_of(DUNNING, text, dated, CAME)
    assert found is not None
    assert abs((found.day - CAME).days) <= 900


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "0.0.0000", "", "gestern"])
def test_no_day_is_none(text: str) -> None:
    assert read_day(text) is None
