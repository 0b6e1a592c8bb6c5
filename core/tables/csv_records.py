"""Cutting a CSV file into records: which bytes belong to one row, and which cells are in them.

A record's bytes have to be known as they stand, as evidence of a bad row, and a quotation mark that is never
closed must not swallow the rest of the file. The csv module of the standard library offers neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from core.locale import Message, _
from core.tables.rows import Limits, Meter

_UNCLOSED_AT_MOST = 20
"""After so many marks that are never closed, a row has to end on its own line: searching is not free."""
_SEARCHED = 16
"""How many times the longest row is searched for the mark that closes a cell."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A record that is none, with the beginning of its bytes."""

    reason: Message
    raw: bytes


@dataclass(frozen=True, slots=True)
class Quoting:
    """How quotation marks are read with one separator: strictly as RFC 4180 has them.

    A cell that begins with a mark ends with the next one that is not doubled, and directly behind that stands
    a separator or the line's end. A mark inside a cell that does not begin with one is an ordinary character.
    """

    from_outside: re.Pattern[bytes]
    from_inside: re.Pattern[bytes]
    cell: re.Pattern[str]

    @staticmethod
    def of(separator: str) -> Quoting:
        """For one separator, a single ASCII character."""
        end = re.escape(separator)
        inside = r'(?:[^"]++|"")*+'
        field = rf'(?:"{inside}"|[^"{end}][^{end}]*+|)'
        rest = rf'(?:{field}{end})*+(?:{field}|(?P<open>"{inside}))\Z'
        return Quoting(
            from_outside=re.compile(rest.encode()),
            from_inside=re.compile(rf'{inside}(?:\Z(?P<still>)|"(?:{end}{rest}|\Z))'.encode()),
            cell=re.compile(rf'(?:"({inside})"|([^{end}]*+)){end}'),
        )

    def is_open_behind(self, line: bytes, inside: bool) -> bool | None:
        """Whether a quoted cell goes on behind this line; None where the marks stand in no order."""
        match = (self.from_inside if inside else self.from_outside).match(without_line_end(line))
        if match is None:
            return None
        return match["open"] is not None or (inside and match["still"] is not None)

    def cells(self, text: str, separator: str) -> list[str]:
        """The cells of a record that holds quotation marks."""
        return [
            quoted.replace('""', '"') if quoted else plain
            for quoted, plain in self.cell.findall(text + separator)
        ]


class Records:
    """The records of a file from where it stands on; blank lines are left out."""

    def __init__(self, file: BinaryIO, quoting: Quoting, limits: Limits, meter: Meter) -> None:
        self._file = file
        self._quoting = quoting
        self._limits = limits
        self._meter = meter
        self._unclosed = 0

    def __iter__(self) -> Iterator[bytes | Defect]:
        """Every record once, good ones as bytes with their line end. The file must be seekable."""
        next_line, longest, meter = self._file.readline, self._limits.row, self._meter
        start = self._file.tell()
        while line := next_line(longest):
            start += len(line)
            meter.position = start
            if line in (b"\n", b"\r\n"):
                continue
            if len(line) == longest and not line.endswith(b"\n"):
                yield self._too_long(line)
            elif b'"' not in line:
                yield line
                continue
            else:
                yield self._with_quotes(line)
            start = self._file.tell()

    def _with_quotes(self, first: bytes) -> bytes | Defect:
        is_open = self._quoting.is_open_behind(first, inside=False)
        if is_open is None:
            return Defect(_("the quotation marks in this row do not match"), self._evidence(first))
        if not is_open:
            return first
        behind_first = self._file.tell()
        record = self._to_the_closing_mark(first) if self._unclosed < _UNCLOSED_AT_MOST else None
        if record is None:
            self._unclosed += 1
            self._file.seek(behind_first)
            return Defect(_("a quotation mark is opened in this row and never closed"), self._evidence(first))
        return record

    def _to_the_closing_mark(self, first: bytes) -> bytes | Defect | None:
        """The whole record; a defect if it is too long; None if the mark is not closed by its own row."""
        record, size, longest = bytearray(first), len(first), self._limits.row
        while (line := self._file.readline(longest)) and size < _SEARCHED * longest:
            size += len(line)
            if size <= longest:
                record += line
            is_open = b'"' not in line or self._quoting.is_open_behind(line, inside=True)
            if is_open is None or (len(line) == longest and not line.endswith(b"\n")):
                return None
            if not is_open:
                return bytes(record) if size <= longest else self._defect_of_length(record)
        return None

    def _too_long(self, beginning: bytes) -> Defect:
        piece = beginning
        while piece and not piece.endswith(b"\n"):
            piece = self._file.readline(self._limits.row)
        return self._defect_of_length(beginning)

    def _defect_of_length(self, beginning: bytes | bytearray) -> Defect:
        return Defect(
            _("the row is longer than {limit} bytes", limit=self._limits.row), self._evidence(beginning)
        )

    def _evidence(self, raw: bytes | bytearray) -> bytes:
        return bytes(raw[: self._limits.evidence])


def without_line_end(line: bytes) -> bytes:
    """A line without the line feed, or carriage return and line feed, that ends it."""
    return line.removesuffix(b"\r\n" if line.endswith(b"\r\n") else b"\n")


def splitter(separator: str) -> Callable[[str], list[str]]:
    """What cuts the text of one well-formed record, without its line end, into cells."""
    quoting = Quoting.of(separator)

    def split(text: str) -> list[str]:
        return quoting.cells(text, separator) if '"' in text else text.split(separator)

    return split
