"""The triage pane, one for all areas: list, detail with tabs, filter line, status line.

What it shows and what can be done there is the area's declaration; see tui/areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message as Event

from core.locale import Message
from core.office import Office
from core.rulebook.worklist import Sort
from tui.area import Area, Lead
from tui.background import TakesResults, in_background
from tui.blocks import Block, Heading
from tui.causes import CauseList
from tui.detail import Detail
from tui.filter_line import FilterLine
from tui.following import Follower
from tui.keys import LIST_VERBS, Verb
from tui.lines import Line
from tui.listed import ListedWorklist
from tui.loading import PieceCame, ViewLoader, hidden_of
from tui.reading import read_tab
from tui.shown import Shown
from tui.status import Standing, headings, status, title
from tui.table import RecordList
from tui.taking_out import copy, export_view

if TYPE_CHECKING:
    from collections.abc import Sequence


class Owner(Protocol):
    """Who carries out what is pressed in a pane."""

    is_pending: bool
    """Whether a dialog is about to open: keys typed ahead are not for the list below it."""

    def press(self, pane: TriagePane, verb: Verb) -> None:
        """A verb of the area was pressed."""
        ...


class TriagePane(TakesResults, Vertical):
    """One area on screen."""

    can_focus = False

    class Looked(Event):
        """Something that the key line shows has changed."""

        def __init__(self, pane: TriagePane) -> None:
            super().__init__()
            self.pane = pane

    class Leads(Event):
        """A row leads to another area."""

        def __init__(self, lead: Lead) -> None:
            super().__init__()
            self.lead = lead

    area: ClassVar[Area]

    def __init__(self, owner: Owner, office: Office, shown: Shown) -> None:
        super().__init__(id=f"pane-{self.area.name}")
        self.owner, self.office, self.shown = owner, office, shown
        self.worklist = self.area.worklist(office)
        self.loader = ViewLoader(self, self.area.opening)
        self.before_typing = self.area.opening
        self.follower = Follower(self)
        self.hidden_marks = 0
        self.notice: Message | None = None
        self.detail_of: int | None = None

        self.title_line = Line(id="title", classes="title")
        self.heading_line, self.status_line = Line(id="headings"), Line(id="status")
        self.list = RecordList(self.area.columns, shown, id="list")
        self.causes = CauseList(self, id="causes")
        self.detail = Detail(self.area.tabs, shown, id="detail")
        self.filter = FilterLine(shown, id="filter")

    def compose(self) -> ComposeResult:
        """Title, list beside detail, filter, status."""
        yield self.title_line
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.heading_line
                yield self.list
                yield self.causes
            yield self.detail
        yield self.filter
        yield self.status_line

    @property
    def active(self) -> RecordList:
        """Which of list and causes the movements move."""
        return self.causes if self.causes.is_shown else self.list

    @property
    def worklist_area(self) -> str | None:
        """Under which name presence knows the records of the list; None where they are no records."""
        return None if isinstance(self.worklist, ListedWorklist) else self.area.name

    @property
    def verbs(self) -> Sequence[Verb]:
        """What can be pressed here, beside what can be pressed everywhere."""
        return (*self.area.verbs, *LIST_VERBS)

    def on_mount(self) -> None:
        """The view is read as soon as the pane is there."""
        self.loader.load()

    # the view

    @property
    def condition(self) -> str:
        """What the list shows, as it was typed."""
        return self.loader.condition

    def on_piece_came(self, event: PieceCame) -> None:
        """Some ids of the view are there."""
        self.loader.piece_came(event)

    def on_record_list_rows_wanted(self, event: RecordList.RowsWanted) -> None:
        """Rows that are about to be shown are read in a thread."""
        event.stop()
        self.loader.read_rows(event.view, event.ids)

    # what others did meanwhile

    def catch_up(self) -> None:
        """Something was committed."""
        self.follower.catch_up()

    def action_refresh(self) -> None:
        """Shows what is new; the cursor stays on its record."""
        self.loader.load(keep=True)

    # the detail

    def on_record_list_rested(self, event: RecordList.Rested) -> None:
        """Detail and position follow the cursor."""
        event.stop()
        if event.list is not self.list:
            return
        self.show_status()
        self.keys_may_change()
        if event.id is None:
            self.detail_of = None
            self.detail.show("", (), is_other=True)
        elif self.is_detail_shown:
            self._load_detail(event.id)
        self.post_message(Rests(self))

    @property
    def is_detail_shown(self) -> bool:
        """Whether the detail can be seen: beside the list, or instead of it on a narrow screen."""
        return not self.has_class("-narrow") or self.has_class("-detail")

    def _load_detail(self, id_: int) -> None:
        tab, is_other = self.detail.tab, id_ != self.detail_of
        self.detail_of = id_

        def then(blocks: list[Block]) -> None:
            if self.detail_of == id_:
                row = self.list.view.row(id_)
                title = self.area.title_of(row, self.shown) if row is not None else ""
                self.detail.show(title, blocks, is_other=is_other)

        def failed(message: Message) -> None:
            self.detail.show("", (Heading(message),), is_other=True)

        in_background(self, "detail", lambda _cancelled: read_tab(self.office, tab, id_), then, failed=failed)

    def reload_detail(self) -> None:
        """Reads again what the detail shows."""
        if self.detail_of is not None and self.is_detail_shown:
            self._load_detail(self.detail_of)

    def action_next_tab(self) -> None:
        """The next tab of the detail."""
        self._turn_tab(1)

    def action_previous_tab(self) -> None:
        """The previous tab of the detail."""
        self._turn_tab(-1)

    def _turn_tab(self, step: int) -> None:
        self.detail.choose(step)
        if self.list.current is not None:
            self.detail_of = None
            self._load_detail(self.list.current)

    def action_scroll_detail_down(self) -> None:
        """Half a window of the detail down."""
        self.detail.scroll_lines(max(1, self.detail.size.height // 2))

    def action_scroll_detail_up(self) -> None:
        """Half a window of the detail up."""
        self.detail.scroll_lines(-max(1, self.detail.size.height // 2))

    def action_open_detail(self) -> None:
        """Where the row leads to; else the detail, on a narrow screen in the list's place."""
        if self.causes.is_shown:
            self.causes.enter()
            return
        row = self.list.current_row
        lead = self.area.lead_of(row) if row is not None else None
        if lead is not None:
            self.post_message(self.Leads(lead))
            return
        if self.has_class("-narrow") and not self.has_class("-detail"):
            self.add_class("-detail")
            self.call_after_refresh(self.take_focus)
        elif not self.has_class("-narrow"):
            self.toggle_class("-list-only")
        if self.list.current is not None:
            self._load_detail(self.list.current)

    def take_focus(self) -> None:
        """Keys come here: to what can be seen of list and detail, for what is hidden hears none."""
        is_covered = self.has_class("-narrow") and self.has_class("-detail")
        # at once: the next key may be there already
        self.screen.set_focus(self.detail if is_covered else self.active)

    def action_back(self) -> None:
        """Out of the detail; then out of the filter that was typed."""
        if self.causes.is_shown:
            self.causes.hide()
        elif self.has_class("-detail"):
            self.remove_class("-detail")
            self.call_after_refresh(self.take_focus)
        elif self.condition != self.area.opening:
            self.filter_by(self.area.opening)

    # filter, sort, marks

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While somebody types a condition, every key is a letter."""
        if self.filter.is_open or self.owner.is_pending:
            return False
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Opens the filter line."""
        self.before_typing = self.condition
        self.filter.open(self.condition, self.worklist)

    def on_filter_line_typed(self, event: FilterLine.Typed) -> None:
        """The list follows what is typed."""
        event.stop()
        self.filter_by(event.text)

    def on_filter_line_closed(self, event: FilterLine.Closed) -> None:
        """Esc brings the condition back that was there before."""
        event.stop()
        self.take_focus()
        if not event.kept:
            self.filter_by(self.before_typing)

    def filter_by(self, condition: str) -> None:
        """Shows what fits another condition."""
        if condition != self.condition:
            self.loader.condition = condition
            self.loader.load()
        self.show_status()

    def sort_by(self, sort: Sort) -> None:
        """Sorts anew; the cursor stays on its record."""
        self.loader.sort = sort
        self.loader.load(keep=True)

    def action_mark(self) -> None:
        """Marks the row, or all records of a cause."""
        if self.causes.is_shown:
            self.causes.mark_whole()
        else:
            self.list.toggle_mark()

    def action_mark_all(self) -> None:
        """Marks all that match, seen or not."""
        self.list.mark(self.list.marks | set(self.list.view.ids) - self.list.view.gone)

    def action_group(self) -> None:
        """By cause, and back."""
        if self.causes.is_shown:
            self.causes.hide()
        else:
            self.causes.show()

    def action_unmark_all(self) -> None:
        """Takes all marks off, hidden ones too."""
        self.list.mark(set())

    def on_record_list_marks_changed(self, event: RecordList.MarksChanged) -> None:
        """How many are marked, and how many of them cannot be seen, always stands in the status line."""
        event.stop()
        self.marks_may_hide()
        self.show_status()

    def marks_may_hide(self) -> None:
        """Counts the marks that the view does not hold."""
        self.hidden_marks = hidden_of(self.list.marks, self.list.view.ids)

    # lines

    def say(self, message: Message | None) -> None:
        """What was last done or went wrong; stays until something else happens."""
        self.notice = message
        self.show_status()

    def standing(self) -> Standing:
        """How the list stands, in numbers."""
        list_, news = self.list, self.follower.news
        return Standing(
            list_.cursor + 1 if len(list_.view) else 0,
            len(list_.view),
            list_.view.complete,
            len(list_.marks),
            self.hidden_marks,
            news.new if news else 0,
            len(news.gone) if news else 0,
        )

    def show_status(self) -> None:
        """Title, headings and status line."""
        standing, shown = self.standing(), self.shown
        self.title_line.show(*title(self.area.label, self.condition, standing, shown))
        columns = self.active.widths(self.active.scrollable_content_region.width)
        self.heading_line.show(headings(columns, self.loader.sort, shown))
        self.status_line.show(status(standing, self.notice, shown))

    def keys_may_change(self) -> None:
        """The key line looks again at what fits the row."""
        self.post_message(self.Looked(self))

    # taking out

    def action_copy(self) -> None:
        """The row to the clipboard; in the detail its text."""
        copy(self)

    def action_export(self) -> None:
        """What is shown, as a file on this host."""
        export_view(self)

    # verbs

    def action_press(self, id_: str) -> None:
        """A verb of the area; at once, so that a key typed behind it meets the dialog that it opens."""
        for one in self.verbs:
            if one.id == id_:
                self.owner.press(self, one)

    def selection(self) -> list[int]:
        """The marked records, else the current one, in the order of the list; frozen by whoever asks."""
        marks = self.list.marks
        if not marks:
            return [] if self.list.current is None else [self.list.current]
        seen = [id_ for id_ in self.list.view.ids if id_ in marks]
        return seen + sorted(marks.difference(seen))

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self.set_class(self.screen.size.width < 110, "-narrow")
        self.show_status()

    def action_move(self, lines: int) -> None:
        """The cursor goes up or down."""
        self.active.move_to(self.active.cursor + lines)

    def action_page(self, pages: int) -> None:
        """The window goes up or down."""
        self.active.page(pages)

    def action_first(self) -> None:
        """To the first row."""
        self.active.move_to(0)

    def action_last(self) -> None:
        """To the last row."""
        self.active.move_to(len(self.active.view) - 1)


class Rests(Event):
    """The cursor of a pane rests on a record: presence may be told."""

    def __init__(self, pane: TriagePane) -> None:
        super().__init__()
        self.pane = pane
