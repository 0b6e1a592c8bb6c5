"""VEMA: the queue of transfers (Übertragungen): state and cause, attempts, payload as sent, difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.vocabulary import customer_transfer_vocabulary
from core.locale import Message, _
from core.office import Office
from core.outbox.transfer import STUCK, Attempt, PartnerCopy, State, Step, Transfer
from core.outbox.worklist import TransferWorklist
from jobs.commands.findings import field_label
from jobs.commands.words import CAUSES, OUTCOMES, STATES, word
from tui.area import Area, Badge, Column, SavedView, Tab
from tui.areas.colleagues import work_verbs
from tui.blocks import Block, Difference, Fact, Grid, Heading, Paragraph
from tui.keys import Asks, On, Verb, verb
from tui.shown import Cell, Shown
from tui.signs import STATE_TONES, Tone

PARTNER = "vema"


def _state(one: Transfer, shown: Shown) -> Cell:
    tone = STATE_TONES.get(one.state, Tone.PLAIN)
    return Cell(f"{shown.signs.of_state(one.state)} {shown.text(word(STATES, one.state))}", tone)


def _cause(one: Transfer, shown: Shown) -> str:
    return shown.text(word(CAUSES, one.cause_code)) if one.cause_code else ""


STEPS = {
    Step.SHORT: _("the short name, which goes first"),
    Step.FULL: _("the full name, after the short one"),
}
COLUMNS = (
    Column("state", _("State"), 16, _state),
    Column("subject", _("Customer"), 10, lambda one, shown: shown.text(one.subject)),
    Column("name", _("Name"), 18, lambda one, shown: shown.text(one.subject_name), grows=3),
    Column("cause", _("Cause"), 13, _cause, grows=1),
    Column("attempts", _("Tries"), 5, lambda one, shown: f"{one.attempts}×", right=True, least=64),
    Column("changed", _("Changed"), 12, lambda one, shown: shown.age(one.updated_at), right=True),
)


def _why(session: Session, office: Office, id_: int) -> Iterable[Block]:
    """What it is, why it is where it is, and what waits for what."""
    from core.outbox.listing import transfer_file

    file = transfer_file(session, office, id_)
    one = file.transfer
    yield Fact(_("State"), word(STATES, one.state), STATE_TONES.get(one.state, Tone.PLAIN))
    yield Fact(_("Cause"), one.cause_message() if one.cause else "")
    yield Fact(_("Waits"), file.waits)
    yield Fact(_("Due"), one.due_at if one.state == State.PENDING else None)
    yield Fact(_("Transfer"), one.id)
    yield Fact(_("Part"), STEPS.get(Step(one.step)))
    yield Fact(_("Partner"), f"{one.partner} · {one.account}")
    yield Fact(_("Goes out after"), one.after)
    yield Fact(_("Followed by"), [str(number) for number in file.follows])
    yield Fact(_("Replaced by"), one.replaced_by)
    yield Fact(_("Reference"), one.reference)
    yield Fact(_("Created"), one.created_at)
    yield Fact(_("Changed"), one.updated_at)
    from tui.areas.customers import finding_blocks

    yield from finding_blocks(session, one.subject_id)


def _attempts(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    """Each attempt with request and answer; the newest first."""
    query = select(Attempt).where(Attempt.transfer == id_).order_by(col(Attempt.number).desc())
    attempts = session.exec(query).all()
    if not attempts:
        yield Paragraph(_("Nothing has been sent yet."), Tone.DIM)
        return
    yield Grid(
        (_("Attempt"), _("Sent"), _("Seconds"), _("Outcome"), _("Status")),
        [
            (one.number, one.sent_at, _seconds(one), word(OUTCOMES, one.outcome), one.status)
            for one in attempts
        ],
    )
    for one in attempts:
        yield Heading(_("Attempt {number}", number=one.number))
        yield Fact(_("Why"), Message.load(one.cause) if one.cause else "")
        yield Fact(_("Reference"), one.reference)
        for label, text in ((_("Request"), one.request), (_("Answer"), one.answer)):
            if text:
                yield Paragraph(label, Tone.DIM)
                yield Paragraph(text)


def _seconds(one: Attempt) -> str:
    if one.sent_at is None or one.finished_at is None:
        return ""
    return f"{(one.finished_at - one.sent_at).total_seconds():.2f}"


def _payload(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    """The fields as they were queued, and the bytes as they go out."""
    one = session.get_one(Transfer, id_)
    for name, value in one.payload.items():
        yield Fact(field_label(name), value)
    yield Heading(_("Body as sent"))
    yield Paragraph(one.body.decode("utf-8", "replace"))


def _difference(session: Session, _office: Office, id_: int) -> Iterable[Block]:
    """What differs from what the partner accepted last of this customer."""
    one = session.get_one(Transfer, id_)
    query = select(PartnerCopy).where(
        PartnerCopy.partner == one.partner,
        PartnerCopy.kind == one.kind,
        PartnerCopy.subject_id == one.subject_id,
    )
    copy = session.exec(query).one_or_none()
    if copy is None or not copy.accepted:
        yield Paragraph(_("The partner has accepted nothing of this customer yet."), Tone.DIM)
        return
    import json

    accepted: dict[str, str] = json.loads(copy.accepted)
    yield Fact(_("Accepted"), copy.accepted_at)
    yield Fact(_("Reference"), copy.reference)
    payload = one.payload
    for name in dict.fromkeys((*payload, *accepted)):
        before, after = accepted.get(name, ""), payload.get(name, "")
        if before != after:
            yield Difference(field_label(name), before, after)
    if payload == accepted:
        yield Paragraph(_("It is exactly what the partner has."), Tone.DIM)


def _badge(session: Session, _office: Office) -> Badge:
    query = (
        select(sa.func.count())
        .select_from(Transfer)
        .where(col(Transfer.state).in_(STUCK), Transfer.partner == PARTNER)
    )
    return Badge(int(session.exec(query).one()), Tone.ERROR, "failed")


def _has_account(session: Session, _office: Office) -> bool:
    from core.accounts.account import Account

    query = select(Account.name).where(Account.partner == PARTNER)
    return session.exec(query.limit(1)).first() is not None


def _customers(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(Transfer.id, Transfer.subject_id).where(
        col(Transfer.id).in_(ids), Transfer.kind == "customer"
    )
    return {id_ or 0: subject for id_, subject in session.exec(query)}


def _title(one: Transfer, shown: Shown) -> str:
    return shown.text(f"{one.subject} · {one.subject_name}")


def _group(key: str, shown: Shown) -> str:
    state, cause = key.split("/", 1)
    said = shown.text(word(CAUSES, cause)) if cause else ""
    return f"{shown.signs.of_state(state)} {shown.text(word(STATES, state))}  {said}".rstrip()


VERBS: tuple[Verb, ...] = (
    verb("transfers", "retry", "r", _("Send again")),
    verb("customers", "fix", "f", _("Fix"), Asks.PREVIEW, on=On.CUSTOMERS),
    verb("transfers", "hold", "h", _("Hold"), Asks.FORM),
    verb("transfers", "release", "F", _("Release"), Asks.FORM),
    verb("transfers", "discard", "x", _("Discard"), Asks.FORM),
    verb("customers", "edit", "e", _("Edit"), Asks.EDITOR, on=On.CUSTOMERS),
    verb("customers", "ask", "w", _("Inquiry"), Asks.LETTER, on=On.CUSTOMERS),
    verb("transfers", "first-transfer", "b", _("Known there?"), Asks.FORM, on_key_line=False),
    verb("transfers", "decide", "d", _("Decide"), Asks.FORM, on_key_line=False),
    *work_verbs("transfers"),
)


def _worklist(_office: Office) -> Any:
    return TransferWorklist(customer_transfer_vocabulary())


AREA = Area(
    "vema",
    3,
    _("VEMA transfers"),
    _("VEMA"),
    _worklist,
    COLUMNS,
    (
        Tab("why", _("Why"), _why),
        Tab("attempts", _("Attempts"), _attempts),
        Tab("payload", _("Sent"), _payload),
        Tab("difference", _("Difference"), _difference),
    ),
    VERBS,
    opening="is:stuck",
    views=(
        SavedView(_("Stuck"), "is:stuck"),
        SavedView(_("Not ended"), "is:open"),
        SavedView(_("Waiting for credentials"), "state:pending cause:credentials"),
        SavedView(_("Refused"), "state:failed cause:data"),
        SavedView(_("Unclear"), "state:uncertain"),
        SavedView(_("Delivered"), "state:delivered"),
        SavedView(_("All"), ""),
    ),
    badge=_badge,
    is_shown=_has_account,
    customers_of=_customers,
    title_of=_title,
    group_said=_group,
)
