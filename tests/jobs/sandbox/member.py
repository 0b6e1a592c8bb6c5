"""A member who hands customers over by hand: a third reading of the protocol."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import httpx

from jobs.sandbox.client import Credentials

ELEMENTS = {
    "Anrede": "Frau",
    "Vorname": "Petra",
    "Nachname": "Weiß",
    "Strasse": "Lindenweg",
    "Hausnummer": "4",
    "PLZ": "01067",
    "Ort": "Dresden",
    "Geburtsdatum": "04.03.1971",
}
COMPANY = {"Nachname": "", "Vorname": "", "Anrede": "Firma", "Geburtsdatum": "", "Firma": "Elbwerk"}
VAGUE = "Die Kundendaten konnten nicht übernommen werden."


@dataclass(frozen=True)
class Said:
    """An answer of the extranet."""

    code: int
    attributes: dict[str, str]
    message: str | None
    headers: httpx.Headers

    @property
    def status(self) -> str:
        return self.attributes["status"]

    @property
    def reference(self) -> str:
        return self.attributes["vemanummer"]


@dataclass
class Member:
    """Talks to the extranet over one connection; every hand-over has a fresh key unless one is named."""

    connection: httpx.Client
    credentials: Credentials
    keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def log_in(self, name: str = "", password: str = "", member: str = "") -> Said:
        return said(self._ask("GET", "/anmeldung", name=name, password=password, member=member))

    def hands_over(self, number: str = "K-17", key: str = "", known_as: str = "", **fields: str) -> Said:
        """A private customer unless fields say otherwise."""
        return said(self.sends(body(number, known_as, "P", fields), key))

    def hands_over_company(
        self, number: str = "F-1", key: str = "", known_as: str = "", **fields: str
    ) -> Said:
        return said(self.sends(body(number, known_as, "F", COMPANY | fields), key))

    def sends(self, content: bytes, key: str = "") -> httpx.Response:
        key = key or f"key-{next(self.keys)}"
        return self._ask("POST", "/kunden", content=content, headers={"Idempotency-Key": key})

    def asks_for_key(self, key: str) -> Said:
        return said(self._ask("GET", f"/uebergaben/{key}"))

    def asks_for_number(self, number: str) -> Said:
        return said(self._ask("GET", "/kunden", params={"kundennummer": number}))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        name: str = "",
        password: str = "",
        member: str = "",
        content: bytes = b"",
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
    ) -> httpx.Response:
        own = self.credentials
        return self.connection.request(
            method,
            path,
            auth=(name or own.name, password or own.password),
            headers={"X-Mitgliedsnummer": member or own.member, **(headers or {})},
            content=content,
            params=params,
        )


def body(number: str, known_as: str, kind: str, fields: dict[str, str]) -> bytes:
    """A `Kunde`: our usual Petra Weiß with other fields."""
    elements = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in (ELEMENTS | fields).items())
    numbers = f"kundennummer={quoteattr(number)} vemanummer={quoteattr(known_as)}"
    return f'<Kunde xmlns="urn:leitstand:vema-kunde:1" {numbers} art="{kind}">{elements}</Kunde>'.encode()


def said(response: httpx.Response) -> Said:
    """The answer in a response, which has to be well-formed."""
    root = ElementTree.fromstring(response.content)
    assert root.tag == "{urn:leitstand:vema-kunde:1}Antwort"
    message = root.findtext("{urn:leitstand:vema-kunde:1}Meldung")
    return Said(response.status_code, root.attrib, message, response.headers)
