"""A view: ids in order, the rows read so far, and what has to be read before a window can be shown."""

from __future__ import annotations

from array import array

from tui.view import AHEAD, KEPT, View


def a_view(*ids: int) -> View:
    view = View()
    view.ids = array("q", ids)
    return view


def test_behind_the_end_there_is_no_record() -> None:
    view = a_view(7, 9)
    assert [view.id_at(index) for index in (-1, 0, 1, 2)] == [None, 7, 9, None]


def test_a_window_that_was_read_wants_nothing() -> None:
    view = a_view(*range(1000))
    view.keep({id_: str(id_) for id_ in range(40)})
    assert view.missing(0, 39) == []


def test_one_missing_line_brings_those_around_it_as_well() -> None:
    view = a_view(*range(1000))
    view.keep({id_: str(id_) for id_ in range(300, 340)})
    wanted = view.missing(301, 340)
    assert wanted[0] == 301 - AHEAD
    assert wanted[-1] == 340 + AHEAD
    assert not set(wanted) & set(range(300, 340))


def test_a_record_that_was_asked_for_and_not_found_is_gone_and_not_asked_for_again() -> None:
    view = a_view(1, 2, 3)
    changed = view.keep({1: "a", 3: "c"}, [1, 2, 3])
    assert view.gone == {2}
    assert 2 in changed
    assert view.missing(0, 2) == []


def test_rows_that_were_looked_at_longest_ago_are_forgotten_first() -> None:
    view = a_view(*range(KEPT + 10))
    view.keep({id_: id_ for id_ in range(KEPT)})
    assert view.row(0) == 0
    view.keep({KEPT: KEPT})
    assert view.row(0) == 0
    assert view.row(1) is None
    assert len(view.rows) == KEPT


def test_a_record_that_no_longer_fits_is_still_read_so_that_its_line_says_what_became_of_it() -> None:
    view = a_view(1, 2, 3)
    view.gone = {2}
    assert view.missing(0, 2) == [1, 2, 3]
