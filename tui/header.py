"""The header: areas with what waits in them, the mode of the office, who works here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.locale import _
from tui.area import Area, Badge
from tui.areas import MODULES, area_of
from tui.lines import Span
from tui.shown import Shown
from tui.signs import Tone

if TYPE_CHECKING:
    from core.office import Office

NARROW = 110
"""Columns of a terminal below which everything has its short name."""
MODES = {
    "trial": (_("TRIAL"), Tone.WARNING),
    "mixed": (_("PARTLY TRIAL"), Tone.WARNING),
    "live": (_("LIVE"), Tone.GOOD),
}


@dataclass(frozen=True)
class Counted:
    """What was counted for the header."""

    areas: tuple[int, ...] = ()
    badges: Mapping[int, Badge] = field(default_factory=dict[int, Badge])
    mode: str = ""
    operators: tuple[str, ...] = ()
    """Who there is: to be chosen from where something is handed over."""


def count(office: Office) -> Counted:
    """Counts what waits in each area, and whether anything goes out at all. Raises DatabaseUnavailable."""
    from sqlmodel import col, select

    from core.accounts.account import Account
    from core.operators import OperatorRow

    with office.store.read() as session:
        numbers = [one for one in MODULES if area_of(one).is_shown(session, office)]
        badges = {one: area_of(one).badge(session, office) for one in numbers}
        modes = {account.mode for account in session.exec(select(Account))}
        operators = tuple(session.exec(select(OperatorRow.name).order_by(col(OperatorRow.name))))
    mode = modes.pop() if len(modes) == 1 else "mixed" if modes else ""
    return Counted(tuple(numbers), badges, mode, operators)


def area_spans(areas: Iterable[Area], chosen: int, counted: Counted, shown: Shown, width: int) -> list[Span]:
    """The areas that are there; the chosen one stands out."""
    is_narrow = width < NARROW
    spans = [Span(" L " if is_narrow else " Leitstand  ", Tone.TITLE)]
    for number, area in enumerate(areas):
        if number:
            spans.append(Span(" " if is_narrow else f" {shown.signs.dot} ", Tone.DIM))
        tone = Tone.KEY if area.number == chosen else Tone.PLAIN
        spans.append(Span(f"{area.number} {shown.text(area.short)}", tone))
        badge = counted.badges.get(area.number)
        if badge is not None and badge.count:
            sign = getattr(shown.signs, badge.sign)
            spans.append(Span(f" {sign}{shown.number(badge.count)}", badge.tone))
    return spans


def operator_spans(operator: str, counted: Counted, shown: Shown) -> list[Span]:
    """Whether anything goes out at all, and who works here."""
    spans = [Span(" ")]
    if counted.mode in MODES:
        said, tone = MODES[counted.mode]
        spans += [Span(shown.text(said), tone), Span(f" {shown.signs.dot} ", Tone.DIM)]
    return [*spans, Span(f"{shown.text(operator)} ")]
