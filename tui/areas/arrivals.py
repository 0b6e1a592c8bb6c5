"""Eingang: what came in, files and rows of files; what could not be applied waits here with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.listing import beginning_of
from core.inbox.operations import RETRY, Retrying
from core.inbox.worklist import ArrivalWorklist
from core.locale import Message, _
from core.office import Office
from core.text import visible
from jobs.commands.words import ARRIVALS, word
from tui.area import Area, Badge, Column, SavedView, Tab
from tui.areas.colleagues import work_verbs
from tui.blocks import Block, Fact, Grid, Heading, Paragraph
from tui.keys import Asks, Deed, Verb, deed, verb
from tui.shown import Cell, Shown
from tui.signs import Tone

ROWS = 50
TONES = {
    "stored": Tone.ACCENT,
    "applied": Tone.GOOD,
    "quarantined": Tone.WARNING,
    "ignored": Tone.DIM,
}
SIGNS = {"stored": "pending", "applied": "delivered", "quarantined": "warning", "ignored": "discarded"}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def _state(one: Arrival, shown: Shown) -> Cell:
    sign = str(getattr(shown.signs, SIGNS.get(one.state, ""), " "))
    return Cell(f"{sign} {shown.text(word(ARRIVALS, one.state))}", TONES.get(one.state, Tone.PLAIN))


def _row(one: Arrival, shown: Shown) -> str:
    return shown.number(one.position) if one.position is not None else ""


def _reason(one: Arrival, shown: Shown) -> str:
    return shown.text(one.reason_message())


COLUMNS = (
    Column("state", _("State"), 16, _state),
    Column("file", _("File"), 18, lambda one, shown: shown.text(visible(one.name)), grows=1),
    Column("row", _("Row"), 7, _row, right=True),
    Column("", _("Why"), 20, _reason, grows=2),
    Column("age", _("Received"), 13, lambda one, shown: shown.age(one.received_at), right=True),
)


def _why(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    """Why it is where it is, where it came from, and what became of its file."""
    one = session.get_one(Arrival, id_)
    reason = one.reason_message()
    if reason is not None:
        yield Paragraph(reason, TONES.get(one.state, Tone.PLAIN))
    yield Fact(_("State"), word(ARRIVALS, one.state), TONES.get(one.state, Tone.PLAIN))
    yield Fact(_("File"), visible(one.name))
    yield Fact(_("Row"), one.position)
    yield Fact(_("Kind"), one.kind)
    yield Fact(_("Came from"), visible(one.source))
    yield Fact(_("Received"), one.received_at)
    yield Fact(_("By"), one.received_by)
    yield Fact(_("Ended"), one.settled_at)
    yield Fact(_("Bytes"), one.size)
    yield Fact(_("Seen"), one.seen)
    for name, value in one.options.items():
        yield Fact(name, visible(str(value)))
    yield from _file(session, one)


def _file(session: Session, one: Arrival) -> Iterable[Block]:
    file = session.get(Arrival, one.parent) if one.parent is not None else one
    if file is None:
        return
    if file is not one:
        yield Heading(_("Its file"))
        yield Fact(_("Arrival"), str(file.id))
        yield Fact(_("State"), word(ARRIVALS, file.state))
    for name, count in file.counts.items():
        yield Fact(name, count)
    query = select(Arrival).where(Arrival.parent == file.id, Arrival.state == ArrivalState.QUARANTINED)
    rows = session.exec(query.order_by(col(Arrival.position)).limit(ROWS)).all()
    if rows and file is one:
        yield Heading(_("Rows that were put back"))
        yield Grid((_("Row"), _("Why")), [(row.position, row.reason_message()) for row in rows])


def _content(session: Session, office: Office, id_: int) -> Iterable[Block]:
    """What came, as it came: a row whole, of a file the beginning."""
    one = session.get_one(Arrival, id_)
    text = beginning_of(office, one)
    if not text:
        yield Paragraph(
            _("There is nothing to show: it is no text, or its content is no longer kept."), Tone.DIM
        )
        return
    if one.raw is None:
        yield Paragraph(_("The beginning of the file:"), Tone.DIM)
    lines = (visible(line) for line in re.split(r"\r\n|\r|\n", text))
    yield Paragraph("\n".join(lines))
    yield Fact(_("SHA-256"), one.sha256)


def _badge(session: Session, _office: Office) -> Badge:
    query = select(sa.func.count()).select_from(Arrival).where(Arrival.state == ArrivalState.QUARANTINED)
    return Badge(int(session.exec(query).one()))


def _title(one: Arrival, shown: Shown) -> str:
    name = visible(one.name)
    return shown.text(name if one.position is None else f"{name}:{one.position}")


def _group(key: str, shown: Shown) -> str:
    """A reason with its values left open."""
    return _PLACEHOLDER.sub(shown.signs.ellipsis, shown.text(Message(key))) if key else ""


@dataclass(frozen=True, slots=True)
class ReadingOtherwise:
    """How a file is to be read this time; empty: as before."""

    encoding: str = field(default="", metadata={"help": _("The encoding of a CSV file.")})
    separator: str = field(default="", metadata={"help": _("The separator of a CSV file.")})
    sheet: str = field(default="", metadata={"help": _("The sheet of a spreadsheet.")})
    mapping: str = field(default="", metadata={"help": _("The path of a mapping file on this host.")})


def _read_otherwise(office: Office, one: Arrival, given: ReadingOtherwise) -> Message:
    mapping = Path(given.mapping).expanduser().read_text(encoding="utf-8") if given.mapping.strip() else ""
    retrying = Retrying(mapping, given.encoding.strip(), given.separator, given.sheet)
    report = office.perform(RETRY, [one.id or 0], retrying)
    for refusal in report.refused:
        return refusal.reason
    return _("{file} is read again. u takes it back.", file=visible(one.name))


VERBS: tuple[Verb, ...] = (
    verb("arrivals", "retry", "r", _("Read again")),
    verb("arrivals", "ignore", "x", _("Ignore"), Asks.FORM),
    deed(
        "arrivals.read-otherwise",
        "e",
        _("Read otherwise"),
        Deed(
            _read_otherwise,
            ReadingOtherwise,
            help=_("Reads the file again with another encoding, separator, sheet or mapping."),
            fits=RETRY.applies,
        ),
        Asks.FORM,
    ),
    *work_verbs("arrivals"),
)


def _worklist(_office: Office) -> Any:
    return ArrivalWorklist()


AREA = Area(
    "arrivals",
    8,
    _("Arrivals"),
    _("Arrivals"),
    _worklist,
    COLUMNS,
    (Tab("why", _("Why"), _why), Tab("content", _("As it came"), _content)),
    VERBS,
    opening="state:quarantined",
    views=(
        SavedView(_("Put back"), "state:quarantined"),
        SavedView(_("Wait to be applied"), "state:stored"),
        SavedView(_("Files"), "row:missing"),
        SavedView(_("Ignored"), "state:ignored"),
        SavedView(_("All"), ""),
    ),
    badge=_badge,
    title_of=_title,
    group_said=_group,
)
