"""What fixes would change, customer by customer, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from core.locale import Message, _, n_
from core.text import visible
from jobs.commands.findings import field_label
from tui.background import Cancelled
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.rows import EMPTY_LINE, Row, RowList, heading, plain
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from core.customers.proposals import Proposal
    from core.office import Office

MOST = 500
"""Customers whose changes are shown; more are counted."""
LABEL_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is to be done: these customers, with proposals that are only proposals or without."""

    ids: tuple[int, ...]
    unsafe: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What fixes would change: the customers, and of the first ones how."""

    ids: tuple[int, ...]
    proposals: tuple[Proposal, ...]
    unsafe: bool


class Preview(Dialog[Agreed]):
    """Shows the changes as differences; F2 makes them, `u` looks at those that are only proposals, too."""

    SIZE = "-large"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "agree", id="dialog.submit", show=False),
        Binding("u", "unsafe", id="dialog.unsafe", show=False),
    ]

    def __init__(
        self,
        shown: Shown,
        office: Office,
        ids: Sequence[int],
        *,
        hidden: int = 0,
        label: Message | None = None,
    ) -> None:
        super().__init__(shown, label or _("Fix"))
        self.office, self.ids, self.hidden = office, list(ids), hidden
        self.unsafe = False
        self.found: Found | None = None

    def body(self) -> Iterable[Widget]:
        """The differences."""
        yield RowList(id="changes")

    def keys(self) -> Sequence[Key]:
        """F2 makes the changes."""
        other = _("Only safe ones") if self.unsafe else _("Proposals, too")
        return (("f2", _("Do it")), ("u", other))

    def on_mount(self) -> None:
        """The changes are looked for."""
        super().on_mount()
        self.query_one(RowList).focus()
        self.look()

    def look(self) -> None:
        """Finds out what would change."""
        unsafe, self.found = self.unsafe, None
        self.tell(_("One moment …"))
        self.behind(lambda cancelled: changes(self.office, self.ids, cancelled, unsafe=unsafe), self._found)

    def _found(self, found: Found) -> None:
        self.found = found
        self.query_one(RowList).show(self._rows(found))
        self.query_one(RowList).scroll_to(y=0, animate=False)
        number = self.shown.number
        count = len(found.ids)
        right = n_("{number} customer", "{number} customers", count, number=number(count))
        self.entitle(self.heading, right)
        hidden = n_(
            "{number} of the marked ones is hidden by the filter.",
            "{number} of the marked ones are hidden by the filter.",
            self.hidden,
            number=number(self.hidden),
        )
        self.tell(hidden if self.hidden else None, Tone.WARNING)

    def _rows(self, found: Found) -> Iterable[Row]:
        if not found.ids:
            yield plain(self.shown.text(_("There is nothing that could be fixed by itself.")))
            if not found.unsafe:
                yield plain(
                    self.shown.text(_("u looks for proposals that somebody has to look at.")), Tone.DIM
                )
        for one in found.proposals:
            yield heading(self.shown.text(one.number))
            for change in one.changes:
                label = fitted(self.shown.text(field_label(change.field)), LABEL_WIDTH)
                before = Span("- " + self.shown.text(visible(change.before)), Tone.ERROR)
                yield Row((Span(f"   {label}  ", Tone.DIM), before))
                after = Span("+ " + self.shown.text(visible(change.after)), Tone.GOOD)
                yield Row((Span(" " * (LABEL_WIDTH + 5)), after))
            yield EMPTY_LINE
        more = len(found.ids) - len(found.proposals)
        if more > 0:
            said = n_("… and {number} more", "… and {number} more", more, number=self.shown.number(more))
            yield plain(self.shown.text(said), Tone.WARNING)

    def action_unsafe(self) -> None:
        """With the proposals that somebody has to look at, or without."""
        self.unsafe = not self.unsafe
        self.show_keys()
        self.look()

    def action_agree(self) -> None:
        """Makes the changes that are shown."""
        if self.found is not None and self.found.ids:
            self.dismiss(Agreed(self.found.ids, self.found.unsafe))


def changes(office: Office, ids: list[int], cancelled: Cancelled, *, unsafe: bool) -> Found:
    """The customers that fixes would change, and the first of the changes; reads, writes nothing."""
    from core.customers.proposals import fixable, proposals

    candidates = fixable(office, ids, unsafe=unsafe) if len(ids) > MOST else ids
    shown: list[Proposal] = []
    for one in islice(proposals(office, None, candidates[:MOST], unsafe=unsafe), MOST):
        shown.append(one)
        if cancelled():
            break
    affected = tuple(one.id for one in shown)
    return Found((*affected, *candidates[MOST:]), tuple(shown), unsafe)
