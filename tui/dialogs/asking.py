"""Which dialog is opened for what, and what follows from its answer; the console's own methods lead here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.locale import Message, _, n_
from core.operation import Operation, Report
from core.text import visible
from tui.background import in_background
from tui.keys import On
from tui.pressing import AT_ONCE, outcome
from tui.reading import customers_of, read_rows

if TYPE_CHECKING:
    from core.office import Office
    from tui.app import Console
    from tui.pane import TriagePane
    from tui.pressing import Press

FIRST_FEW = 5


def ask_parameters(console: Console, press: Press, ids: Sequence[int]) -> None:
    """Asks for an operation's parameters, then whether it is meant where that is to be asked."""
    from tui.dialogs.operation_form import may, operation_form

    operation = press.verb.declared()
    reason = may(console.office, operation)
    if reason is not None:
        press.pane.say(reason)
        return
    if press.verb.id == "customers.resolve" and len(ids) == 1:
        ask_which_holds(console, press.pane, ids[0])
        return
    row = press.pane.list.current_row
    defaults = press.verb.defaults(row) if press.verb.defaults is not None and row is not None else None
    form = operation_form(
        console.shown,
        console.office,
        operation,
        _title(press, ids),
        defaults=defaults,
        last_reason=console.last_reason,
        operators=console.counted.operators,
    )

    def then(given: Any) -> None:
        if given is None:
            return
        console.last_reason = str(getattr(given, "reason", "")) or console.last_reason
        if press.pane.hidden_marks or not operation.undoable:
            ask_whether(console, press, ids, given)
        else:
            press.carry_out(ids, given)

    console.show_dialog(form, then)


def _title(press: Press, ids: Sequence[int]) -> Message:
    row, count = press.pane.list.current_row, len(ids)
    if count == 1 and row is not None and not press.pane.list.marks:
        subject = press.pane.area.title_of(row, press.console.shown)
        return _("{operation}: {subject}", operation=press.verb.label, subject=subject)
    number = press.console.shown.number(count)
    return n_(
        "{operation}: {number} record",
        "{operation}: {number} records",
        count,
        operation=press.verb.label,
        number=number,
    )


@dataclass(frozen=True)
class _Concerned:
    """Whom a question is about: the first few by name, and those that can be seen in the list."""

    subjects: Sequence[str]
    visible: Sequence[int]


def ask_whether(console: Console, press: Press, ids: Sequence[int], parameters: Any) -> None:
    """Asks whether what cannot be undone, or is done to hidden rows, too, is meant."""
    from tui.dialogs.operation_form import may
    from tui.dialogs.question import Answer, Asked, Question

    reason = may(console.office, press.verb.declared())
    if reason is not None:
        press.pane.say(reason)
        return
    operation = press.verb.declared()
    key = console.office.settings.keys.get(press.verb.id, press.verb.key)

    def ask(concerned: _Concerned) -> None:
        asked = Asked(
            press.verb.label,
            len(ids),
            len(ids) - len(concerned.visible),
            operation.undoable,
            key,
        )
        question = Question(console.shown, asked, concerned.subjects)

        def then(answer: Answer | None) -> None:
            if answer is Answer.ALL:
                press.carry_out(ids, parameters)
            elif answer is Answer.ONLY_VISIBLE:
                press.carry_out(concerned.visible, parameters)

        console.show_dialog(question, then)

    in_background(
        console, "question", lambda _cancelled: _concerned(console, press, ids), ask, failed=press.pane.say
    )


def _concerned(console: Console, press: Press, ids: Sequence[int]) -> _Concerned:
    """Reads, in a thread."""
    seen = list(set(press.marked).intersection(press.pane.list.view.ids))
    if press.verb.on is On.CUSTOMERS:
        of = customers_of(console.office, press.pane.area.customers_of, seen) if seen else []
        wanted = set(of)
        visible_ids = [id_ for id_ in ids if id_ in wanted]
    else:
        wanted = set(seen)
        visible_ids = [id_ for id_ in ids if id_ in wanted]
    return _Concerned(_subjects(console, press, list(ids[:FIRST_FEW])), visible_ids)


