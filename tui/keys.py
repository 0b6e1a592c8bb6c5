"""Verbs: what an operator can press. Bindings, key line, palette, help and the handbook are made from them.

A verb is an operation of core plus key, binding id and dialog, or an action of the console itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from core.locale import Message, _
from core.operation import NoParameters

if TYPE_CHECKING:
    from core.office import Office
    from core.operation import Operation


class Asks(Enum):
    """What is to be known before an operation can be carried out."""

    NOTHING = auto()
    """Nothing: it runs at once, with its parameters' defaults."""
    FORM = auto()
    """Its parameters, in a form made from them."""
    EDITOR = auto()
    """New texts of a record, in the live-checked form."""
    PREVIEW = auto()
    """Whether what would change is wanted; shown as a difference before."""
    LETTER = auto()
    """What a letter to customer or adviser is to say, in the dialog that drafts it."""


class On(Enum):
    """Whose records an operation takes: those of the list, or the customers that they are about."""

    ROWS = auto()
    CUSTOMERS = auto()


UNSAID = Message("")


@dataclass(frozen=True)
class Deed:
    """What can be done to a row that is no record: `run(office, row, parameters)` says what it did.

    It answers to the same questions as an operation of core; permission and journal are `run`'s own affair.
    """

    run: Callable[[Office, Any, Any], Message]
    parameters: type = NoParameters
    needs_reason: bool = False
    undoable: bool = True
    label: Message = UNSAID
    help: Message | None = None
    fits: Callable[[Any], Message | None] = lambda _row: None

    def applies(self, row: Any) -> Message | None:
        """Why it cannot be done to this row; None where it can, or where nobody knows before."""
        return self.fits(row)


@dataclass(frozen=True)
class Verb:
    """One thing to press. `id` is what key maps name; `action` one of the console's own."""

    id: str
    key: str
    label: Message
    action: str = ""
    area: str = ""
    """With `operation`: where it is declared."""
    operation: str = ""
    asks: Asks = Asks.NOTHING
    on: On = On.ROWS
    on_key_line: bool = True
    needs_row: bool = True
    defaults: Callable[[Any], Mapping[str, Any]] | None = None
    """What a form is filled with, from the row under the cursor."""
    deed: Deed | None = None
    is_kept: bool = False
    """Whether the narrowest key line shows it, too."""

    def declared(self) -> Operation[Any, Any] | Deed:
        """The operation, or the deed, behind it."""
        if self.deed is not None:
            return self.deed
        from core.registry import operation_of

        return operation_of(self.area, self.operation)


def verb(
    area: str,
    operation: str,
    key: str,
    label: Message,
    asks: Asks = Asks.NOTHING,
    *,
    on: On = On.ROWS,
    on_key_line: bool = True,
    defaults: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Verb:
    """An operation as something to press."""
    return Verb(
        f"{area}.{operation}",
        key,
        label,
        area=area,
        operation=operation,
        asks=asks,
        on=on,
        on_key_line=on_key_line,
        defaults=defaults,
    )


def deed(id_: str, key: str, label: Message, what: Deed, asks: Asks = Asks.NOTHING) -> Verb:
    """Something to do to a row that is no record."""
    return Verb(id_, key, label, asks=asks, deed=replace(what, label=label))


def own(id_: str, key: str, label: Message, *, on_key_line: bool = False, needs_row: bool = False) -> Verb:
    """An action of the list or the console itself, called like the last part of its id."""
    action = id_.rsplit(".", 1)[-1].replace("-", "_")
    return Verb(id_, key, label, action=action, on_key_line=on_key_line, needs_row=needs_row)


LIST_VERBS: tuple[Verb, ...] = (
    own("list.mark", "space", _("Mark"), on_key_line=True, needs_row=True),
    own("list.mark-all", "asterisk", _("Mark all that match")),
    own("list.unmark-all", "minus", _("Take all marks off")),
    own("list.open-detail", "enter", _("Detail"), needs_row=True),
    own("list.back", "escape", _("Back")),
    own("list.filter", "slash", _("Filter"), on_key_line=True),
    own("list.views", "v", _("Saved views")),
    own("list.group", "o", _("Group by cause"), on_key_line=True),
    own("list.sort", "t", _("Sort")),
    own("list.refresh", "R", _("Show what is new")),
    own("list.next-tab", "right,tab", _("Next tab")),
    own("list.previous-tab", "left,shift+tab", _("Previous tab")),
    own("list.scroll-detail-down", "J", _("Detail down")),
    own("list.scroll-detail-up", "K", _("Detail up")),
    own("list.copy", "y", _("Copy"), needs_row=True),
    own("list.export", "s", _("Export what is shown")),
    own("list.dossier", "a", _("Customer's file"), needs_row=True),
)
CONSOLE_VERBS: tuple[Verb, ...] = (
    own("console.undo", "u", _("Undo"), on_key_line=True),
    own("console.undo-list", "U", _("What can be undone")),
    own("console.progress", "p", _("Bulk actions")),
    own("console.access", "z", _("Account")),
    replace(own("console.help", "question_mark", _("Help"), on_key_line=True), is_kept=True),
    own("console.palette", "colon,ctrl+p", _("Commands"), on_key_line=True),
    own("console.quit-console", "q", _("Quit")),
)
OVER_THE_LIST = tuple(one for one in LIST_VERBS if one.id in ("list.views", "list.sort", "list.dossier"))
"""What is done to a list in a dialog, which is the console's affair."""
MOVEMENTS: tuple[tuple[str, Message], ...] = (
    ("j k ↓ ↑", _("one row")),
    ("PgDn PgUp", _("one page")),
    ("g G Home End", _("first, last")),
    ("1-9", _("area")),
)

MOVEMENT_BINDINGS: tuple[tuple[str, str, str], ...] = (
    ("j,down", "move(1)", "list.down"),
    ("k,up", "move(-1)", "list.up"),
    ("pagedown", "page(1)", "list.page-down"),
    ("pageup", "page(-1)", "list.page-up"),
    ("g,home", "first", "list.first"),
    ("G,end", "last", "list.last"),
)
"""Key, action and binding id of what moves the cursor."""

SHOWN_KEYS = {
    "space": "␣",
    "asterisk": "*",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "enter": "↵",
    "escape": "Esc",
    "plus": "+",
    "right": "→",
    "left": "←",
    "tab": "Tab",
    "down": "↓",
    "up": "↑",
    "f2": "F2",
    "f4": "F4",
    "f6": "F6",
}


def shown_key(key: str) -> str:
    """A key as an operator reads it; the first of several."""
    first = key.split(",", 1)[0]
    return SHOWN_KEYS.get(first, first.replace("ctrl+", "^"))
