"""What an area of the console declares: columns, query, detail tabs and verbs. No widget is made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.locale import Message
from tui.blocks import Block
from tui.keys import Verb
from tui.shown import Cell, Shown
from tui.signs import Tone

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.office import Office
    from tui.listed import AnyWorklist


@dataclass(frozen=True)
class Column:
    """One column of a list. `key` is the sort of the worklist behind it; "" cannot be sorted by."""

    key: str
    heading: Message
    width: int
    cell: Callable[[Any, Shown], Cell | str]
    grows: int = 0
    """Its share of the width that is left over."""
    right: bool = False
    least: int = 0
    """The width of the list from which on it is shown."""


@dataclass(frozen=True)
class Tab:
    """One tab of the detail: what is read of a record, as blocks; read in a thread, in a short session."""

    key: str
    label: Message
    load: Callable[[Session, Office, int], Iterable[Block]]


@dataclass(frozen=True)
class SavedView:
    """A condition with a name, offered with one key."""

    label: Message
    condition: str


@dataclass(frozen=True, slots=True)
class Lead:
    """Where Enter leads from a row: an area by its number, and there to what fits a condition."""

    area: int
    condition: str


@dataclass(frozen=True, slots=True)
class Badge:
    """What waits in an area: a sign and a number in the header; nothing where there is nothing."""

    count: int = 0
    tone: Tone = Tone.WARNING
    sign: str = "warning"


def _always(_session: Session, _office: Office) -> bool:
    return True


def _no_badge(_session: Session, _office: Office) -> Badge:
    return Badge()


def _nobody(_session: Session, _ids: Sequence[int]) -> dict[int, int]:
    return {}


@dataclass(frozen=True)
class Area:
    """One area: adding it takes one file under tui/areas and one line in its list.

    `customer_of` leads from records to the customers that they are about, for the customer's file and for
    verbs on customers.
    """

    name: str
    number: int
    label: Message
    short: Message
    worklist: Callable[[Office], AnyWorklist]
    columns: tuple[Column, ...]
    tabs: tuple[Tab, ...]
    verbs: tuple[Verb, ...] = ()
    opening: str = ""
    """The condition at the beginning, in English words."""
    views: tuple[SavedView, ...] = ()
    badge: Callable[[Session, Office], Badge] = _no_badge
    is_shown: Callable[[Session, Office], bool] = _always
    customers_of: Callable[[Session, Sequence[int]], dict[int, int]] = _nobody
    title_of: Callable[[Any, Shown], str] = field(default=lambda row, shown: "")
    group_said: Callable[[str, Shown], str] = field(default=lambda key, shown: shown.text(key))
    """The cause that a group has in common, by the group's key."""
    lead_of: Callable[[Any], Lead | None] = field(default=lambda row: None)
    subject_of: Callable[[Any], Any] = field(default=lambda row: row)
    """Of what `rows` gives, the record that operations ask whether they apply."""
