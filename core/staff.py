"""The staff (Sachbearbeiter): adding operators and changing what they may do; an admin's business."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.errors import Inapplicable, NotFound, WrongUsage
from core.locale import _
from core.office import Office
from core.operators import OperatorRow, OperatorScope, Role, Scope


def operators(session: Session) -> list[OperatorRow]:
    """Everybody whom an admin has added, by name."""
    return list(session.exec(select(OperatorRow).order_by(col(OperatorRow.name))))


def add_operator(office: Office, name: str, role: Role, full_name: str = "") -> OperatorRow:
    """Adds an operator. Raises WrongUsage, Inapplicable where there is one of this name."""
    office.require(Role.ADMIN)
    if not name or name != name.strip() or not name.isprintable() or " " in name:
        raise WrongUsage(_("An operator's name is one word, as it is used to log in."))
    with office.store.write() as session:
        if session.get(OperatorRow, name) is not None:
            raise Inapplicable(
                _("{name} is here already; `leitstand operators role` changes the role.", name=name)
            )
        made = OperatorRow(name=name, role=role, full_name=full_name, added_at=office.now)
        session.add(made)
        _note(session, office, "add", name, None, role, "")
    return made


def set_role(office: Office, name: str, role: Role, reason: str = "") -> OperatorRow:
    """Gives an operator another role; an office keeps at least one admin. Raises NotFound, Inapplicable."""
    office.require(Role.ADMIN)
    with office.store.write() as session:
        # All admins are locked, so that two of them cannot dismiss each other at the same moment.
        admins = select(OperatorRow).where(OperatorRow.role == Role.ADMIN).order_by(col(OperatorRow.name))
        names = {one.name for one in session.exec(admins.with_for_update())}
        one = session.get(OperatorRow, name, with_for_update=True)
        if one is None:
            raise NotFound(_("There is no operator {name}; `leitstand operators add` adds one.", name=name))
        if names == {name} and role is not Role.ADMIN:
            raise Inapplicable(_("{name} is the only admin; make somebody else admin first.", name=name))
        before, one.role = one.role, role.value
        session.add(one)
        _note(session, office, "role", name, before, role, reason)
    return one


def give_scope(office: Office, name: str, scope: Scope, *, take: bool = False) -> None:
    """Gives an operator a scope, or takes it. Raises NotFound, NotAllowed, Inapplicable."""
    office.require(Role.ADMIN)
    with office.store.write() as session:
        if session.get(OperatorRow, name, with_for_update=True) is None:
            raise NotFound(_("There is no operator {name}; `leitstand operators add` adds one.", name=name))
        row = session.get(OperatorScope, (name, scope.value))
        if (row is None) == take:
            raise Inapplicable(_("That is how it is already."))
        if row is None:
            given = OperatorScope(
                operator=name, scope=scope, given_by=office.operator.name, given_at=office.now
            )
            session.add(given)
        else:
            session.delete(row)
        scopes = ("", scope.value)
        before, after = reversed(scopes) if take else scopes
        office.note(session, "operators", "scope", name, before={"scope": before}, after={"scope": after})


def scopes_of(session: Session) -> dict[str, list[str]]:
    """The scopes that were given, by operator."""
    found: dict[str, list[str]] = {}
    for row in session.exec(select(OperatorScope).order_by(col(OperatorScope.scope))):
        found.setdefault(row.operator, []).append(row.scope)
    return found


def _note(
    session: Session, office: Office, action: str, name: str, before: str | None, role: Role, reason: str
) -> None:
    office.note(
        session,
        "operators",
        action,
        name,
        before={"role": before} if before else {},
        after={"role": role.value},
        reason=reason,
    )
