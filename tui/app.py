"""The console: header, one pane an area, key line; what belongs to no single area."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input

from core.errors import LeitstandError
from core.locale import Message, _
from core.office import Office
from core.presence.visit import note_visit
from tui.areas import MODULES, area_of
from tui.background import Failed, TakesResults, in_background
from tui.bindings import pane_of
from tui.bulk_watch import BulkWatch
from tui.header import NARROW, Counted, area_spans, count, operator_spans
from tui.keys import CONSOLE_VERBS, OVER_THE_LIST, Verb, shown_key
from tui.lines import Line, Span
from tui.pane import Rests, TriagePane
from tui.presences import RENEWED, Presences
from tui.pressing import Press
from tui.shown import Shown
from tui.signs import Tone
from tui.styles import stylesheet
from tui.watching import Watch
from tui.worker_child import WorkerChild, nobody_leads

if TYPE_CHECKING:
    from core.operation import Operation, Report
    from tui.area import Lead

MINUTE = 60.0
LOOKS_AROUND = 0.8
"""Seconds after a commit in which the counts of all areas follow."""
AT_LATEST = 1.0
"""Seconds after which counts, presence and the worker no longer wait for the first list."""


OWN_ACTIONS = frozenset({"area", *(one.action for one in (*CONSOLE_VERBS, *OVER_THE_LIST))})


class Console(TakesResults, App[int]):
    """One operator's console on an open office."""

    CSS_PATH: ClassVar[Any] = stylesheet()
    TITLE = "Leitstand"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(one.key, one.action, id=one.id, show=False, priority=True)
            for one in (*CONSOLE_VERBS, *OVER_THE_LIST)
        ),
        *(
            # before any other widget: whoever types ahead types for the area that he has asked for
            Binding(str(number), f"area({number})", show=False, id=f"console.area-{number}", priority=True)
            for number in range(1, 10)
        ),
    ]

    def __init__(
        self, office: Office, shown: Shown, *, opening: int | None = None, starts_worker: bool = False
    ) -> None:
        super().__init__()
        self.office = office
        self.shown = replace(shown, now=office.now)
        self.counted = Counted()
        self.area_number = opening or min(MODULES)
        self.will_look = self.has_settled_in = False
        self.is_pending = False
        """Whether a dialog is about to open: keys typed ahead are not for the list below it."""
        self.starts_worker = starts_worker
        self.watching = Watch(self, office)
        self.presences = Presences(self)
        self.worker: WorkerChild | None = None
        self.bulk = BulkWatch(self)
        self.last_reason = ""
        self.drafts: dict[int, dict[str, str]] = {}
        """What was typed into the editor and not saved, by customer."""

    def compose(self) -> ComposeResult:
        """Header, the panes, the key line."""
        yield Line(id="header")
        yield ContentSwitcher(id="panes")
        yield Line(id="keys")

    @property
    def pane(self) -> TriagePane | None:
        """The pane on screen."""
        panes = self.screen_stack[0].query(TriagePane) if self.screen_stack else ()
        name = f"pane-{area_of(self.area_number).name}"
        return next((one for one in panes if one.id == name), None)

    async def on_mount(self) -> None:
        """The first area is opened; counts follow."""
        self.theme = theme_of(os.environ)
        self.set_keymap(dict(self.office.settings.keys))
        self.show_header()
        await self.open_area(self.area_number)
        self.set_timer(AT_LATEST, self.settle_in)

    def settle_in(self) -> None:
        """Everything that can wait until the list can be used; done once."""
        if self.has_settled_in:
            return
        self.has_settled_in = True
        gc.freeze()
        gc.enable()
        self.set_interval(MINUTE, self.minute_passed)
        self.set_interval(RENEWED, self.presences.tell)
        self.look_around()
        self.watching.start()
        self.bulk.resume()
        if self.starts_worker:
            in_background(self, "leader", lambda _cancelled: nobody_leads(self.office), self._start_worker)

    def _start_worker(self, is_needed: bool) -> None:
        """Somebody has to run the schedule: a worker as long as this console is open."""
        if is_needed:
            self.worker = WorkerChild(self.office.home, self.office.operator.name, os.environ)
            self.tell(_("Nobody ran the schedule: a worker was started, and ends with this console."))

    # areas

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Over a dialog, and where somebody types, no key of the console's own counts."""
        if action in OWN_ACTIONS:
            return len(self.screen_stack) == 1 and not isinstance(self.focused, Input) and not self.is_pending
        return super().check_action(action, parameters)

    async def action_area(self, number: int) -> None:
        """Opens an area by its number."""
        if number in MODULES and number in (self.counted.areas or MODULES):
            await self.open_area(number)

    async def open_area(self, number: int) -> TriagePane:
        """Brings an area on screen; its pane is made when it is first asked for."""
        area = area_of(number)
        switcher = self.screen_stack[0].query_one("#panes", ContentSwitcher)
        self.area_number = number
        pane = self.pane
        if pane is None:
            pane = pane_of(area)(self, self.office, self.shown)
            await switcher.add_content(pane, set_current=True)
        else:
            switcher.current = pane.id
            pane.catch_up()
        pane.take_focus()
        self.show_header()
        self.show_keys(pane)
        return pane

    def look_around(self) -> None:
        """Counts what waits in each area, and whether anything goes out at all."""
        in_background(self, "badges", lambda _cancelled: count(self.office), self._take_counts)

    def _take_counts(self, counted: Counted) -> None:
        self.counted = counted
        self.show_header()

    def show_header(self) -> None:
        """The areas with what waits in them; mode and operator at the right."""
        numbers = self.counted.areas or (self.area_number,)
        areas = (area_of(number) for number in numbers)
        spans = area_spans(areas, self.area_number, self.counted, self.shown, self.size.width)
        right = operator_spans(self.office.operator.name, self.counted, self.shown)
        if self.bulk.in_short:
            right = [Span(f" {self.bulk.in_short} ", Tone.ACCENT), *right]
        self.screen_stack[0].query_one("#header", Line).show(spans, right)

    def show_keys(self, pane: TriagePane) -> None:
        """What can be pressed on this row; what does not fit it is dimmed, not hidden."""
        spans = [Span(" ")]
        for one in pane.verbs:
            if one.on_key_line:
                spans += self._key_spans(one, fits=self.why_not(pane, one) is None)
        kept = CONSOLE_VERBS if self.size.width >= NARROW else [one for one in CONSOLE_VERBS if one.is_kept]
        always = [span for one in kept if one.on_key_line for span in self._key_spans(one)]
        self.screen_stack[0].query_one("#keys", Line).show(spans, [Span(" "), *always])

    def _key_spans(self, one: Verb, *, fits: bool = True) -> list[Span]:
        key = shown_key(self.office.settings.keys.get(one.id, one.key))
        label = self.shown.text(one.label)
        return [
            Span(key, Tone.KEY if fits else Tone.DIM),
            Span(f" {label}  ", Tone.PLAIN if fits else Tone.DIM),
        ]

    def why_not(self, pane: TriagePane, verb: Verb) -> Message | None:
        """Why a verb would not fit what is chosen; None where it would, or where nobody knows yet."""
        if (verb.operation or verb.deed) and pane.list.current is not None:
            chosen = tuple(islice(pane.list.marks, 2)) or (pane.list.current,)
            return Press(self, pane, verb, chosen).why_not()
        if verb.needs_row and pane.list.current is None:
            return _("There is nothing to do this to.")
        return None

    # what the panes say

    def press(self, pane: TriagePane, verb: Verb) -> None:
        """A verb of an area."""
        Press(self, pane, verb, tuple(pane.selection())).go()

    def on_triage_pane_looked(self, event: TriagePane.Looked) -> None:
        """The key line follows the row."""
        if event.pane is self.pane:
            self.show_keys(event.pane)
            self.call_after_refresh(self.settle_in)

    async def on_triage_pane_leads(self, event: TriagePane.Leads) -> None:
        """A row leads to another area, and there to what fits its condition."""
        event.stop()
        await self.go_to(event.lead)

    async def go_to(self, lead: Lead) -> None:
        """Opens an area with what fits a condition."""
        if lead.area in MODULES:
            pane = await self.open_area(lead.area)
            pane.filter_by(lead.condition)

    def on_rests(self, event: Rests) -> None:
        """Where the cursor rests; colleagues hear of it, and of theirs this console."""
        event.stop()
        self.presences.rests(event.pane)
        self.presences.look(event.pane)

    def on_failed(self, event: Failed) -> None:
        """Whatever could not be done is said; the console goes on."""
        event.stop()
        self.tell(event.message)

    def tell(self, message: Message) -> None:
        """Says something in the status line."""
        if self.pane is not None:
            self.pane.say(message)

    def minute_passed(self) -> None:
        """Ages are a minute older."""
        self.shown = replace(self.shown, now=self.office.now)
        for pane in self.screen_stack[0].query(TriagePane):
            pane.shown = pane.detail.shown = self.shown
            pane.list.minute_passed(self.shown)

    def on_committed(self) -> None:
        """Somebody committed something: what is on screen follows."""
        if self.pane is not None:
            self.pane.catch_up()
            self.presences.look(self.pane)
        over = getattr(self.screen, "catch_up", None)
        if over is not None:
            over()
        if not self.will_look:
            self.will_look = True
            self.set_timer(LOOKS_AROUND, self._look_around_soon)

    def _look_around_soon(self) -> None:
        self.will_look = False
        self.look_around()

    def on_unmount(self) -> None:
        """Nothing stays behind."""
        self.watching.stop()
        if self.worker is not None:
            self.worker.stop()
        with suppress(LeitstandError):
            self.presences.leave()
            note_visit(self.office)

    # dialogs

    def show_dialog(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Opens a dialog over the console."""
        self.push_screen(screen, then)

    def open_form(self, press: Press, ids: Sequence[int]) -> None:
        """Asks for an operation's parameters."""
        from tui.dialogs.asking import ask_parameters

        ask_parameters(self, press, ids)

    def open_question(self, press: Press, ids: Sequence[int], parameters: Any) -> None:
        """Asks whether what cannot be undone is meant."""
        from tui.dialogs.asking import ask_whether

        ask_whether(self, press, ids, parameters)

    def open_preview(self, press: Press, ids: Sequence[int]) -> None:
        """Shows what would change before it does."""
        from tui.dialogs.asking import show_preview

        show_preview(self, press, ids)

    def open_editor(self, pane: TriagePane, id_: int) -> None:
        """Opens a record for editing."""
        from tui.dialogs.asking import edit

        edit(self, pane, id_)

    def open_letter(self, press: Press, ids: Sequence[int]) -> None:
        """Drafts what customers or their advisers are asked."""
        from tui.dialogs.about_customers import ask_customers

        ask_customers(self, press, ids)

    def open_report(self, report: Report, label: Message) -> None:
        """Lists what was left alone, and why."""
        from tui.dialogs.asking import show_report

        show_report(self, report, label)

    def hand_over(
        self, pane: TriagePane, operation: Operation[Any, Any], ids: Sequence[int], parameters: Any
    ) -> None:
        """Has the worker do it."""
        from tui.dialogs.asking import hand_over

        hand_over(self, pane, operation, ids, parameters)

    def action_undo(self) -> None:
        """Takes back what was done last."""
        self._over("undo", None)

    def action_undo_list(self) -> None:
        """Lists what can be taken back."""
        self._over("list_undoable")

    def action_progress(self) -> None:
        """Shows bulk actions under way."""
        self._over("show_progress")

    def action_access(self) -> None:
        """Opens the partner account of the row, or the list of accounts."""
        self._over("show_access")

    def action_help(self) -> None:
        """Lists the keys that are valid here."""
        self._over("show_help")

    def action_views(self) -> None:
        """Offers the saved views."""
        self._over("choose_view")

    def action_dossier(self) -> None:
        """Opens the file of the customer behind the row."""
        from tui.dialogs.about_customers import show_dossier

        if self.pane is not None:
            show_dossier(self, self.pane)

    def action_palette(self) -> None:
        """Offers every verb that fits, every area, and every record by number or name."""
        from tui.dialogs.palette import show_palette

        if self.pane is not None:
            show_palette(self, self.pane)

    def action_sort(self) -> None:
        """Offers the columns to sort by."""
        self._over("choose_sort")

    def _over(self, name: str, *given: Any) -> None:
        """Opens what lies over the pane on screen; its modules are loaded when they are first needed."""
        from tui.dialogs import asking

        if self.pane is not None:
            getattr(asking, name)(self, self.pane, *given)

    def action_quit_console(self) -> None:
        """Ends the console; nothing running is lost."""
        self.exit(0)


def theme_of(variables: Any) -> str:
    """The terminal's own sixteen colours where it has no more."""
    terminal = variables.get("TERM", "")
    many = "256" in terminal or "direct" in terminal or variables.get("COLORTERM") in ("truecolor", "24bit")
    return "textual-dark" if many else "ansi-dark"
