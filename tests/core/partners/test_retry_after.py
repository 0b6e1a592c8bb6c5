"""How long a partner asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.partners.retry_after import LONGEST, SHORTEST, retry_delay

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1),
        (" 120 ", 120),
        ("0", 1),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 5000, 86_400),
        ("Mon, 23 Nov 2026 09:02:00 GMT", 120),
        ("Monday, 23-Nov-26 09:02:00 GMT", 120),
        ("Mon Nov 23 09:02:00 2026", 120),
        ("Mon, 23 Nov 2026 10:02:00 +0100", 120),
        ("Mon, 23 Nov 2015 09:02:00 GMT", 1),
        ("Fri, 31 Dec 9999 22:59:59 GMT", 86_400),
    ],
)
def test_seconds_and_dates_are_read(header: str, seconds: int) -> None:
    assert retry_delay(header, None, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bald",
        "-5",
        "1.5",
        "1e3",
        "٣",
        "１２",
        "120, 60",
        "\x00",
        "Mon, 99 Foo 2026 09:02:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        ",",
    ],
)
def test_rubbish_says_nothing(header: str | None) -> None:
    assert retry_delay(header, None, NOW) is None


def test_a_date_is_read_on_the_partners_clock() -> None:
    there = NOW + timedelta(hours=3)
    header = format_datetime(there + timedelta(seconds=40), usegmt=True)
    assert retry_delay(header, format_datetime(there, usegmt=True), NOW) == timedelta(seconds=40)


def test_an_unreadable_clock_there_leaves_ours() -> None:
    header = format_datetime(NOW + timedelta(seconds=40), usegmt=True)
    assert retry_delay(header, "gestern", NOW) == timedelta(seconds=40)


HEADERS = st.one_of(
    st.text(),
    st.integers().map(str),
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: format_datetime(moment, usegmt=True)),
    st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d ([+-]\d{4}|GMT|[A-Z]{1,5})"),
)


@given(HEADERS, st.none() | HEADERS)
def test_whatever_stands_there_nothing_is_raised_and_the_bounds_hold(header: str, date: str | None) -> None:
    delay = retry_delay(header, date, NOW)
    assert delay is None or SHORTEST <= delay <= LONGEST
