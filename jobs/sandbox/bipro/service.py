"""The two simulated postboxes: log-in, tokens and the three operations, without a network."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from jobs.sandbox.account import Lock, Welcome
from jobs.sandbox.bipro.names import (
    ISSUE,
    LOG_IN_ACTION,
    MESSAGES,
    SCT,
    SOAP,
    TRANSFER,
    VERSION,
    WSA,
    WSSE,
    WST,
    tag,
)
from jobs.sandbox.bipro.reading import Call, Step, Unreadable, children, read_call
from jobs.sandbox.bipro.shelf import Shelf, Shipment
from jobs.sandbox.bipro.style import Style
from jobs.sandbox.bipro.wishes import Empty, Manner, Post
from jobs.sandbox.bipro.writing import Writer, xml
from jobs.sandbox.request import Answer, Request
from jobs.sandbox.rubbish import Rubble, rubble
from jobs.sandbox.trouble import UNTOUCHED, Said, Shape, Struck

_log = logging.getLogger(__name__)
_OPERATIONS = {Step.LIST: "listShipments", Step.GET: "getShipment", Step.ACKNOWLEDGE: "acknowledgeShipment"}
_FAULT = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
POST = rubble(f"{_FAULT}<faultstring>", "</faultstring></s:Fault></s:Body></s:Envelope>", "text/xml", 500)


@dataclass
class Refused(Exception):
    """What is asked is refused, with these codes, in this shape."""

    codes: tuple[str, ...]
    shape: Shape = Shape.NOK
    text: str = ""


class PostService:
    """One service: its shelf, its tokens, its account. `record` is told of what was acknowledged."""

    def __init__(
        self,
        style: Style,
        lock: Lock,
        clock: Callable[[], float],
        record: Callable[[str, str], None],
    ) -> None:
        self.style = style
        self.lock = lock
        self.manner = Manner()
        self.shelf = Shelf()
        self.counts = Counter[str]()
        self._clock = clock
        self._record = record
        self._tokens: dict[str, float] = {}

    def expire_tokens(self) -> None:
        """Every token that was given out is over."""
        self._tokens = dict.fromkeys(self._tokens, 0.0)

    def answer(self, call: Call, path: str) -> Answer:
        """Does what is asked at one of its two addresses."""
        self.counts[call.step] += 1
        logs = call.step in (Step.LOG_IN, Step.LOG_OUT)
        try:
            if logs != (path == self.style.log_in_path):
                raise Refused(("00009",), Shape.FAULT, "Diese Funktion gibt es hier nicht.")
            return self._logged(call) if logs else self._transferred(call)
        except Refused as refused:
            self.counts["refused"] += 1
            return self.refusal(call.step, refused)

    def refusal(self, step: Step, refused: Refused) -> Answer:
        """A refusal in the shape that it wants."""
        writer = self._writer()
        match refused.shape:
            case Shape.HTTP:
                return Answer(401, b"", content_type=b"text/plain")
            case Shape.FAULT | Shape.BARE:
                return writer.fault(refused.codes, refused.text, refused.shape is Shape.BARE)
            case Shape.NOK:
                status = writer.status(refused.codes, is_ok=False, text=refused.text)
        if step in _OPERATIONS:
            return xml(writer.response(_OPERATIONS[step], status))
        return xml(writer.envelope(writer.element(WST, "RequestSecurityTokenResponse", status)))

    def _writer(self) -> Writer:
        return Writer(self.style, self.manner, self._clock())

    def _logged(self, call: Call) -> Answer:
        if call.step is Step.LOG_OUT:
            self._tokens.pop(self._token(call), None)
            writer = self._writer()
            gone = writer.element(WST, "RequestedTokenCancelled")
            return xml(writer.envelope(writer.element(WST, "RequestSecurityTokenResponse", gone)))
        self._check_log_in(call)
        name, password = _credentials(call)
        account = self.lock.account
        right = _equal(name, account.name) and _equal(password, account.password)
        match self.lock.welcome(right, name == account.name):
            case Welcome.WRONG:
                raise Refused(("00960", "00961"), self.manner.log_in_refusal)
            case Welcome.LOCKED:
                raise Refused(("00960", "00965"), self.manner.log_in_refusal)
            case Welcome.BLOCKED:
                raise Refused(("00960", "00964"), self.manner.log_in_refusal)
            case Welcome.IN:
                self.counts["tokens"] += 1
        token = f"bipro:{secrets.token_urlsafe(24)}"
        self._tokens[token] = self._clock() + self.manner.token_seconds
        return xml(self._writer().token(token, self._tokens[token]))

    def _check_log_in(self, call: Call) -> None:
        if call.header is None:
            raise Refused(("00900", "00901"), Shape.FAULT)
        security = call.security
        if security is None:
            raise Refused(("00900", "00905"), Shape.FAULT)
        if not len(security):
            raise Refused(("00900", "00906"), Shape.FAULT)
        if security.find(tag(WSSE, "UsernameToken")) is None:
            raise Refused(("00900", "00908"), Shape.FAULT)
        named = dict(children(call.operation))
        if named.get(tag(WST, "TokenType")) != SCT:
            raise Refused(("00910",), Shape.FAULT)
        if named.get(tag(WST, "RequestType")) != ISSUE:
            raise Refused(("00911",), Shape.FAULT)
        if not self.style.action_needed:
            return
        if call.header.findtext(tag(WSA, "Action"), "").strip() != LOG_IN_ACTION:
            raise Refused(("00900",), Shape.FAULT, "wsa:Action fehlt.")
        if any(name.endswith("BiPROVersion") for name in named):
            raise Refused(("00007",), Shape.FAULT)

    def _transferred(self, call: Call) -> Answer:
        ends = self._tokens.get(self._token(call))
        if ends is None:
            raise Refused(("00960", "00919"), self.manner.token_refusal)
        if ends <= self._clock():
            raise Refused(("00960", "00962"), self.manner.token_refusal)
        wanted = self._checked(call)
        match call.step:
            case Step.LIST:
                return self._list(wanted)
            case Step.GET:
                return self._get(wanted[_ID])
            case _:
                return self._acknowledge(wanted[_ID])

    def _token(self, call: Call) -> str:
        if call.header is None:
            raise Refused(("00900", "00901"), self.manner.token_refusal)
        if call.security is None:
            raise Refused(("00900", "00905"), self.manner.token_refusal)
        if call.token is None:
            raise Refused(("00900", "00917"), self.manner.token_refusal)
        return call.token.strip()

    def _checked(self, call: Call) -> dict[str, str]:
        """The fields of a request whose children are the right ones in the right order."""
        if [child.tag for child in call.operation] != [tag(TRANSFER, "Request")]:
            raise Refused(("00007",))
        given = children(call.operation[0])
        fields = dict(given)
        order = [_VERSION, _CONSUMER, *((_CATEGORY, _CONFIRM) if call.step is Step.LIST else (_ID,))]
        if [name for name, _text in given] != [name for name in order if name in fields]:
            raise Refused(("00007",))
        if fields.get(_VERSION) != VERSION or (call.step is not Step.LIST and not fields.get(_ID)):
            raise Refused(("00007",))
        consumer = fields.get(_CONSUMER, "")
        right = self.manner.consumer_id in ("", consumer)
        if not right or len(consumer) > 50 or (self.style.consumer_needed and not consumer):
            raise Refused(("00001",))
        return fields

    def _list(self, wanted: dict[str, str]) -> Answer:
        confirm = wanted.get(_CONFIRM)
        if (confirm is not None) != self.style.confirm_needed or confirm not in (None, "true", "false"):
            raise Refused(("00007",))
        category = wanted.get(_CATEGORY)
        if category is not None:
            self._check_category(category)
        again = confirm == "true" and self.manner.keep_acknowledged
        found = [one for one in self.shelf.listed(again) if one.category.startswith(category or "")]
        writer = self._writer()
        if not found and self.manner.empty is Empty.REFUSAL:
            raise Refused(("04001",))
        code = "04001" if not found and self.manner.empty is Empty.HINT else "04000"
        status = writer.status((code,), is_ok=True)
        return xml(writer.response("listShipments", status, *map(writer.listed, found)))

    def _check_category(self, category: str) -> None:
        if not self.manner.category_filter:
            raise Refused(("00007",))
        if len(category) != 3:
            raise Refused(("04005",))

    def _get(self, number: str) -> Answer:
        shipment = self._there(number)
        if shipment.acknowledged and not self.manner.keep_acknowledged:
            raise Refused(("04003",))
        shipment.fetched += 1
        return self._writer().sent(shipment)

    def _acknowledge(self, number: str) -> Answer:
        if not self.manner.acknowledge:
            raise Refused(("00009",), Shape.FAULT)
        shipment = self.shelf.shipments.get(number)
        if shipment is None or shipment.acknowledged:
            if shipment:
                shipment.acknowledged += 1
            raise Refused(("04004",))
        self._record(self.style.name, number)
        shipment.acknowledged = 1
        writer = self._writer()
        return xml(writer.response("acknowledgeShipment", writer.status(("04000",), is_ok=True)))

    def _there(self, number: str) -> Shipment:
        shipment = self.shelf.shipments.get(number)
        if shipment is None or shipment.vanished:
            raise Refused(("04003",))
        if shipment.expired:
            raise Refused(("04006",))
        return shipment


class PostVisit:
    """One request to a postbox, as an exchange handles it."""

    rubble: Rubble = POST

    def __init__(self, service: PostService, post: Post, request: Request) -> None:
        self.service = service
        self.post = post
        self.request = request
        self.call: Call | None = None
        self.unreadable = ""
        try:
            self.call = read_call(request.body)
        except Unreadable as unreadable:
            self.unreadable = str(unreadable)

    def strike(self) -> Struck:
        """What goes wrong with it; counts it."""
        if self.call is None or not self.post.faults:
            return UNTOUCHED
        return self.post.strike(self.service.style.name, self.call.step, self.call.shipment)

    def process(self) -> Answer:
        """Does what is asked, where it came as SOAP should."""
        request = self.request
        if request.method != "POST":
            return Answer(405, b"", ((b"allow", b"POST"),))
        if not request.headers.get(b"content-type", b"").lower().startswith(b"text/xml"):
            return Answer(415, b"")
        said = "SOAPAction fehlt." if b"soapaction" not in request.headers else self.unreadable
        if said or self.call is None:
            return self.service.refusal(Step.LIST, Refused((), Shape.BARE, said))
        try:
            return self.service.answer(self.call, request.path)
        except OSError as error:
            _log.warning("an acknowledgement cannot be written down: %s", error)
            return Answer(500, b"")

    def refusal(self, said: Said) -> Answer:
        """An answer that a fault puts in the place of the right one."""
        step = self.call.step if self.call else Step.LIST
        return self.service.refusal(step, Refused(said.codes, said.shape, said.text))


def _credentials(call: Call) -> tuple[str, str]:
    token = None if call.security is None else call.security.find(tag(WSSE, "UsernameToken"))
    if token is None:
        return "", ""
    return token.findtext(tag(WSSE, "Username"), ""), token.findtext(tag(WSSE, "Password"), "")


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


_VERSION = tag(MESSAGES, "BiPROVersion")
_CONSUMER = tag(MESSAGES, "ConsumerID")
_CATEGORY = tag(TRANSFER, "KategorieDerLieferung")
_CONFIRM = tag(TRANSFER, "BestaetigeLieferungen")
_ID = tag(TRANSFER, "ID")
