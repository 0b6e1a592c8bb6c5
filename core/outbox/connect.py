"""Opening a partner account for use: its secrets out of the vault, its client made; and one test log-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlmodel import Session

from core.accounts.account import (
    Account,
    credentials_accepted,
    credentials_refused,
    find_account,
    lock_account,
    secret_name,
)
from core.accounts.breaker import HALF_OPENING, close_breaker
from core.accounts.login_test import LoginTest, begin_test, count_refusal, forget_test
from core.errors import CredentialsRefused, PartnerError, WrongUsage
from core.locale import _
from core.office import Office
from core.operators import Role
from core.outbox.outcome import Connection, Credentials


def credentials_of(office: Office, name: str) -> tuple[Credentials, Account]:
    """The secrets of an account, and the account as it was when they were read.

    Raises WrongUsage where nothing is set, or VaultError.
    """
    with office.store.read() as session:
        account = find_account(session, name)
        password = office.vault.take(session, secret_name(name))
    if password is None or not account.has_credentials:
        raise WrongUsage(_("No credentials are set for the account {name}.", name=name))
    credentials = Credentials(
        account=name,
        user=account.user,
        password=password,
        version=account.version,
        extra={"member_number": account.member_number},
    )
    return credentials, account


def open_connection(office: Office, name: str) -> tuple[Connection, Account]:
    """A client of the account, and the account as it was when its secrets were read.

    Raises WrongUsage where nothing is set, VaultError, or UnreadableInput for a faulty profile.
    """
    credentials, account = credentials_of(office, name)
    return office.partner(account.partner).connect(credentials, office.clock), account


class _LogsIn(Protocol):
    def test_login(self) -> None: ...

    def close(self) -> None: ...


def test_login(office: Office, name: str) -> None:
    """Logs in once wherever the account serves: where we send and where our post lies.

    Success closes the breakers of credentials, certificate and endpoint. Rate-limited, so that it cannot lock
    the account; what never reached the partner does not count.
    Raises NotAllowed (limit), CredentialsRefused, NotTrusted (certificate), PartnerUnavailable.
    """
    office.require(Role.CLERK)
    credentials, account = credentials_of(office, name)
    connections = _where_it_serves(office, credentials, account)
    if not connections:
        raise WrongUsage(_("The settings name nothing that the account {name} serves for.", name=name))
    try:
        with office.store.write() as session:
            test = begin_test(session, name, account.version, office.operator.name, office.now)
        errors = _log_in_everywhere(connections)
        # Who was let in somewhere has the right password, whatever is wrong elsewhere.
        refused = next((error for error in errors if isinstance(error, CredentialsRefused)), None)
        failed = len(errors) == len(connections)
        error = refused or (errors[0] if failed and errors else None)
        _conclude(office, name, account.version, test.id, error)
        if errors:
            raise refused or errors[0]
    finally:
        for connection in connections:
            connection.close()


def _where_it_serves(office: Office, credentials: Credentials, account: Account) -> list[_LogsIn]:
    makers: list[_LogsIn] = []
    if account.partner in office.partners:
        makers.append(office.partner(account.partner).connect(credentials, office.clock))
    if account.partner in office.postboxes:
        makers.append(office.postbox(account.partner).connect(credentials, office.clock))
    return makers


def _log_in_everywhere(connections: Sequence[_LogsIn]) -> list[PartnerError]:
    """What was wrong; after a refusal nothing more is tried, because refusals are counted."""
    errors: list[PartnerError] = []
    for connection in connections:
        try:
            connection.test_login()
        except CredentialsRefused as error:
            return [*errors, error]
        except PartnerError as error:
            errors.append(error)
    return errors


def _conclude(office: Office, name: str, version: int, test: int | None, error: PartnerError | None) -> None:
    with office.store.write() as session:
        account = lock_account(session, name)
        _note_test(session, test, error)
        if error is None:
            # Whatever credentials they were: the partner was reached and is who it says.
            for kind in HALF_OPENING:
                close_breaker(session, name, kind)
        if account is None or account.version != version:
            return
        if error is None:
            credentials_accepted(session, account)
        elif isinstance(error, CredentialsRefused):
            credentials_refused(session, account, error.message, office.now)


def _note_test(session: Session, test: int | None, error: PartnerError | None) -> None:
    if error is not None and not error.reached:
        forget_test(session, test)
    elif error is None or isinstance(error, CredentialsRefused):
        session.get_one(LoginTest, test).accepted = error is None


def note_refusal(office: Office, name: str, version: int, error: CredentialsRefused) -> None:
    """Opens the credential breaker after a refusal outside an attempt (a look-up, a collection)."""
    with office.store.write() as session:
        account = lock_account(session, name)
        if account is None or account.version != version or account.is_refused:
            return
        credentials_refused(session, account, error.message, office.now)
        if error.reached:
            count_refusal(session, name, version, office.operator.name, office.now)
