"""Somebody who fetches post by hand: a third reading of the protocol."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx

from jobs.sandbox.bipro.client import Reach

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
WSC = "http://schemas.xmlsoap.org/ws/2005/02/sc"
WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing/"
TRANSFER = "http://www.bipro.net/namespace/transfer"
MESSAGES = "http://www.bipro.net/namespace/nachrichten"
XOP = "http://www.w3.org/2004/08/xop/include"

ACTION = f'<wsa:Action xmlns:wsa="{WSA}">{WST}/RST/SCT</wsa:Action>'
ISSUE = f"<TokenType>{WSC}/sct</TokenType><RequestType>{WST}/Issue</RequestType>"


@dataclass(frozen=True)
class Heard:
    """An answer: its XML by local names, and the parts beside it by their Content-ID."""

    response: httpx.Response
    parts: dict[str, bytes] = field(default_factory=dict)
    root: ElementTree.Element | None = None

    def texts(self, name: str) -> list[str]:
        """The texts of all elements with this local name."""
        assert self.root is not None
        return [one.text or "" for one in self.root.iter() if one.tag.rpartition("}")[2] == name]

    def text(self, name: str) -> str:
        found = self.texts(name)
        return found[0] if found else ""

    @property
    def codes(self) -> list[str]:
        return self.texts("MeldungID")

    @property
    def said(self) -> tuple[int, str, list[str]]:
        """Status of HTTP, of BiPRO, and its codes."""
        return self.response.status_code, self.text("StatusID"), self.codes

    @property
    def files(self) -> list[bytes]:
        """The files that the XML refers to, in order."""
        assert self.root is not None
        hrefs = [one.attrib["href"] for one in self.root.iter(f"{{{XOP}}}Include")]
        return [self.parts[unquote(href.removeprefix("cid:"))] for href in hrefs]


@dataclass
class Recipient:
    """Talks to one of the two services; `token` is that of the last log-in."""

    connection: httpx.Client
    reach: Reach
    at: str = "vema"
    token: str = ""

    def log_in(self, name: str = "", password: str = "", without: str = "") -> Heard:
        """A log-in as VEMA or a standard insurer has it; `without` action or security."""
        known = escape(name or self.reach.name), escape(password or self.reach.password)
        inner = "<w:Username>{}</w:Username><w:Password>{}</w:Password>".format(*known)
        security = f'<w:Security xmlns:w="{WSSE}"><w:UsernameToken>{inner}</w:UsernameToken></w:Security>'
        action = ACTION if self.at == "vema" else ""
        header = "".join({"action": action, "security": security, without: ""}.values())
        body = f'<RequestSecurityToken xmlns="{WST}">{ISSUE}</RequestSecurityToken>'
        heard = self.asks(header, body, self.reach.log_in_url)
        self.token = heard.text("Identifier") if heard.response.status_code == 200 else ""
        return heard

    def lists(self, more: str | None = None, consumer: str | None = None) -> Heard:
        """`more` are further fields; the usual ones of the service where it is None."""
        if more is None:
            more = "" if self.at == "vema" else "<t:BestaetigeLieferungen>false</t:BestaetigeLieferungen>"
        return self.calls("listShipments", more, consumer)

    def gets(self, number: str, consumer: str | None = None) -> Heard:
        return self.calls("getShipment", f"<t:ID>{escape(number)}</t:ID>", consumer)

    def acknowledges(self, number: str) -> Heard:
        return self.calls("acknowledgeShipment", f"<t:ID>{escape(number)}</t:ID>")

    def calls(self, operation: str, fields: str, consumer: str | None = None) -> Heard:
        if consumer is None:
            consumer = "000_00000" if self.at == "vema" else ""
        named = f"<n:ConsumerID>{consumer}</n:ConsumerID>" if consumer else ""
        inner = f'<n:BiPROVersion xmlns:n="{MESSAGES}">2.6.1.1.0</n:BiPROVersion>'
        named = named.replace("<n:ConsumerID>", f'<n:ConsumerID xmlns:n="{MESSAGES}">')
        request = f"<t:Request>{inner}{named}{fields}</t:Request>"
        body = f'<t:{operation} xmlns:t="{TRANSFER}">{request}</t:{operation}>'
        return self.asks(self.session(), body, self.reach.transfer_url)

    def session(self) -> str:
        """The header with the token."""
        identifier = f'<c:Identifier xmlns:c="{WSC}">{escape(self.token)}</c:Identifier>'
        inner = f'<c:SecurityContextToken xmlns:c="{WSC}">{identifier}</c:SecurityContextToken>'
        return f'<w:Security xmlns:w="{WSSE}">{inner}</w:Security>'

    def asks(self, header: str, body: str, url: str, **headers: str) -> Heard:
        envelope = (
            f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
        )
        known = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', **headers}
        return heard(self.connection.post(url, content=envelope.encode(), headers=known))


def heard(response: httpx.Response) -> Heard:
    """The answer in a response; one that is no XML has no root."""
    kind = response.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/related"):
        is_xml = kind.startswith("text/xml") and response.content
        return Heard(response, root=ElementTree.fromstring(response.content) if is_xml else None)
    boundary = re.findall(r'boundary="([^"]+)"', kind)[0].encode()
    [start] = re.findall(r'start="<([^"]+)>"', kind)
    parts: dict[str, bytes] = {}
    for piece in (b"\r\n" + response.content).split(b"\r\n--" + boundary)[1:-1]:
        head, _blank, content = piece.partition(b"\r\n\r\n")
        [cid] = re.findall(r"(?im)^content-id: <(.+)>\r?$", head.decode())
        parts[cid] = content
    return Heard(response, parts, ElementTree.fromstring(parts[start]))
