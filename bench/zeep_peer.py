"""The same post, fetched with zeep.

Log-in by hand, list and shipments through a client of zeep's for each thread, each file kept in an archive
like ours.
Prints seconds and the number of files.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

from core.archive import Archive
from core.partners.xml import Element, add_element
from jobs.sandbox.bipro.client import Reach

_SCHEMA = 'xmlns="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
_BIPRO = "http://www.bipro.net/namespace"
_SPACES = (
    f'xmlns:t="{_BIPRO}/transfer" xmlns:n="{_BIPRO}/nachrichten" xmlns:a="{_BIPRO}/allgemein"'
    f' xmlns:g="{_BIPRO}/gevo" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
)
_WSC = "http://schemas.xmlsoap.org/ws/2005/02/sc"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
_WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing/"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
VERSION, CONSUMER = "2.6.1.1.0", "000_00000"


def _fields(*names: str, kind: str = "xs:string") -> str:
    return "".join(f'<element name="{name}" type="{kind}" minOccurs="0"/>' for name in names)


def _type(name: str, inner: str) -> str:
    return f'<complexType name="{name}"><sequence>{inner}</sequence></complexType>'


def _element(name: str, inner: str) -> str:
    return f'<element name="{name}"><complexType><sequence>{inner}</sequence></complexType></element>'


def _nachrichten() -> str:
    note = _type("Meldung", _fields("ArtID", "MeldungID", "Text", "Quelle"))
    many = '<element name="Meldung" type="n:Meldung" minOccurs="0" maxOccurs="unbounded"/>'
    status = _type("Status", _fields("ProzessID", "Zeitstempel", "StatusID", "Schwebe") + many)
    elements = "".join(
        f'<element name="{name}" type="xs:string"/>' for name in ("BiPROVersion", "ConsumerID")
    )
    return note + status + elements + '<element name="Status" type="n:Status"/>'


def _gevo() -> str:
    names = ("Dateiname", "Dateityp", "Daten", "Komprimierungstyp", "Kurzbeschreibung")
    inner = "".join(f'<element ref="a:{name}" minOccurs="0"/>' for name in names)
    return _element("Datei", inner) + '<element name="ArtID" type="xs:string"/>'


def _transfer() -> str:
    file = (
        '<element ref="g:ArtID" minOccurs="0"/><element ref="g:Datei" minOccurs="0" maxOccurs="unbounded"/>'
    )
    transfer = _type("Transfer", file)
    head = _fields("ID", "Einstellzeitpunkt", "Kategorie", "VerfuegbarBis", "ArtDerLieferung")
    head += _fields("EnthaeltNurDaten", "PeriodischeLieferung", "Sparte", "AnzahlTransfers", "Vertraulich")
    many = '<element name="{0}" type="t:{0}" minOccurs="0" maxOccurs="unbounded"/>'
    shipment = _type("Lieferung", head + many.format("Transfer"))
    asked = '<element ref="n:BiPROVersion"/><element ref="n:ConsumerID" minOccurs="0"/>' + _fields("ID")
    told = '<element ref="n:BiPROVersion" minOccurs="0"/><element ref="n:Status"/>' + many.format("Lieferung")
    elements = "".join(
        _element(name, _element("Request", asked)) + _element(f"{name}Response", _element("Response", told))
        for name in ("listShipments", "getShipment")
    )
    return transfer + shipment + elements


def wsdl(address: str) -> str:
    """A description of what is asked of the sandbox; the norm's own is not ours to ship."""
    files = "".join(f'<element name="{name}" type="xs:string"/>' for name in ("Dateiname", "Dateityp"))
    files += '<element name="Daten" type="xs:base64Binary"/>'
    files += "".join(
        f'<element name="{name}" type="xs:string"/>' for name in ("Komprimierungstyp", "Kurzbeschreibung")
    )
    schemas = {"allgemein": files, "nachrichten": _nachrichten(), "gevo": _gevo(), "transfer": _transfer()}
    types = "".join(
        f'<schema {_SCHEMA} targetNamespace="{_BIPRO}/{name}">{_imports(name)}{inner}</schema>'
        for name, inner in schemas.items()
    )
    messages = operations = bindings = ""
    for name in ("listShipments", "getShipment"):
        for kind in ("", "Response"):
            part = f'<w:part name="p" element="t:{name}{kind}"/>'
            messages += f'<w:message name="{name}{kind}">{part}</w:message>'
        ways = f'<w:input message="t:{name}"/><w:output message="t:{name}Response"/>'
        operations += f'<w:operation name="{name}">{ways}</w:operation>'
        body = '<s:body use="literal"/>'
        ways = f"<w:input>{body}</w:input><w:output>{body}</w:output>"
        bindings += f'<w:operation name="{name}"><s:operation soapAction=""/>{ways}</w:operation>'
    http = '<s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
    return (
        f'<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" {_SPACES}'
        f' xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="{_BIPRO}/transfer">'
        f"<w:types>{types}</w:types>{messages}"
        f'<w:portType name="Post">{operations}</w:portType>'
        f'<w:binding name="Soap" type="t:Post">{http}{bindings}</w:binding>'
        f'<w:service name="Service"><w:port name="Port" binding="t:Soap"><s:address location="{address}"/>'
        "</w:port></w:service></w:definitions>"
    )


