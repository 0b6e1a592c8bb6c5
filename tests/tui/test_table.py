"""The virtual list: where the cursor stays, what is scrolled, marked, drawn and asked for."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding

from core.locale import Message
from tui.area import Column
from tui.shown import Shown
from tui.table import RecordList, spread
from tui.view import View

pytestmark = pytest.mark.anyio

LINES = 10
COLUMNS = (
    Column("name", Message("Name"), 12, lambda row, shown: shown.text(row), grows=1),
    Column("", Message("End"), 3, lambda _row, _shown: "end", right=True),
    Column("", Message("Wide"), 6, lambda _row, _shown: "wide", least=60),
)


def a_view(ids: Iterable[int], names: dict[int, str] | None = None) -> View:
    view = View()
    view.ids = array("q", ids)
    view.rows.update({id_: f"record {id_}" for id_ in view.ids} if names is None else names)
    return view


class Host(App[None]):
    """A list alone on the screen; it keeps what the list asks for."""

    BINDINGS = [Binding("down", "go(1)"), Binding("up", "go(-1)"), Binding("pagedown", "page(1)")]

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view, self.wanted = view, list[int]()

    def compose(self) -> ComposeResult:
        yield RecordList(COLUMNS, Shown())

    @property
    def list(self) -> RecordList:
        return self.query_one(RecordList)

    def on_mount(self) -> None:
        self.list.styles.scrollbar_size_vertical = 0
        self.list.focus()

    def on_record_list_rows_wanted(self, event: RecordList.RowsWanted) -> None:
        self.wanted += event.ids

    def action_go(self, lines: int) -> None:
        self.list.move_to(self.list.cursor + lines)

    def action_page(self, pages: int) -> None:
        self.list.page(pages)

    @property
    def lines(self) -> list[str]:
        return [self.list.render_line(y).text for y in range(self.list.height)]


@asynccontextmanager
async def shown(view: View, width: int = 40) -> AsyncIterator[Host]:
    """The list with a view, in a terminal of ten lines."""
    host = Host(view)
    async with host.run_test(size=(width, LINES)) as pilot:
        await pilot.pause()
        host.list.use(view, 0)
        await pilot.pause()
        yield host
        await pilot.pause()


async def test_arrow_keys_move_the_cursor_and_not_the_window() -> None:
    host = Host(a_view(range(100)))
    async with host.run_test(size=(40, LINES)) as pilot:
        host.list.use(host.view, 0)
        await pilot.press("down", "down", "up")
        assert (host.list.cursor, host.list.top) == (1, 0)


async def test_half_a_page_is_scrolled_when_the_cursor_leaves_the_window() -> None:
    async with shown(a_view(range(100))) as host:
        host.list.move_to(LINES - 1)
        assert host.list.top == 0
        host.list.move_to(LINES)
        assert host.list.top == LINES // 2


async def test_a_page_moves_the_window_and_leaves_the_cursor_on_its_line() -> None:
    async with shown(a_view(range(100))) as host:
        host.list.move_to(3)
        host.list.page(1)
        assert (host.list.cursor, host.list.top) == (3 + LINES, LINES)


async def test_neither_end_can_be_passed() -> None:
    async with shown(a_view(range(25))) as host:
        host.list.page(9)
        assert (host.list.cursor, host.list.top) == (24, 15)
        host.list.move_to(-5)
        assert (host.list.cursor, host.list.top) == (0, 0)


async def test_a_refreshed_view_leaves_the_cursor_on_its_line_of_the_screen() -> None:
    async with shown(a_view(range(100))) as host:
        host.list.move_to(42)
        line = host.list.cursor - host.list.top
        fresh = a_view([1000, 1001, 1002, *range(100)])
        host.list.use(fresh, 45, keep_line=True)
        assert host.list.current == 42
        assert host.list.cursor - host.list.top == line


async def test_a_view_that_shrank_holds_the_cursor_inside() -> None:
    async with shown(a_view(range(100))) as host:
        host.list.move_to(99)
        host.list.use(a_view(range(4)), 99)
        assert (host.list.current, host.list.top) == (3, 0)


async def test_an_empty_view_has_no_current_record() -> None:
    async with shown(a_view(range(5))) as host:
        host.list.use(View(), 0)
        assert host.list.current is None
        assert not "".join(host.lines).strip()
        host.list.toggle_mark()
        assert host.list.marks == set()


async def test_marks_stay_with_their_records_when_another_view_is_shown() -> None:
    async with shown(a_view(range(100))) as host:
        host.list.toggle_mark()
        host.list.toggle_mark()
        assert host.list.marks == {0, 1}
        host.list.use(a_view([50, 1, 60]), 0)
        signs = Shown().signs
        assert host.list.marks == {0, 1}
        assert [line.startswith(signs.mark) for line in host.lines[:3]] == [False, True, False]


async def test_marking_goes_on_to_the_next_row_and_marking_again_takes_it_off() -> None:
    async with shown(a_view(range(5))) as host:
        host.list.toggle_mark()
        assert host.list.cursor == 1
        host.list.move_to(0)
        host.list.toggle_mark()
        assert host.list.marks == set()


async def test_rows_that_were_not_read_are_asked_for_and_stand_open_until_they_come() -> None:
    view = a_view(range(100), {})
    host = Host(view)
    async with host.run_test(size=(40, LINES)) as pilot:
        host.list.use(view, 0)
        await pilot.pause()
        assert set(range(LINES)) <= set(host.wanted)
        assert all("…" in line for line in host.lines)
        host.list.rows_came(view.keep({id_: f"record {id_}" for id_ in host.wanted}, host.wanted))
        assert "record 3" in host.lines[3]


async def test_a_record_that_is_gone_stays_in_its_line_and_is_not_asked_for() -> None:
    view = a_view(range(20))
    async with shown(view) as host:
        host.list.rows_came(view.keep({}, [4]))
        assert "record 4" in host.lines[4]
        assert 4 not in host.wanted


async def test_more_ids_lengthen_the_list_and_leave_the_cursor_alone() -> None:
    view = a_view(range(5))
    async with shown(view) as host:
        host.list.move_to(3)
        view.ids.extend(range(5, 500))
        host.list.extended()
        assert (len(host.list.view), host.list.current) == (500, 3)
        host.list.move_to(499)
        assert host.list.current == 499


@pytest.mark.parametrize(
    "name",
    [
        "株式会社テスト",
        "e\u0301ce\u0301le\u0301",
        "Größenbrück am Rand der Welt",
        "👩‍👧 zwei",
        "",
        "\x1b[31mrot",
        "a\tb",
    ],
)
async def test_whatever_a_name_is_made_of_the_columns_stay_straight(name: str) -> None:
    async with shown(a_view([1, 2], {1: name, 2: "plain"})) as host:
        strange, plain = host.lines[:2]
        assert cell_len(strange) == cell_len(plain) == 40
        assert strange.rstrip().endswith("end")
        assert "\x1b" not in strange


async def test_in_a_wider_terminal_more_columns_are_shown() -> None:
    async with shown(a_view([1]), width=80) as host:
        assert "wide" in host.lines[0]
        assert cell_len(host.lines[0]) == 80
    async with shown(a_view([1]), width=40) as host:
        assert "wide" not in host.lines[0]


def test_what_is_left_over_goes_to_the_columns_that_grow() -> None:
    assert [width for _column, width in spread(COLUMNS, 40)] == [35, 3]


def test_where_there_is_no_room_columns_that_grow_give_way_down_to_a_least_width() -> None:
    assert [width for _column, width in spread(COLUMNS, 14)] == [9, 3]
    assert [width for _column, width in spread(COLUMNS, 5)] == [8, 3]
