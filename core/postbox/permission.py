"""Who may see what of the post: commission statements are for those with the scope alone."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col

from core.errors import NotAllowed
from core.locale import _
from core.operators import Operator, Scope, may_see
from core.postbox.categories import COMMISSION, is_commission
from core.postbox.record import Document


def sees_commission(session: Session, operator: Operator) -> bool:
    """Whether this operator may see commission statements."""
    return may_see(session, operator, Scope.COMMISSION)


def without_commission() -> sa.ColumnElement[bool]:
    """All documents but commission statements."""
    return sa.not_(col(Document.category).like(f"{COMMISSION}%"))


def visible_to(session: Session, operator: Operator) -> sa.ColumnElement[bool]:
    """The documents that this operator may see."""
    return sa.true() if sees_commission(session, operator) else without_commission()


def require_visible(session: Session, operator: Operator, document: Document) -> None:
    """Raises NotAllowed for a commission statement, unless the operator may see it."""
    if is_commission(document.category) and not sees_commission(session, operator):
        raise NotAllowed(_("Commission statements are not for {operator}.", operator=operator.name))
