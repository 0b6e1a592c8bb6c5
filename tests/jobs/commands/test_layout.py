"""On a terminal nothing wraps by itself: columns give up room, the least important first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.commands.layout import (
    GAP,
    NARROWEST,
    Wish,
    Yields,
    clipped,
    fitted,
    padded,
    width,
    wrapped,
)

ANY_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=40)
WISHES = st.lists(
    st.builds(Wish, st.integers(0, 30), st.integers(0, 60), st.sampled_from(Yields)), min_size=1, max_size=9
)


def test_columns_that_have_room_are_as_wide_as_they_like() -> None:
    assert fitted([Wish(4, 10), Wish(8, 3)], 20) == [10, 8]


def test_headings_give_way_before_what_stands_under_them() -> None:
    assert fitted([Wish(20, 10), Wish(4, 12)], 24) == [10, 12]


def test_what_yields_first_is_narrowed_before_anything_else() -> None:
    wishes = [Wish(0, 20, Yields.LAST), Wish(0, 20), Wish(0, 20, Yields.FIRST)]
    assert fitted(wishes, 54) == [20, 20, 10]
    assert fitted(wishes, 40) == [20, 10, 6]
    assert fitted(wishes, 30) == [14, 6, 6]


def test_the_widest_give_before_the_others() -> None:
    assert fitted([Wish(0, 30), Wish(0, 12), Wish(0, 20)], 42) == [13, 12, 13]


@given(WISHES, st.integers(1, 200))
def test_columns_fit_into_the_room_unless_all_are_as_narrow_as_may_be(wishes: list[Wish], room: int) -> None:
    widths = fitted(wishes, room)
    together = sum(widths) + len(GAP) * (len(widths) - 1)
    assert together <= room or all(wide <= NARROWEST for wide in widths)
    wished = [max(one.heading, one.cells) for one in wishes]
    assert all(wide <= wish for wide, wish in zip(widths, wished, strict=True))
    if sum(wished) + len(GAP) * (len(widths) - 1) <= room:
        assert widths == wished


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("Dresden", 7, "Dresden"),
        ("Dresden", 6, "Dresd…"),
        ("Bad Muskau", 5, "Bad…"),
        ("東京都港区", 6, "東京…"),
        ("Jo\u0301rg", 3, "Jo\u0301…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_a_text_that_is_cut_ends_with_an_ellipsis(text: str, room: int, shown: str) -> None:
    assert clipped(text, room) == shown


@given(ANY_TEXT, st.integers(0, 30))
def test_no_cell_takes_more_room_than_it_has(text: str, room: int) -> None:
    assert width(clipped(text, room)) <= room
    assert width(padded(text, room)) == room


@given(ANY_TEXT, st.integers(2, 30))
def test_a_wrapped_text_loses_no_letter_and_no_line_is_too_long(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= room or len(line) == 1 for line in lines)


def test_a_text_is_wrapped_between_words() -> None:
    assert wrapped("vermutlich fehlt die führende Null", 17) == ["vermutlich fehlt", "die führende Null"]
    assert wrapped("Donaudampfschifffahrt ja", 10) == ["Donaudampf", "schifffahr", "t ja"]
