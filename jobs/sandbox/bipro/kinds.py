"""Kinds of shipments by name: every behaviour of a postbox that is known to have hurt somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Values = Mapping[str, object]


def _files(*files: Values, **shipment: object) -> Values:
    return {**shipment, "file": list(files)}


_PDF: Values = {"kind": "pdf"}
_LATER = "Anlage\nBedingungen"

KINDS: Mapping[str, Values] = {
    "pdf": _files(_PDF),
    "several-files": _files(_PDF, {"kind": "pdf", "text": _LATER}, {"kind": "png"}),
    "several-transfers": _files(_PDF, {"kind": "pdf", "text": _LATER, "transfer": 2}),
    "data-only": _files(how="data-only", category="999200010"),
    "inline": _files(_PDF, {"kind": "line-breaks"}, how="inline"),
    "gdv": _files({"kind": "gdv", "net_data": True}, category="999010010"),
    "gdv-as-pdf": _files(
        {"kind": "gdv", "name": "Bestand.pdf", "media_type": "application/pdf"}, category="999010020"
    ),
    "latin-1": _files({"kind": "pdf", "name": "Ärger mit Übermaß.pdf"}, charset="iso-8859-1"),
    "odd-cids": _files(
        {"kind": "pdf", "cid": "Anhang-ÄB%20c+d/1@Leitstand.EXAMPLE"},
        {"kind": "pdf", "cid": "anhang-äb%20c+d/1@leitstand.example", "text": _LATER},
    ),
    "odd-headers": _files(_PDF, {"kind": "xml"}, odd_headers=True),
    "base64-part": _files({"kind": "line-breaks", "encoding": "base64"}),
    "line-breaks": _files({"kind": "line-breaks"}),
    "boundary-inside": _files({"kind": "boundary"}),
    "xml-attached": _files(_PDF, {"kind": "xml"}),
    "dangling-cid": _files(_PDF, dangling=True),
    "zip": _files({"kind": "zip", "compressed": True}),
    "zip-bomb": _files({"kind": "zip-bomb", "compressed": True}),
    "zip-slip": _files({"kind": "zip-slip", "compressed": True}),
    "zip-nested": _files({"kind": "zip-nested", "compressed": True}),
    "same-twice": _files(_PDF, _PDF),
    "big": _files({"kind": "long", "size": 60_000_000}),
    "image-pdf": _files({"kind": "pdf", "media_type": "image/pdf", "name": "scan.bin"}),
    "damaged": _files({"kind": "damaged"}),
    "encrypted": _files({"kind": "encrypted"}),
    "no-pages": _files({"kind": "no-pages"}),
    "empty-file": _files({"kind": "empty"}),
    "no-file": _files(),
    "no-name": _files({"kind": "pdf", "name": ""}),
    "odd-name": _files({"kind": "pdf", "name": "Änderung 1/2 für Weiß & Söhne.pdf"}),
    "evil-name": _files({"kind": "pdf", "name": "../../.ssh/\u202efdp.\u009b2J\u200b<b>.pdf"}),
    "long-name": _files({"kind": "pdf", "name": "Versicherungsschein " * 20 + ".pdf"}),
    "equal-names": _files(
        {"kind": "pdf", "name": "Brief.pdf"}, {"kind": "pdf", "name": "Brief.pdf", "text": _LATER}
    ),
    "unknown-category": _files(_PDF, category="777123456"),
    "expired": _files(_PDF, expired=True),
    "vanished": _files(_PDF, vanished=True),
    "dunning": _files(
        {"kind": "pdf", "text": "Letzte Mahnung\nBitte zahlen Sie 123,45 EUR bis zum 14.12.2026."},
        category="140012025",
    ),
    "cancellation": _files(
        {"kind": "pdf", "text": "Kündigung\nDer Vertrag endet zum 31.12.2026."}, category="160011002"
    ),
    "commission": _files(
        {"kind": "pdf", "text": "Courtageabrechnung\nSumme 1.234,56 EUR"}, category="300002000"
    ),
}

HUGE: Sequence[str] = ("big", "zip-bomb")
"""Kinds that are only sent where somebody asks for them."""
EVERYTHING: Sequence[str] = tuple(kind for kind in KINDS if kind not in HUGE)
