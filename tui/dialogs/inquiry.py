"""Rückfrage: the letter to customer or adviser about what is missing; to be read, changed, copied, asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import TextArea

from core.errors import LeitstandError
from core.inquiries.inquiry import Addressee
from core.locale import Message, _, n_
from core.operation import need_day
from tui.dialogs.choice import Choice
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.entry import Entry
from tui.dialogs.fields import read_day
from tui.dialogs.letters import Letter, ask, read_adviser_letter, read_letter, settle
from tui.lines import Line, Span
from tui.pressing import outcome
from tui.shown import Shown, inert
from tui.signs import Tone
from tui.taking_out import copied

if TYPE_CHECKING:
    from core.inquiries.letter import Draft
    from core.office import Office
    from core.operation import Operation, Report

COPIED = _("Copied, where the terminal allows it (OSC 52).")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be asked, in letters as they are drafted: one for each customer."""

    customers: tuple[int, ...]
    to: Addressee
    due: date | None


class LetterText(TextArea):
    """The letter; Tab leaves it, nothing in it is highlighted."""

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, tab_behavior="focus", show_line_numbers=False, compact=True)
        self.cursor_blink = False
        self.given = ""

    def put(self, text: str, *, read_only: bool) -> None:
        """Shows another letter, inert."""
        self.read_only = read_only
        self.given = "\n".join(map(inert, text.split("\n")))
        self.load_text(self.given)

    @property
    def is_changed(self) -> bool:
        """Whether somebody has typed in it."""
        return bool(self.given) and self.text != self.given


class Lettered(Dialog[Any]):
    """A dialog with a letter in it that can be copied."""

    SIZE = "-large"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "ask", id="dialog.ask", show=False),
        Binding("y", "copy", id="dialog.copy", show=False),
        Binding("f4", "copy", id="dialog.copy-anywhere", show=False),
    ]

    @property
    def letter_text(self) -> LetterText:
        """The letter."""
        return self.query_one(LetterText)

    def action_copy(self) -> None:
        """The letter to the clipboard."""
        self.app.copy_to_clipboard(copied(self.letter_text.text))  # pyright: ignore[reportUnknownMemberType]
        self.tell(COPIED, Tone.GOOD)


