"""What is found of the office's partner accounts; computed when it is asked for, there are few."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from core.accounts.account import Account, accounts
from core.accounts.breaker import Breaker, BreakerKind, breakers_of
from core.accounts.rules import RULES, AccountFacts, AccountGiven
from core.locale import Message, _
from core.office import Office
from core.rulebook.finding import Finding
from core.rulebook.rule import apply_rule

AREA = RULES.area


def account_findings(session: Session, office: Office) -> list[Finding]:
    """The findings of every account, and of every partner that has none."""
    given = AccountGiven(office.today)
    return [
        finding
        for facts in _all_facts(session, office.partners)
        for rule in RULES
        for finding in apply_rule(rule, facts, given, AREA, facts.name)
    ]


def _all_facts(session: Session, partners: Iterable[str]) -> list[AccountFacts]:
    present = accounts(session)
    served = {account.partner for account in present}
    missing = [AccountFacts(partner, partner) for partner in partners if partner not in served]
    return [*missing, *(facts_of(session, account) for account in present)]


def facts_of(session: Session, account: Account) -> AccountFacts:
    """An account as its rules see it."""
    breakers = breakers_of(session, account.name)
    return AccountFacts(
        account.name,
        account.partner,
        account.has_credentials,
        _refusal(account, breakers.get(BreakerKind.CREDENTIALS)),
        account.application_password,
        account.expires_on,
        _why_open(breakers.get(BreakerKind.CERTIFICATE)),
    )


def _refusal(account: Account, breaker: Breaker | None) -> Message | None:
    return _why_open(breaker) or (_("it said so earlier.") if account.is_refused else None)


def _why_open(breaker: Breaker | None) -> Message | None:
    return breaker.message() if breaker is not None and breaker.is_open else None
