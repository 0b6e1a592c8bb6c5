"""A customer for editing: every field, checked while somebody types; whoever was faster is merged with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as Event
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from core.locale import Message, _
from core.operation import Report
from core.rulebook.finding import Severity
from core.text import visible
from jobs.commands.findings import field_label
from tui.blocks import STYLES
from tui.dialogs.dialog import Dialog, Fields, Key
from tui.dialogs.editing import Record, Saved, judged, save
from tui.dialogs.entry import Entry, hidden_in
from tui.dialogs.three_way import Difference, Side, ThreeWay
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import Tone

if TYPE_CHECKING:
    from core.customers.checking import Judged
    from core.office import Office

RESTS = 0.15
"""Seconds after the last key in which the rules look at what was typed."""
TONES = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.DIM}
MINE, THEIRS, BEFORE = "mine", "theirs", "before"
SIDES = (Side(MINE, _("mine")), Side(THEIRS, _("theirs")), Side(BEFORE, _("as it was")))


class EditRow(Vertical):
    """One field: label, what is typed, what is hidden in it, and below it what is found."""

    class Typed(Event):
        """Something else stands in it."""

    def __init__(self, name: str, text: str, shown: Shown) -> None:
        super().__init__(id=f"edit-{name}", classes="edit-row")
        self.field, self.original, self.shown = name, text, shown
        self.fix: str | None = None

    def compose(self) -> ComposeResult:
        """Label, entry, hidden characters, findings."""
        with Horizontal(classes="edit-line"):
            yield Line(classes="edit-label")
            yield Entry(self.original)
            yield Line(classes="edit-hidden")
        yield Static(markup=False, classes="edit-findings")

    def on_mount(self) -> None:
        """As it was read."""
        self.look()

    @property
    def entry(self) -> Entry:
        """Where it is typed."""
        return self.query_one(Entry)

    def enter(self, text: str) -> None:
        """Types a text into it."""
        self.entry.value = text
        self.entry.cursor_position = len(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Hidden characters are shown at once; the rules follow."""
        event.stop()
        self.look()
        self.post_message(self.Typed())

    def look(self) -> None:
        """Label and hidden characters."""
        changed = self.entry.value != self.original
        spans = [Span("* " if changed else "  ", Tone.ACCENT)]
        spans.append(Span(self.shown.text(field_label(self.field)), Tone.PLAIN if changed else Tone.DIM))
        self.query_one(".edit-label", Line).show(spans)
        hidden = hidden_in(self.entry.value)
        self.query_one(".edit-hidden", Line).show([Span(self.shown.text(hidden), Tone.WARNING)])
        self.set_class(bool(hidden), "-hidden")

    def find(self, findings: Sequence[Judged]) -> None:
        """What the rules say of it; the first proposal is what F4 takes."""
        open_ones = [one.finding for one in findings if not one.suppressed]
        self.fix = next((one.fix.text for one in open_ones if one.fix is not None), None)
        lines: list[Content] = []
        for one in open_ones:
            sign = self.shown.signs.failed if one.severity is Severity.ERROR else self.shown.signs.warning
            said = f"{sign} {one.rule} {self.shown.text(one.message)}"
            lines.append(Content.styled(said, STYLES[TONES[one.severity]]))
        if self.fix is not None:
            proposal = self.shown.text(_("F4: “{text}”", text=visible(self.fix)))
            lines.append(Content.styled(proposal, STYLES[Tone.GOOD]))
        self.query_one(".edit-findings", Static).update(Content("\n").join(lines))
        self.set_class(bool(lines), "-found")

    @property
    def said(self) -> str:
        """What is said below it."""
        content = self.query_one(".edit-findings", Static).content
        return content.plain if isinstance(content, Content) else str(content)


