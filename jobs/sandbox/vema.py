"""The simulated VEMA extranet: log-ins, requests, answers of docs/partners/vema.md, without a network."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import quoteattr

from jobs.sandbox.book import TAKEN, Book, Effect, Entry
from jobs.sandbox.faults import Account, Asked, Faults
from jobs.sandbox.reading import NAMESPACE, Customer, Unreadable, read_customer

BASE_PATH = "/extranet/v1"
VAGUE = "Die Kundendaten konnten nicht übernommen werden."


@dataclass(frozen=True, slots=True)
class Request:
    """What the extranet looks at of a request: the path as it was sent, header names in lower case."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes = b""

    @property
    def asked(self) -> Asked | None:
        """What it is about, None for an address that the extranet does not have."""
        match self.path.split("/")[1:]:
            case ["extranet", "v1", "kunden"]:
                return Asked.HAND_OVER if self.method == "POST" else Asked.NUMBER
            case ["extranet", "v1", "anmeldung"]:
                return Asked.LOG_IN
            case ["extranet", "v1", "uebergaben", _key]:
                return Asked.KEY
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and further headers of an answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/xml; charset=utf-8"


@dataclass(slots=True)
class Door:
    """Log-ins: one account, locked after so many refused log-ins in a row."""

    account: Account = field(default_factory=Account)
    refused: int = 0
    """All log-ins refused since the start, those while it was locked included."""
    in_a_row: int = 0
    locked: bool = False
    _expected: bytes = b""

    def set_account(self, account: Account) -> None:
        """Another account or password; what was counted stays."""
        self.account = account
        token = base64.b64encode(f"{account.name}:{account.password}".encode())
        self._expected = b"Basic " + token

    def unlock(self) -> None:
        """As the hotline would do it."""
        self.in_a_row, self.locked = 0, False

    def turned_away(self, request: Request) -> Answer | None:
        """The answer for somebody who may not come in, None for the member."""
        account = self.account
        if self.locked or account.locked:
            self.refused += 1
            return answer(403, "zugang-gesperrt")
        sent = request.headers.get(b"authorization", b"")
        member = request.headers.get(b"x-mitgliedsnummer", b"")
        right = hmac.compare_digest(sent, self._expected) and member == account.member.encode()
        if right and not account.refuse:
            self.in_a_row = 0
            return None
        self.refused += 1
        if _name_in(sent) == account.name:
            self.in_a_row += 1
            self.locked = 0 < account.lock_after <= self.in_a_row
        return _NO_LOG_IN


class Extranet:
    """One book, one door; `record` is told of every hand-over before it is entered and may raise OSError."""

    def __init__(self, clock: Callable[[], float], record: Callable[[Entry], None]) -> None:
        self.book = Book()
        self.door = Door()
        self.faults = Faults()
        self._clock = clock
        self._record = record

    def set_faults(self, faults: Faults) -> None:
        """From now on; counting begins anew."""
        self.faults = faults
        self.door.set_account(faults.account)

    def answer(self, request: Request, customer: Customer | None = None) -> Answer:
        """Processes a request. `customer` is the body where it was read before."""
        if turned_away := self.door.turned_away(request):
            return turned_away
        return self._answered(request, customer) or _UNKNOWN

    def _answered(self, request: Request, customer: Customer | None) -> Answer | None:
        asked = request.asked
        if asked is None:
            return None
        if request.method != ("POST" if asked is Asked.HAND_OVER else "GET"):
            return answer(405, "abgelehnt")
        match asked:
            case Asked.LOG_IN:
                return answer(200, "ok", mitgliedsnummer=self.door.account.member)
            case Asked.HAND_OVER:
                return self._hand_over(request, customer)
            case Asked.KEY:
                return self._what_became(unquote(request.path.rpartition("/")[2]))
            case Asked.NUMBER:
                return self._number(request.query)

    def _hand_over(self, request: Request, customer: Customer | None) -> Answer:
        key = request.headers.get(b"idempotency-key", b"").decode("latin-1")
        refused = "" if key else "no Idempotency-Key"
        if customer is None:
            try:
                customer = read_customer(request.body)
            except Unreadable as unreadable:
                customer, refused = Customer(), refused or str(unreadable)
        refused = refused or (self.faults.refusal(customer) if self.faults.refusals else "")
        digest = blake2b(request.body, digest_size=16).hexdigest()
        entry = self.book.decide(key, digest, self._clock(), customer, refused)
        self._record(entry)
        self.book.enter(entry)
        return _told(entry)

    def _what_became(self, key: str) -> Answer:
        entry = self.book.outcome_of(key)
        if entry is None:
            return _UNKNOWN
        if entry.effect in TAKEN:
            return answer(200, "angenommen", vemanummer=entry.reference)
        return answer(200, "abgelehnt")

    def _number(self, query: bytes) -> Answer:
        numbers = parse_qs(query.decode("ascii", "replace")).get("kundennummer", [""])
        reference = self.book.number_known(numbers[0])
        return answer(200, "bekannt", vemanummer=reference) if reference else _UNKNOWN


def answer(status: int, word: str, message: str = "", **attributes: str) -> Answer:
    """An `Antwort` with its status word, further attributes and perhaps a message."""
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    inside = f"><Meldung>{message}</Meldung></Antwort>" if message else "/>"
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<Antwort xmlns="{NAMESPACE}" status="{word}"'
    headers = ((b"www-authenticate", b'Basic realm="VEMA", charset="UTF-8"'),) if status == 401 else ()
    return Answer(status, f"{start}{said}{inside}".encode(), headers)


def _told(entry: Entry) -> Answer:
    match entry.effect:
        case Effect.CREATED:
            return answer(200, "angenommen", vemanummer=entry.reference, angelegt="ja")
        case Effect.UPDATED:
            return answer(200, "angenommen", vemanummer=entry.reference, angelegt="nein")
        case Effect.REPEATED:
            return answer(200, "bereits-verarbeitet", vemanummer=entry.reference)
        case Effect.REFUSED:
            return _REFUSED
        case Effect.FOREIGN:
            return answer(403, "abgelehnt")
        case Effect.CONFLICT:
            return answer(409, "abgelehnt")


def _name_in(authorization: bytes) -> str:
    """The account's name in a Basic header, "" where there is none."""
    scheme, _blank, token = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(token, validate=True).decode("utf-8", "replace").partition(":")[0]
    except binascii.Error:
        return ""


_NO_LOG_IN = answer(401, "anmeldung-abgelehnt")
_UNKNOWN = answer(404, "unbekannt")
_REFUSED = answer(422, "abgelehnt", VAGUE)
