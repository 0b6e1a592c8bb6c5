"""Operators (Sachbearbeiter): who works here and what they may do.

Several operators may share one service account; who they are comes from the edge (`--operator` in their
authorized_keys line, else the login name).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel

from core.errors import WrongUsage
from core.locale import _
from core.store.columns import moment
from core.text import printable


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"
    CLERK = "clerk"
    ADMIN = "admin"

    def permits(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts now."""

    name: str
    role: Role


MACHINE = Operator("leitstand", Role.ADMIN)
"""What the machine does by itself is done under this name."""


class OperatorRow(SQLModel, table=True):
    """One operator whom an admin has added."""

    __tablename__ = "operator"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    role: str = Field(default=Role.CLERK, nullable=False)
    full_name: str = Field(default="", nullable=False)
    added_at: datetime = moment()


class Scope(StrEnum):
    """What somebody may see beside what the role permits; an admin gives it, and sees all."""

    COMMISSION = "commission"


class OperatorScope(SQLModel, table=True):
    """A scope that an operator was given."""

    __tablename__ = "operator_scope"  # pyright: ignore[reportAssignmentType]

    operator: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    given_by: str = ""
    given_at: datetime = moment()


def may_see(session: Session, operator: Operator, scope: Scope) -> bool:
    """Whether an operator was given a scope; admins, and the machine, need none."""
    return operator.role is Role.ADMIN or session.get(OperatorScope, (operator.name, scope.value)) is not None


def read_role(text: str) -> Role:
    """A role by its name. Raises WrongUsage."""
    try:
        return Role(text.strip().lower())
    except ValueError as error:
        known = ", ".join(Role)
        raise WrongUsage(_("“{role}” is no role; known are {known}.", role=text, known=known)) from error


def identify(session: Session, name: str, unknown: Role) -> Operator:
    """The operator of this name; somebody whom nobody has added gets the role `unknown`.

    Raises WrongUsage for a name that cannot be one.
    """
    if not name.isprintable():
        raise WrongUsage(_("“{name}” is no name of an operator.", name=printable(name)))
    row = session.get(OperatorRow, name)
    return Operator(name, Role(row.role) if row else unknown)
