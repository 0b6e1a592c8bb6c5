"""The rules for partner accounts (ACC…): whether we can still log in, and will tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.locale import Message, _, n_
from core.rulebook.finding import Found, Severity, found
from core.rulebook.rule import Need, Rulebook

WARNED_BEFORE = timedelta(days=14)
VEMA_HELP = _("Public help page on handing customers over to VEMA").text
OWN = _("Own convention").text


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What rules may know of an account; never its secrets. `refused` is what the partner said, if it did;
    `distrusted` why its certificate is not accepted, where it is not.
    """

    name: str
    partner: str
    has_credentials: bool = False
    refused: Message | None = None
    application_password: bool | None = None
    expires_on: date | None = None
    distrusted: Message | None = None


@dataclass(frozen=True, slots=True)
class AccountGiven:
    """What account rules are given beside the account."""

    today: date


RULES: Rulebook[AccountFacts, AccountGiven] = Rulebook("accounts")


@RULES.rule("ACC001", "credentials-missing", Severity.ERROR, source=VEMA_HELP, fields=("credentials",))
def credentials_missing(account: AccountFacts, given: AccountGiven) -> Iterator[Found]:
    """An account has a user name and a password.

    Why: without them nothing can be handed over and nothing can be collected.
    Remedy: enter them with `leitstand accounts set`.
    """
    if not account.has_credentials:
        yield found("credentials", "", _("No credentials are set for the account {name}.", name=account.name))


@RULES.rule("ACC002", "credentials-refused", Severity.ERROR, source=VEMA_HELP, fields=("credentials",))
def credentials_refused(account: AccountFacts, given: AccountGiven) -> Iterator[Found]:
    """The partner accepts the user name and the password of an account.

    Why: the partner refused them, often because the password was changed there. Nothing more is sent with
    them, because further attempts could lock the account; what waits is kept and goes out afterwards.
    Remedy: enter the new password with `leitstand accounts set`, then `leitstand accounts test`.
    """
    if account.has_credentials and account.refused is not None:
        reason = account.refused
        yield found(
            "credentials",
            "",
            _("The partner refused the account {name}: {reason}", name=account.name, reason=reason),
        )


@RULES.rule(
    "ACC003", "credentials-expire", Severity.WARNING, source=OWN, needs={Need.TODAY}, fields=("expires_on",)
)
def credentials_expire(account: AccountFacts, given: AccountGiven) -> Iterator[Found]:
    """A password whose end is known is valid for another two weeks at least.

    Why: an expired password stops everything that goes out, often on the day when nobody expects it.
    Remedy: have a new password made at the partner and enter it with `leitstand accounts set`.
    """
    end = account.expires_on
    if not account.has_credentials or end is None or end > given.today + WARNED_BEFORE:
        return
    left = (end - given.today).days
    written = f"{end:%d.%m.%Y}"
    if left < 0:
        message = _("The password of the account {name} ran out on {date}.", name=account.name, date=written)
    else:
        message = n_(
            "The password of the account {name} runs out on {date}, in {count} day.",
            "The password of the account {name} runs out on {date}, in {count} days.",
            left,
            name=account.name,
            date=written,
        )
    yield found("expires_on", end.isoformat(), message)


@RULES.rule(
    "ACC004", "no-application-password", Severity.INFO, source=VEMA_HELP, fields=("application_password",)
)
def no_application_password(account: AccountFacts, given: AccountGiven) -> Iterator[Found]:
    """The password of an account is an application password, made for this program only.

    Why: whoever changes the log-in password at the partner stops the interface; a password of its own
    goes on working and saves entering the new one here.
    Remedy: have an application password made at the partner and enter it with `leitstand accounts set`.
    """
    if account.has_credentials and not account.application_password:
        yield found("application_password", "", _no_application_password(account))


@RULES.rule("ACC005", "certificate-not-accepted", Severity.ERROR, source=OWN, fields=("certificate",))
def certificate_not_accepted(account: AccountFacts, given: AccountGiven) -> Iterator[Found]:
    """The partner's certificate is accepted, so that nobody else reads what is sent there.

    Why: it has expired, belongs to another host, or was issued by somebody who is not trusted. Nothing is
    sent and nothing fails: what waits goes out when it is accepted again, which is tried once an hour.
    Remedy: look at this computer's time and at `ca_file`, else ask the partner. After that
    `leitstand accounts test` lets everything go on at once.
    """
    if account.distrusted is not None:
        yield found("certificate", "", account.distrusted)


def _no_application_password(account: AccountFacts) -> Message:
    if account.application_password is None:
        return _(
            "Nobody has said whether the account {name} uses an application password.", name=account.name
        )
    return _("The account {name} uses the log-in password, no application password.", name=account.name)
