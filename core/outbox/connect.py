"""Opening a partner account for use: its secrets out of the vault, its client made; and one test log-in."""

from __future__ import annotations

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


def open_connection(office: Office, name: str) -> tuple[Connection, Account]:
    """A client of the account, and the account as it was when its secrets were read.

    Raises WrongUsage where nothing is set, VaultError, or UnreadableInput for a faulty profile.
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
    return office.partner(account.partner).connect(credentials, office.clock), account


def test_login(office: Office, name: str) -> None:
    """Logs in once; success closes the breakers of credentials, certificate and endpoint.

    Rate-limited, so that it cannot lock the account; what never reached the partner does not count.
    Raises NotAllowed (limit), CredentialsRefused, NotTrusted (certificate), PartnerUnavailable.
    """
    office.require(Role.CLERK)
    connection, account = open_connection(office, name)
    try:
        with office.store.write() as session:
            test = begin_test(session, name, account.version, office.operator.name, office.now)
        try:
            connection.test_login()
        except PartnerError as error:
            _conclude(office, name, account.version, test.id, error)
            raise
        _conclude(office, name, account.version, test.id, None)
    finally:
        connection.close()


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
