"""Writes answers: envelopes, status blocks, shipments, and the parts that carry their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from jobs.sandbox.bipro.content import Encoded, Joined, Plain
from jobs.sandbox.bipro.names import (
    EVENT,
    GENERAL,
    MESSAGES,
    SCT,
    SOAP,
    TRANSFER,
    VERSION,
    WSC,
    WST,
    WSU,
    XMIME,
    XOP,
)
from jobs.sandbox.bipro.shelf import File, How, Shipment
from jobs.sandbox.bipro.style import Style
from jobs.sandbox.bipro.wishes import Expires, Manner
from jobs.sandbox.request import Answer, Streamed

XML = b"text/xml; charset=utf-8"
_GERMAN_TIME = timezone(timedelta(hours=1))
_SAYS = {
    "00001": "Die übergebenen Daten sind unvollständig oder fehlerhaft.",
    "00007": "Die XML-Schemaprüfung ist fehlgeschlagen.",
    "00009": "Die Funktion ist nicht implementiert.",
    "00900": "Der Sicherheitskopf fehlt oder ist fehlerhaft.",
    "00932": "Die Verarbeitung ist fehlgeschlagen.",
    "00940": "Der Dienst ist vorübergehend gestört.",
    "00960": "Die Authentifizierung ist fehlgeschlagen.",
    "00961": "Die Zugangsdaten sind ungültig.",
    "00962": "Die Sitzung ist ungültig.",
    "00964": "Der Zugang ist gesperrt.",
    "00965": "Der Zugang ist nach zu vielen Fehlversuchen gesperrt.",
    "00966": "Das Kennwort ist abgelaufen.",
    "04000": "Der Aufruf war erfolgreich.",
    "04001": "Zu dieser Kategorie liegen keine Lieferungen vor.",
    "04003": "Zu dieser ID gibt es keine Lieferung.",
    "04004": "Die Lieferung kann nicht bestätigt werden.",
    "04005": "Diese Feinheit der Kategorie wird nicht unterstützt.",
    "04006": "Die Lieferung ist nicht mehr verfügbar.",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one service; `now` in seconds since 1970."""

    style: Style
    manner: Manner
    now: float

    def element(self, namespace: str, name: str, *inner: str, attributes: str = "") -> str:
        """An element around XML."""
        if self.manner.no_prefixes:
            return f'<{name} xmlns="{namespace}"{attributes}>{"".join(inner)}</{name}>'
        qualified = f"{self.style.prefixes[namespace]}:{name}"
        return f"<{qualified}{attributes}>{''.join(inner)}</{qualified}>"

    def text(self, namespace: str, name: str, text: str) -> str:
        """An element around text, nothing where there is none."""
        return self.element(namespace, name, escape(text)) if text else ""

    def envelope(self, inner: str) -> str:
        """A whole document, without its declaration."""
        spaces = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in self.style.prefixes.items())
        return f'<soap:Envelope xmlns:soap="{SOAP}"{spaces}><soap:Body>{inner}</soap:Body></soap:Envelope>'

    def status(self, codes: Iterable[str], is_ok: bool, text: str = "") -> str:
        """The status block."""
        kind = "Hinweis" if is_ok else "Fehler"
        told = [
            self.element(
                MESSAGES,
                "Meldung",
                self.text(MESSAGES, "ArtID", kind),
                self.text(MESSAGES, "MeldungID", code),
                self.text(MESSAGES, "Text", text or _SAYS.get(code, f"Meldung {code}")),
            )
            for code in codes
        ]
        said = self.text(MESSAGES, "StatusID", "OK" if is_ok else "NOK")
        if self.manner.sparse:
            return self.element(MESSAGES, "Status", said, *told)
        at = datetime.fromtimestamp(self.now, _GERMAN_TIME).strftime("%Y-%m-%dT%H:%M:%S")
        head = self.text(MESSAGES, "ProzessID", f"P-{self.now:.3f}"), self.text(MESSAGES, "Zeitstempel", at)
        pending = self.text(MESSAGES, "Schwebe", "false")
        return self.element(MESSAGES, "Status", *head, said, pending, *told)

    def response(self, operation: str, *inner: str) -> str:
        """The answer of one of the three operations."""
        version = "" if self.manner.sparse else self.text(MESSAGES, "BiPROVersion", VERSION)
        response = self.element(TRANSFER, "Response", version, *inner)
        return self.envelope(self.element(TRANSFER, f"{operation}Response", response))

    def fault(self, codes: Iterable[str], text: str, is_bare: bool) -> Answer:
        """A SOAP fault with status 500, with a BiproException or with a sentence only."""
        said = text or " ".join(_SAYS.get(code, f"Meldung {code}") for code in codes)
        version = self.text(MESSAGES, "BiPROVersion", VERSION)
        inner = version + self.status(codes, is_ok=False, text=text)
        detail = "" if is_bare else f"<detail>{self.element(MESSAGES, 'BiproException', inner)}</detail>"
        head = f"<faultcode>soap:Server</faultcode><faultstring>{escape(said)}</faultstring>"
        return xml(self.envelope(f"<soap:Fault>{head}{detail}</soap:Fault>"), status=500)

    def token(self, token: str, ends: float) -> str:
        """What a log-in is answered with."""
        created = datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        expires = _moment(ends, self.manner.expires)
        life = f'<wsu:Created xmlns:wsu="{WSU}">{created}</wsu:Created>'
        told = f'<wsu:Expires xmlns:wsu="{WSU}">{expires}</wsu:Expires>' if expires else ""
        identifier = self.text(WSC, "Identifier", token)
        security = self.element(WSC, "SecurityContextToken", identifier)
        inner = (
            self.text(WST, "TokenType", SCT),
            self.element(WST, "Lifetime", life, told),
            self.element(WST, "RequestedSecurityToken", security),
        )
        return self.envelope(self.element(WST, "RequestSecurityTokenResponse", *inner))

    def listed(self, shipment: Shipment) -> str:
        """A shipment as a list has it."""
        return self.element(TRANSFER, "Lieferung", *self._head(shipment))

    def sent(self, shipment: Shipment) -> Answer:
        """A shipment with its files."""
        marks = {f"@@{number}@@": file for number, file in enumerate(shipment.files)}
        transfers = [self._transfer(shipment, marks, number) for number in _transfers(shipment)]
        root = self.response(
            "getShipment",
            self.status(("04000",), is_ok=True),
            self.element(TRANSFER, "Lieferung", *self._head(shipment), *transfers),
        )
        if shipment.how is How.INLINE:
            return Answer(200, _inline(_encoded(root, shipment), marks), content_type=_xml_type(shipment))
        if shipment.how is How.DATA_ONLY or not shipment.files:
            return Answer(200, _encoded(root, shipment), content_type=_xml_type(shipment))
        return _multipart(_encoded(root, shipment), shipment)

    def _head(self, shipment: Shipment) -> Iterator[str]:
        fields = (
            ("ID", shipment.number),
            ("Einstellzeitpunkt", shipment.offered_at),
            ("Kategorie", shipment.category),
            ("VerfuegbarBis", shipment.available_until),
            ("ArtDerLieferung", shipment.sort),
            ("EnthaeltNurDaten", str(shipment.how is How.DATA_ONLY).lower()),
            ("PeriodischeLieferung", "false"),
            ("Sparte", shipment.line),
            ("AnzahlTransfers", str(len(_transfers(shipment)))),
            ("Vertraulich", shipment.confidential),
        )
        return (self.text(TRANSFER, name, text) for name, text in fields)

    def _transfer(self, shipment: Shipment, marks: dict[str, File], number: int) -> str:
        particulars = dict(shipment.particulars)
        note, known = particulars.pop("Freitext", ""), particulars.items()
        files = [
            self._file(shipment, place, mark, file)
            for place, (mark, file) in enumerate(marks.items())
            if file.transfer == number
        ]
        return self.element(
            TRANSFER,
            "Transfer",
            self.text(EVENT, "Freitext", note),
            self.text(EVENT, "ArtID", shipment.category),
            *(self.text(EVENT, name, text) for name, text in known),
            *files,
        )

    def _file(self, shipment: Shipment, place: int, mark: str, file: File) -> str:
        if shipment.how is How.INLINE:
            data = mark
        else:
            lost = "verloren-" if shipment.dangling else ""
            href = f"cid:{lost}{quote(_cid(shipment, place, file), safe='@')}"
            data = f'<xop:Include xmlns:xop="{XOP}" href={quoteattr(href)}/>'
        kind = quoteattr(file.media_type)
        return self.element(
            EVENT,
            "Datei",
            self.text(GENERAL, "Dateiname", file.name),
            self.text(GENERAL, "Dateityp", "Nettodaten" if file.net_data else "Dokument"),
            self.element(
                GENERAL, "Daten", data, attributes=f' xmlns:xmime="{XMIME}" xmime:contentType={kind}'
            ),
            self.text(GENERAL, "Komprimierungstyp", "ZIP" if file.compressed else "KEINE"),
            self.text(GENERAL, "Kurzbeschreibung", file.title),
        )


