"""Kundenakte: everything on one customer, a tab for each area that has anything to say; always up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from core.locale import Message, _
from tui.area import Lead
from tui.blocks import Block, Fact, Heading, Paragraph, rendered
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.rows import Row, RowList
from tui.header import NARROW
from tui.lines import Line, Span
from tui.shown import Shown, fitted
from tui.signs import Tone
from tui.taking_out import copied

if TYPE_CHECKING:
    from core.dossier.entry import Dossier, Entry, Section
    from core.office import Office

TITLE_WIDTH, WHEN_WIDTH = 26, 17
PLACES = {"customer": 2, "transfer": 3, "arrival": 8}
"""The areas that list what an entry may be; what colleagues agreed on stands at the customer."""
AT_THE_CUSTOMER = ("inquiry", "assignment", "resubmission", "memo", "conflict")


def read_dossier(office: Office, customer: int) -> Dossier:
    """Everything on a customer. Raises NotFound, DatabaseUnavailable."""
    from core.customers.dossier import dossier

    return dossier(office, customer)


class DossierScreen(Dialog[Lead]):
    """The file; it ends with where an entry leads to."""

    SIZE = "-full"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,tab", "turn(1)", id="dialog.next-tab", show=False),
        Binding("left,shift+tab", "turn(-1)", id="dialog.previous-tab", show=False),
        Binding("J", "scroll(1)", id="dialog.scroll-down", show=False),
        Binding("K", "scroll(-1)", id="dialog.scroll-up", show=False),
        Binding("y", "copy", id="dialog.copy", show=False),
    ]

    def __init__(self, shown: Shown, office: Office, dossier: Dossier) -> None:
        super().__init__(shown, "")
        self.office, self.dossier = office, dossier
        self.tab = dossier.sections[0].key if dossier.sections else ""
        self.is_reading = self.is_behind = False

    def body(self) -> Iterable[Widget]:
        """Tabs, the entries of one, and what the chosen entry says."""
        yield Line(id="dossier-tabs")
        with Container(id="dossier-body"):
            yield RowList(id="dossier-entries")
            with VerticalScroll(id="dossier-detail", can_focus=False):
                yield Static(markup=False, id="dossier-text")

    def keys(self) -> Sequence[Key]:
        """How one gets about in it."""
        return (
            ("tab", _("Next tab")),
            ("enter", _("Go there")),
            ("J,K", _("Detail down")),
            ("y", _("Copy")),
        )

    @property
    def list(self) -> RowList:
        """The entries."""
        return self.query_one("#dossier-entries", RowList)

    @property
    def section(self) -> Section | None:
        """What the tab shows."""
        return self.dossier.section(self.tab)

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        at, entries = self.list.cursor, self.section.entries if self.section is not None else ()
        return entries[at] if at < len(entries) else None

    def on_mount(self) -> None:
        """The first tab."""
        super().on_mount()
        self.show_all()
        self.list.focus()

    def on_resize(self) -> None:
        """Beside each other where there is room, else one above the other."""
        self.set_class(self.size.width < NARROW, "-narrow")
        if self.is_mounted:
            self.call_after_refresh(self.show_all)

    # what is shown

    def take(self, dossier: Dossier) -> None:
        """Shows it as it stands now; tab and cursor stay."""
        self.is_reading = False
        if self.is_behind:
            self.catch_up()
        if dossier != self.dossier:
            self.dossier = dossier
            if self.section is None and dossier.sections:
                self.tab = dossier.sections[0].key
            self.show_all()

    def catch_up(self) -> None:
        """Something was committed; it is read once more, but never twice at a time."""
        self.is_behind = self.is_reading
        if self.is_reading:
            return
        self.is_reading = True
        office, id_ = self.office, self.dossier.about.id
        self.behind(
            lambda _cancelled: read_dossier(office, id_), self.take, group="dossier", failed=self._failed
        )

    def _failed(self, message: Message) -> None:
        self.is_reading = self.is_behind = False
        self.complain(message)

    def show_all(self) -> None:
        """Title, tabs, entries, detail."""
        one = self.dossier
        said = _("Customer's file: {number} · {name}", number=one.about.subject, name=one.name)
        self.entitle(said)
        self._show_tabs()
        section = self.section
        self.list.show(map(self._row, section.entries if section is not None else ()))
        self._show_detail()

    def _show_tabs(self) -> None:
        spans: list[Span] = []
        for one in self.dossier.sections:
            label = f"{self.shown.text(one.title)} {len(one.entries)}"
            is_chosen = one.key == self.tab
            spans += [
                Span(" "),
                Span(f"[{label}]", Tone.KEY) if is_chosen else Span(f" {label} ", Tone.DIM),
            ]
        self.query_one("#dossier-tabs", Line).show(spans)

    def _row(self, entry: Entry) -> Row:
        title = fitted(self.shown.text(entry.title), TITLE_WIDTH)
        when = fitted(self.shown.text(entry.at), WHEN_WIDTH) + " " if entry.at is not None else ""
        said = (self.shown.text(value) for _label, value in entry.lines if value not in (None, ""))
        dot = f" {self.shown.signs.dot} "
        spans = (Span(f" {when}", Tone.DIM), Span(f"{title} ", Tone.ACCENT), Span(dot.join(said)))
        # read anew, an entry is known by its record; the fields of one record by their names
        return Row(spans, (entry.kind, entry.id, title if entry.kind == "customer" else ""))

    def _show_detail(self) -> None:
        scroll = self.query_one("#dossier-detail", VerticalScroll)
        text = self.query_one("#dossier-text", Static)
        entry = self.entry
        blocks = list(self._blocks(entry)) if entry is not None else []
        text.update(rendered(blocks, self.shown, max(20, scroll.size.width - 3)))

    def _blocks(self, entry: Entry) -> Iterator[Block]:
        yield Heading(entry.title)
        yield Fact(_("When"), entry.at)
        for label, value in entry.lines:
            if isinstance(value, str) and "\n" in value:
                yield Paragraph(label, Tone.DIM)
                yield Paragraph(value)
            else:
                yield Fact(label, value)

    # keys

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The detail follows."""
        event.stop()
        self._show_detail()
        self.query_one("#dossier-detail", VerticalScroll).scroll_home(animate=False)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Enter leads to the record."""
        event.stop()
        lead = self._lead()
        if lead is None:
            self.tell(_("This entry has no list of its own."))
        else:
            self.dismiss(lead)

    def _lead(self) -> Lead | None:
        entry = self.entry
        if entry is None:
            return None
        if entry.kind in AT_THE_CUSTOMER:
            return Lead(PLACES["customer"], f"id:{self.dossier.about.id}")
        area = PLACES.get(entry.kind)
        return Lead(area, f"id:{entry.id}") if area is not None and entry.id is not None else None

    def action_turn(self, step: int) -> None:
        """The next or previous tab, around the ends."""
        keys = [one.key for one in self.dossier.sections]
        if keys:
            self.tab = keys[(keys.index(self.tab) + step) % len(keys)]
            self.tell(None)
            self.show_all()
            self.list.action_first()

    def action_scroll(self, step: int) -> None:
        """Half a window of the detail up or down."""
        scroll = self.query_one("#dossier-detail", VerticalScroll)
        scroll.scroll_relative(y=step * max(1, scroll.size.height // 2), animate=False)

    def action_copy(self) -> None:
        """What the entry says, to the clipboard."""
        if self.entry is not None:
            text = rendered(self._blocks(self.entry), self.shown, 100).plain
            self.app.copy_to_clipboard(copied(text))  # pyright: ignore[reportUnknownMemberType]
            self.tell(COPIED)


COPIED: Message = _("Copied, where the terminal allows it (OSC 52).")
