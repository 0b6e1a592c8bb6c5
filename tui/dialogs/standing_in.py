"""Stand-ins: somebody does an absent colleague's work for some days, and no longer when they are back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.locale import Message, _
from tui.background import in_background
from tui.dialogs.fields import Asks, read_day
from tui.dialogs.form import Form
from tui.dialogs.picking import Picking
from tui.dialogs.rows import Row, plain
from tui.lines import Span
from tui.pressing import outcome
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from core.office import Office
    from core.operation import Report
    from core.work.record import StandIn
    from tui.app import Console
    from tui.pane import TriagePane

WHO_WIDTH = 30


def read_names(office: Office) -> list[str]:
    """Every operator by name. Raises DatabaseUnavailable."""
    from sqlmodel import col, select

    from core.operators import OperatorRow

    with office.store.read() as session:
        return list(session.exec(select(OperatorRow.name).order_by(col(OperatorRow.name))))


def read_stand_ins(office: Office) -> list[StandIn]:
    """Who stands in for whom now or later. Raises DatabaseUnavailable."""
    from core.work.colleagues import stand_ins

    with office.store.read() as session:
        return stand_ins(session, office.today)


def stand_in_form(shown: Shown, office: Office, names: Sequence[str]) -> Form:
    """Asks who is away, who stands in, and for how long; it ends with the report."""
    from core.operators import Role

    own = office.operator.name
    away = names if office.operator.role is Role.ADMIN else (own,)
    fields = [
        Asks("absent", _("Who is away"), value=own, options=_options(away)),
        Asks("by", _("Who stands in"), None, None, required=True, options=_options(names)),
        Asks("since", _("From"), _("The first day; else today."), read=read_day),
        Asks("until", _("Until"), _("The last day."), required=True, read=read_day),
        Asks("note", _("Note")),
    ]

    def submit(values: Mapping[str, Any]) -> Report:
        from core.work.operations import StandingIn, stand_in

        return stand_in(office, StandingIn(**values))

    return Form(shown, _("Stand in"), fields, submit)


def _options(names: Sequence[str]) -> list[tuple[str, Message]]:
    return [(name, Message("{name}", values={"name": name})) for name in names]


def have_somebody_stand_in(console: Console, pane: TriagePane) -> None:
    """Asks, and says what came of it."""
    from core.work.operations import STAND_IN
    from tui.dialogs.operation_form import may

    reason = may(console.office, STAND_IN)
    if reason is not None:
        pane.say(reason)
        return

    def then(report: Report | None) -> None:
        if report is not None:
            pane.say(outcome(report, STAND_IN.label, undoable=True))
            pane.catch_up()

    def opened(names: list[str]) -> None:
        console.show_dialog(stand_in_form(console.shown, console.office, names), then)

    in_background(console, "names", lambda _cancelled: read_names(console.office), opened, failed=pane.say)


def end_stand_in(console: Console, pane: TriagePane) -> None:
    """Lists who stands in for whom; the chosen one ends."""
    from core.work.operations import RETURN

    office = console.office

    def told(report: Report) -> None:
        pane.say(outcome(report, RETURN.label, undoable=True))
        pane.catch_up()

    def then(chosen: int | None) -> None:
        if chosen is not None:
            in_background(
                console, "perform", lambda _cancelled: office.perform(RETURN, [chosen]), told, failed=pane.say
            )

    def opened(rows: list[StandIn]) -> None:
        console.show_dialog(
            Picking(console.shown, _("Who stands in for whom"), _rows(console.shown, rows)), then
        )

    in_background(console, "stand-ins", lambda _cancelled: read_stand_ins(office), opened, failed=pane.say)


def _rows(shown: Shown, rows: Sequence[StandIn]) -> Iterator[Row]:
    if not rows:
        yield plain(shown.text(_("Nobody stands in for anybody.")))
    for one in rows:
        who = shown.text(_("{operator} for {absent}", operator=one.operator, absent=one.absent))
        days = f"{shown.text(one.since)} {shown.signs.discarded} {shown.text(one.until)}  "
        spans = (
            Span(f" {fitted(who, WHO_WIDTH)} "),
            Span(days, Tone.ACCENT),
            Span(shown.text(one.note), Tone.DIM),
        )
        yield Row(spans, one.id)
