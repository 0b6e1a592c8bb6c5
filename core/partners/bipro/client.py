"""A BiPRO postbox over HTTPS: one account's connection; every answer and every failure is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TypeVar

from core.archive import Archive, Stored
from core.errors import CredentialsRefused, PartnerError, PartnerRefused, PartnerUnavailable, Unanswered
from core.locale import Message, _
from core.outbox.outcome import Credentials
from core.partners.bipro.answer import Node
from core.partners.bipro.message import open_short
from core.partners.bipro.profile import BiproProfile, SoapAction
from core.partners.bipro.session import Session
from core.partners.bipro.soap import Meaning, Status, status_of
from core.partners.bipro.sts import Token, read_token, token_request
from core.partners.bipro.transfer import acknowledge_request, get_request, list_request, offered_in
from core.partners.endpoint import Call
from core.partners.exchange import Client, Exchange, Failure
from core.partners.verdict import Case, error_of, judged, why_not_whole
from core.partners.xml import Unreadable
from core.postbox.post import CannotAcknowledge, Fetched, NoLongerThere, NotSupported, Offered

SHORT = 65_536
"""Bytes up to which an answer is looked at before it is kept: refusals are no longer."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer: its beginning (all of it where `stored` is None), or what became of a long one."""

    exchange: Exchange
    short: bytes = b""
    stored: Stored | None = None

    @property
    def content_type(self) -> str:
        return self.exchange.headers.get("content-type", "")

    @property
    def status(self) -> int:
        return self.exchange.status or 0


class _SessionEnded(Exception):
    """The partner does not know our session any more."""


