"""An account at a partner: who we are there, whether we may send, and how its secrets are changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from core.accounts.breaker import Breaker, BreakerKind, close_breaker
from core.errors import NotFound, WrongUsage
from core.locale import Message, _
from core.office import Office
from core.operators import Role
from core.store.columns import moment

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Mode(StrEnum):
    """Probebetrieb: checks, queues and shows what would go out, sends nothing. Echt: sends."""

    TRIAL = "trial"
    LIVE = "live"


class Account(SQLModel, table=True):
    """One account. `version` counts its credentials; `refused_version` is the one the partner refused."""

    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    partner: str
    user: str = ""
    member_number: str = ""
    mode: str = Mode.TRIAL
    version: int = 0
    refused_version: int | None = None
    refused_at: datetime | None = moment(nullable=True)
    application_password: bool | None = None
    expires_on: date | None = None
    created_at: datetime = moment()

    @property
    def has_credentials(self) -> bool:
        """Whether a name and a password were ever set."""
        return self.version > 0

    @property
    def is_refused(self) -> bool:
        """Whether the partner refused the credentials that are set now."""
        return self.refused_version is not None and self.refused_version == self.version


@dataclass(frozen=True, slots=True)
class NewCredentials:
    """What an operator enters for an account."""

    user: str
    password: str
    member_number: str = ""
    application_password: bool | None = None
    expires_on: date | None = None


def secret_name(account: str) -> str:
    """Under which name the vault holds an account's password."""
    return f"account:{account}:password"


def find_account(session: Session, name: str) -> Account:
    """An account by name. Raises NotFound."""
    account = session.get(Account, name)
    if account is None:
        raise NotFound(_("There is no account {name}. `leitstand accounts set {name}` makes one.", name=name))
    return account


def lock_account(session: Session, name: str) -> Account | None:
    """An account, which nobody else may lock before this transaction ends; None where there is none."""
    return session.get(Account, name, with_for_update=True)


def accounts(session: Session) -> list[Account]:
    """All accounts by name."""
    return list(session.exec(select(Account).order_by(col(Account.name))))


def set_credentials(office: Office, name: str, partner: str, new: NewCredentials) -> Account:
    """Stores new credentials; the credential breaker stays as it is until a test log-in has succeeded.

    The journal keeps that they changed, never what they are. Raises WrongUsage where something is missing, or
    holds a character that nobody can have meant.
    """
    office.require(Role.CLERK)
    if not new.user.strip() or not new.password:
        raise WrongUsage(_("An account needs a user name and a password."))
    _refuse_hidden(new)
    with office.store.write() as session:
        account = lock_account(session, name)
        if account is None:
            account = Account(name=name, partner=partner, created_at=office.now)
        before = _shown(account)
        account.user, account.member_number = new.user.strip(), new.member_number.strip()
        account.application_password, account.expires_on = new.application_password, new.expires_on
        account.version += 1
        session.add(account)
        office.vault.put(session, secret_name(name), new.password, office.now)
        session.flush()
        office.note(
            session,
            "accounts",
            "set",
            name,
            before=before,
            after=_shown(account),
        )
    return account


def _refuse_hidden(new: NewCredentials) -> None:
    entered = (
        (_("user name"), new.user.strip()),
        (_("password"), new.password),
        (_("member number"), new.member_number.strip()),
    )
    for field, text in entered:
        if any(unicodedata.category(sign) in _HIDDEN for sign in text):
            raise WrongUsage(
                _(
                    "The {field} contains a character that cannot be seen, such as a tab or a line break; "
                    "nothing was stored.",
                    field=field,
                )
            )


def set_mode(office: Office, name: str, mode: Mode, reason: str = "") -> Account:
    """Switches an account between trial and live; an admin's decision."""
    office.require(Role.ADMIN)
    with office.store.write() as session:
        account = find_account(session, name)
        before, account.mode = account.mode, mode
        session.add(account)
        office.note(
            session,
            "accounts",
            "mode",
            name,
            before={"mode": before},
            after={"mode": mode.value},
            reason=reason,
        )
    return account


def credentials_accepted(session: Session, account: Account) -> None:
    """After a log-in that succeeded: the credential breaker closes and the queue goes on."""
    account.refused_version = None
    account.refused_at = None
    session.add(account)
    close_breaker(session, account.name, BreakerKind.CREDENTIALS)


def credentials_refused(session: Session, account: Account, reason: Message, now: datetime) -> None:
    """The partner refused this version: the breaker opens, no timer will close it."""
    account.refused_version, account.refused_at = account.version, now
    session.add(account)
    breaker = session.get(Breaker, (account.name, BreakerKind.CREDENTIALS)) or Breaker(
        account=account.name, kind=BreakerKind.CREDENTIALS
    )
    if not breaker.is_open:
        breaker.opens += 1
        breaker.opened_at = now
    breaker.is_open, breaker.until, breaker.reason = True, None, reason.dump()
    session.add(breaker)


def _shown(account: Account) -> Mapping[str, object]:
    return {
        "user": account.user,
        "member_number": account.member_number,
        "version": account.version,
        "application_password": account.application_password,
        "expires_on": account.expires_on,
    }
