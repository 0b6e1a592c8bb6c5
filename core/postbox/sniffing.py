"""What a file is, seen from its content: its name and what the sender says of it are often wrong."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from pathlib import Path, PurePosixPath

from core.contracts.gdv import is_gdv
from core.text import printable, tidied

HEAD = 4096
"""Bytes that are looked at."""
NAME_LENGTH = 120
_OFFICE_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\ufffd]+')
_ELEMENT = re.compile(rb"<[a-z_][\w.-]*(:[\w.-]+)?[\s>/]")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class MediaType(StrEnum):
    """The kinds of file that post consists of."""

    PDF = "application/pdf"
    ZIP = "application/zip"
    GDV = "application/x-gdv"
    XML = "application/xml"
    HTML = "text/html"
    TEXT = "text/plain"
    RTF = "application/rtf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    GIF = "image/gif"
    OFFICE = "application/vnd.openxmlformats-officedocument"
    OLE = "application/x-ole-storage"
    EMPTY = "application/x-empty"
    UNKNOWN = "application/octet-stream"


ENDINGS = {
    MediaType.PDF: "pdf",
    MediaType.ZIP: "zip",
    MediaType.GDV: "gdv",
    MediaType.XML: "xml",
    MediaType.HTML: "html",
    MediaType.TEXT: "txt",
    MediaType.RTF: "rtf",
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.TIFF: "tif",
    MediaType.GIF: "gif",
}
"""The ending that a file of this kind gets; others keep theirs."""
_SAME_ENDING = {"jpeg": "jpg", "tiff": "tif", "htm": "html"}
_MAGIC = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"GIF8", MediaType.GIF),
    (b"{\\rtf", MediaType.RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MediaType.OLE),
    (b"PK\x03\x04", MediaType.ZIP),
    (b"PK\x05\x06", MediaType.ZIP),
)


def sniff(head: bytes) -> MediaType:
    """What begins like this; `head` is the first HEAD bytes of a file, or all of a shorter one."""
    if not head:
        return MediaType.EMPTY
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    # Readers find the header anywhere in the first kilobyte, and so do scanners that put a line before it.
    if b"%PDF-" in head[:1024]:
        return MediaType.PDF
    if is_gdv(head):
        return MediaType.GDV
    return _sniff_text(head)


def _sniff_text(head: bytes) -> MediaType:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return MediaType.HTML
    if start.startswith(b"<?xml") or _is_utf16_xml(head) or _ELEMENT.match(start):
        return MediaType.XML
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return MediaType.UNKNOWN if controls else MediaType.TEXT


def _is_utf16_xml(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") and b"<" in head[2:4] and b"?" in head[4:6]


def sniff_file(path: Path) -> MediaType:
    """What a file is; an office file, which is a ZIP outside, is none that is unpacked."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD))
    if found is MediaType.ZIP and _office_ending(path):
        return MediaType.OFFICE
    return found


def _office_ending(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()[:1000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return ""
    if "[Content_Types].xml" in names:
        starts = {start for start in _OFFICE_PARTS if any(name.startswith(start) for name in names)}
        return _OFFICE_PARTS[min(starts)] if starts else ""
    return "odf" if names[:1] == ["mimetype"] else ""


def safe_file_name(name: str, media_type: MediaType | str = MediaType.UNKNOWN) -> str:
    """A name under which a file may be shown and stored on any system: one part, of printable letters.

    It ends as what the file is, whatever it was called; a name that says nothing becomes `Dokument`.
    """
    last = printable(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
    plain = tidied(_UNSAFE.sub("_", last)).strip(" ._")
    ending = ENDINGS.get(_as_media_type(media_type), "")
    if ending:
        there = PurePosixPath(plain).suffix.removeprefix(".").lower()
        if _SAME_ENDING.get(there, there) == ending:
            ending = there
            plain = plain[: -len(there) - 1]
        elif there in {*ENDINGS.values(), "bin", "dat", "tmp", "doc", "octet-stream"}:
            plain = plain[: -len(there) - 1]
    elif "." in plain:
        plain, ending = plain.rsplit(".", 1)
    plain = plain.strip(" ._") or "Dokument"
    plain = f"_{plain}" if _RESERVED.match(plain) else plain
    ending = ending[:10]
    return f"{plain[: NAME_LENGTH - len(ending) - 1]}.{ending}" if ending else plain[:NAME_LENGTH]


def _as_media_type(said: str) -> MediaType:
    try:
        return MediaType(said)
    except ValueError:
        return MediaType.UNKNOWN
