"""Files as they are found in shipments: in order, mislabelled, damaged, evil."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.locale import _
from jobs.sandbox.bipro.content import Long, Plain
from jobs.sandbox.bipro.pdf import damaged, pdf, without_pages
from jobs.sandbox.bipro.shelf import File
from jobs.sandbox.request import Streamed
from jobs.sandbox.table import Table, wrong

_BOMB = 256 << 20
_WHEN = (2026, 1, 2, 3, 4, 6)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file is made of."""

    text: str
    size: int
    boundary: str
    seed: int
    password: str


def read_file(table: Table, number: int, text: str, boundary: str) -> File:
    """A `file` table; `text` is what it says unless it names one. Raises WrongUsage."""
    kind = table.choice("kind", FILES) if "kind" in table else "pdf"
    sheet = Sheet(
        table.text("text", text),
        table.whole("size", 200_000),
        boundary,
        table.whole("seed", number),
        table.text("password", "geheim"),
    )
    make, ending, media_type = FILES[kind]
    content = Plain(_decoded(table)) if "content" in table else make(sheet)
    file = File(
        name=table.text("name", f"Dokument_{number}.{ending}"),
        content=content,
        media_type=table.text("media_type", media_type),
        title=table.text("title", ""),
        cid=table.text("cid", ""),
        encoding=table.choice("encoding", ("binary", "base64")) if "encoding" in table else "binary",
        transfer=table.whole("transfer", 1, least=1),
        net_data=table.flag("net_data", False),
        compressed=table.flag("compressed", False),
    )
    table.done()
    return file


def gdv(text: str) -> bytes:
    """A GDV file: records of 256 bytes in CP1252; `text` becomes names, one record 0100 for each line."""
    names = text.splitlines() or ["Muster"]
    head = _record("0001", (10, "Sandkasten Versicherung"), (40, "Probemakler"), (70, "0101202631012026"))
    people = [
        _record("0100", (14, f"VS-{number:06}"), (44, name), (157, "01067"), (163, "Dresden"), part="1")
        for number, name in enumerate(names, 1)
    ]
    foot = _record("9999", (5, f"{len(names) + 2:010}"))
    return b"".join([head, *people, foot])


def packed(members: Mapping[str, bytes]) -> bytes:
    """A ZIP archive, the same bytes every time; names go in as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def _record(kind: str, *fields: tuple[int, str], part: str = "1") -> bytes:
    """256 bytes and CRLF; fields at positions counted from 1."""
    record = bytearray(kind.encode().ljust(256))
    for position, value in fields:
        raw = value.encode("cp1252", "replace")[: 255 - position + 1]
        record[position - 1 : position - 1 + len(raw)] = raw
    record[255:256] = part.encode()
    return bytes(record) + b"\r\n"


def _decoded(table: Table) -> bytes:
    try:
        return base64.b64decode(table.text("content", ""), validate=True)
    except binascii.Error as error:
        raise wrong(table, "content", _("must be base64")) from error


def _zip(sheet: Sheet) -> bytes:
    return packed({"Police.pdf": pdf(sheet.text), "Anlagen/Bedingungen.pdf": pdf(f"Anlage\n{sheet.text}")})


def _bomb(_sheet: Sheet) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("null.pdf", "w") as member:
        for _block in range(_BOMB >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def _slip(sheet: Sheet) -> bytes:
    names = ("../../draussen.pdf", "/etc/draussen.pdf", "..\\draussen.pdf", "C:\\draussen.pdf", "drinnen.pdf")
    return packed({name: pdf(f"{sheet.text}\n{name}") for name in names})


def _nested(sheet: Sheet) -> bytes:
    inner = _zip(sheet)
    for level in range(8):
        inner = packed({f"Ebene_{level}.zip": inner})
    return inner


def _png(_sheet: Sheet) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(b"\0\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def _with_boundary(sheet: Sheet) -> bytes:
    mark = f"--{sheet.boundary}".encode()
    return pdf(sheet.text) + b"%" + mark + b"\n" + mark + b"\r\n%" + mark + b"--\n" + mark + b"--\r\n"


def _line_breaks(sheet: Sheet) -> bytes:
    return b"\r\n \t\n" + pdf(sheet.text) + b"\r\n\r\n \n\r\n"


def _long(sheet: Sheet) -> Streamed:
    return Long(b"%PDF-1.4\n", sheet.size, sheet.seed, b"\n%%EOF\r\n\n")


def _xml(sheet: Sheet) -> bytes:
    return b'<?xml version="1.0"?>\n<Antrag><Text>%b</Text></Antrag>\n' % sheet.text.encode(
        "ascii", "xmlcharrefreplace"
    )


def _of(make: Callable[[Sheet], bytes]) -> Callable[[Sheet], Streamed]:
    return lambda sheet: Plain(make(sheet))


FILES: Mapping[str, tuple[Callable[[Sheet], Streamed], str, str]] = {
    "pdf": (_of(lambda sheet: pdf(sheet.text)), "pdf", "application/pdf"),
    "damaged": (_of(lambda sheet: damaged(sheet.text)), "pdf", "application/pdf"),
    "encrypted": (_of(lambda sheet: pdf(sheet.text, sheet.password)), "pdf", "application/pdf"),
    "no-pages": (_of(lambda _sheet: without_pages()), "pdf", "application/pdf"),
    "empty": (_of(lambda _sheet: b""), "pdf", "application/pdf"),
    "long": (_long, "pdf", "application/pdf"),
    "boundary": (_of(_with_boundary), "pdf", "application/pdf"),
    "line-breaks": (_of(_line_breaks), "pdf", "application/octet-stream"),
    "gdv": (_of(lambda sheet: gdv(sheet.text)), "txt", "text/plain"),
    "text": (_of(lambda sheet: sheet.text.encode()), "txt", "text/plain; charset=utf-8"),
    "xml": (_of(_xml), "xml", "application/xml"),
    "png": (_of(_png), "png", "image/png"),
    "zip": (_of(_zip), "zip", "application/zip"),
    "zip-bomb": (_of(_bomb), "zip", "application/zip"),
    "zip-slip": (_of(_slip), "zip", "application/zip"),
    "zip-nested": (_of(_nested), "zip", "application/zip"),
}
