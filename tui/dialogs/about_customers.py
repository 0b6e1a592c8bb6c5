"""Which dialog about a customer is opened from where, and what follows from its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from core.locale import Message
from core.operation import Report
from tui.background import in_background
from tui.pressing import outcome
from tui.reading import customers_of

if TYPE_CHECKING:
    from core.dossier.entry import Dossier
    from tui.app import Console
    from tui.area import Lead
    from tui.dialogs.inquiry import Wanted
    from tui.dialogs.letters import Letter
    from tui.pane import TriagePane
    from tui.pressing import Press


T = TypeVar("T")


def show_dossier(console: Console, pane: TriagePane) -> None:
    """Opens the file of the customer behind the row under the cursor."""
    from tui.dialogs.dossier import DossierScreen, read_dossier

    office, lookup, current = console.office, pane.area.customers_of, pane.list.current
    if current is None:
        return

    def work() -> Dossier:
        [customer] = customers_of(office, lookup, [current])
        return read_dossier(office, customer)

    def then(lead: Lead | None) -> None:
        if lead is not None:
            console.run_worker(console.go_to(lead))

    def opened(dossier: Dossier) -> None:
        console.show_dialog(DossierScreen(console.shown, office, dossier), then)

    _soon(console, pane, work, opened)


def _soon(console: Console, pane: TriagePane, work: Callable[[], T], opens: Callable[[T], None]) -> None:
    """Reads what a dialog shows and opens it; keys that are typed meanwhile are not for the list below."""
    console.is_pending = True

    def then(read: T) -> None:
        console.is_pending = False
        opens(read)

    def failed(message: Message) -> None:
        console.is_pending = False
        pane.say(message)

    in_background(console, "dialog", lambda _cancelled: work(), then, failed=failed)


def ask_customers(console: Console, press: Press, ids: Sequence[int]) -> None:
    """Drafts what customers or their advisers are asked; then asks."""
    from core.customers.asking import ASK
    from tui.dialogs.inquiry import InquiryDialog
    from tui.dialogs.letters import first_letter
    from tui.dialogs.operation_form import may

    pane, office = press.pane, console.office
    reason = may(office, ASK)
    if reason is not None:
        pane.say(reason)
        return

    def then(result: Report | Wanted | None) -> None:
        if isinstance(result, Report):
            pane.list.mark(set())
            pane.say(outcome(result, ASK.label, undoable=True))
            changed()
        elif result is not None:
            _ask_all(press, ids, result)

    def changed() -> None:
        pane.catch_up()
        console.look_around()

    def opened(letter: Letter) -> None:
        console.show_dialog(InquiryDialog(console.shown, office, letter, ids, changed), then)

    _soon(console, pane, lambda: first_letter(office, ids[0]), opened)


def _ask_all(press: Press, ids: Sequence[int], wanted: Wanted) -> None:
    from core.customers.asking import Asking

    given = Asking(wanted.to.value, wanted.due)
    if press.pane.hidden_marks and wanted.customers == tuple(ids):
        press.console.open_question(press, ids, given)
    else:
        press.carry_out(wanted.customers, given)