class InquiryDialog(Lettered):
    """One customer, or several one after the other; ends with `Wanted`, or a report of what was asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "turn(1)", id="dialog.next-customer", show=False),
        Binding("p", "turn(-1)", id="dialog.previous-customer", show=False),
        Binding("l", "adviser", id="dialog.adviser-letter", show=False),
        Binding("r", "settle('answered')", id="dialog.answered", show=False),
        Binding("x", "settle('withdraw')", id="dialog.withdraw", show=False),
        Binding("W", "settle('postpone')", id="dialog.postpone", show=False),
    ]

    def __init__(
        self,
        shown: Shown,
        office: Office,
        letter: Letter,
        customers: Sequence[int],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(shown, _("Inquiry"))
        self.office, self.letter, self.customers = office, letter, tuple(customers)
        self.changed = changed
        self.at = self.customers.index(letter.customer)
        self.typed: dict[tuple[int, Addressee], str] = {}
        """Letters that were changed and not asked yet: the other addressee does not make them go."""
        self.is_busy = False

    @property
    def is_one(self) -> bool:
        """Whether it is about one customer; then its letter can be changed."""
        return len(self.customers) == 1

    # what is shown

    def body(self) -> Iterable[Widget]:
        """To whom, until when, and the letter."""
        customer, adviser = self.shown.text(_("customer")), self.shown.text(_("adviser"))
        with Horizontal(classes="labelled"):
            yield Line(classes="label", id="label-to")
            yield Choice(
                [(Addressee.CUSTOMER, customer), (Addressee.ADVISER, adviser)],
                self.letter.draft.addressee,
                self.shown,
                id="to",
            )
        with Horizontal(classes="labelled"):
            yield Line(classes="label", id="label-until")
            yield Entry(id="until")
        yield Line(id="letter-title")
        yield LetterText()

    def keys(self) -> Sequence[Key]:
        """What can be done with it; where an answer is waited for, other things."""
        if self.letter.waits is not None and self.is_one:
            return (("r", _("Answered")), ("x", _("Withdraw")), ("W", _("Postpone")), ("y", _("Copy")))
        more: list[Key] = [("f2", _("Ask")), ("y", _("Copy"))]
        if not self.is_one:
            more.append(("n,p", _("Next customer")))
        if self.letter.adviser:
            more.append(("l", _("Adviser's list")))
        return (*more, ("tab", _("Next field"))) if self.is_one else more

    def on_mount(self) -> None:
        """The letter; nothing has to be typed."""
        super().on_mount()
        self.query_one("#label-to", Line).show([Span(f" {self.shown.text(_('To'))}", Tone.TITLE)])
        self.query_one("#label-until", Line).show([Span(f" {self.shown.text(_('Answer by'))}", Tone.TITLE)])
        self.take(self.letter)
        self.query_one("#to", Choice).focus()

    def take(self, letter: Letter) -> None:
        """Shows a letter."""
        self._keep_typed()
        self.letter = letter
        right = "" if self.is_one else _("{place} of {total}", place=self.at + 1, total=len(self.customers))
        title = _("Inquiry: {number} · {name}", number=letter.number, name=letter.name)
        self.entitle(title, right)
        self.query_one("#until", Entry).value = f"{letter.due:%d.%m.%Y}"
        title = letter.waits.title if letter.waits is not None else letter.draft.title
        address = f" <{letter.draft.address}>" if letter.draft.address else ""
        said = self.shown.text(f"{letter.draft.name}{address}: {title}")
        self.query_one("#letter-title", Line).show([Span(f" {said}", Tone.ACCENT)])
        is_fixed = letter.waits is not None or not self.is_one
        text = letter.text if is_fixed else self.typed.get(self._which, letter.text)
        self.letter_text.put(text, read_only=is_fixed)
        self._say_how_it_stands()
        self.show_keys()

    @property
    def _which(self) -> tuple[int, Addressee]:
        return self.letter.customer, self.letter.draft.addressee

    def _keep_typed(self) -> None:
        if self.letter_text.is_changed:
            self.typed[self._which] = self.letter_text.text

    def _say_how_it_stands(self) -> None:
        waits = self.letter.waits
        if waits is not None:
            said = _(
                "{operator} asked on {day}; no answer yet.",
                operator=waits.created_by,
                day=self.shown.text(waits.created_at),
            )
            self.tell(said, Tone.WARNING)
        elif not self.letter.draft.questions:
            self.tell(_("Nothing is missing that could be asked for."), Tone.WARNING)
        else:
            self.tell(None)

    # to whom, about whom

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """The other addressee has a letter of its own."""
        event.stop()
        self._read(self.customers[self.at])

    def action_turn(self, step: int) -> None:
        """The next or previous customer, around the ends."""
        if not self.is_one:
            self.at = (self.at + step) % len(self.customers)
            self._read(self.customers[self.at])

    def _read(self, customer: int, said: Message | None = None) -> None:
        to, office = self.query_one("#to", Choice).value, self.office

        def then(letter: Letter) -> None:
            self.take(letter)
            if said is not None:
                self.tell(said, Tone.GOOD)

        self.behind(lambda _cancelled: read_letter(office, customer, to), then, group="letter")

    # asking

    def _due(self) -> date:
        """Until when. Raises WrongUsage."""
        return need_day(read_day(self.query_one("#until", Entry).value), self.office.today)

    def action_ask(self) -> None:
        """Asks this customer, or all of them."""
        if self.is_busy:
            return
        try:
            due = self._due()
        except LeitstandError as error:
            self.complain(error.message)
            self.query_one("#until", Entry).focus()
            return
        if not self.is_one:
            self.dismiss(Wanted(self.customers, self.query_one("#to", Choice).value, due))
        elif self.letter.waits is not None:
            self._say_how_it_stands()
        else:
            self._ask(due)

    def _ask(self, due: date) -> None:
        office, letter, text = self.office, self.letter, self.letter_text.text
        self.is_busy = True
        self.behind(
            lambda _cancelled: ask(office, letter, text, due), self._asked, group="ask", failed=self._refused
        )

    def _asked(self, report: Report) -> None:
        self.is_busy = False
        if report.refused:
            self.complain(report.refused[0].reason)
        else:
            self.dismiss(report)

    def _refused(self, message: Message) -> None:
        self.is_busy = False
        self.complain(message)

    def action_adviser(self) -> None:
        """One letter about all customers of this adviser."""
        office, adviser = self.office, self.letter.adviser
        if not adviser:
            self.complain(_("It has no adviser."))
            return

        def then(draft: Draft) -> None:
            self.over(AdviserLetter(self.shown, draft), self._from_adviser)

        self.tell(_("One moment …"))
        self.behind(lambda _cancelled: read_adviser_letter(office, adviser), then, group="adviser")

    def _from_adviser(self, wanted: Wanted | None) -> None:
        self._say_how_it_stands()
        if wanted is not None:
            self.dismiss(wanted)

    # what was asked before

    def action_settle(self, name: str) -> None:
        """Takes note of the answer, takes the question back, or waits longer."""
        from core.inquiries.operations import POSTPONE
        from core.registry import operation_of

        if self.letter.waits is None:
            return
        operation = operation_of("inquiries", name)
        if operation is not POSTPONE:
            self._settle(operation, None)
            return
        from tui.dialogs.operation_form import operation_form

        def then(given: Any) -> None:
            if given is not None:
                self._settle(operation, given)

        self.over(operation_form(self.shown, self.office, operation, operation.label), then)

    def _settle(self, operation: Operation[Any, Any], given: Any) -> None:
        office, letter = self.office, self.letter

        def then(report: Report) -> None:
            self.changed()
            if report.refused:
                self.complain(report.refused[0].reason)
                return
            self._read(letter.customer, outcome(report, operation.label, undoable=True))

        self.behind(lambda _cancelled: settle(office, letter, operation, given), then, group="settle")


class AdviserLetter(Lettered):
    """One letter about all customers of an adviser; ends with whom to ask, in letters of their own."""

    def __init__(self, shown: Shown, draft: Draft) -> None:
        super().__init__(shown, draft.title)
        self.draft = draft

    def body(self) -> Iterable[Widget]:
        """The letter."""
        yield LetterText()

    def keys(self) -> Sequence[Key]:
        """To be copied; all of them may be noted as asked."""
        return (("f2", _("Note all as asked")), ("f4", _("Copy")))

    def on_mount(self) -> None:
        """To be changed before it is copied."""
        super().on_mount()
        count = len(self.draft.records)
        right = n_("{count} customer", "{count} customers", count)
        self.entitle(f"{self.draft.name}: {self.draft.title}", right)
        self.letter_text.put(self.draft.text, read_only=False)
        self.letter_text.focus()

    def action_ask(self) -> None:
        """Every customer in it waits for an answer from now on."""
        self.dismiss(Wanted(self.draft.records, Addressee.ADVISER, self.draft.due))
