"""Opening a partner account for use: its secrets out of the vault, its client made; and one test log-in."""

from __future__ import annotations

from core.accounts.account import (
    Account,
    credentials_accepted,
    credentials_refused,
    find_account,
    lock_account,
    secret_name,
)
from core.accounts.login_test import LoginTest, begin_test
from core.errors import CredentialsRefused, LeitstandError, WrongUsage
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
    """Logs in once; success closes the credential breaker. Rate-limited, so that it cannot lock the account.

    Raises NotAllowed (limit), CredentialsRefused, PartnerUnavailable.
    """
    office.require(Role.CLERK)
    connection, account = open_connection(office, name)
    try:
        with office.store.write() as session:
            test = begin_test(session, name, account.version, office.operator.name, office.now)
        try:
            connection.test_login()
        except CredentialsRefused as error:
            _conclude(office, name, account.version, test.id, error)
            raise
        _conclude(office, name, account.version, test.id, None)
    finally:
        connection.close()


def _conclude(
    office: Office, name: str, version: int, test: int | None, error: CredentialsRefused | None
) -> None:
    with office.store.write() as session:
        session.get_one(LoginTest, test).accepted = error is None
        account = lock_account(session, name)
        if account is None or account.version != version:
            return
        if error is None:
            credentials_accepted(session, account)
        else:
            credentials_refused(session, account, error.message, office.now)


def note_refusal(office: Office, name: str, version: int, error: LeitstandError) -> None:
    """Opens the credential breaker after a refusal outside an attempt (a look-up, a collection)."""
    with office.store.write() as session:
        account = lock_account(session, name)
        if account is not None and account.version == version and not account.is_refused:
            credentials_refused(session, account, error.message, office.now)
