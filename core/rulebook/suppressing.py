"""Suppressing findings: somebody decides to live with them, for a reason and perhaps until a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.errors import WrongUsage
from core.locale import _
from core.office import Office
from core.operation import Act, Owner, Reversible, need_reason
from core.rulebook.record import FindingRow, Suppression


def suppress(act: Act, findings: Iterable[FindingRow], subject: str, reason: str, until: date | None) -> None:
    """Suppresses findings as they are. Raises Inapplicable (no reason) or WrongUsage (a day that is over)."""
    said = need_reason(reason)
    if until is not None and until < act.office.today:
        raise WrongUsage(_("{day} is over already.", day=f"{until:%d.%m.%Y}"))
    for row in findings:
        suppression = Suppression(
            area=row.area,
            record=row.record,
            subject=subject,
            rule=row.rule,
            field=row.field,
            value=row.value,
            reason=said,
            by=act.operator.name,
            at=act.now,
            until=until,
        )
        act.create(suppression, subject)


def _end(act: Act, suppression: Suppression, subject: str) -> None:
    act.change(suppression, subject, ended_at=act.now)


def _record_of(office: Office, suppression: Suppression) -> Owner:
    kinds = (kind for kind in office.subjects if office.subject(kind).area == suppression.area)
    return Owner(next(kinds, suppression.area), suppression.record)


SUPPRESSIONS = Reversible(Suppression, _end, owner=_record_of)
