"""Reads requests with this side's own eyes: ElementTree, on purpose another reader than the product's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from jobs.sandbox.bipro.names import CANCEL, SOAP, TRANSFER, WSC, WSSE, WST, tag


class Step(StrEnum):
    """What is asked."""

    LOG_IN = "log-in"
    LOG_OUT = "log-out"
    LIST = "list"
    GET = "get"
    ACKNOWLEDGE = "acknowledge"


class Unreadable(Exception):
    """The body is no request that anybody here understands."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: header (None where it has none), the first element of its body, and what that asks for."""

    header: Element | None
    operation: Element
    step: Step

    @property
    def shipment(self) -> str:
        """The shipment asked for, "" where none is."""
        return self.operation.findtext(f"*/{tag(TRANSFER, 'ID')}", "")

    @property
    def security(self) -> Element | None:
        """wsse:Security of the header."""
        return None if self.header is None else self.header.find(tag(WSSE, "Security"))

    @property
    def token(self) -> str | None:
        """The Identifier of the SecurityContextToken; None where there is none of the two."""
        path = f"{tag(WSC, 'SecurityContextToken')}/{tag(WSC, 'Identifier')}"
        return None if self.security is None else self.security.findtext(path)


_STEPS = {
    tag(TRANSFER, "listShipments"): Step.LIST,
    tag(TRANSFER, "getShipment"): Step.GET,
    tag(TRANSFER, "acknowledgeShipment"): Step.ACKNOWLEDGE,
}


def read_call(body: bytes) -> Call:
    """The request in a body; raises Unreadable."""
    if b"<!DOCTYPE" in body:
        raise Unreadable("a document type is not taken")
    try:
        # no document type comes this far, so there are no entities to expand
        envelope = ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"not well-formed: {error}") from error
    inner = envelope.find(tag(SOAP, "Body"))
    if envelope.tag != tag(SOAP, "Envelope") or inner is None or not len(inner):
        raise Unreadable("no SOAP 1.1 envelope with a body")
    operation = inner[0]
    return Call(envelope.find(tag(SOAP, "Header")), operation, _step(operation))


def children(element: Element) -> list[tuple[str, str]]:
    """Tag and text of an element's children, in order."""
    return [(child.tag, (child.text or "").strip()) for child in element]


def _step(operation: Element) -> Step:
    if operation.tag == tag(WST, "RequestSecurityToken"):
        kind = operation.findtext(tag(WST, "RequestType"), "")
        return Step.LOG_OUT if kind.strip() == CANCEL else Step.LOG_IN
    if operation.tag in _STEPS:
        return _STEPS[operation.tag]
    raise Unreadable(f"there is no operation {operation.tag}")
