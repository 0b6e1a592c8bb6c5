"""Every key that can be pressed here, made from the verbs; what is typed narrows it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.widget import Widget
from textual.widgets import Input

from core.errors import NotFound
from core.locale import Message, _
from core.text import folded
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.entry import Entry
from tui.dialogs.rows import EMPTY_LINE, Row, RowList, heading, plain
from tui.keys import CONSOLE_VERBS, LIST_VERBS, MOVEMENTS, Verb, shown_key
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

KEY_WIDTH, LABEL_WIDTH = 14, 26


@dataclass(frozen=True)
class Group:
    """Keys that belong together: heading, and (keys, label, help) of each."""

    label: Message
    keys: Sequence[tuple[str, Message, Message | None]]


def groups_of(label: Message, verbs: Sequence[Verb], keys: Mapping[str, str]) -> list[Group]:
    """The keys of an area, of every list, of the console, and what moves the cursor."""

    def lines(ones: Iterable[Verb]) -> list[tuple[str, Message, Message | None]]:
        return [(_shown(keys.get(one.id, one.key)), one.label, _help(one)) for one in ones]

    return [
        Group(label, lines(verbs)),
        Group(_("In every list"), lines(LIST_VERBS)),
        Group(_("Everywhere"), lines(CONSOLE_VERBS)),
        Group(_("Moving"), [(said, what, None) for said, what in MOVEMENTS]),
    ]


def _shown(keys: str) -> str:
    return " ".join(shown_key(key) for key in keys.split(","))


def _help(verb: Verb) -> Message | None:
    if verb.action:
        return None
    try:
        return verb.declared().help
    except NotFound:
        return None


class Help(Dialog[None]):
    """The keys; typing looks for words in them."""

    SIZE = "-large"

    def __init__(self, shown: Shown, groups: Sequence[Group]) -> None:
        super().__init__(shown, _("Keys here"))
        self.groups = groups

    def body(self) -> Iterable[Widget]:
        """What is looked for, and what is found."""
        yield Entry(placeholder=self.shown.text(_("Type to look for something")), id="help-search")
        yield RowList(id="help-keys")

    def keys(self) -> Sequence[Key]:
        """It is only read."""
        return (("down", _("Scroll")),)

    def on_mount(self) -> None:
        """Ready to be searched."""
        super().on_mount()
        self.query_one(RowList).can_focus = False
        self.query_one(Entry).focus()
        self.search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows."""
        event.stop()
        self.search(event.value)

    def search(self, text: str) -> None:
        """Shows what holds this text."""
        rows = list(self._rows(folded(text.strip())))
        self.query_one(RowList).show(rows or [plain(self.shown.text(_("Nothing is called that.")))])

    def _rows(self, wanted: str) -> Iterator[Row]:
        for group in self.groups:
            found = [row for row in map(self._row, group.keys) if wanted in folded(row.text)]
            if found:
                yield heading(self.shown.text(group.label))
                yield from found
                yield EMPTY_LINE

    def _row(self, line: tuple[str, Message, Message | None]) -> Row:
        key, label, help_ = line
        said = self.shown.text(help_) if help_ is not None else ""
        return Row(
            (
                Span(f"  {fitted(key, KEY_WIDTH)} ", Tone.KEY),
                Span(fitted(self.shown.text(label), LABEL_WIDTH) + " "),
                Span(said, Tone.DIM),
            )
        )

    def key_down(self) -> None:
        """Scrolls."""
        self.query_one(RowList).action_move(1)

    def key_up(self) -> None:
        """Scrolls."""
        self.query_one(RowList).action_move(-1)

    def key_pagedown(self) -> None:
        """Scrolls."""
        self.query_one(RowList).action_page(1)

    def key_pageup(self) -> None:
        """Scrolls."""
        self.query_one(RowList).action_page(-1)
