"""SOAP 1.1 as BiPRO uses it: envelopes out, and what an answer means whichever of its three shapes it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.partners.bipro.answer import Node
from core.partners.bipro.profile import NACHRICHTEN
from core.partners.xml import Element, Unreadable, add_element, as_bytes
from core.text import printable, shortened

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSC = "http://schemas.xmlsoap.org/ws/2005/02/sc"
TRANSFER = "http://www.bipro.net/namespace/transfer"
LONGEST_TOLD = 300


class Meaning(StrEnum):
    """What the codes of an answer come to for a client."""

    OK = "ok"
    NOTHING = "nothing"
    GONE = "gone"
    CANNOT_ACKNOWLEDGE = "cannot-acknowledge"
    NOT_SUPPORTED = "not-supported"
    SESSION = "session"
    CREDENTIALS = "credentials"
    LATER = "later"
    REFUSED = "refused"


_MEANINGS: tuple[tuple[Meaning, frozenset[str]], ...] = (
    # The refining code decides: a refused password comes as 00960 with 00961, an ended session with 00962.
    (Meaning.CREDENTIALS, frozenset({"00961", "00964", "00965", "00966"})),
    (Meaning.SESSION, frozenset({"00909", "00917", "00919", "00962", "00963"})),
    (Meaning.SESSION, frozenset({"00960", "00900"})),
    (Meaning.NOTHING, frozenset({"04001"})),
    (Meaning.GONE, frozenset({"04003", "04006"})),
    (Meaning.CANNOT_ACKNOWLEDGE, frozenset({"04004"})),
    (Meaning.NOT_SUPPORTED, frozenset({"00009"})),
    (Meaning.LATER, frozenset({"00932", "00940", "00941"})),
)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an answer: what it comes to, its codes, and what it says to a reader."""

    meaning: Meaning
    codes: tuple[str, ...] = ()
    told: str = ""
    is_fault: bool = False


def new_envelope() -> tuple[Element, Element, Element]:
    """Envelope, header and body."""
    envelope = add_element(None, f"{{{SOAP}}}Envelope", prefixes={"soapenv": SOAP})
    return envelope, add_element(envelope, f"{{{SOAP}}}Header"), add_element(envelope, f"{{{SOAP}}}Body")


def written(envelope: Element) -> bytes:
    """The bytes of an envelope."""
    return as_bytes(envelope)


def body_of(root: Node) -> Node:
    """The one element in the body. Raises Unreadable for anything that is no SOAP answer."""
    if root.name != "Envelope" or not root.belongs_to(SOAP):
        raise Unreadable("is no SOAP answer")
    body = root.child("Body", SOAP)
    if body is None or not body.children:
        raise Unreadable("is a SOAP answer without a body")
    return body.children[0]


def status_of(body: Node) -> Status:
    """What an answer means: NOK in a status block, a BiproException, or a fault with a sentence alone.

    Raises Unreadable where it says nothing of that kind.
    """
    if body.name == "Fault":
        return _fault(body)
    response = body.child("Response") or body
    block = response.child("Status", NACHRICHTEN)
    if block is None:
        raise Unreadable("says nothing of its status")
    return _block(block, is_fault=False)


def _fault(fault: Node) -> Status:
    for exception in fault.below("BiproException"):
        block = exception.child("Status", NACHRICHTEN)
        if block is not None:
            return _block(block, is_fault=True)
    told = next(
        (
            one.text.strip()
            for name in ("faultstring", "Text")
            for one in fault.below(name)
            if one.text.strip()
        ),
        "",
    )
    return Status(Meaning.REFUSED, (), _shown([told]), is_fault=True)


def _block(block: Node, *, is_fault: bool) -> Status:
    notes = list(block.all("Meldung", NACHRICHTEN))
    codes = tuple(code for one in notes if (code := one.said("MeldungID")))
    told = _shown(one.said("Text") for one in notes)
    stated = block.said("StatusID", NACHRICHTEN).upper()
    is_error = any(one.said("ArtID").lower() == "fehler" for one in notes)
    if not is_fault and (stated in ("OK", "00000") or (not stated and notes and not is_error)):
        return Status(Meaning.NOTHING if "04001" in codes else Meaning.OK, codes, told)
    if not stated and not notes:
        raise Unreadable("says nothing of its status")
    meaning = next((meaning for meaning, known in _MEANINGS if known & set(codes)), Meaning.REFUSED)
    return Status(meaning, codes, told, is_fault)


def _shown(texts: Iterable[str]) -> str:
    return shortened(" · ".join(dict.fromkeys(printable(text) for text in texts if text)), LONGEST_TOLD)