class Editor(Dialog[Report]):
    """Edits one customer; ends with the report of what was saved."""

    SIZE = "-large"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "save", id="dialog.submit", show=False),
        Binding("f4", "fix", id="dialog.fix", show=False),
        Binding("f6", "restore", id="dialog.restore", show=False),
        # before what the field does with it: what is typed behind it is for the next field
        Binding("down,tab", "next", id="dialog.next-field", show=False, priority=True),
        Binding("up", "previous", id="dialog.previous-field", show=False, priority=True),
    ]

    def __init__(
        self, shown: Shown, office: Office, record: Record, drafts: dict[int, dict[str, str]] | None = None
    ) -> None:
        super().__init__(shown, f"{record.number} {shown.signs.dot} {record.name}")
        self.office, self.record = office, record
        self.drafts = {} if drafts is None else drafts
        self.is_busy = False
        self._timer: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """All fields."""
        with Fields(classes="fields"):
            for name, text in self.record.texts.items():
                yield EditRow(name, text, self.shown)

    def keys(self) -> Sequence[Key]:
        """F2 saves; ctrl+s, too, where the terminal does not keep it for itself."""
        keys: list[Key] = [("f2", _("Save")), ("f4", _("Take the proposal"))]
        if self.record.id in self.drafts:
            keys.append(("f6", _("What was typed last time")))
        return keys

    def on_mount(self) -> None:
        """Checked as it stands; the cursor on the first field with a finding, once that is known."""
        super().on_mount()
        self.row("number").entry.focus()
        if self.record.id in self.drafts:
            self.tell(_("What was typed and not saved last time is still there: F6."), Tone.ACCENT)
        self.check(first=True)

    def row(self, name: str) -> EditRow:
        """A field by attribute."""
        return self.query_one(f"#edit-{name}", EditRow)

    @property
    def texts(self) -> dict[str, str]:
        """What stands there now, by attribute."""
        return {row.field: row.entry.value for row in self.query(EditRow)}

    @property
    def changes(self) -> dict[str, str]:
        """What is other than it was read."""
        return {name: text for name, text in self.texts.items() if text != self.record.texts[name]}

    # checking

    def on_edit_row_typed(self, event: EditRow.Typed) -> None:
        """The rules look once the hand rests."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(RESTS, self.check)

    def check(self, *, first: bool = False) -> None:
        """Has the rules judge what stands there; an answer that came too late is passed over."""
        texts, record = self.texts, self.record

        def then(found: dict[str, list[Judged]]) -> None:
            if texts == self.texts:
                for row in self.query(EditRow):
                    row.find(found.get(row.field, ()))
                if first and found:
                    self._go_to(next((name for name in texts if name in found), "number"))

        self.behind(lambda _cancelled: judged(record, texts), then, group="check")

    def _go_to(self, name: str) -> None:
        if not self.changes and self.focused is self.row("number").entry:
            self.row(name).entry.focus()

    def action_fix(self) -> None:
        """Takes what the rules propose for the field."""
        row = self._focused_row()
        if row is not None and row.fix is not None:
            row.enter(row.fix)
        else:
            self.tell(_("There is no proposal for this field."))

    def _focused_row(self) -> EditRow | None:
        return next((row for row in self.query(EditRow) if self.focused is row.entry), None)

    # moving

    def action_next(self) -> None:
        """To the next field."""
        self.focus_next()

    def action_previous(self) -> None:
        """To the field before."""
        self.focus_previous()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field; only F2 saves."""
        event.stop()
        self.focus_next()

    # what was typed and not saved

    def closes_with(self) -> Message:
        """Esc saves nothing, and what was typed is kept for the next time."""
        return _("Close without saving")

    def action_close(self) -> None:
        """Closes, unless it is being saved this moment; what was typed can be taken up again."""
        if self.is_busy:
            return
        if self.changes:
            self.drafts[self.record.id] = self.changes
        self.dismiss(None)

    def action_restore(self) -> None:
        """Types again what was typed when the editor was closed last."""
        for name, text in self.drafts.pop(self.record.id, {}).items():
            self.row(name).enter(text)
        self.tell(None)
        self.show_keys()

    # saving

    def action_save(self) -> None:
        """Saves what was changed over what was read; nothing typed goes, whatever becomes of it."""
        if self.is_busy:
            return
        record, changes = self.record, self.changes
        if not changes:
            self.tell(_("Nothing was changed."))
            return
        self.is_busy = True
        self.tell(_("One moment …"))
        self.behind(
            lambda _cancelled: save(self.office, record, changes),
            self._saved,
            group="save",
            failed=self._refused,
        )

    def _refused(self, message: Message) -> None:
        self.is_busy = False
        self.complain(message)

    def _saved(self, saved: Saved) -> None:
        self.is_busy = False
        if not saved.report.refused:
            self.drafts.pop(self.record.id, None)
            self.dismiss(saved.report)
        elif saved.theirs is None:
            self.complain(saved.report.refused[0].reason)
        else:
            self._merge(saved.theirs)

    def _merge(self, theirs: Record) -> None:
        """Somebody else was faster: field by field, which holds."""
        mine, before = self.texts, self.record.texts
        differing = [
            Difference(
                name,
                {MINE: mine[name], THEIRS: theirs.texts[name], BEFORE: before[name]},
                _proposed(mine[name], theirs.texts[name], before[name]),
            )
            for name in before
            if not mine[name] == theirs.texts[name] == before[name]
        ]

        def then(chosen: Mapping[str, str] | None) -> None:
            if chosen is None:
                self.tell(_("Not saved: somebody else has changed this customer meanwhile."), Tone.WARNING)
                return
            texts = {one.field: one.texts[chosen[one.field]] for one in differing}
            self._go_on_from(theirs, texts)
            if self.changes:
                self.action_save()
            else:
                self.tell(_("Nothing is left to be saved: it is as somebody else has left it."))

        title = _("{customer} was changed by somebody else meanwhile.", customer=theirs.number)
        self.over(ThreeWay(self.shown, title, SIDES, differing, _("Save")), then)

    def _go_on_from(self, theirs: Record, texts: Mapping[str, str]) -> None:
        self.record = theirs
        for row in self.query(EditRow):
            row.original = theirs.texts[row.field]
            if row.field in texts:
                row.enter(texts[row.field])
            row.look()


def _proposed(mine: str, theirs: str, before: str) -> str:
    """Whoever changed it is right, where only one of both did."""
    if theirs in (mine, before):
        return MINE
    return THEIRS if mine == before else ""
