"""BiPRO 430: the three requests, and what lists and shipments contain. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.partners.bipro.answer import Node
from core.partners.bipro.profile import BiproProfile, Confirmed
from core.partners.bipro.soap import TRANSFER, WSC, WSSE, new_envelope, written
from core.partners.xml import Element, Unreadable, add_element
from core.postbox.post import Offered
from core.text import printable

LONGEST_NUMBER = 200
MOST_DETAILS = 200
"""Further elements that are kept of what is said of a file."""
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_GERMAN_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
_PERSON = (("Vorname", "Nachname"), ("Firmenname",))
_KNOWN = frozenset(
    {
        "Dateiname",
        "Kurzbeschreibung",
        "Bezeichnung",
        "Versicherungsscheinnummer",
        "Unternehmensnummer",
        "Kundennummer",
        "Erstelldatum",
        "Nachname",
        "Vorname",
        "Firmenname",
        "ID",
        "Kategorie",
    }
)


def list_request(profile: BiproProfile, token: str, category: str = "") -> bytes:
    """The question what is there, for one category or (empty) all."""
    envelope, request = _request(profile, token, "listShipments")
    if category:
        add_element(request, f"{{{TRANSFER}}}KategorieDerLieferung", category)
    if profile.confirmed is not Confirmed.OMIT:
        add_element(request, f"{{{TRANSFER}}}BestaetigeLieferungen", profile.confirmed.value)
    return written(envelope)


def get_request(profile: BiproProfile, token: str, number: str) -> bytes:
    """The request for one shipment."""
    return _about_one(profile, token, "getShipment", number)


def acknowledge_request(profile: BiproProfile, token: str, number: str) -> bytes:
    """The acknowledgement of one shipment."""
    return _about_one(profile, token, "acknowledgeShipment", number)


def _about_one(profile: BiproProfile, token: str, operation: str, number: str) -> bytes:
    envelope, request = _request(profile, token, operation)
    add_element(request, f"{{{TRANSFER}}}ID", number)
    return written(envelope)


def _request(profile: BiproProfile, token: str, operation: str) -> tuple[Element, Element]:
    envelope, header, body = new_envelope()
    security = add_element(header, f"{{{WSSE}}}Security", prefixes={"wsse": WSSE})
    context = add_element(security, f"{{{WSC}}}SecurityContextToken", prefixes={"wsc": WSC})
    add_element(context, f"{{{WSC}}}Identifier", token)
    called = add_element(body, f"{{{TRANSFER}}}{operation}", prefixes={"tran": TRANSFER})
    request = add_element(called, f"{{{TRANSFER}}}Request")
    # The schema is a sequence: version, consumer, then what is asked.
    version, consumer = profile.version_namespace, profile.consumer_namespace
    add_element(request, f"{{{version}}}BiPROVersion", profile.version, prefixes={"nac": version})
    if profile.consumer_id:
        add_element(request, f"{{{consumer}}}ConsumerID", profile.consumer_id, prefixes={"nac": consumer})
    return envelope, request


def offered_in(body: Node) -> list[Offered]:
    """The shipments of a list. One without a number can be neither fetched nor kept, and is left out."""
    response = body.child("Response") or body
    return [_offered(one) for one in response.all("Lieferung", TRANSFER) if one.said("ID")]


def shipment_in(body: Node) -> Node:
    """The one shipment of an answer. Raises Unreadable where there is none."""
    response = body.child("Response") or body
    found = response.child("Lieferung", TRANSFER)
    if found is None:
        raise Unreadable("holds no shipment")
    return found


def _offered(shipment: Node) -> Offered:
    """`ID` is a child of its own: others lie deeper."""
    return Offered(
        number=shipment.said("ID")[:LONGEST_NUMBER],
        category=printable(shipment.said("Kategorie"))[:20],
        offered_at=printable(shipment.said("Einstellzeitpunkt"))[:40],
        available_until=read_day(shipment.said("VerfuegbarBis")),
        sender=_first(shipment, "Unternehmensnummer"),
        sender_name=_first(shipment, "Unternehmensname"),
        confidential=_first(shipment, "Vertraulich")[:20],
    )


def read_day(text: str) -> date | None:
    """A day, whatever stands behind it; None where there is none."""
    german = _GERMAN_DAY.match(text)
    found = _DAY.match(text)
    parts = found.groups() if found else german.groups()[::-1] if german else None
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Described:
    """A file block: its node, its place among all, and what is said of it there or around it."""

    node: Node | None
    position: int
    file_name: str = ""
    title: str = ""
    category: str = ""
    sender: str = ""
    sender_name: str = ""
    contract_number: str = ""
    customer_number: str = ""
    names: tuple[str, ...] = ()
    dated: str = ""
    details: dict[str, str] = field(default_factory=dict[str, str])


def describe(shipment: Node) -> tuple[Offered, list[Described], Described]:
    """A shipment, its file blocks in order, and what is said of it as a whole (for data without a file)."""
    transfers = list(shipment.all("Transfer", TRANSFER))
    around = {id(node): transfer for transfer in transfers for node in transfer.below("Datei")}
    blocks: list[Described] = []
    for node in shipment.below("Datei"):
        scopes = [node, *filter(None, [around.get(id(node))]), shipment]
        blocks.append(_described(scopes, node, len(blocks) + 1))
    return _offered(shipment), blocks, _described([*transfers, shipment], None, 0)


def _described(scopes: Sequence[Node], node: Node | None, position: int) -> Described:
    """Each value from the nearest scope that has it: the file block, its transfer, the shipment."""

    def said(name: str) -> str:
        return next((text for scope in scopes if (text := _first(scope, name))), "")

    return Described(
        node=node,
        position=position,
        file_name=node.said("Dateiname") if node is not None else "",
        title=_own(scopes[0], "Bezeichnung") or _own(scopes[0], "Kurzbeschreibung"),
        category=printable(scopes[-1].said("Kategorie"))[:20],
        sender=said("Unternehmensnummer"),
        sender_name=said("Unternehmensname"),
        contract_number=said("Versicherungsscheinnummer"),
        customer_number=said("Kundennummer"),
        names=tuple(_names(scopes)),
        dated=said("Erstelldatum")[:40],
        details=_details(scopes),
    )


def _names(scopes: Sequence[Node]) -> Iterator[str]:
    for scope in scopes:
        found = [" ".join(filter(None, (_first(scope, part) for part in parts))) for parts in _PERSON]
        if any(found):
            yield from filter(None, found)
            return


def _details(scopes: Sequence[Node]) -> dict[str, str]:
    """Everything else that is said, by element name; the nearest wins."""
    details: dict[str, str] = {}
    for scope in reversed(scopes):
        for one in _leaves(scope):
            is_new = one.name not in details and len(details) >= MOST_DETAILS
            if one.name not in _KNOWN and not is_new and (text := printable(one.text.strip())):
                details[one.name] = text[:500]
    return details


def _leaves(scope: Node) -> Iterator[Node]:
    for one in scope.children:
        if not one.children and one.content is None:
            yield one
        elif one.name not in ("Datei", "Transfer"):
            yield from _leaves(one)


def _own(scope: Node, name: str) -> str:
    return printable(scope.said(name))[:500]


def _first(scope: Node, name: str) -> str:
    """The first text of that name in a scope, but not in a file block or transfer within it."""
    return next(
        (printable(one.text.strip())[:200] for one in _leaves(scope) if one.name == name and one.text), ""
    )
