"""VEMA over HTTPS: one account's connection, every answer and every failure an outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from core.locale import _
from core.outbox.outcome import Credentials, Looked, Outcome, Outgoing, Presence, Result
from core.partners.endpoint import AnswerRule, Call
from core.partners.exchange import Client, Exchange
from core.partners.vema.profile import VemaProfile
from core.partners.vema.wire import Answer, read_answer
from core.partners.verdict import Case, Verdict, error_of, judged
from core.partners.xml import Unreadable

_log = logging.getLogger(__name__)


class VemaConnection:
    """A `Connection` to VEMA with one account. Safe to call from several threads at once."""

    def __init__(self, profile: VemaProfile, credentials: Credentials, now: Callable[[], datetime]) -> None:
        self._profile, self._now = profile, now
        self._account = credentials.account
        self._client = Client(profile.endpoint, Path(profile.file).parent, credentials)

    def send(self, outgoing: Outgoing) -> Result:
        """Hands one transfer over; every failure is a Result, never an exception."""
        exchange: Exchange | None = None
        try:
            exchange = self._client.ask(self._profile.hand_over, {"key": outgoing.key}, outgoing.body)
            return self._result(exchange)
        except Exception as error:  # noqa: BLE001 (a Result, whatever happens)
            _log.exception("transfer %s: an error of our own", outgoing.key)
            return _our_own(error, exchange)

    def look_up_key(self, key: str) -> Looked:
        """What became of a transfer. Raises PartnerError."""
        return self._looked(self._profile.look_up_key, {"key": key})

    def look_up_subject(self, kind: str, number: str) -> Looked:
        """Whether VEMA knows a record under our number. Raises PartnerError."""
        if kind not in self._profile.kinds:
            return Looked(Presence.CANNOT_ASK)
        return self._looked(self._profile.look_up_subject, {"number": number})

    def test_login(self) -> None:
        """One harmless log-in. Raises CredentialsRefused or another PartnerError."""
        self._looked(self._profile.log_in, {})

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def _result(self, exchange: Exchange) -> Result:
        answer, verdict = self._judged(exchange, self._profile.hand_over.answers, self._profile.honours_key)
        # The profile's check sees to it that a hand-over's rules name outcomes only.
        outcome = verdict.outcome or Outcome.PROTOCOL
        delivered = outcome is Outcome.DELIVERED and answer is not None
        return Result(
            outcome=outcome,
            cause=verdict.cause,
            status=exchange.status,
            reference=answer.reference if delivered and answer else "",
            request=exchange.request,
            answer=self._client.shown_answer(exchange),
            retry_at=self._now() + verdict.delay if verdict.delay else None,
            retryable=verdict.retryable,
            created=answer.created if delivered and answer else None,
            cause_code=verdict.code,
        )

    def _looked(self, call: Call | None, values: Mapping[str, str]) -> Looked:
        if call is None:
            return Looked(Presence.CANNOT_ASK)
        exchange = self._client.ask(call, values)
        answer, verdict = self._judged(exchange, call.answers, harmless_twice=True)
        if verdict.presence is None:
            raise error_of(verdict, exchange)
        return Looked(verdict.presence, answer.reference if answer else "")

    def _judged(
        self, exchange: Exchange, rules: tuple[AnswerRule, ...], harmless_twice: bool
    ) -> tuple[Answer | None, Verdict]:
        answer, unreadable = self._answer(exchange)
        case = Case(
            exchange,
            says=answer.says if answer else None,
            told=answer.message if answer else "",
            unreadable=unreadable,
            partner=self._profile.title,
            account=self._account,
            harmless_twice=harmless_twice,
            redacted=self._client.redacted,
        )
        return answer, judged(case, (*rules, *self._profile.answers), self._now())

    def _answer(self, exchange: Exchange) -> tuple[Answer | None, str]:
        if exchange.status is None or exchange.failure is not None:
            return None, ""
        try:
            return read_answer(self._profile.answer, exchange.body, self._profile.endpoint.largest_answer), ""
        except Unreadable as error:
            return None, self._client.redacted(str(error))


def _our_own(error: Exception, exchange: Exchange | None) -> Result:
    """A bug of ours. Where something may have left, what became of it has to be asked first."""
    cause = _("An error of our own ({error}); the log has more.", error=type(error).__name__)
    return Result(
        outcome=Outcome.UNCERTAIN if exchange is not None and exchange.sent else Outcome.PROTOCOL,
        cause=cause,
        status=exchange.status if exchange else None,
        request=exchange.request if exchange else "",
        cause_code="bug",
    )
