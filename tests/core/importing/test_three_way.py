"""What the source said, what stands here, what it says now: the comparison by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importing.three_way import Clash, Merge, merge

WORDS = st.sampled_from(["", "Dresden", "Görlitz", "Görlitz ", "Zittau"])
RECORDS = st.fixed_dictionaries({"town": WORDS, "title": WORDS, "street": WORDS})
NAMED = st.fixed_dictionaries({"town": WORDS}, optional={"title": WORDS, "street": WORDS})


def applied(here: dict[str, str], result: Merge) -> dict[str, str]:
    return {**here, **result.take}


@pytest.mark.parametrize(
    ("before", "here", "now", "result"),
    [
        ("a", "a", "a", Merge()),
        ("a", "a", "b", Merge(take={"town": "b"})),
        ("a", "a", "", Merge(take={"town": ""})),
        ("", "", "b", Merge(take={"town": "b"})),
        ("a", "b", "a", Merge()),
        ("a", "b", "b", Merge(agreed=("town",))),
        ("a", "b", "c", Merge(clashes=(Clash("town", "a", "b", "c"),))),
        ("a", "a ", "b", Merge(clashes=(Clash("town", "a", "a ", "b"),))),
        ("a ", "a", "a ", Merge()),
        ("a ", "a", "a", Merge(agreed=("town",))),
    ],
)
def test_field_by_field(before: str, here: str, now: str, result: Merge) -> None:
    assert merge({"town": before}, {"town": here}, {"town": now}) == result


def test_a_field_that_the_source_did_not_name_before_was_empty_there() -> None:
    assert merge({}, {"town": ""}, {"town": "b"}) == Merge(take={"town": "b"})
    assert merge({}, {"town": "c"}, {"town": "b"}).clashes == (Clash("town", "", "c", "b"),)


@given(RECORDS, RECORDS, NAMED)
def test_a_field_that_the_source_does_not_name_now_stays(
    before: dict[str, str], here: dict[str, str], now: dict[str, str]
) -> None:
    result = merge(before, here, now)
    assert {*result.take, *(one.field for one in result.clashes), *result.agreed} <= now.keys()


@given(RECORDS, RECORDS)
def test_a_source_that_stands_still_changes_nothing(before: dict[str, str], here: dict[str, str]) -> None:
    result = merge(before, here, before)
    assert (dict(result.take), result.clashes, result.agreed) == ({}, (), ())


@given(RECORDS, RECORDS)
def test_where_nothing_was_corrected_the_source_holds(before: dict[str, str], now: dict[str, str]) -> None:
    result = merge(before, before, now)
    assert applied(before, result) == now
    assert result.clashes == ()


@given(RECORDS, RECORDS, NAMED)
def test_the_same_twice_changes_nothing_more(
    before: dict[str, str], here: dict[str, str], now: dict[str, str]
) -> None:
    first = merge(before, here, now)
    second = merge({**before, **now}, applied(here, first), now)
    assert (dict(second.take), second.clashes, second.agreed) == ({}, (), ())


@given(RECORDS, RECORDS, RECORDS)
def test_what_was_corrected_here_is_never_overwritten(
    before: dict[str, str], here: dict[str, str], now: dict[str, str]
) -> None:
    result = merge(before, here, now)
    for field in result.take:
        assert here[field] == before[field]


@given(RECORDS, RECORDS, RECORDS)
def test_every_field_comes_to_one_end(
    before: dict[str, str], here: dict[str, str], now: dict[str, str]
) -> None:
    result = merge(before, here, now)
    ends = [*result.take, *(one.field for one in result.clashes), *result.agreed]
    assert len(ends) == len(set(ends))
    for field, value in here.items():
        assert field in ends or now[field] in (value, before[field])
