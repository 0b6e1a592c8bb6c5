"""What a partner has of a record (`PartnerCopy`): found, and brought up to date where something arrived."""

from __future__ import annotations

from sqlmodel import select

from core.operation import Act
from core.outbox.transfer import PartnerCopy, State, Transfer, fields_as_text


def copy_of(act: Act, one: Transfer) -> PartnerCopy | None:
    """What the partner has of the transfer's subject; locked."""
    query = select(PartnerCopy).where(
        PartnerCopy.partner == one.partner,
        PartnerCopy.kind == one.kind,
        PartnerCopy.subject_id == one.subject_id,
    )
    return act.session.exec(query.with_for_update()).one_or_none()


def settle_as_delivered(act: Act, one: Transfer, reference: str) -> None:
    """The partner has it: the transfer ends, and what the partner has is remembered."""
    act.change(
        one,
        one.subject,
        state=State.DELIVERED,
        reference=reference,
        outcome="delivered",
        cause_code="",
        cause="",
        done_at=act.now,
        updated_at=act.now,
    )
    copy = copy_of(act, one) or PartnerCopy(
        partner=one.partner, kind=one.kind, subject_id=one.subject_id, revision=0
    )
    copy.revision += 1
    copy.known, copy.reference = "known", reference or copy.reference
    copy.accepted, copy.accepted_sha256 = fields_as_text(one.payload), one.body_sha256
    copy.accepted_at, copy.accepted_transfer = act.now, one.id
    copy.short_name_only = one.step == "short"
    act.session.add(copy)
