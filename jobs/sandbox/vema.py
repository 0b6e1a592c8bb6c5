"""The simulated VEMA extranet: log-ins, requests, answers of docs/partners/vema.md, without a network."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import quoteattr

from jobs.sandbox.account import Account, Lock, Welcome
from jobs.sandbox.book import TAKEN, Book, Effect, Entry
from jobs.sandbox.faults import Asked, Faults
from jobs.sandbox.reading import NAMESPACE, Customer, Unreadable, read_customer
from jobs.sandbox.request import Answer, Request
from jobs.sandbox.rubbish import EXTRANET, Rubble
from jobs.sandbox.trouble import UNTOUCHED, Said, Struck

BASE_PATH = "/extranet/v1"
_log = logging.getLogger(__name__)
VAGUE = "Die Kundendaten konnten nicht übernommen werden."


def asked_of(request: Request) -> Asked | None:
    """What a request is about, None for an address that the extranet does not have."""
    match request.path.split("/")[1:]:
        case ["extranet", "v1", "kunden"]:
            return Asked.HAND_OVER if request.method == "POST" else Asked.NUMBER
        case ["extranet", "v1", "anmeldung"]:
            return Asked.LOG_IN
        case ["extranet", "v1", "uebergaben", _key]:
            return Asked.KEY
        case _:
            return None


@dataclass(slots=True)
class Door(Lock):
    """Log-ins by Basic authentication and Mitgliedsnummer; the postbox has the same account and lock."""

    _expected: bytes = b""

    def set_account(self, account: Account) -> None:
        """Another account or password; what was counted stays."""
        self.account = account
        token = base64.b64encode(f"{account.name}:{account.password}".encode())
        self._expected = b"Basic " + token

    def turned_away(self, request: Request) -> Answer | None:
        """The answer for somebody who may not come in, None for the member."""
        sent = request.headers.get(b"authorization", b"")
        member = request.headers.get(b"x-mitgliedsnummer", b"")
        right = hmac.compare_digest(sent, self._expected) and member == self.account.member.encode()
        match self.welcome(right, _name_in(sent) == self.account.name):
            case Welcome.IN:
                return None
            case Welcome.WRONG:
                return _NO_LOG_IN
            case Welcome.LOCKED | Welcome.BLOCKED:
                return answer(403, "zugang-gesperrt")


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
        asked = asked_of(request)
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


class Visit:
    """One request to the extranet, as an exchange handles it."""

    rubble: Rubble = EXTRANET

    def __init__(self, extranet: Extranet, request: Request) -> None:
        self.extranet = extranet
        self.request = request
        self.customer: Customer | None = None

    def strike(self) -> Struck:
        """What goes wrong with it; counts it."""
        faults, asked = self.extranet.faults, asked_of(self.request)
        if asked is None or not faults.faults:
            return UNTOUCHED
        if asked is Asked.HAND_OVER and faults.need_customer:
            with suppress(Unreadable):
                self.customer = read_customer(self.request.body)
        return faults.strike(asked, self.customer)

    def process(self) -> Answer:
        """Does what is asked."""
        try:
            return self.extranet.answer(self.request, self.customer)
        except OSError as error:
            _log.warning("a hand-over cannot be written down: %s", error)
            return Answer(500, b"")

    def refusal(self, said: Said) -> Answer:
        """The extranet knows no codes; no fault of its table asks for one."""
        return answer(422, "abgelehnt", said.text or VAGUE)


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
