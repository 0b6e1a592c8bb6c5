"""What can be read in a file that came as post, whatever it is: for filing, for search, for the preview."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from pathlib import Path

from core.contracts.gdv import summary_of
from core.postbox.pdf_text import PdfReader
from core.postbox.sniffing import MediaType
from core.tables.rows import Meter
from core.tables.xml_stream import UNREADABLE, BrokenXml, elements

MOST = 200_000
"""Bytes of a text file, and characters of anything, that are read."""
_TAG_BEGINS = ("/", "!", "?")
_NO_TEXT = ("script", "style")
_BREAKS = frozenset(("br", "br/", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/h4"))


@dataclass(frozen=True, slots=True)
class Read:
    """Text, and what is wrong with the file: "", `encrypted`, `damaged` or `empty`."""

    text: str = ""
    damage: str = ""


def read_file(path: Path, media_type: str, pdfs: PdfReader) -> Read:
    """The text of a file; never raises for what is in it."""
    match media_type:
        case MediaType.EMPTY:
            return Read(damage="empty")
        case MediaType.PDF:
            found = pdfs.read(path)
            return Read(found.text, found.damage)
        case MediaType.TEXT:
            return Read(decoded(_beginning(path)))
        case MediaType.HTML:
            return Read(_text_of_html(decoded(_beginning(path))))
        case MediaType.XML:
            return _text_of_xml(path)
        case MediaType.GDV:
            return Read(summary_of(path))
        case _:
            return Read()


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST)


def decoded(raw: bytes) -> str:
    """Bytes as text: UTF-8 or, as in files of old programs, CP1252; without NUL, which no database takes."""
    for encoding in ("utf-8-sig", "utf-8"):
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError as error:
            # a letter may be cut at the end
            if error.start >= len(raw) - 3:
                return raw[: error.start].decode("utf-8").replace("\0", "")
    return raw.decode("cp1252", "replace").replace("\0", "")


def _text_of_html(html: str) -> str:
    """What stands between tags, in one pass however broken they are."""
    first, *parts = html.split("<")
    pieces, skipped = [first], ""
    for part in parts:
        tag, _closed, rest = part.partition(">")
        name = (tag.split(None, 1) or [""])[0].lower()
        if skipped and name != f"/{skipped}":
            continue
        skipped = name if name in _NO_TEXT else ""
        if not (part[:1].isalpha() or part[:1] in _TAG_BEGINS):
            pieces += ["<", part]
        elif not skipped:
            pieces += ["\n" if name in _BREAKS else " ", rest]
    return unescape("".join(pieces)).replace("\0", "")


def _text_of_xml(path: Path) -> Read:
    """Every text with the name of its element, up to the fault where there is one."""
    lines: list[str] = []
    length = 0
    try:
        with path.open("rb") as file:
            for element in elements(file, ["{*}*"], Meter(path.stat().st_size), MOST):
                said = (element.text or "").strip()
                if said and length < MOST:
                    lines.append(f"{element.tag.rsplit('}', 1)[-1]}: {said}")
                    length += len(lines[-1])
    except (BrokenXml, *UNREADABLE):
        return Read("\n".join(lines)[:MOST], "damaged")
    return Read("\n".join(lines)[:MOST])