class BiproConnection:
    """A `PostConnection`. Safe to call from several threads at once."""

    def __init__(self, profile: BiproProfile, credentials: Credentials, now: Callable[[], datetime]) -> None:
        self._profile, self._credentials, self._now = profile, credentials, now
        folder = Path(profile.file).parent
        self._login = Client(profile.login, folder, credentials)
        self._transfer = Client(profile.transfer, folder, credentials)
        self._session = Session(self._log_in, now, profile.token_margin)

    def offered(self) -> list[Offered]:
        """What the partner has for us, each shipment once. Raises PartnerError."""
        found: dict[str, Offered] = {}
        for category in self._profile.categories or ("",):
            for one in self._with_token("listShipments", lambda token, of=category: self._list(token, of)):
                found.setdefault(one.number, one)
        return list(found.values())

    def fetch(self, number: str, archive: Archive) -> Fetched:
        """One shipment, streamed into the archive. Raises NoLongerThere or another PartnerError."""
        return self._with_token("getShipment", lambda token: self._fetch(token, number, archive))

    def acknowledge(self, number: str) -> None:
        """Says that a shipment has arrived. Raises CannotAcknowledge, NotSupported, another PartnerError."""
        self._with_token("acknowledgeShipment", lambda token: self._acknowledge(token, number))

    def test_login(self) -> None:
        """One log-in. Raises CredentialsRefused or another PartnerError."""
        self._log_in()

    def close(self) -> None:
        """Ends its connections; its session just runs out."""
        self._login.close()
        self._transfer.close()

    def _with_token(self, operation: str, ask: Callable[[str], T]) -> T:
        """Asks with our session, and where that has ended once more with a new one."""
        for _attempt in range(2):
            token = self._session.token()
            try:
                return ask(token)
            except _SessionEnded:
                self._session.drop(token)
            except CredentialsRefused as error:
                self._session.refuse(error)
                raise
        raise PartnerUnavailable(
            _(
                "{partner} does not accept the session that it gave us ({operation}).",
                partner=self._profile.title,
                operation=operation,
            )
        )

    def _log_in(self) -> Token:
        now = self._now()
        answer = self._ask(
            self._login,
            "RequestSecurityToken",
            token_request(self._profile, self._credentials),
            self._profile.login.largest_answer,
        )
        if answer.status in (401, 403):
            raise CredentialsRefused(self._refused_account(""))
        body, status = self._read(answer, self._login)
        if status is not None and status.meaning is Meaning.LATER:
            raise self._refusal(status)
        if status is not None and status.meaning is not Meaning.OK:
            # Not every partner says why. Repeated by a schedule, a wrong password would lock the account.
            raise CredentialsRefused(self._refused_account(status.told or ", ".join(status.codes)))
        try:
            return read_token(self._profile, body, now)
        except Unreadable as error:
            raise self._by_http(answer, self._login, str(error)) from error

    def _list(self, token: str, category: str) -> list[Offered]:
        request = list_request(self._profile, token, category)
        answer = self._ask(self._transfer, "listShipments", request, self._profile.largest_list)
        body, status = self._answered(answer)
        if status.meaning is Meaning.NOTHING:
            return []
        self._need_ok(status)
        return offered_in(body)

    def _acknowledge(self, token: str, number: str) -> None:
        request = acknowledge_request(self._profile, token, number)
        _body, status = self._answered(self._ask(self._transfer, "acknowledgeShipment", request, SHORT))
        self._need_ok(status)

    def _fetch(self, token: str, number: str, archive: Archive) -> Fetched:
        request = get_request(self._profile, token, number)
        answer = self._ask(self._transfer, "getShipment", request, SHORT, archive)
        broken = answer.exchange.failure
        if answer.stored is not None:
            trouble = self._not_whole(answer, self._transfer) if broken else None
            return Fetched(answer.stored, answer.content_type, trouble, is_broken=_is_broken(broken))
        if broken is not None:
            if not answer.short:
                raise self._by_http(answer, self._transfer, "")
            trouble = self._not_whole(answer, self._transfer)
            stored = archive.store([answer.short])
            return Fetched(stored, answer.content_type, trouble, is_broken=_is_broken(broken))
        trouble = self._trouble_of_short(answer)
        return Fetched(archive.store([answer.short]), answer.content_type, trouble)

    def _trouble_of_short(self, answer: _Answer) -> Message | None:
        """What a short answer says instead of bringing a shipment. Raises what is no shipment's own fault."""
        try:
            _body, status = self._answered(answer)
        except Unanswered as error:
            # Whole, and not what was asked for: it is kept, for somebody to look at.
            return error.message
        match status.meaning:
            case Meaning.OK:
                return None
            case Meaning.GONE | Meaning.NOTHING:
                raise NoLongerThere(self._told(status))
            case Meaning.LATER | Meaning.CREDENTIALS:
                self._need_ok(status)
            case _other:
                pass
        return self._told(status)

    def _ask(
        self, client: Client, operation: str, request: bytes, largest: int, archive: Archive | None = None
    ) -> _Answer:
        """One request. A long answer goes to the archive where there is one, else it is cut at `largest`."""
        call = Call("POST", "", headers=self._headers(operation))

        def take(head: Exchange, pieces: Iterator[bytes]) -> _Answer:
            buffered, short = _beginning(pieces, largest)
            if archive is None or not buffered or head.status not in (200, 500):
                return _Answer(head, short)
            return _Answer(head, b"", archive.store(chain([short], pieces)))

        exchange, answer = client.stream(call, {}, request, take)
        return replace(answer, exchange=exchange) if answer is not None else _Answer(exchange)

    def _headers(self, operation: str) -> dict[str, str]:
        urn = f"urn:{operation}"
        action = {SoapAction.EMPTY: '""', SoapAction.URN: urn, SoapAction.QUOTED: f'"{urn}"'}
        return {
            "Content-Type": "text/xml; charset=utf-8",
            "Accept": "text/xml, multipart/related, application/xop+xml",
            "SOAPAction": action[self._profile.soap_action],
        }

    def _answered(self, answer: _Answer) -> tuple[Node, Status]:
        """A whole answer to a call with a session. Raises _SessionEnded or PartnerError."""
        if answer.status in (401, 403):
            raise _SessionEnded
        body, status = self._read(answer, self._transfer)
        if status is None:
            status = Status(Meaning.OK)
        if status.meaning is Meaning.SESSION:
            raise _SessionEnded
        return body, status

    def _read(self, answer: _Answer, client: Client) -> tuple[Node, Status | None]:
        """Body and status (None: it names none). Whatever is no SOAP is judged by its HTTP status."""
        if (
            answer.exchange.status is None
            or answer.exchange.failure is not None
            or answer.status in (429, 503)
        ):
            raise self._by_http(answer, client, "")
        try:
            body = open_short(answer.short, answer.content_type, self._profile.largest_list).body
        except Unreadable as error:
            raise self._by_http(answer, client, str(error)) from error
        try:
            return body, status_of(body)
        except Unreadable:
            return body, None

    def _by_http(self, answer: _Answer, client: Client, why: str) -> PartnerError:
        verdict = judged(self._case(answer, client, why), (), self._now())
        return error_of(verdict, answer.exchange)

    def _case(self, answer: _Answer, client: Client, why: str) -> Case:
        return Case(
            answer.exchange,
            says=None,
            told="",
            unreadable=client.redacted(why),
            partner=self._profile.title,
            account=self._credentials.account,
            harmless_twice=True,
            redacted=client.redacted,
        )

    def _not_whole(self, answer: _Answer, client: Client) -> Message:
        reason = why_not_whole(self._case(answer, client, ""))
        return _(
            "The answer of {partner} did not come whole: {reason}.",
            partner=self._profile.title,
            reason=reason,
        )

    def _need_ok(self, status: Status) -> None:
        if status.meaning not in (Meaning.OK, Meaning.NOTHING):
            raise self._refusal(status)

    def _refusal(self, status: Status) -> PartnerError:
        message = self._told(status)
        match status.meaning:
            case Meaning.CREDENTIALS:
                return CredentialsRefused(self._refused_account(status.told))
            case Meaning.LATER:
                return PartnerUnavailable(message)
            case Meaning.GONE:
                return NoLongerThere(message)
            case Meaning.CANNOT_ACKNOWLEDGE:
                return CannotAcknowledge(message)
            case Meaning.NOT_SUPPORTED:
                return NotSupported(message)
            case _other:
                return PartnerRefused(message)

    def _told(self, status: Status) -> Message:
        codes = ", ".join(status.codes)
        told = self._transfer.redacted(status.told)
        if told and codes:
            return _(
                "{partner} answers: {told} ({codes})", partner=self._profile.title, told=told, codes=codes
            )
        if told or codes:
            return _("{partner} answers: {told}", partner=self._profile.title, told=told or codes)
        return _("{partner} refuses it and gives no reason.", partner=self._profile.title)

    def _refused_account(self, told: str) -> Message:
        partner, account = self._profile.title, self._credentials.account
        if told:
            return _(
                "{partner} does not accept the account {account}: {told}",
                partner=partner,
                account=account,
                told=self._login.redacted(told),
            )
        return _(
            "{partner} does not accept name or password of the account {account}.",
            partner=partner,
            account=account,
        )


def _beginning(pieces: Iterator[bytes], largest: int) -> tuple[bool, bytes]:
    """Up to `largest` bytes and whatever came with the last of them; whether there may be more."""
    begun, length = list[bytes](), 0
    for piece in pieces:
        begun.append(piece)
        length += len(piece)
        if length > largest:
            return True, b"".join(begun)
    return False, b"".join(begun)


def _is_broken(failure: Failure | None) -> bool:
    """Whether the line is to blame, and not what was sent over it."""
    return failure in (Failure.TIMEOUT, Failure.CUT)
