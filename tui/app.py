"""The console: header, one pane an area, key line; what belongs to no single area."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from core.locale import Message, _
from core.office import Office
from tui.areas import MODULES, area_of
from tui.background import Failed, TakesResults, in_background
from tui.keys import CONSOLE_VERBS, Verb, shown_key
from tui.lines import Line, Span
from tui.pane import Rests, TriagePane, pane_of
from tui.pressing import Press
from tui.shown import Shown
from tui.signs import Tone
from tui.styles import stylesheet

if TYPE_CHECKING:
    from core.operation import Operation, Report
    from tui.area import Badge

MINUTE = 60.0


class Console(TakesResults, App[int]):
    """One operator's console on an open office."""

    CSS_PATH: ClassVar[Any] = stylesheet()
    TITLE = "Leitstand"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(one.key, one.action, id=one.id, show=False) for one in CONSOLE_VERBS),
        *(
            Binding(str(number), f"area({number})", show=False, id=f"console.area-{number}")
            for number in range(1, 10)
        ),
    ]

    def __init__(self, office: Office, shown: Shown, *, opening: int | None = None) -> None:
        super().__init__()
        self.office = office
        self.shown = replace(shown, now=office.now)
        self.shown_areas: list[int] = []
        self.badges: dict[int, Badge] = {}
        self.area_number = opening or min(MODULES)
        self.mode = ""

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
        self.set_interval(MINUTE, self.minute_passed)
        self.look_around()
        self.watch_office()

    # areas

    async def action_area(self, number: int) -> None:
        """Opens an area by its number."""
        if number in MODULES and (number in self.shown_areas or not self.shown_areas):
            await self.open_area(number)

    async def open_area(self, number: int) -> TriagePane:
        """Brings an area on screen; its pane is made when it is first asked for."""
        area = area_of(number)
        switcher = self.screen_stack[0].query_one("#panes", ContentSwitcher)
        self.area_number = number
        pane = self.pane
        if pane is None:
            pane = pane_of(area, {})(self.office, self.shown)
            await switcher.add_content(pane, set_current=True)
        else:
            switcher.current = pane.id
            pane.catch_up()
        pane.list.focus()
        self.show_header()
        self.show_keys(pane)
        return pane

    def look_around(self) -> None:
        """Counts what waits in each area, and whether anything goes out at all."""
        in_background(self, "badges", lambda _cancelled: self._counted(), self._take_counts)

    def _counted(self) -> tuple[list[int], dict[int, Badge], str]:
        from core.accounts.account import Account

        with self.office.store.read() as session:
            numbers = [one for one in MODULES if area_of(one).is_shown(session, self.office)]
            badges = {one: area_of(one).badge(session, self.office) for one in numbers}
            from sqlmodel import select

            modes = {account.mode for account in session.exec(select(Account))}
        mode = (
            "" if not modes else "live" if modes == {"live"} else "trial" if modes == {"trial"} else "mixed"
        )
        return numbers, badges, mode

    def _take_counts(self, counted: tuple[list[int], dict[int, Badge], str]) -> None:
        self.shown_areas, self.badges, self.mode = counted
        self.show_header()

    def show_header(self) -> None:
        """The areas with what waits in them; mode and operator at the right."""
        shown, signs = self.shown, self.shown.signs
        is_narrow = self.size.width < 110
        spans = [Span(" L " if is_narrow else " Leitstand  ", Tone.TITLE)]
        for number in self.shown_areas or [self.area_number]:
            area = area_of(number)
            label = shown.text(area.short)
            tone = Tone.KEY if number == self.area_number else Tone.PLAIN
            spans.append(Span(f"{number} {label}", tone))
            badge = self.badges.get(number)
            if badge is not None and badge.count:
                sign = getattr(signs, badge.sign)
                spans.append(Span(f" {sign}{shown.number(badge.count)}", badge.tone))
            spans.append(Span("  " if is_narrow else f" {signs.dot} ", Tone.DIM))
        modes = {
            "trial": (_("TRIAL"), Tone.WARNING),
            "mixed": (_("PARTLY TRIAL"), Tone.WARNING),
            "live": (_("LIVE"), Tone.GOOD),
        }
        right: list[Span] = []
        if self.mode:
            said, tone = modes[self.mode]
            right = [Span(shown.text(said), tone), Span(f" {signs.dot} ", Tone.DIM)]
        right.append(Span(f"{shown.text(self.office.operator.name)} "))
        self.screen_stack[0].query_one("#header", Line).show(spans, right)

    def show_keys(self, pane: TriagePane) -> None:
        """What can be pressed on this row; what does not fit it is dimmed, not hidden."""
        spans = [Span(" ")]
        keys = self.office.settings.keys
        for one in (*pane.verbs, *CONSOLE_VERBS):
            if not one.on_key_line:
                continue
            fits = self.why_not(pane, one) is None
            key = shown_key(keys.get(one.id, one.key))
            spans.append(Span(key, Tone.KEY if fits else Tone.DIM))
            spans.append(Span(f" {self.shown.text(one.label)}  ", Tone.PLAIN if fits else Tone.DIM))
        self.screen_stack[0].query_one("#keys", Line).show(spans)

    def why_not(self, pane: TriagePane, verb: Verb) -> Message | None:
        """Why a verb would not fit what is chosen; None where it would, or where nobody knows yet."""
        if verb.operation and pane.list.current is not None:
            return Press(self, pane, verb, tuple(pane.selection()[:2])).why_not()
        if verb.needs_row and pane.list.current is None:
            return _("There is nothing to do this to.")
        return None

    # what the panes say

    def on_triage_pane_pressed(self, event: TriagePane.Pressed) -> None:
        """A verb of an area."""
        Press(self, event.pane, event.verb, tuple(event.pane.selection())).go()

    def on_triage_pane_looked(self, event: TriagePane.Looked) -> None:
        """The key line follows the row."""
        if event.pane is self.pane:
            self.show_keys(event.pane)

    def on_rests(self, event: Rests) -> None:
        """Where the cursor rests; presence builds on it."""

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

    def watch_office(self) -> None:
        """Follows what others commit."""

    # dialogs

    def show_dialog(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Opens a dialog over the console."""
        self.push_screen(screen, then)

    def open_form(self, press: Press, ids: Sequence[int]) -> None:
        """Asks for an operation's parameters."""
        press.carry_out(ids, None)

    def open_question(self, press: Press, ids: Sequence[int], parameters: Any) -> None:
        """Asks whether what cannot be undone is meant."""
        press.carry_out(ids, parameters)

    def open_preview(self, press: Press, ids: Sequence[int]) -> None:
        """Shows what would change before it does."""
        press.carry_out(ids, None)

    def open_editor(self, pane: TriagePane, id_: int) -> None:
        """Opens a record for editing."""

    def open_report(self, report: Report, label: Message) -> None:
        """Lists what was left alone, and why."""

    def hand_over(
        self, pane: TriagePane, operation: Operation[Any, Any], ids: Sequence[int], parameters: Any
    ) -> None:
        """Has the worker do it."""

    def action_quit_console(self) -> None:
        """Ends the console; nothing running is lost."""
        self.exit(0)


def theme_of(variables: Any) -> str:
    """The terminal's own sixteen colours where it has no more."""
    terminal = variables.get("TERM", "")
    many = "256" in terminal or variables.get("COLORTERM") in ("truecolor", "24bit") or "direct" in terminal
    return "leitstand" if many and False else "textual-dark" if many else "ansi-dark"