def _subjects(console: Console, press: Press, ids: list[int]) -> list[str]:
    operation = press.verb.declared()
    if press.verb.on is On.ROWS:
        rows = read_rows(console.office, press.pane.worklist, ids)
        return [press.pane.area.title_of(rows[id_], console.shown) for id_ in ids if id_ in rows]
    if not isinstance(operation, Operation):
        return []
    with console.office.store.read() as session:
        records = [session.get(operation.model, id_) for id_ in ids]
    return [visible(operation.describe(record)) for record in records if record is not None]


def show_preview(console: Console, press: Press, ids: Sequence[int]) -> None:
    """Shows what fixes would change, then has them made."""
    from core.customers.operations import Fixing
    from tui.dialogs.operation_form import may
    from tui.dialogs.preview import Agreed, Preview

    reason = may(console.office, press.verb.declared())
    if reason is not None:
        press.pane.say(reason)
        return

    def then(agreed: Agreed | None) -> None:
        if agreed is not None:
            press.carry_out(agreed.ids, Fixing(agreed.unsafe))

    hidden = press.pane.hidden_marks
    console.show_dialog(
        Preview(console.shown, console.office, ids, hidden=hidden, label=press.verb.label), then
    )


def edit(console: Console, pane: TriagePane, id_: int) -> None:
    """Opens a customer for editing."""
    from core.customers.operations import EDIT
    from tui.dialogs.editing import Record, read_record
    from tui.dialogs.editor import Editor
    from tui.dialogs.operation_form import may

    reason = may(console.office, EDIT)
    if reason is not None:
        pane.say(reason)
        return

    def then(report: Report | None) -> None:
        if report is not None:
            _told(console, pane, outcome(report, EDIT.label, undoable=True))

    def opened(record: Record) -> None:
        console.show_dialog(Editor(console.shown, console.office, record, console.drafts), then)

    in_background(
        console, "editor", lambda _cancelled: read_record(console.office, id_), opened, failed=pane.say
    )


def ask_which_holds(console: Console, pane: TriagePane, id_: int) -> None:
    """Import conflicts of one customer, field by field."""
    from core.customers.operations import RESOLVE
    from tui.dialogs.conflicts import Conflicts, read_conflicts, resolve, resolving

    def opened(conflicts: Conflicts) -> None:
        def then(chosen: Mapping[str, str] | None) -> None:
            if chosen is not None:
                in_background(
                    console,
                    "perform",
                    lambda _cancelled: resolve(console.office, id_, chosen),
                    lambda report: _told(console, pane, outcome(report, RESOLVE.label, undoable=True)),
                    exclusive=False,
                    failed=pane.say,
                )

        console.show_dialog(resolving(console.shown, conflicts), then)

    in_background(
        console, "conflicts", lambda _cancelled: read_conflicts(console.office, id_), opened, failed=pane.say
    )


def _told(console: Console, pane: TriagePane, message: Message) -> None:
    pane.say(message)
    pane.catch_up()
    console.look_around()


def show_report(console: Console, report: Report, label: Message) -> None:
    """Lists what was left alone, and why."""
    from tui.dialogs.report import ReportDialog

    dialog = ReportDialog(console.shown, label, len(report.done), report.refused, notes=report.notes)
    console.show_dialog(dialog)


def hand_over(
    console: Console, pane: TriagePane, operation: Operation[Any, Any], ids: Sequence[int], parameters: Any
) -> None:
    """Has the worker do it, and follows how far it is."""
    from core.bulk.submitting import submit

    def then(action: int) -> None:
        number = console.shown.number(len(ids))
        pane.say(
            _(
                "{operation}: the worker does it to {number} records. p shows how far it is.",
                operation=operation.label,
                number=number,
            )
        )
        pane.list.mark(set())
        console.bulk.follow(action)

    in_background(
        console,
        "submit",
        lambda _cancelled: submit(console.office, operation, ids, parameters),
        then,
        exclusive=False,
        failed=pane.say,
    )


