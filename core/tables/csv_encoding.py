"""In which encoding a text file is written, and its bytes as the record reader wants them."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from core.errors import UnreadableInput
from core.locale import Message, _
from core.text import visible

_CHUNK = 1 << 20
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UNDECODABLE = "core.tables.undecodable"


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Half a character stands for what cannot be decoded: its row cannot be decoded later either."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error(_UNDECODABLE, _mark_undecodable)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a text file is written.

    `name` is what operators know it by, `codec` decodes one row, `skip` bytes stand before the first one.
    `source` is set where the whole file has to be rewritten as UTF-8 with line feeds before it is read.
    `mixed` says that some rows of a CP1252 file are UTF-8, `old_line_ends` that lines end with a carriage
    return alone, as on the classic Macintosh.
    """

    name: str
    codec: str
    skip: int = 0
    source: str | None = None
    mixed: bool = False
    old_line_ends: bool = False


def find_encoding(path: Path, name: str, wanted: str | None) -> Encoding:
    """The encoding of a text file; a byte order mark decides before everything else, then `wanted`.

    Without either, one pass through the file in constant memory: text in which nothing contradicts UTF-8 is
    UTF-8. Where something does, the more frequent decides between UTF-8 and CP1252, and the rows that are in
    the other one come out as bad rows instead of as garbled text. Raises UnreadableInput on an unknown codec.
    """
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    encoding = _marked(start) or (_asked_for(name, wanted) if wanted else _detected(path))
    if b"\r" in start and b"\n" not in start:
        return replace(encoding, source=encoding.source or encoding.codec, codec="utf-8", old_line_ends=True)
    return encoding


@contextmanager
def opened(path: Path, encoding: Encoding) -> Generator[BinaryIO]:
    """The file at its first row; its rows end with line feeds then and decode with `encoding.codec`."""
    with path.open("rb") as file:
        file.seek(encoding.skip)
        if encoding.source is None:
            yield file
        else:
            with tempfile.TemporaryFile() as rewritten:
                _rewrite(file, rewritten, encoding)
                rewritten.seek(0)
                yield rewritten


def undecodable(raw: bytes, codec: str) -> Message:
    """Which byte of a row contradicts its encoding."""
    try:
        raw.decode(codec)
    except UnicodeDecodeError as error:
        return _(
            "not readable as {encoding}: byte {byte} at position {position}",
            encoding=said(codec),
            byte=f"0x{raw[error.start]:02X}",
            position=error.start + 1,
        )
    return _("the row is written in UTF-8, the file is not: its encodings are mixed")


def is_utf8(raw: bytes) -> bool:
    """Whether these bytes are well-formed UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def said(codec: str) -> str:
    """An encoding by the name that operators know."""
    return {"cp1252": "CP1252 (Windows)", "utf-8-sig": "UTF-8"}.get(codec, codec.upper())


def _marked(start: bytes) -> Encoding | None:
    for mark, source in _UTF16_MARKS.items():
        if start.startswith(mark):
            return Encoding("utf-16", "utf-8", skip=len(mark), source=source)
    if start.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", "utf-8", skip=len(codecs.BOM_UTF8))
    return None


def _asked_for(name: str, wanted: str) -> Encoding:
    try:
        codec = codecs.lookup(wanted).name
        b"ab".decode(codec, "ignore")
    except (LookupError, ValueError):
        reason = _(
            "There is no encoding {encoding}; usual ones are utf-8 and cp1252.", encoding=visible(wanted)
        )
        raise UnreadableInput(name, reason) from None
    if codec in ("utf-8", "utf-8-sig"):
        return Encoding("utf-8", "utf-8")
    if codec == "cp1252":
        return Encoding("cp1252", "cp1252")
    return Encoding(codec, "utf-8", source=codec)


def _detected(path: Path) -> Encoding:
    characters, contradictions = _evidence(path)
    if not contradictions or characters >= contradictions:
        return Encoding("utf-8", "utf-8")
    return Encoding("cp1252", "cp1252", mixed=characters > 0)


def _evidence(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII are well-formed UTF-8, and how many byte sequences are not."""
    characters = contradictions = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with path.open("rb") as file:
        for chunk in iter(partial(file.read, _CHUNK), b""):
            text = decoder.decode(chunk)
            if text.isascii():
                continue
            replaced = text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
            contradictions += max(0, replaced)
            characters += len(text) - len(text.encode("ascii", "ignore")) - max(0, replaced)
    contradictions += len(decoder.decode(b"", final=True))
    return characters, contradictions


def _rewrite(source: BinaryIO, target: BinaryIO, encoding: Encoding) -> None:
    decoder = codecs.getincrementaldecoder(encoding.source or encoding.codec)(_UNDECODABLE)
    for chunk in chain(iter(partial(source.read, _CHUNK), b""), [b""]):
        text = decoder.decode(chunk, final=not chunk)
        if encoding.old_line_ends:
            text = text.replace("\r", "\n")
        target.write(text.encode("utf-8", "surrogatepass"))
