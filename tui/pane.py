"""The triage pane, one for all areas: list, detail with tabs, filter line, status line.

What it shows and what can be done there is the area's declaration; see tui/areas.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as Event

from core.errors import LeitstandError
from core.locale import Message, _, n_
from core.office import Office
from core.rulebook.worklist import Sort
from tui.area import Area
from tui.background import Cancelled, TakesResults, in_background
from tui.blocks import Block, Fact, Heading
from tui.detail import Detail
from tui.filter_line import FilterLine, read_condition
from tui.keys import LIST_VERBS, MOVEMENT_BINDINGS, Verb
from tui.lines import Line, Span
from tui.reading import Asked, Drift, drift, read_rows, read_tab, read_view
from tui.shown import Shown
from tui.signs import Tone
from tui.table import RecordList
from tui.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COSTS = 20.0
"""A view is read anew in the background at most in one part of so many of the time."""


class PieceCame(Event):
    """Some ids of a view were read; `token` says of which reading."""

    bubble = False

    def __init__(self, token: int, ids: array[int]) -> None:
        super().__init__()
        self.token, self.ids = token, ids


class TriagePane(TakesResults, Vertical):
    """One area on screen."""

    can_focus = False

    class Pressed(Event):
        """A verb that is not the pane's own affair was pressed; the console carries it out."""

        def __init__(self, pane: TriagePane, verb: Verb) -> None:
            super().__init__()
            self.pane, self.verb = pane, verb

    class Looked(Event):
        """Something that the key line shows has changed."""

        def __init__(self, pane: TriagePane) -> None:
            super().__init__()
            self.pane = pane

    area: ClassVar[Area]

    def __init__(self, office: Office, shown: Shown) -> None:
        super().__init__(id=f"pane-{self.area.name}")
        self.office, self.shown = office, shown
        self.worklist = self.area.worklist(office)
        self.condition, self.before_typing = self.area.opening, self.area.opening
        self.sort = Sort()
        self.token = 0
        self.news: Drift | None = None
        self.hidden_marks = 0
        self.notice: Message | None = None
        self.detail_of: int | None = None

    def compose(self) -> ComposeResult:
        """Title, list beside detail, filter, status."""
        yield Line(id="title", classes="title")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Line(id="headings")
                yield RecordList(self.area.columns, self.shown, id="list")
            yield Detail(self.area.tabs, self.shown, id="detail")
        yield FilterLine(self.shown, id="filter")
        yield Line(id="status")

    @property
    def list(self) -> RecordList:
        """The list."""
        return self.query_one("#list", RecordList)

    @property
    def detail(self) -> Detail:
        """The detail."""
        return self.query_one("#detail", Detail)

    @property
    def filter(self) -> FilterLine:
        """The filter line."""
        return self.query_one("#filter", FilterLine)

    @property
    def verbs(self) -> Sequence[Verb]:
        """What can be pressed here, beside what can be pressed everywhere."""
        return (*self.area.verbs, *LIST_VERBS)

    def on_mount(self) -> None:
        """The view is read as soon as the pane is there."""
        self.load_view()

    # the view

    def load_view(self, keep: int | None = None) -> None:
        """Reads the view for condition and sort; `keep` is the record that the cursor stays on."""
        try:
            asked = Asked(read_condition(self.condition, self.worklist), self.sort)
        except LeitstandError as error:
            self.say(error.message)
            return
        self.token += 1
        self.news = None
        token, worklist, office = self.token, self.worklist, self.office
        fresh = View()

        def came(ids: array[int]) -> None:
            if keep is None:
                self.post_message(PieceCame(token, ids))

        def work(cancelled: Cancelled) -> tuple[array[int], int | None, int]:
            ids = read_view(office, worklist, asked, cancelled, came)
            place = ids.index(keep) if keep is not None and keep in ids else None
            return ids, place, self._count_hidden(ids)

        def then(result: tuple[array[int], int | None, int]) -> None:
            ids, place, self.hidden_marks = result
            if keep is None:
                self.list.view.complete = True
                if not len(ids):
                    self._take(View(), 0)
            else:
                fresh.ids, fresh.complete = ids, True
                self._take(fresh, self.list.cursor if place is None else place, keep_line=True)
            self.list.view.complete = True
            self.show_status()

        self._pieces = 0
        in_background(self, "view", work, then)

    def _count_hidden(self, ids: array[int]) -> int:
        marks = self.list.marks
        return len(marks) - len(marks.intersection(ids)) if marks else 0

    def on_piece_came(self, event: PieceCame) -> None:
        """The first piece is shown at once, the others lengthen it."""
        if event.token != self.token:
            return
        if self._pieces == 0:
            view = View()
            view.ids.extend(event.ids)
            self._take(view, 0)
        else:
            self.list.view.ids.extend(event.ids)
            self.list.extended()
        self._pieces += 1
        self.show_status()

    def _take(self, view: View, cursor: int, *, keep_line: bool = False) -> None:
        # rows that were read are shown until they are read anew: nothing flickers
        view.rows = self.list.view.rows
        self.list.use(view, cursor, keep_line=keep_line)
        self.reread_rows()

    def on_record_list_rows_wanted(self, event: RecordList.RowsWanted) -> None:
        """Rows that are about to be shown are read in a thread."""
        event.stop()
        self._read_rows(event.view, event.ids)

    def reread_rows(self) -> None:
        """What the window shows is read anew: somebody may have changed it."""
        top = self.list.top
        ids = list(self.list.view.ids[top : top + self.list.height])
        if ids:
            self._read_rows(self.list.view, ids, group="reread")

    def _read_rows(self, view: View, ids: Sequence[int], group: str = "rows") -> None:
        def then(rows: Mapping[int, Any]) -> None:
            if view is self.list.view:
                self.list.rows_came(view.keep(rows, ids))
                self._keys_may_change()

        in_background(
            self,
            group,
            lambda _cancelled: read_rows(self.office, self.worklist, ids),
            then,
            exclusive=group == "reread",
        )

    # what others did meanwhile

    def catch_up(self) -> None:
        """Something was committed: rows in the window follow; other ids are counted, and do not jump."""
        self.reread_rows()
        if self.detail_of is not None:
            self._load_detail(self.detail_of)
        if not self.list.view.complete:
            return
        try:
            asked = Asked(read_condition(self.condition, self.worklist), self.sort)
        except LeitstandError:
            return
        before, token = self.list.view.ids, self.token

        def work(cancelled: Cancelled) -> Drift:
            return drift(before, read_view(self.office, self.worklist, asked, cancelled, lambda _ids: None))

        def then(found: Drift) -> None:
            if token == self.token and before is self.list.view.ids:
                self._take_news(found)

        in_background(self, "news", work, then)

    def _take_news(self, found: Drift) -> None:
        view, top = self.list.view, self.list.top
        bottom = top + self.list.height
        if found.ids[:bottom] == view.ids[:bottom]:
            # nothing in sight moves: taken over at once
            view.ids, self.news = found.ids, None
            view.gone -= set(found.ids[:0])
            self.list.extended()
        else:
            changed = view.gone ^ found.gone
            view.gone = set(found.gone)
            self.news = found if found.new or found.gone else None
            self.list.rows_came(list(changed))
        self.show_status()

    def action_refresh(self) -> None:
        """Shows what is new; the cursor stays on its record."""
        self.load_view(keep=self.list.current if self.list.current is not None else -1)

    # the detail

    def on_record_list_rested(self, event: RecordList.Rested) -> None:
        """Detail and position follow the cursor."""
        event.stop()
        self.show_status()
        self._keys_may_change()
        if event.id is None:
            self.detail_of = None
            self.detail.show("", (), is_other=True)
        elif self.is_detail_shown:
            self._load_detail(event.id)
        self.app.post_message(Rests(self))

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
        """On a narrow screen the detail takes the list's place."""
        if self.has_class("-narrow") and not self.has_class("-detail"):
            self.add_class("-detail")
        elif not self.has_class("-narrow"):
            self.toggle_class("-list-only")
        if self.list.current is not None:
            self._load_detail(self.list.current)

    def action_back(self) -> None:
        """Out of the detail; then out of the filter that was typed."""
        if self.has_class("-detail"):
            self.remove_class("-detail")
        elif self.condition != self.area.opening:
            self.filter_by(self.area.opening)

    # filter, sort, marks

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
        self.list.focus()
        if not event.kept:
            self.filter_by(self.before_typing)

    def filter_by(self, condition: str) -> None:
        """Shows what fits another condition."""
        if condition != self.condition:
            self.condition = condition
            self.load_view()
        self.show_status()

    def sort_by(self, sort: Sort) -> None:
        """Sorts anew; the cursor stays on its record."""
        self.sort = sort
        self.load_view(keep=self.list.current if self.list.current is not None else -1)

    def action_mark(self) -> None:
        """Marks the row."""
        self.list.toggle_mark()

    def action_mark_all(self) -> None:
        """Marks all that match, seen or not."""
        self.list.mark(self.list.marks | set(self.list.view.ids) - self.list.view.gone)

    def action_unmark_all(self) -> None:
        """Takes all marks off, hidden ones too."""
        self.list.mark(set())

    def on_record_list_marks_changed(self, event: RecordList.MarksChanged) -> None:
        """How many are marked, and how many of them cannot be seen, always stands in the status line."""
        event.stop()
        self.hidden_marks = self._count_hidden(self.list.view.ids)
        self.show_status()

    # lines

    def say(self, message: Message | None) -> None:
        """What was last done or went wrong; stays until something else happens."""
        self.notice = message
        self.show_status()

    def show_status(self) -> None:
        """Title, headings and status line."""
        shown, list_ = self.shown, self.list
        total, place = len(list_.view), list_.cursor + 1 if len(list_.view) else 0
        more = "" if list_.view.complete else "+"
        position = shown.text(
            _("{place} of {total}", place=shown.number(place), total=shown.number(total) + more)
        )
        condition = shown.text(self.condition) or shown.text(_("all"))
        label = shown.text(self.area.label)
        self.query_one("#title", Line).show(
            [Span(f" {label} ", Tone.TITLE), Span(f"{shown.signs.dot} {condition}", Tone.ACCENT)],
            [Span(f"{position} ")],
        )
        self._show_headings()
        self.query_one("#status", Line).show(self._status_spans())

    def _show_headings(self) -> None:
        width = self.list.scrollable_content_region.width
        spans = [Span("  ")]
        from tui.shown import fitted

        for column, cells in self.list.widths(width):
            heading = self.shown.text(column.heading)
            if column.key and column.key == self.sort.key:
                heading += self.shown.signs.down if self.sort.descending else self.shown.signs.up
            spans.append(Span(fitted(heading, cells, right=column.right) + " ", Tone.DIM))
        self.query_one("#headings", Line).show(spans)

    def _status_spans(self) -> list[Span]:
        shown, spans = self.shown, [Span(" ")]
        marked = len(self.list.marks)
        if marked:
            said = shown.text(n_("{count} marked", "{count} marked", marked, number=shown.number(marked)))
            spans.append(Span(said, Tone.ACCENT))
            if self.hidden_marks:
                spans.append(
                    Span(" (" + shown.text(_("{count} hidden", count=self.hidden_marks)) + ")", Tone.WARNING)
                )
            spans.append(Span("  "))
        if self.news is not None:
            parts = [shown.text(n_("{count} new", "{count} new", self.news.new))] if self.news.new else []
            if self.news.gone:
                parts.append(shown.text(n_("{count} settled", "{count} settled", len(self.news.gone))))
            spans.append(Span(f"{', '.join(parts)} {shown.signs.dot} R  ", Tone.ACCENT))
        if self.notice is not None:
            spans.append(Span(shown.text(self.notice)))
        return spans

    def _keys_may_change(self) -> None:
        self.post_message(self.Looked(self))

    # verbs

    def action_press(self, id_: str) -> None:
        """A verb of the area."""
        for one in self.verbs:
            if one.id == id_:
                self.post_message(self.Pressed(self, one))

    def selection(self) -> list[int]:
        """The marked records, else the current one, in the order of the list; frozen by whoever asks."""
        marks = self.list.marks
        if not marks:
            return [] if self.list.current is None else [self.list.current]
        seen = [id_ for id_ in self.list.view.ids if id_ in marks]
        return seen + sorted(marks.difference(seen))

    def on_resize(self) -> None:
        """Beside each other where there is room."""
        self.set_class(self.app.size.width < 110, "-narrow")
        self.show_status()

    def action_move(self, lines: int) -> None:
        """The cursor goes up or down."""
        self.list.move_to(self.list.cursor + lines)

    def action_page(self, pages: int) -> None:
        """The window goes up or down."""
        self.list.page(pages)

    def action_first(self) -> None:
        """To the first row."""
        self.list.move_to(0)

    def action_last(self) -> None:
        """To the last row."""
        self.list.move_to(len(self.list.view) - 1)


class Rests(Event):
    """The cursor of a pane rests on a record: presence may be told."""

    def __init__(self, pane: TriagePane) -> None:
        super().__init__()
        self.pane = pane


def pane_of(area: Area, keys: Mapping[str, str]) -> type[TriagePane]:
    """The pane of an area, with the bindings that its verbs make."""
    bindings: list[BindingType] = [
        Binding(keys.get(one.id, one.key), one.action or f"press('{one.id}')", id=one.id, show=False)
        for one in (*area.verbs, *LIST_VERBS)
        if not one.action or hasattr(TriagePane, f"action_{one.action}")
    ]
    bindings += [Binding(key, action, show=False, id=id_) for key, action, id_ in MOVEMENT_BINDINGS]
    return type(f"{area.name.title()}Pane", (TriagePane,), {"BINDINGS": bindings, "area": area})


__all__ = ["Fact", "TriagePane", "pane_of"]