def undo(console: Console, pane: TriagePane, entry: int | None) -> None:
    """Takes a deed back, the last one where none is named, and says what."""
    from tui.dialogs.undo_list import Undone, undo_entry

    def then(undone: Undone) -> None:
        report = undone.report
        if report is None or undone.action is not None:
            pane.say(_("The worker takes back: {operation}. p shows how far it is.", operation=undone.label))
            console.bulk.follow(undone.action or 0)
            return
        done = n_(
            "Taken back: {operation} ({number} record).",
            "Taken back: {operation} ({number} records).",
            len(report.done),
            operation=undone.label,
            number=console.shown.number(len(report.done)),
        )
        _told(console, pane, done)
        if report.refused:
            show_report(console, report, undone.label)

    in_background(
        console,
        "undo",
        lambda _cancelled: undo_entry(console.office, entry, AT_ONCE),
        then,
        exclusive=False,
        failed=pane.say,
    )


def list_undoable(console: Console, pane: TriagePane) -> None:
    """Lists what can be taken back; the chosen one is."""
    from core.journal import JournalEntry
    from tui.dialogs.undo_list import read_undoable, undo_list

    def opened(entries: list[JournalEntry]) -> None:
        def then(entry: int | None) -> None:
            if entry is not None:
                undo(console, pane, entry)

        console.show_dialog(undo_list(console.shown, entries), then)

    in_background(
        console, "undo-list", lambda _cancelled: read_undoable(console.office), opened, failed=pane.say
    )


def show_access(console: Console, pane: TriagePane) -> None:
    """The account of the row; else the list of accounts."""
    from jobs.commands.accounts import AccountState
    from tui.dialogs.access import Access, account_list, read_states

    row = pane.list.current_row
    name = getattr(pane.area.subject_of(row), "account", "") if row is not None else ""

    def changed() -> None:
        pane.catch_up()
        console.look_around()

    def opened(states: list[AccountState]) -> None:
        by_name = {one.name: one for one in states}

        def show(chosen: str | None) -> None:
            if chosen is not None:
                console.show_dialog(Access(console.shown, console.office, by_name[chosen], changed))

        if name in by_name or len(by_name) == 1:
            show(name if name in by_name else states[0].name)
        else:
            console.show_dialog(account_list(console.shown, states), show)

    in_background(console, "access", lambda _cancelled: read_states(console.office), opened, failed=pane.say)


def show_help(console: Console, pane: TriagePane) -> None:
    """Every key that is valid here."""
    from tui.dialogs.help import Help, groups_of

    keys = console.office.settings.keys
    console.show_dialog(Help(console.shown, groups_of(pane.area.label, pane.area.verbs, keys)))


def choose_view(console: Console, pane: TriagePane) -> None:
    """Filters by a saved view."""
    from tui.dialogs.views import Chosen, views_of

    def then(chosen: Chosen | None) -> None:
        if chosen is not None:
            pane.filter_by(chosen.condition)

    console.show_dialog(views_of(console.shown, pane.area, pane.condition), then)


def choose_sort(console: Console, pane: TriagePane) -> None:
    """Sorts by a column."""
    from tui.dialogs.sort import sorts_of, turned

    def then(key: str | None) -> None:
        if key is not None:
            pane.sort_by(turned(pane.loader.sort, key))

    console.show_dialog(sorts_of(console.shown, pane.area, pane.worklist.sorts, pane.loader.sort), then)


def show_progress(console: Console, _pane: TriagePane) -> None:
    """Bulk actions under way."""
    from tui.dialogs.progress import Progress

    console.show_dialog(Progress(console.shown, console.office))


def running(office: Office) -> list[int]:
    """The bulk actions of this operator that a worker has not ended yet: submitted here or elsewhere."""
    from core.bulk.status import running_for

    with office.store.read() as session:
        return [one.id or 0 for one in running_for(session, office.operator.name)]
