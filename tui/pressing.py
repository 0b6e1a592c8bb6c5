"""From a key to an operation: whose records, whether it applies, what is asked before and told after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from core.locale import Message, _, n_
from core.operation import Report
from tui.background import in_background
from tui.keys import Asks, Deed, On, Verb
from tui.reading import customers_of

if TYPE_CHECKING:
    from tui.app import Console
    from tui.pane import TriagePane

AT_ONCE = 200
"""Records that the console does by itself; more are handed to the worker, with progress."""


@dataclass(frozen=True)
class Press:
    """A verb pressed on a frozen selection."""

    console: Console
    pane: TriagePane
    verb: Verb
    marked: tuple[int, ...]

    def go(self) -> None:
        """Checks, asks where something is to be asked, and does it."""
        current = self.pane.list.current
        if self.verb.asks is Asks.EDITOR and current is not None and self.marked != (current,):
            # whatever is marked: one is edited, the one that is looked at
            replace(self, marked=(current,)).go()
            return
        if not self.marked:
            self.pane.say(_("There is nothing to do this to."))
            return
        reason = self.why_not()
        if reason is not None:
            self.pane.say(reason)
            return
        if self.verb.on is On.CUSTOMERS:
            self._find_customers()
        else:
            self.ask(list(self.marked))

    def _find_customers(self) -> None:
        lookup, office = self.pane.area.customers_of, self.console.office
        self.console.is_pending = True

        def found(customers: list[int]) -> None:
            self.console.is_pending = False
            self.ask(customers)

        def failed(message: Message) -> None:
            self.console.is_pending = False
            self.pane.say(message)

        in_background(
            self.pane,
            "press",
            lambda _cancelled: customers_of(office, lookup, self.marked),
            found,
            failed=failed,
        )

    def why_not(self) -> Message | None:
        """Why the verb does not fit the row under the cursor, where that is the only one."""
        row = self.pane.list.current_row
        if self.verb.on is not On.ROWS or len(self.marked) > 1 or row is None:
            return None
        return self.verb.declared().applies(self.pane.area.subject_of(row))

    def ask(self, ids: list[int]) -> None:
        """What has to be known or confirmed before; then the operation."""
        operation = self.verb.declared()
        hidden = self.pane.hidden_marks
        match self.verb.asks:
            case Asks.EDITOR:
                self.console.open_editor(self.pane, ids[0])
            case Asks.PREVIEW:
                self.console.open_preview(self, ids)
            case Asks.LETTER:
                self.console.open_letter(self, ids)
            case Asks.FORM if fields(operation.parameters):
                self.console.open_form(self, ids)
            case _ if hidden or not operation.undoable:
                self.console.open_question(self, ids, None)
            case _:
                self.carry_out(ids, None)

    def carry_out(self, ids: Sequence[int], parameters: Any) -> None:
        """Does it: a few at once, many by the worker."""
        operation, office = self.verb.declared(), self.console.office
        if isinstance(operation, Deed):
            self._do(operation, ids, parameters)
            return
        if len(ids) > AT_ONCE:
            self.console.hand_over(self.pane, operation, ids, parameters)
            return
        label = operation.label
        self.pane.say(_("{operation} …", operation=label))
        in_background(
            self.console,
            "perform",
            lambda _cancelled: office.perform(operation, ids, parameters),
            lambda report: self.told(report, label),
            exclusive=False,
            failed=self.pane.say,
        )

    def _do(self, what: Deed, ids: Sequence[int], parameters: Any) -> None:
        office, view = self.console.office, self.pane.list.view
        rows = [row for id_ in ids if (row := view.row(id_)) is not None]
        given = parameters if parameters is not None else what.parameters()

        def then(said: list[Message]) -> None:
            self.pane.say(said[-1] if said else None)
            self.pane.list.mark(set())
            self.pane.catch_up()

        in_background(
            self.console,
            "perform",
            lambda _cancelled: [what.run(office, row, given) for row in rows],
            then,
            exclusive=False,
            failed=self.pane.say,
        )

    def told(self, report: Report, label: Message) -> None:
        """What was done and what was left alone; what was done is no longer marked."""
        pane = self.pane
        if self.verb.on is On.ROWS:
            pane.list.mark(pane.list.marks - set(report.done))
        else:
            pane.list.mark(set())
        pane.say(outcome(report, label, undoable=self.verb.declared().undoable))
        if len(report.refused) > 1:
            self.console.open_report(report, label)
        pane.catch_up()
        self.console.look_around()


def outcome(report: Report, label: Message, *, undoable: bool) -> Message:
    """One sentence for the status line."""
    done = n_("{operation}: {count} done", "{operation}: {count} done", len(report.done), operation=label)
    if report.refused and not report.done:
        only = report.refused[0]
        return _("{subject}: left alone. {reason}", subject=only.subject, reason=only.reason)
    if report.refused:
        refused = n_("{count} left alone", "{count} left alone", len(report.refused))
        return _("{done}, {refused}. u takes it back.", done=done, refused=refused)
    if undoable and report.entry is not None:
        return _("{done}. u takes it back.", done=done)
    return _("{done}.", done=done)
