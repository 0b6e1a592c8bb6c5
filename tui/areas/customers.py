"""Kunden: the customers with their findings, what the partner has of them, and import conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer, ImportConflict
from core.customers.fields import FIELDS
from core.customers.vocabulary import CustomerView
from core.locale import Message, _
from core.office import Office
from core.outbox.transfer import Transfer
from core.rulebook.finding import FixKind, Severity
from core.rulebook.record import FindingRow
from core.store.statements import execute, table_of
from core.text import visible
from jobs.commands.findings import field_label
from jobs.commands.words import CAUSES, STATES, word
from tui.area import Area, Badge, Column, SavedView, Tab
from tui.areas.colleagues import work_verbs
from tui.blocks import Block, Difference, Fact, Grid, Heading, Paragraph
from tui.keys import Asks, Verb, verb
from tui.shown import Cell, Shown
from tui.signs import STATE_TONES, Tone

SEVERITY_TONES = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.DIM}


def _sign(view: CustomerView, shown: Shown) -> Cell:
    if view.blocking:
        return Cell(shown.signs.failed, Tone.ERROR)
    if view.conflicts:
        return Cell(shown.signs.uncertain, Tone.WARNING)
    if view.rules:
        return Cell(shown.signs.warning, Tone.WARNING)
    return Cell(shown.signs.delivered, Tone.GOOD)


def _state(view: CustomerView, shown: Shown) -> Cell:
    if view.asked_until is not None:
        asked = _("asked until {day}", day=shown.day_of_year(view.asked_until))
        is_over = view.asked_until <= shown.today
        return Cell(f"{shown.signs.asked} {shown.text(asked)}", Tone.WARNING if is_over else Tone.ACCENT)
    said = shown.text(word(STATES, view.state))
    return Cell(f"{shown.signs.of_state(view.state)} {said}", STATE_TONES.get(view.state, Tone.PLAIN))


def _rules(view: CustomerView, shown: Shown) -> Cell:
    return Cell(" ".join(view.rules), Tone.ERROR if view.blocking else Tone.PLAIN)


def _name(view: CustomerView, shown: Shown) -> str:
    return shown.text(view.customer.display_name)


COLUMNS = (
    Column("findings", Message(""), 1, _sign),
    Column("number", _("Customer"), 10, lambda view, shown: shown.text(view.customer.number)),
    Column("name", _("Name"), 20, _name, grows=3),
    Column("postcode", _("Postcode"), 7, lambda view, shown: shown.text(view.customer.postcode), least=66),
    Column("town", _("Town"), 12, lambda view, shown: shown.text(view.customer.town), grows=1, least=90),
    Column("adviser", _("Adviser"), 8, lambda view, shown: shown.text(view.customer.adviser), least=100),
    Column("", _("With"), 6, lambda view, shown: shown.text(view.assigned), least=120),
    Column("", _("Findings"), 14, _rules, grows=1),
    Column("", _("Transfer"), 20, _state),
)


def finding_blocks(session: Session, customer: int) -> Iterable[Block]:
    """What is found of a customer: message, value with hidden characters made visible, proposal, why."""
    query = select(FindingRow).where(FindingRow.area == "customers", FindingRow.record == customer)
    rows = session.exec(query.order_by(col(FindingRow.blocks).desc(), col(FindingRow.rule))).all()
    for row in rows:
        finding = row.finding()
        muted = _("muted") if row.suppressed else _("holds the transfer") if row.blocks else Message("")
        yield Heading(f"{finding.rule} {finding.name}")
        tone = Tone.DIM if row.suppressed else SEVERITY_TONES[finding.severity]
        yield Paragraph(finding.message, tone)
        yield Fact(field_label(finding.field), visible(finding.value))
        if finding.fix is not None:
            kind = _("safe proposal") if finding.fix.kind is FixKind.SAFE else _("proposal")
            yield Fact(kind, visible(finding.fix.text), Tone.GOOD)
        yield Fact(_("Effect"), muted)


def _findings(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    blocks = list(finding_blocks(session, id_))
    yield from blocks or [Paragraph(_("Nothing is found of this customer."), Tone.GOOD)]
    yield from _conflicts(session, id_)


def _conflicts(session: Session, id_: int) -> Iterable[Block]:
    query = select(ImportConflict).where(ImportConflict.customer == id_, ImportConflict.resolution == "")
    for number, one in enumerate(session.exec(query.order_by(col(ImportConflict.id))).all()):
        if not number:
            yield Heading(_("Import conflicts: here and in the source"))
        yield Difference(field_label(one.field), one.ours, one.theirs)


def _fields(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    customer = session.get_one(Customer, id_)
    query = select(FindingRow).where(FindingRow.area == "customers", FindingRow.record == id_)
    found: dict[str, Severity] = {}
    for row in session.exec(query.where(col(FindingRow.suppressed).is_(False))):
        found.setdefault(row.field, Severity(row.severity))
    for one in FIELDS:
        value: str = getattr(customer, one.attribute)
        severity = found.get(one.attribute)
        tone = SEVERITY_TONES[severity] if severity else Tone.PLAIN
        yield Fact(one.label, visible(value), tone, always=severity is not None)
    yield Fact(_("Short name"), visible(customer.short_name))
    yield Fact(_("Not sent"), [field_label(name) for name in sorted(customer.withheld_fields)])


def _transfers(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    query = select(Transfer).where(Transfer.kind == "customer", Transfer.subject_id == id_)
    transfers = session.exec(query.order_by(col(Transfer.id).desc()).limit(50)).all()
    if not transfers:
        yield Paragraph(_("Nothing of this customer has gone out or is about to."), Tone.DIM)
        return
    yield Grid(
        (_("Id"), _("Changed"), _("State"), _("Cause"), _("Reference")),
        [
            (
                one.id,
                one.updated_at,
                word(STATES, one.state),
                word(CAUSES, one.cause_code) if one.cause_code else "",
                one.reference,
            )
            for one in transfers
        ],
    )


def _badge(session: Session, _office: Office) -> Badge:
    finding = table_of(FindingRow).c
    number = sa.func.count(finding.record.distinct())
    query = sa.select(number).where(finding.area == "customers", finding.suppressed.is_(False))
    return Badge(int(execute(session, query).scalar_one()))


def _itself(_session: Session, ids: Sequence[int]) -> dict[int, int]:
    return {id_: id_ for id_ in ids}


def _title(view: CustomerView, shown: Shown) -> str:
    return shown.text(f"{view.customer.number} · {view.customer.display_name}")


def _group(key: str, _shown: Shown) -> str:
    from core.customers.checking import RULES

    name = next((rule.name for rule in RULES if rule.id == key), "")
    return f"{key} {name}".rstrip()


def _first_rule(view: CustomerView) -> dict[str, str]:
    return {"rule": view.rules[0]} if view.rules else {}


VERBS: tuple[Verb, ...] = (
    verb("customers", "edit", "e", _("Edit"), Asks.EDITOR),
    verb("customers", "fix", "f", _("Fix"), Asks.PREVIEW),
    verb("customers", "send", "r", _("Send")),
    verb("customers", "withhold", "i", _("Send without a field"), Asks.FORM, on_key_line=False),
    verb("customers", "resolve", "c", _("Resolve conflict"), Asks.FORM),
    verb("customers", "ask", "w", _("Inquiry"), Asks.LETTER),
    verb("customers", "mute", "m", _("Mute"), Asks.FORM, on_key_line=False, defaults=_first_rule),
    *work_verbs("customers"),
)


def _worklist(_office: Office) -> Any:
    from core.customers.worklist import CustomerWorklist

    return CustomerWorklist()


AREA = Area(
    "customers",
    2,
    _("Customers"),
    _("Customers"),
    _worklist,
    COLUMNS,
    (
        Tab("findings", _("Findings"), _findings),
        Tab("fields", _("Fields"), _fields),
        Tab("transfers", _("Transfers"), _transfers),
    ),
    VERBS,
    opening="NOT is:clean",
    views=(
        SavedView(_("With findings"), "NOT is:clean"),
        SavedView(_("Held by findings"), "is:blocked"),
        SavedView(_("Import conflicts"), "is:conflict"),
        SavedView(_("Wait for an answer"), "is:asked"),
        SavedView(_("Came up again"), "is:due"),
        SavedView(_("Stuck"), "is:stuck"),
        SavedView(_("Never sent"), "is:new"),
        SavedView(_("Short name only"), "is:short-name-only"),
        SavedView(_("All"), ""),
    ),
    badge=_badge,
    customers_of=_itself,
    title_of=_title,
    group_said=_group,
    subject_of=lambda view: view.customer,
)
