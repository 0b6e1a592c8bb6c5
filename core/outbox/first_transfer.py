"""Whether a partner has companies already (Erstübertragung): answered by an operator, once for an import.

Where the partner cannot be asked, an answer that leaves no company of an import waiting holds for all of that
import: those that findings hold, and those that are sent later, do not ask again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from core.errors import Inapplicable
from core.locale import Message, _, n_
from core.operation import Act, Change
from core.outbox.copies import copy_of
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer
from core.store.paging import in_chunks
from core.store.statements import execute, insert_into, name_of, table_of

UNASKED = "unasked"
_NOTHING = {"revision": 1, "reference": "", "accepted": "", "accepted_sha256": "", "short_name_only": False}


@dataclass(frozen=True, slots=True)
class FirstTransfer:
    """Whether the partner has these companies already, under a number that we do not know."""

    known: bool = field(
        default=False,
        metadata={
            "help": _("The partner has them already: send the full name."),
            "required": True,
            "yes": _("Known there"),
            "no": _("Not known there"),
        },
    )
    only_these: bool = field(
        default=False,
        metadata={"help": _("Holds for these only; others of the same import ask again.")},
    )

    @property
    def word(self) -> str:
        """The answer as it is kept."""
        return "known" if self.known else "absent"


def answer(act: Act, one: Transfer, given: FirstTransfer) -> None:
    """Notes the answer, or another one as long as nothing has arrived. Raises Inapplicable."""
    copy = copy_of(act, one)
    if copy is None:
        if not _waits(one):
            raise Inapplicable(_("It does not wait for this answer."))
        made = PartnerCopy(partner=one.partner, kind=one.kind, subject_id=one.subject_id)
        made.known, made.asked_at = given.word, act.now
        act.create(made, one.subject, ("known",))
        return
    if _is_answered_now(act, copy):
        return
    if not _waits(one):
        _check_changeable(act, one, copy, given)
    if act.change(copy, one.subject, known=given.word, asked_at=act.now):
        copy.revision += 1


def _waits(one: Transfer) -> bool:
    return one.state == State.HELD and one.cause_code == CauseCode.FIRST_UNKNOWN


def _is_answered_now(act: Act, copy: PartnerCopy) -> bool:
    """A company goes out in two steps: whoever chooses both transfers answers once."""
    table = name_of(PartnerCopy)
    return any((change.table, change.record) == (table, copy.id) for change in act.changes)


def _check_changeable(act: Act, one: Transfer, copy: PartnerCopy, given: FirstTransfer) -> None:
    if copy.accepted or copy.reference:
        raise Inapplicable(_("The partner has it by now; what was answered before no longer matters."))
    if copy.known == UNASKED:
        raise Inapplicable(_("It does not wait for this answer."))
    if copy.known == given.word:
        raise Inapplicable(_("This was answered so already."))
    on_its_way = select(Transfer.id).where(
        Transfer.partner == one.partner,
        Transfer.kind == one.kind,
        Transfer.subject_id == one.subject_id,
        col(Transfer.state).in_([State.SENDING, State.UNCERTAIN]),
    )
    if act.session.exec(on_its_way.limit(1)).first() is not None:
        raise Inapplicable(_("Something of it is on its way; what becomes of that must be known first."))


def answer_for_all_of_the_import(act: Act, answered: Sequence[Transfer], given: FirstTransfer) -> None:
    """The companies that came with these have the same answer, unless one of them still waits for its own."""
    routes = {(one.partner, one.kind) for one in answered}
    for partner, kind in sorted(routes):
        if given.only_these or act.office.partner(partner).can_look_up_subjects:
            continue
        ids = {one.subject_id for one in answered if (one.partner, one.kind) == (partner, kind)}
        others = act.office.subject(kind).companions(act.session, sorted(ids))
        if _some_wait(act, partner, kind, sorted(others)):
            act.tally["waiting"] += 1
            continue
        for chunk in in_chunks(sorted(set(others) - ids)):
            act.tally["also"] += _answer_for(act, partner, kind, chunk, others, given)


def _some_wait(act: Act, partner: str, kind: str, ids: Sequence[int]) -> bool:
    waiting = select(Transfer.id).where(
        Transfer.partner == partner,
        Transfer.kind == kind,
        Transfer.state == State.HELD,
        Transfer.cause_code == CauseCode.FIRST_UNKNOWN,
    )
    return any(
        act.session.exec(waiting.where(col(Transfer.subject_id).in_(chunk)).limit(1)).first() is not None
        for chunk in in_chunks(ids)
    )


def _answer_for(
    act: Act, partner: str, kind: str, ids: Sequence[int], names: Mapping[int, str], given: FirstTransfer
) -> int:
    """Answers how many of these had no answer before."""
    query = select(PartnerCopy).where(
        PartnerCopy.partner == partner, PartnerCopy.kind == kind, col(PartnerCopy.subject_id).in_(ids)
    )
    copies = act.session.exec(query.order_by(col(PartnerCopy.id)).with_for_update()).all()
    unasked = [one for one in copies if one.known == UNASKED and not (one.accepted or one.reference)]
    for one in unasked:
        act.change(one, names[one.subject_id], known=given.word, asked_at=act.now)
        one.revision += 1
    there = {one.subject_id for one in copies}
    rows: list[dict[str, Any]] = [
        {"partner": partner, "kind": kind, "subject_id": id_, "revision": 1, "asked_at": act.now}
        | {
            "known": given.word,
            "reference": "",
            "accepted": "",
            "accepted_sha256": "",
            "short_name_only": False,
        }
        for id_ in ids
        if id_ not in there
    ]
    return len(unasked) + _insert(act, rows, names)


def _insert(act: Act, rows: list[dict[str, Any]], names: Mapping[int, str]) -> int:
    """Copies that nobody made meanwhile: a delivery does not wait for us."""
    if not rows:
        return 0
    table = table_of(PartnerCopy)
    statement = insert_into(act.session.get_bind().dialect.name, PartnerCopy).on_conflict_do_nothing()
    made = execute(act.session, statement.returning(table.c.id, table.c.subject_id, table.c.known), rows)
    changes = [
        Change(table.name, row.id, names[row.subject_id], None, {"known": row.known}) for row in made.all()
    ]
    act.changes += changes
    return len(changes)


def said_of_the_import(tally: Mapping[str, int]) -> Message:
    """For how many others of the import the answer holds."""
    if tally["waiting"]:
        return _("Other companies of the same import still wait for an answer of their own.")
    return n_(
        "The answer also holds for {count} other company of the same import; it will not ask.",
        "The answer also holds for {count} other companies of the same import; they will not ask.",
        tally["also"],
    )