def xml(document: str, status: int = 200) -> Answer:
    """An answer that is XML only."""
    return Answer(status, _declared(document, "utf-8"), content_type=XML)


def _transfers(shipment: Shipment) -> list[int]:
    return sorted({file.transfer for file in shipment.files}) or [1]


def _moment(at: float, expires: Expires) -> str:
    local = datetime.fromtimestamp(at, _GERMAN_TIME)
    match expires:
        case Expires.ZULU:
            return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        case Expires.OFFSET:
            return local.isoformat(timespec="seconds")
        case Expires.LOCAL:
            return local.strftime("%Y-%m-%dT%H:%M:%S")
        case Expires.BLANK:
            return local.strftime("%Y-%m-%d %H:%M:%S")
        case Expires.ABSENT:
            return ""


def _declared(document: str, charset: str) -> bytes:
    whole = f'<?xml version="1.0" encoding="{charset}"?>\n{document}'
    return whole.encode(charset, "xmlcharrefreplace")


def _encoded(document: str, shipment: Shipment) -> bytes:
    return _declared(document, shipment.charset)


def _xml_type(shipment: Shipment) -> bytes:
    return f"text/xml; charset={shipment.charset}".encode()


def _cid(shipment: Shipment, place: int, file: File) -> str:
    return file.cid or f"{shipment.number}.{place}@sandbox.example"


