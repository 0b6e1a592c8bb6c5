"""What came and what went between two readings of a view."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from tui.following import drift

IDS = st.lists(st.integers(1, 300) | st.integers(1, 10**9), unique=True).map(lambda ids: array("q", ids))


@given(IDS, IDS)
def test_it_says_what_sets_would_say(before: array[int], after: array[int]) -> None:
    found = drift(before, after)
    if found is None:
        assert before == after
        return
    assert found.new == len(set(after) - set(before))
    assert found.gone == set(before) - set(after)


@given(IDS)
def test_the_same_view_has_not_drifted(ids: array[int]) -> None:
    assert drift(ids, array("q", ids)) is None


def test_the_same_records_in_another_order_are_neither_new_nor_gone() -> None:
    found = drift(array("q", [1, 2, 3]), array("q", [1, 3, 2]))
    assert found is not None
    assert (found.new, found.gone, list(found.ids)) == (0, frozenset(), [1, 3, 2])
