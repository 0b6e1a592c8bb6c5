"""What an exchange means: the table of design.md, section 5, with a profile's own answers before it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import (
    CredentialsRefused,
    NotTrusted,
    PartnerError,
    PartnerRefused,
    PartnerUnavailable,
    Unanswered,
)
from core.locale import Message, _
from core.outbox.outcome import Outcome, Presence
from core.partners.endpoint import AnswerRule
from core.partners.exchange import Exchange, Failure
from core.partners.retry_after import WITHOUT_A_WORD, retry_delay


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: an exchange; the word its answer says (None: unreadable, `unreadable` says why) and its
    sentence, if any; whom it concerns; whether sending twice would do no harm; how to redact partner text."""

    exchange: Exchange
    says: str | None
    told: str
    unreadable: str
    partner: str
    account: str
    harmless_twice: bool
    redacted: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome or, where a rule of a look-up fitted, a presence; with its cause and a word for grouping."""

    outcome: Outcome | None
    code: str
    cause: Message
    presence: Presence | None = None
    delay: timedelta | None = None
    retryable: bool = True


_EXPIRED, _NOT_YET, _OTHER_HOST, _OTHER_ADDRESS = 10, 9, 62, 64
_UNKNOWN_ISSUER = (18, 19, 20, 21)


def judged(case: Case, rules: Iterable[AnswerRule], now: datetime) -> Verdict:
    """The first rule that fits, else what the status means everywhere, else what the failure means."""
    status = case.exchange.status
    if status is None:
        return _without_answer(case)
    delay = retry_delay(case.exchange.headers.get("retry-after"), case.exchange.headers.get("date"), now)
    rule = next((rule for rule in rules if rule.fits(status, case.says)), None)
    if rule is not None and rule.presence is not None:
        return Verdict(None, "", _("{partner} knows the answer.", partner=case.partner), rule.presence)
    if rule is not None and rule.outcome is not None:
        return _by_outcome(case, rule.outcome, rule.cause, delay)
    return _by_status(case, status, delay)


def error_of(verdict: Verdict, exchange: Exchange) -> PartnerError:
    """A verdict as the error to raise, where nothing else can be made of it."""
    match verdict.outcome:
        case Outcome.REFUSED_CREDENTIALS:
            return CredentialsRefused(verdict.cause, reached=exchange.sent)
        case Outcome.REFUSED_DATA:
            return PartnerRefused(verdict.cause)
        case Outcome.UNAVAILABLE if not verdict.retryable:
            return NotTrusted(verdict.cause, reached=exchange.sent)
        case Outcome.THROTTLED | Outcome.UNAVAILABLE:
            seconds = verdict.delay.total_seconds() if verdict.delay else None
            return PartnerUnavailable(verdict.cause, seconds, reached=exchange.sent)
        case _other if exchange.status is None:
            return PartnerUnavailable(verdict.cause, reached=exchange.sent)
        case _other:
            return Unanswered(verdict.cause)


def _by_outcome(case: Case, outcome: Outcome, cause: str, delay: timedelta | None) -> Verdict:
    match outcome:
        case Outcome.DELIVERED:
            return Verdict(outcome, cause, _taken(case, cause))
        case Outcome.REFUSED_CREDENTIALS:
            return Verdict(outcome, cause or "credentials", _account_refused(case, cause))
        case Outcome.REFUSED_DATA:
            return Verdict(outcome, cause or "data", _record_refused(case))
        case Outcome.THROTTLED:
            return _throttled(case, delay)
        case Outcome.UNAVAILABLE:
            return Verdict(outcome, cause or "outage", _cannot_serve(case))
        case Outcome.UNCERTAIN | Outcome.PROTOCOL:
            return Verdict(outcome, cause or "protocol", _not_understood(case))


def _by_status(case: Case, status: int, delay: timedelta | None) -> Verdict:
    if status == 401:
        return _by_outcome(case, Outcome.REFUSED_CREDENTIALS, "", None)
    if status == 429 or (status == 503 and delay is not None):
        return _throttled(case, delay)
    if status == 503:
        return _by_outcome(case, Outcome.UNAVAILABLE, "", None)
    if status >= 500:
        outcome = Outcome.UNAVAILABLE if case.harmless_twice else Outcome.UNCERTAIN
        return Verdict(
            outcome, "outage", _("{partner} reports a fault of its own (HTTP {status}).", **_who(case))
        )
    return _unexpected(case, status)


def _unexpected(case: Case, status: int) -> Verdict:
    if 200 <= status < 300:
        return Verdict(Outcome.UNCERTAIN, "protocol", _not_understood(case))
    if 300 <= status < 400:
        moved = _(
            "{partner} refers to another address (HTTP {status}); that is never followed.", **_who(case)
        )
        return Verdict(Outcome.PROTOCOL, "protocol", moved)
    return Verdict(Outcome.PROTOCOL, "protocol", _not_understood(case))


def _without_answer(case: Case) -> Verdict:
    match case.exchange.failure:
        case Failure.ACCOUNT:
            cause = _(
                "The account {account} has no usable {field}.", account=case.account, field=_field(case)
            )
            return Verdict(Outcome.REFUSED_CREDENTIALS, "credentials", cause)
        case Failure.CERTIFICATE:
            cause = _(
                "The certificate of {partner} is not accepted: {reason}.", reason=_flaw(case), **_who(case)
            )
            return Verdict(Outcome.UNAVAILABLE, "tls", cause, retryable=False)
        case Failure.NO_AUTHORITY:
            cause = _("The certificate authority for {partner} cannot be read: {reason}.", **_why(case))
            return Verdict(Outcome.UNAVAILABLE, "tls", cause, retryable=False)
        case _other:
            return _unanswered(case) if case.exchange.sent else _not_reached(case)


def _not_reached(case: Case) -> Verdict:
    match case.exchange.failure:
        case Failure.NO_CONNECTION_FREE:
            cause, code = _("No connection to {partner} became free in time.", **_who(case)), "busy"
        case Failure.CONNECT_TIMEOUT:
            cause, code = _("{partner} was not reached in time.", **_who(case)), "timeout"
        case _other:
            cause, code = _("{partner} was not reached: {reason}.", **_why(case)), "connect"
    return Verdict(Outcome.UNAVAILABLE, code, cause)


def _unanswered(case: Case) -> Verdict:
    match case.exchange.failure:
        case Failure.TIMEOUT:
            cause, code = _("{partner} did not answer in time.", **_who(case)), "timeout"
        case Failure.NOT_HTTP:
            cause, code = _("What {partner} answered is not HTTP.", **_who(case)), "protocol"
        case _other:
            cause, code = _("The connection to {partner} broke before its answer.", **_who(case)), "cut"
    return Verdict(Outcome.UNCERTAIN, code, cause)


def _throttled(case: Case, delay: timedelta | None) -> Verdict:
    wait = delay or WITHOUT_A_WORD
    cause = _("{partner} asks to wait {seconds} seconds.", seconds=round(wait.total_seconds()), **_who(case))
    return Verdict(Outcome.THROTTLED, "throttle", cause, delay=wait)


def _why(case: Case) -> dict[str, object]:
    return {"partner": case.partner, "reason": case.exchange.detail}


def _who(case: Case) -> dict[str, object]:
    return {"partner": case.partner, "status": case.exchange.status}


def _taken(case: Case, cause: str) -> Message:
    if cause == "duplicate":
        return _("{partner} already had it under this key.", partner=case.partner)
    return _("{partner} has taken it.", partner=case.partner)


def _account_refused(case: Case, cause: str) -> Message:
    if cause == "locked":
        return _("{partner} has locked the account {account}.", partner=case.partner, account=case.account)
    return _(
        "{partner} does not accept name or password of the account {account}.",
        partner=case.partner,
        account=case.account,
    )


def _record_refused(case: Case) -> Message:
    if case.told:
        return _("{partner} refuses the record: {told}", partner=case.partner, told=case.redacted(case.told))
    return _("{partner} refuses the record and gives no reason.", partner=case.partner)


def _cannot_serve(case: Case) -> Message:
    return _("{partner} cannot serve at the moment (HTTP {status}).", **_who(case))


def _not_understood(case: Case) -> Message:
    if case.says is not None:
        return _(
            "{partner} answered “{says}” (HTTP {status}), which the profile does not know.",
            says=case.redacted(case.says),
            **_who(case),
        )
    return _(
        "{partner} answered unreadably (HTTP {status}): {reason}.", reason=why_not_whole(case), **_who(case)
    )


def why_not_whole(case: Case) -> Message:
    """Why an answer cannot be read, or did not come whole; without a full stop."""
    match case.exchange.failure:
        case Failure.TIMEOUT:
            return _("its answer did not end in time")
        case Failure.CUT:
            return _("the connection broke within the answer")
        case Failure.TOO_LARGE:
            return _("its answer is too large")
        case Failure.ENCODED:
            return _("its answer is compressed, which was not asked for")
        case _other:
            return _("{text}", text=case.unreadable)


def _field(case: Case) -> Message:
    known = {"user": _("user name"), "password": _("password"), "member_number": _("member number")}
    return known.get(case.exchange.detail, _("{text}", text=case.exchange.detail))


def _flaw(case: Case) -> Message:
    code = case.exchange.code
    if code == _EXPIRED:
        return _("it has expired")
    if code == _NOT_YET:
        return _("it is not valid yet")
    if code in (_OTHER_HOST, _OTHER_ADDRESS):
        return _("it belongs to another host")
    if code in _UNKNOWN_ISSUER:
        return _("nobody trusted has issued it")
    return _("{text}", text=case.exchange.detail)
