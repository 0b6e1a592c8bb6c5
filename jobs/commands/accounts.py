"""`leitstand accounts`: partner accounts: list, set, test, mode, pause, resume."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from core.errors import LeitstandError, WrongUsage
from core.locale import Message, _
from jobs.commands.findings import FINDINGS
from jobs.commands.findings import as_json as finding_as_json
from jobs.commands.frame import Frame, is_terminal
from jobs.commands.grammar import Day, Group, OneOf, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import MODES, word

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.accounts.account import Account
    from core.accounts.breaker import Breaker, Pause
    from core.office import Office
    from core.outbox.gate import Gate
    from core.rulebook.finding import Finding

accounts_group = Group("accounts", _("Accounts at partners: credentials, mode, pauses."))
WHY_AN_APPLICATION_PASSWORD = _(
    "Tip: have an application password made at the partner for this program alone. Then nothing has to be "
    "entered here when somebody changes the log-in password there."
)


@dataclass(frozen=True)
class AccountState:
    """An account, whether anything may go out with it, and what is found of it."""

    name: str
    partner: str
    account: Account | None
    gate: Gate
    breakers: Sequence[Breaker]
    findings: Sequence[Finding]
    now: datetime

    def as_json(self) -> Mapping[str, object]:
        """For machines; never a secret."""
        account = self.account
        return {
            "name": self.name,
            "partner": self.partner,
            "user": account.user if account else "",
            "member_number": account.member_number if account else "",
            "mode": account.mode if account else "trial",
            "credentials": self.credentials,
            "application_password": account.application_password if account else None,
            "expires_on": account.expires_on if account else None,
            "open": self.gate.room > 0,
            "gate": self.gate.code,
            "reason": self.gate.reason,
            "until": self.gate.until,
            "breakers": [breaker_as_json(one, self.now) for one in self.breakers],
            "findings": [finding_as_json(one) for one in self.findings],
        }

    @property
    def credentials(self) -> str:
        """set, missing or refused."""
        if self.account is None or not self.account.has_credentials:
            return "missing"
        return "refused" if self.account.is_refused else "set"


def breaker_as_json(one: Breaker, now: datetime) -> Mapping[str, object]:
    """For machines; open is one whose time is not over."""
    return {
        "kind": one.kind,
        "open": one.holds(now),
        "opened_at": one.opened_at,
        "until": one.until,
        "failures": one.failures,
        "reason": one.message() if one.reason else None,
    }


def pause_as_json(one: Pause) -> Mapping[str, object]:
    """For machines."""
    return {"scope": one.scope, "reason": one.reason, "by": one.by, "at": one.at, "until": one.until}


CREDENTIALS = {"set": _("set"), "missing": _("missing"), "refused": _("refused")}
ACCOUNTS: Listing[AccountState] = Listing(
    (
        Column(_("Account"), lambda one: one.name),
        Column(_("User"), lambda one: one.account.user if one.account else ""),
        Column(_("Member number"), lambda one: one.account.member_number if one.account else ""),
        Column(_("Mode"), lambda one: word(MODES, one.account.mode if one.account else "trial")),
        Column(_("Credentials"), lambda one: CREDENTIALS[one.credentials]),
        Column(_("Waits because"), lambda one: one.gate.reason, sentence=True),
        Column(_("Until"), lambda one: one.gate.until),
        Column(_("Findings"), lambda one: tuple(finding.rule for finding in one.findings)),
    ),
    AccountState.as_json,
)


def account_states(session: Session, office: Office) -> list[AccountState]:
    """Every account, and every partner that has none yet."""
    from core.accounts.account import accounts
    from core.accounts.breaker import breakers_of
    from core.accounts.findings import account_findings
    from core.accounts.standing import standing_of
    from core.outbox.gate import gate_of

    found = account_findings(session, office)
    present = accounts(session)
    served = {account.partner for account in present}
    named: list[tuple[str, str, Account | None]] = [
        (name, name, None) for name in office.partners if name not in served
    ]
    named += [(account.name, account.partner, account) for account in present]
    return [
        AccountState(
            name,
            partner,
            account,
            gate_of(session, standing_of(session, name, office.now), 1, office.now),
            tuple(breakers_of(session, name).values()),
            tuple(finding for finding in found if finding.subject == name),
            office.now,
        )
        for name, partner, account in named
    ]


@accounts_group.sub("list", _("Lists accounts, what keeps them from sending, and what is wrong with them."))
def list_accounts(frame: Frame) -> None:
    """Lists accounts with their findings."""
    with frame.office() as office, office.store.read() as session:
        states = account_states(session, office)
    frame.list(ACCOUNTS, states)
    findings = [finding for state in states for finding in state.findings]
    if frame.format == "table" and findings:
        frame.heading(_("Findings"))
        frame.table_of(FINDINGS, findings)


@accounts_group.sub(
    "set", _("Sets user, password and member number; the password is asked for, never shown.")
)
@argument("account", metavar="ACCOUNT")
@option("--user", help=_("The user name at the partner."))
@option("--member-number", help=_("The member's number (Mitgliedsnummer)."))
@option("--password-stdin", is_flag=True, help=_("Reads the password from standard input, its first line."))
@option(
    "--application-password/--no-application-password",
    default=None,
    help=_("Whether it is an application password, made for this program alone."),
)
@option("--expires-on", type=Day(), help=_("The last day on which the password is valid."))
def set_account(
    frame: Frame,
    account: str,
    user: str | None,
    member_number: str | None,
    password_stdin: bool,
    application_password: bool | None,
    expires_on: date | None,
) -> None:
    """Stores new credentials; afterwards offers to try them."""
    from core.accounts.account import Account, NewCredentials, set_credentials
    from core.errors import NotFound
    from core.operators import Role

    with frame.office() as office:
        office.require(Role.CLERK)
        with office.store.read() as session:
            before = session.get(Account, account)
        known = tuple(dict.fromkeys([*office.partners, *office.postboxes]))
        if before is None and account not in known:
            raise NotFound(_("There is no partner {name}; known are {known}.", name=account, known=known))
        asks = is_terminal() and not password_stdin
        who = user or _ask(frame, _("User name"), before.user if before else "", asks)
        member = member_number
        if member is None:
            member = _ask(
                frame, _("Member number"), before.member_number if before else "", asks, needed=False
            )
        password = _password(frame, asks, from_stdin=password_stdin)
        is_told = application_password is None and asks
        if is_told:
            frame.tell(WHY_AN_APPLICATION_PASSWORD)
            application_password = frame.confirm(_("Is this an application password?"), yes=False)
        new = NewCredentials(who, password, member, application_password, expires_on)
        stored = set_credentials(office, account, before.partner if before else account, new)
        frame.tell(_("The credentials of {account} are stored.", account=account))
        if application_password is not True and not is_told:
            frame.tell(WHY_AN_APPLICATION_PASSWORD)
        if asks and frame.confirm(_("Try to log in with them now, once?"), yes=False):
            _test(frame, office, account)
        elif stored.refused_version is not None:
            frame.tell(_("Nothing is sent before `leitstand accounts test {account}`.", account=account))
        if frame.format == "json":
            frame.json({"account": account, "version": stored.version})


def _ask(frame: Frame, question: Message, before: str, asks: bool, *, needed: bool = True) -> str:
    if not asks:
        if needed and not before:
            raise WrongUsage(_("--user is missing."))
        return before
    return click.prompt(frame.text(question), default=before, show_default=bool(before), err=True)


def _password(frame: Frame, asks: bool, *, from_stdin: bool) -> str:
    if asks:
        return click.prompt(frame.text(_("Password")), hide_input=True, err=True)
    if not from_stdin:
        raise WrongUsage(
            _("The password cannot be asked for here: give it on standard input, --password-stdin.")
        )
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongUsage(_("No password came on standard input."))
    return password


@accounts_group.sub(
    "test", _("Logs in once. At most twice in half an hour, so that nothing locks the account.")
)
@argument("account", metavar="ACCOUNT")
def test_account(frame: Frame, account: str) -> None:
    """Logs in once; where it succeeds, what waited for the credentials goes on."""
    with frame.office() as office:
        _test(frame, office, account)
    if frame.format == "json":
        frame.json({"account": account, "accepted": True})


def _test(frame: Frame, office: Office, account: str) -> None:
    from core.outbox.connect import test_login

    test_login(office, account)
    frame.tell(_("The partner accepts {account}.", account=account))


@accounts_group.sub("mode", _("Switches between trial (nothing is sent) and live; an admin decides."))
@argument("account", metavar="ACCOUNT")
@argument("mode", type=OneOf(("trial", "live")), metavar="trial|live")
@option("--reason", default="", help=_("Why; kept in the journal."))
def set_mode(frame: Frame, account: str, mode: str, reason: str) -> None:
    """Switches the mode of an account."""
    from core.accounts import account as accounts

    with frame.office() as office:
        accounts.set_mode(office, account, accounts.Mode(mode), reason)
    if frame.format == "json":
        frame.json({"account": account, "mode": mode})
    elif mode == "live":
        frame.tell(_("{account} is live: what waits goes out.", account=account))
    else:
        frame.tell(_("{account} is on trial: nothing is sent.", account=account))


@accounts_group.sub("pause", _("Stops sending: SCOPE is queue, partner:NAME or account:NAME."))
@argument("scope", metavar="SCOPE")
@option("--reason", required=True, help=_("Why; shown to everybody, kept in the journal."))
@option("--until", metavar="TIME", help=_("When it ends by itself: 2026-12-31 or 2026-12-31T08:00."))
def pause_scope(frame: Frame, scope: str, reason: str, until: str | None) -> None:
    """Pauses the queue, a partner or an account."""
    from core.accounts.pausing import pause

    with frame.office() as office:
        made = pause(office, scope, reason, _moment(until, frame.zone))
    if frame.format == "json":
        frame.json(pause_as_json(made))
    else:
        frame.tell(_("{scope} is paused.", scope=made.scope))


@accounts_group.sub("resume", _("Ends a pause: SCOPE is queue, partner:NAME or account:NAME."))
@argument("scope", metavar="SCOPE")
def resume_scope(frame: Frame, scope: str) -> None:
    """Ends a pause."""
    from core.accounts.pausing import resume

    with frame.office() as office:
        resume(office, scope)
    if frame.format == "json":
        frame.json({"scope": scope, "paused": False})
    else:
        frame.tell(_("{scope} goes on.", scope=scope))


def _moment(text: str | None, zone: str) -> datetime | None:
    """A moment as an operator writes it, where the office is; a day alone ends with it."""
    if text is None:
        return None
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    try:
        day: date = Day().convert(text, None, None)
    except (click.UsageError, LeitstandError):
        raise WrongUsage(
            _("--until: “{text}” is no time; say 2026-12-31 or 2026-12-31T08:00.", text=text)
        ) from None
    return datetime.combine(day, time.max, ZoneInfo(zone))


def try_log_ins(office: Office, names: Sequence[str]) -> list[tuple[str, Message | None]]:
    """Tests each account once; what was wrong, or None."""
    from core.outbox.connect import test_login

    tried: list[tuple[str, Message | None]] = []
    for name in names:
        try:
            test_login(office, name)
        except LeitstandError as error:
            tried.append((name, error.message))
        else:
            tried.append((name, None))
    return tried