def _imports(name: str) -> str:
    others = {"gevo": ("allgemein",), "transfer": ("nachrichten", "gevo")}.get(name, ())
    return "".join(f'<import namespace="{_BIPRO}/{other}"/>' for other in others)


def main(reach: Reach, ca_file: str, folder: Path, threads: int) -> None:
    """Fetches everything; prints seconds and files."""
    from zeep import Client, Settings, Transport

    file = folder / "transfer.wsdl"
    file.write_text(wsdl(reach.transfer_url), encoding="utf-8")
    archive = Archive(folder)
    clients: SimpleQueue[Any] = SimpleQueue()
    for _thread in range(threads):
        session = requests.Session()
        session.trust_env, session.verify = False, ca_file
        transport = Transport(session=session)
        settings = Settings(strict=False, xml_huge_tree=True)  # pyright: ignore[reportCallIssue]
        clients.put(Client(str(file), transport=transport, settings=settings))
    start = time.perf_counter()
    header = _session(reach, ca_file)
    known = {"BiPROVersion": VERSION, "ConsumerID": CONSUMER}
    first = clients.get()
    listed = first.service.listShipments(Request=known, _soapheaders=[header])
    clients.put(first)

    def fetch(number: str) -> int:
        client = clients.get()
        try:
            response = client.service.getShipment(Request={**known, "ID": number}, _soapheaders=[header])
        finally:
            clients.put(client)
        files = [
            one for shipment in response.Lieferung for each in shipment.Transfer for one in each.Datei or ()
        ]
        for one in files:
            archive.store([one.Daten])
        return len(files)

    with ThreadPoolExecutor(threads) as pool:
        count = sum(pool.map(fetch, [shipment.ID for shipment in listed.Lieferung]))
    print(time.perf_counter() - start, count)


def _session(reach: Reach, ca_file: str) -> Element:
    """The header with a fresh token; zeep knows no norm 410."""
    user = f"<Username>{escape(reach.name)}</Username><Password>{escape(reach.password)}</Password>"
    header = f'<Action xmlns="{_WSA}">{_WST}/RST/SCT</Action>'
    header += f'<Security xmlns="{_WSSE}"><UsernameToken>{user}</UsernameToken></Security>'
    kinds = f"<TokenType>{_WSC}/sct</TokenType><RequestType>{_WST}/Issue</RequestType>"
    body = f'<RequestSecurityToken xmlns="{_WST}">{kinds}</RequestSecurityToken>'
    inner = f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body>"
    envelope = f'<s:Envelope xmlns:s="{_SOAP}">{inner}</s:Envelope>'
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    answer = requests.post(
        reach.log_in_url, data=envelope.encode(), headers=headers, verify=ca_file, timeout=30
    )
    token = ElementTree.fromstring(answer.content).findtext(f".//{{{_WSC}}}Identifier", "")
    security = add_element(None, f"{{{_WSSE}}}Security")
    context = add_element(security, f"{{{_WSC}}}SecurityContextToken")
    add_element(context, f"{{{_WSC}}}Identifier", token)
    return security
