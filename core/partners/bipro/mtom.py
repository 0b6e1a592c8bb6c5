"""MIME multipart (MTOM/XOP) as it comes over the wire: where its parts lie in a file, and their bytes.

Pure and constant in memory: a first pass notes places, each part is read afterwards. Nothing is trimmed but
the one line break that belongs to a delimiter.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import unquote

from core.partners.xml import Unreadable

CHUNK = 1 << 18
MOST_PARTS = 10_000
LONGEST_HEAD = 65_536
"""Bytes of a part's headers."""
_PADDING = 256
"""Bytes that may follow a delimiter on its line."""
_LINE_END = re.compile(rb"(--)?[ \t]*(\r\n|\n|\Z)")
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type: what it is, in small letters, and its parameters by small name."""

    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_multipart(self) -> bool:
        """Whether it consists of parts."""
        return self.name.startswith("multipart/")


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its headers by small name, and where its body begins and ends in the file."""

    headers: Mapping[str, str]
    start: int
    end: int

    @property
    def content_id(self) -> str:
        """Its Content-ID without the brackets, letter by letter as it came."""
        return self.headers.get("content-id", "").strip().removeprefix("<").removesuffix(">")

    @property
    def media_type(self) -> MediaType:
        """What it says it is."""
        return read_media_type(self.headers.get("content-type", ""))


@dataclass(frozen=True, slots=True)
class Multipart:
    """All parts in order; the root is the one that `start` names, else the first."""

    parts: tuple[Part, ...]
    root: Part

    def referred_to(self, href: str) -> Part | None:
        """The part that a `cid:` reference means; letters count, %-escapes are undone."""
        wanted = href.strip().removeprefix("cid:")
        names = (wanted, unquote(wanted))
        return next((part for part in self.parts if part.content_id and part.content_id in names), None)


def read_media_type(text: str) -> MediaType:
    """A Content-Type header; nothing in it is ever wrong enough to fail."""
    name, _semicolon, _rest = text.partition(";")
    parameters: dict[str, str] = {}
    for found in _PARAMETER.finditer(text):
        value = found[2].strip()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parameters.setdefault(found[1].lower(), value)
    return MediaType(name.strip().lower(), parameters)


def read_multipart(file: BinaryIO, media_type: MediaType) -> Multipart:
    """Where the parts lie. Raises Unreadable where there are none, or the last one is cut off."""
    boundary = media_type.parameters.get("boundary", "").encode("latin-1", "replace") or _first_line(file)
    parts = tuple(_parts(file, boundary))
    start = media_type.parameters.get("start", "").strip().removeprefix("<").removesuffix(">")
    root = next((part for part in parts if start and part.content_id == start), parts[0])
    return Multipart(parts, root)


def read_part(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """The bytes of a part, its transfer encoding undone. Raises Unreadable."""
    encoding = part.headers.get("content-transfer-encoding", "binary").strip().lower()
    raw = _between(file, part.start, part.end)
    match encoding:
        case "base64":
            return decode_base64(raw)
        case "quoted-printable":
            return _decode_quoted(raw)
        case _:
            return raw


def decode_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Base64 in pieces of any length, blanks between. Raises Unreadable for anything that is none."""
    left, ended = b"", False
    for piece in pieces:
        data = left + piece.translate(None, _BLANKS)
        if ended and data:
            raise Unreadable("base64 goes on after its end")
        whole = len(data) - len(data) % 4
        left = data[whole:]
        if whole:
            ended = data[whole - 1 : whole] == b"="
            yield _decoded(data[:whole])
    if left:
        raise Unreadable("base64 is cut off")


def _decoded(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except binascii.Error as error:
        raise Unreadable(f"damaged base64: {error}") from error


def _decode_quoted(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        lines = (left + piece).splitlines(keepends=True)
        left = lines.pop() if lines else b""
        yield from map(binascii.a2b_qp, lines)
    yield binascii.a2b_qp(left)


def _first_line(file: BinaryIO) -> bytes:
    file.seek(0)
    line = file.readline(_PADDING).strip()
    if not line.startswith(b"--") or len(line) < 3:
        raise Unreadable("names no boundary between its parts")
    return line[2:]


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A delimiter's line: where it begins, where the next begins, how it ends, whether it is the last."""

    start: int
    after: int
    line_break: bytes
    is_last: bool


def _parts(file: BinaryIO, boundary: bytes) -> Iterator[Part]:
    before: _Delimiter | None = None
    number = 0
    for delimiter in _delimiters(file, boundary):
        if before is not None:
            number += 1
            if number > MOST_PARTS:
                raise Unreadable(f"has more than {MOST_PARTS} parts")
            yield _part(file, before.after, max(before.after, delimiter.start - len(before.line_break)))
        before = delimiter
        if delimiter.is_last:
            break
    if before is None:
        raise Unreadable("has no part")
    if not before.is_last:
        raise Unreadable("is cut off within a part")
    if not number:
        raise Unreadable("has no part")


def _delimiters(file: BinaryIO, boundary: bytes) -> Iterator[_Delimiter]:
    """Every line that is a delimiter and nothing else; the line break before it must be like those after."""
    marker = b"--" + boundary
    file.seek(0)
    buffer, base, position, at_end = b"", 0, 0, False
    line_break = b""
    while True:
        found = buffer.find(marker, position)
        needed = found + len(marker) + _PADDING if found >= 0 else len(buffer) + 1
        if needed > len(buffer) and not at_end:
            keep = max(0, (found if found >= 0 else len(buffer) - len(marker)) - 2)
            chunk = file.read(CHUNK)
            at_end = not chunk
            buffer, base = buffer[keep:] + chunk, base + keep
            position = max(0, position - keep)
            continue
        if found < 0:
            return
        tail = _LINE_END.match(buffer, found + len(marker), found + len(marker) + _PADDING)
        if tail is None or not _begins_a_line(buffer, found, base, line_break):
            position = found + 1
            continue
        line_break = line_break or tail[2] or b"\r\n"
        yield _Delimiter(base + found, base + tail.end(), line_break, tail[1] is not None)
        position = max(found + len(marker), tail.end())
        # the line break of an empty part is its own and the next delimiter's at once
        position -= len(tail[2])


def _begins_a_line(buffer: bytes, found: int, base: int, line_break: bytes) -> bool:
    if base + found == 0:
        return True
    return buffer.endswith(line_break or b"\n", 0, found)


def _part(file: BinaryIO, start: int, end: int) -> Part:
    here = file.tell()
    file.seek(start)
    head = file.read(min(LONGEST_HEAD, max(0, end - start) + 4))
    file.seek(here)
    if head.startswith((b"\r\n", b"\n")):
        first = 2 if head.startswith(b"\r\n") else 1
        return Part({}, min(start + first, end), end)
    found = re.search(rb"\r?\n\r?\n", head)
    if found is None:
        raise Unreadable("has a part without a body")
    return Part(_headers(head[: found.start()]), min(start + found.end(), end), end)


def _headers(head: bytes) -> dict[str, str]:
    lines = re.sub(r"\r?\n[ \t]+", " ", _text(head)).split("\n")
    named = (line.partition(":") for line in lines if ":" in line)
    headers: dict[str, str] = {}
    for name, _colon, value in named:
        headers.setdefault(name.strip().lower(), value.strip())
    return headers


def _text(head: bytes) -> str:
    """Headers are ASCII by the standard, and what their writer speaks in practice."""
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _between(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    position = start
    while position < end:
        file.seek(position)
        chunk = file.read(min(CHUNK, end - position))
        if not chunk:
            return
        position += len(chunk)
        yield chunk
