from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.customers.fields import read_birthdate
from core.rulebook.finding import FixKind, Severity
from tests.core.customers.rules.samples import GIVEN, TODAY, company, found_by, only_fix, person, without


@pytest.mark.parametrize(
    "birthdate", ["", "04.03.1971", "29.02.2000", "29.02.2024", "31.12.1899", "01.01.0001"]
)
def test_a_day_of_the_calendar_as_ttmmjjjj_has_the_right_form(birthdate: str) -> None:
    assert found_by("CUS007", person(birthdate=birthdate)) == []


@pytest.mark.parametrize(
    "birthdate",
    [
        "4.3.1971",
        "04.3.1971",
        " 04.03.1971",
        "04. 03. 1971",
        "04.03.1971\u200b",
        "04.\u00a003.1971",
        "1971-03-04",
        "1971-3-4",
        "1971/03/04",
        "1971.03.04",
        "1971-03-04 00:00:00",
        "1971-03-04T00:00:00.000",
        "04.03.1971 00:00",
        "19710304",
        "04031971",
        "4. März 1971",
        "04. Ma\u0308rz 1971",
        "4 mrz. 1971",
        "4. March 1971",
    ],
)
def test_one_other_unmistakable_form_is_safely_rewritten(birthdate: str) -> None:
    assert only_fix("CUS007", person(birthdate=birthdate)) == (FixKind.SAFE, "04.03.1971")


@pytest.mark.parametrize(
    ("birthdate", "day"),
    [
        ("04/03/1971", "04.03.1971"),
        ("04-03-1971", "04.03.1971"),
        ("4.3.71", "04.03.1971"),
        ("04.03.71", "04.03.1971"),
        ("04.03.26", "04.03.2026"),
        ("20.11.26", "20.11.2026"),
        ("21.11.26", "21.11.1926"),
        ("04/03/71", "04.03.1971"),
        ("０４.０３.１９７１", "04.03.1971"),
    ],
)
def test_what_can_be_mistaken_is_a_proposal(birthdate: str, day: str) -> None:
    assert only_fix("CUS007", person(birthdate=birthdate)) == (FixKind.UNSAFE, day)


@pytest.mark.parametrize(
    ("birthdate", "day"),
    [("24/03/1971", "24.03.1971"), ("03/24/1971", "24.03.1971"), ("05/05/1971", "05.05.1971")],
)
def test_slashes_are_unmistakable_where_only_one_order_is_a_day(birthdate: str, day: str) -> None:
    assert only_fix("CUS007", person(birthdate=birthdate)) == (FixKind.SAFE, day)


@pytest.mark.parametrize(
    "birthdate",
    ["31.02.", "31.02.1971", "29.02.1900", "29.02.1971", "00.01.1971", "01.13.1971", "01.01.0000", "1971",
     "1971-02-30", "45123", "01.02.", "März 1971", "4. Foo 1971", "unbekannt", "1971-03-04 22:00:00",
     "1971-03-04T00:00:00Z", "31/31/1971", "99999999", "19710230", "04.03.1971, Dresden"],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_must_be_asked_for(birthdate: str) -> None:
    assert only_fix("CUS007", person(birthdate=birthdate)) == (FixKind.NONE, "")


def test_the_message_tells_an_impossible_day_from_another_form() -> None:
    (impossible,) = found_by("CUS007", person(birthdate="31.02.1971"))
    (other,) = found_by("CUS007", person(birthdate="1971-03-04"))
    (mistakable,) = found_by("CUS007", person(birthdate="04/03/1971"))

    assert str(impossible.message) == "Birth date “31.02.1971” is no day of the calendar."
    assert str(other.message) == "Birth date “1971-03-04” does not read TT.MM.JJJJ."
    assert str(mistakable.message).endswith("perhaps 04.03.1971 is meant.")


def test_a_company_is_only_warned_of_the_form() -> None:
    (finding,) = found_by("CUS007", company(birthdate="1971-03-04"))

    assert finding.severity is Severity.WARNING


def test_a_birth_date_of_blanks_only_counts_as_missing() -> None:
    assert found_by("CUS007", person(birthdate=" \u00a0")) == []
    assert [one.severity for one in found_by("CUS008", person(birthdate=" \u00a0"))] == [Severity.WARNING]


@pytest.mark.parametrize("born", [date(1900, 1, 1), date(1971, 3, 4), TODAY])
def test_days_from_1900_until_today_are_plausible(born: date) -> None:
    assert found_by("CUS008", person(birthdate=f"{born:%d.%m.%Y}")) == []


@pytest.mark.parametrize("birthdate", ["31.12.1899", "01.01.0001", "21.11.2026", "01.01.9999"])
def test_days_before_1900_and_after_today_are_errors(birthdate: str) -> None:
    (finding,) = found_by("CUS008", person(birthdate=birthdate))

    assert finding.severity is None
    assert birthdate in str(finding.message)


def test_what_is_tomorrow_depends_on_today() -> None:
    customer = person(birthdate=f"{TODAY + timedelta(days=1):%d.%m.%Y}")

    assert len(found_by("CUS008", customer)) == 1
    assert found_by("CUS008", customer, replace(GIVEN, today=TODAY + timedelta(days=1))) == []


def test_a_missing_birth_date_is_a_warning_for_a_person_and_nothing_for_a_company() -> None:
    (finding,) = found_by("CUS008", person(birthdate=""))

    assert finding.severity is Severity.WARNING
    assert found_by("CUS008", company(birthdate="")) == []
    assert found_by("CUS008", company(birthdate="01.04.1888")) == []


def test_an_unreadable_date_is_left_to_the_rule_on_the_form() -> None:
    assert found_by("CUS008", person(birthdate="2099-01-01")) == []


def test_a_birth_date_that_is_not_sent_is_not_looked_at() -> None:
    assert found_by("CUS007", person(birthdate="1971"), without("birthdate")) == []
    assert found_by("CUS008", person(birthdate=""), without("birthdate")) == []


@for_all(st.dates())
def test_every_day_as_ttmmjjjj_is_read_as_itself(day: date) -> None:
    text = f"{day.day:02}.{day.month:02}.{day.year:04}"

    assert read_birthdate(text) == day
    assert found_by("CUS007", person(birthdate=text)) == []


@for_all(st.dates(), st.sampled_from(["{d}.{m}.{y:04}", "{y:04}-{m:02}-{d:02}", "{y:04}/{m}/{d}"]))
def test_every_day_in_an_unmistakable_form_is_rewritten_to_itself(day: date, form: str) -> None:
    text = form.format(d=day.day, m=day.month, y=day.year)
    for finding in found_by("CUS007", person(birthdate=text)):
        assert finding.fix is not None
        assert read_birthdate(finding.fix.text) == day


@for_all(st.from_regex(r"[0-9]{1,4}[./ -]?[0-9]{1,2}[./ -]?[0-9]{1,4}", fullmatch=True))
def test_every_proposal_is_a_day_in_the_right_form(birthdate: str) -> None:
    for finding in found_by("CUS007", person(birthdate=birthdate)):
        assert finding.fix is None or read_birthdate(finding.fix.text) is not None
