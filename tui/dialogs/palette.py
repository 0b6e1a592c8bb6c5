"""The palette: every verb that fits, every area and view, and every record by number or name, in one line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from textual import events
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from core.errors import LeitstandError
from core.locale import Message, _
from core.rulebook.worklist import Worklist
from core.text import folded
from tui.area import Area, Lead
from tui.areas import MODULES, area_of
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.entry import Entry
from tui.dialogs.rows import Row, RowList, plain
from tui.keys import CONSOLE_VERBS, LIST_VERBS, Verb, shown_key
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from core.office import Office
    from tui.app import Console
    from tui.pane import TriagePane

KEY_WIDTH, KIND_WIDTH, LABEL_WIDTH = 6, 12, 34
MOST_RECORDS = 20
TYPED = 0.15
"""Seconds after the last key in which records are looked for."""
LEAST_TYPED = 2
SCATTERED = 1000
"""Added to the score of letters that are there, but not beside each other."""
RECORDS = 2
"""The area whose records are found by number or name: the customers."""


@dataclass(frozen=True)
class Command:
    """Something that can be chosen: what it is called, what kind of thing it is, and what it does."""

    kind: str
    label: str
    run: Callable[[], Any]
    key: str = ""
    hint: str = ""


def score(wanted: str, text: str) -> int | None:
    """How well a text answers to what was typed, smaller is better; None: not at all. Both are folded.

    Every word has to be found, as it stands or at least with its letters in order.
    """
    scores = [_score_of_word(word, text) for word in wanted.split()]
    return None if None in scores else sum(one for one in scores if one is not None)


def _score_of_word(word: str, text: str) -> int | None:
    at = text.find(word)
    if at >= 0:
        return at if at == 0 or not text[at - 1].isalnum() else at + 100
    first = position = text.find(word[0])
    for letter in word[1:]:
        if position < 0:
            return None
        position = text.find(letter, position + 1)
    return SCATTERED + position - first if position >= 0 else None


def commands_of(console: Console, pane: TriagePane) -> list[Command]:
    """All that can be done or gone to from here, now."""
    return [*_verbs(console, pane), *_colleagues(console, pane), *_areas(console), *_views(console, pane)]


def _verbs(console: Console, pane: TriagePane) -> Iterator[Command]:
    shown, keys = console.shown, console.office.settings.keys
    kinds = (
        (pane.area.verbs, shown.text(pane.area.short)),
        (LIST_VERBS, shown.text(_("List"))),
        (CONSOLE_VERBS, shown.text(_("Console"))),
    )
    for verbs, kind in kinds:
        for one in verbs:
            if one.id != "console.palette" and console.why_not(pane, one) is None:
                key = shown_key(keys.get(one.id, one.key))
                yield Command(kind, shown.text(one.label), _press(console, pane, one), key)


def _press(console: Console, pane: TriagePane, one: Verb) -> Callable[[], Any]:
    if not one.action:
        return lambda: pane.action_press(one.id)
    name = f"action_{one.action}"
    return getattr(pane, name, None) or getattr(console, name)


def _colleagues(console: Console, pane: TriagePane) -> Iterator[Command]:
    from tui.dialogs.standing_in import end_stand_in, have_somebody_stand_in

    kind = console.shown.text(_("Colleagues"))
    stand_in = console.shown.text(_("Have somebody stand in for a colleague"))
    yield Command(kind, stand_in, lambda: have_somebody_stand_in(console, pane))
    yield Command(kind, console.shown.text(_("End a stand-in")), lambda: end_stand_in(console, pane))


def _areas(console: Console) -> Iterator[Command]:
    kind = console.shown.text(_("Go to"))
    for number in console.counted.areas or MODULES:
        label = console.shown.text(area_of(number).label)
        yield Command(kind, label, _opens(console, number), str(number))


def _opens(console: Console, number: int) -> Callable[[], Any]:
    return lambda: console.open_area(number)


def _views(console: Console, pane: TriagePane) -> Iterator[Command]:
    kind = console.shown.text(_("View"))
    for view in pane.area.views:
        label = console.shown.text(view.label)
        yield Command(kind, label, _filters(pane, view.condition), hint=view.condition)


def _filters(pane: TriagePane, condition: str) -> Callable[[], Any]:
    return lambda: pane.filter_by(condition)


def searches_of(console: Console, text: str) -> Iterator[Command]:
    """What was typed, looked for in each area that has records."""
    from tui.listed import ListedWorklist

    kind = console.shown.text(_("Search"))
    for number in console.counted.areas or MODULES:
        area = area_of(number)
        if not isinstance(area.worklist(console.office), ListedWorklist):
            said = console.shown.text(_("“{text}” in {area}", text=text, area=area.label))
            yield Command(kind, said, _goes(console, Lead(number, text)))


def _goes(console: Console, lead: Lead) -> Callable[[], Any]:
    return lambda: console.go_to(lead)


@dataclass(frozen=True, slots=True)
class Found:
    """A record by its id, and how its area calls it."""

    id: int
    title: str


def find_records(office: Office, area: Area, text: str, shown: Shown) -> list[Found]:
    """The first records that somebody may mean who types this. Raises DatabaseUnavailable."""
    from core.rulebook.condition import ConditionContext, parse
    from core.rulebook.worklist import stream_ids

    worklist: Worklist = area.worklist(office)  # pyright: ignore[reportAssignmentType]
    try:
        condition = parse(worklist.quick(text), worklist.vocabulary)
    except LeitstandError:
        return []
    context = ConditionContext(office.now, office.today)
    with office.store.read() as session:
        pieces = stream_ids(session, worklist, condition, context)
        ids = list(islice((id_ for piece in pieces for id_ in piece), MOST_RECORDS))
        rows = worklist.rows(session, ids)
        return [Found(id_, area.title_of(rows[id_], shown)) for id_ in ids if id_ in rows]


class Palette(Dialog[Command]):
    """Typing narrows it down; Enter does what the cursor stands on."""

    SIZE = "-large"

    def __init__(self, console: Console, commands: Sequence[Command]) -> None:
        super().__init__(console.shown, _("Commands"))
        self.console, self.commands = console, tuple(commands)
        self.found: Sequence[Found] = ()
        self.is_looking = False
        """Whether records are still to come; what they may push down is not shown before."""
        self._timer: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """One line to type in, and what answers to it."""
        yield Entry(placeholder=self.shown.text(_("A verb, an area, a number or a name")), id="palette-line")
        yield RowList(id="palette-list")

    def keys(self) -> Sequence[Key]:
        """Enter does it."""
        return (("enter", _("Do it")), ("down", _("Next")))

    @property
    def list(self) -> RowList:
        """What answers."""
        return self.query_one(RowList)

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.query_one(Entry).value.strip()

    def on_mount(self) -> None:
        """Everything, until something is typed."""
        super().on_mount()
        self.list.can_focus = False
        self.query_one(Entry).focus()
        self.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows; records are looked for once the hand rests."""
        event.stop()
        self.found, self.is_looking = (), len(self.typed) >= LEAST_TYPED
        self.draw()
        if self._timer is not None:
            self._timer.stop()
        if self.is_looking:
            self._timer = self.set_timer(TYPED, self._look)

    def _look(self) -> None:
        text, area, console = self.typed, area_of(RECORDS), self.console

        def then(found: list[Found]) -> None:
            if text == self.typed:
                self.found, self.is_looking = found, False
                self.draw(stay=self.list.cursor > 0)

        def failed(message: Message) -> None:
            then([])
            self.complain(message)

        self.behind(
            lambda _cancelled: find_records(console.office, area, text, self.shown),
            then,
            group="records",
            failed=failed,
        )

    # what is shown

    def draw(self, *, stay: bool = False) -> None:
        """What answers to what was typed, the best first; `stay`: the cursor keeps its line."""
        rows = list(map(self._row, self._answers()))
        value = self.list.value if stay else None
        if rows:
            self.list.show(rows, value if value is not None else rows[0].value)
        else:
            nothing = _("One moment …") if self.is_looking else _("Nothing is called that.")
            self.list.show([plain(self.shown.text(nothing))])

    def _answers(self) -> list[Command]:
        wanted = folded(self.typed)
        if not wanted:
            return list(self.commands)
        rated = [(score(wanted, folded(f"{one.label} {one.kind}")), one) for one in self.commands]
        fitting = sorted(((at, one) for at, one in rated if at is not None), key=lambda pair: pair[0])
        close = [one for at, one in fitting if at < SCATTERED]
        scattered = [one for at, one in fitting if at >= SCATTERED]
        if self.is_looking:
            return close
        return [*close, *self._records(), *scattered, *searches_of(self.console, self.typed)]

    def _records(self) -> Iterator[Command]:
        kind = self.shown.text(area_of(RECORDS).short)
        for one in self.found:
            yield Command(kind, one.title, _goes(self.console, Lead(RECORDS, f"id:{one.id}")))

    def _row(self, one: Command) -> Row:
        spans = (
            Span(f" {fitted(one.key, KEY_WIDTH)} ", Tone.KEY),
            Span(f"{fitted(one.kind, KIND_WIDTH)} ", Tone.DIM),
            Span(fitted(self.shown.text(one.label), LABEL_WIDTH) if one.hint else self.shown.text(one.label)),
            Span(f" {one.hint}", Tone.DIM),
        )
        return Row(spans, one)

    # keys

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter does it."""
        event.stop()
        if isinstance(self.list.value, Command):
            self.dismiss(self.list.value)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A click, too."""
        event.stop()
        self.dismiss(event.value)

    def on_key(self, event: events.Key) -> None:
        """The line keeps the letters, the list has the arrows."""
        steps = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1}
        pages = {"pagedown": 1, "pageup": -1}
        if event.key in steps:
            self.list.action_move(steps[event.key])
        elif event.key in pages:
            self.list.action_page(pages[event.key])
        else:
            return
        event.stop()
        event.prevent_default()


def show_palette(console: Console, pane: TriagePane) -> None:
    """Opens it, and does what was chosen once it is gone."""

    def then(chosen: Command | None) -> None:
        if chosen is None:
            return
        done = chosen.run()
        if inspect.isawaitable(done):
            console.run_worker(done, exit_on_error=False)  # pyright: ignore[reportArgumentType]

    console.show_dialog(Palette(console, commands_of(console, pane)), then)