def _inline(document: bytes, marks: dict[str, File]) -> Streamed:
    """The document with the base64 of files in the places of their marks."""
    parts: list[Streamed] = []
    for mark, file in marks.items():
        before, _mark, document = document.partition(mark.encode())
        parts += [Plain(before), Encoded(file.content)]
    return Joined([*parts, Plain(document)])


def _multipart(root: bytes, shipment: Shipment) -> Answer:
    """XOP: the root, then a part for each file; oddly written where the shipment wants it."""
    delimiter = f"--{shipment.boundary}".encode()
    start = "<Wurzel.1@sandbox.example>"
    root_type = f'application/xop+xml; charset={shipment.charset}; type="text/xml"'
    parts: list[tuple[bytes, Streamed]] = [(_part_head(shipment, root_type, "binary", start), Plain(root))]
    for place, file in enumerate(shipment.files):
        head = _part_head(shipment, file.media_type, file.encoding, f"<{_cid(shipment, place, file)}>")
        content = Encoded(file.content) if file.encoding == "base64" else file.content
        parts.append((head, content))
    body: list[Streamed] = []
    if shipment.odd_headers:
        parts.append(parts.pop(0))
        body.append(Plain(b"Das ist eine Nachricht in mehreren Teilen.\r\n"))
    for head, content in parts:
        body += [Plain(delimiter + b"\r\n" + head + b"\r\n\r\n"), content, Plain(b"\r\n")]
    body.append(Plain(delimiter + (b"-- \t\r\nEnde." if shipment.odd_headers else b"--\r\n")))
    return Answer(200, Joined(body), content_type=_multipart_type(shipment, start))


def _part_head(shipment: Shipment, media_type: str, encoding: str, cid: str) -> bytes:
    names = ("Content-Type", "Content-Transfer-Encoding", "Content-ID")
    if shipment.odd_headers:
        names = ("content-type", "CONTENT-TRANSFER-ENCODING", "Content-Id")
    lines = (f"{name}: {text}" for name, text in zip(names, (media_type, encoding, cid), strict=True))
    return "\r\n".join(lines).encode()


def _multipart_type(shipment: Shipment, start: str) -> bytes:
    boundary = f'boundary="{shipment.boundary}"'
    if shipment.odd_headers:
        rest = f'START-INFO="text/xml";  {boundary} ;start="{start}"; type="application/xop+xml"'
        return f"Multipart/Related;{rest}".encode()
    rest = f'type="application/xop+xml"; start="{start}"; start-info="text/xml"; {boundary}'
    return f"multipart/related; {rest}".encode()
