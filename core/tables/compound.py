"""What is in a compound file, the container of XLS: its streams, and what calamine keeps silent of it.

calamine hands out a cell with an error as an empty one. This looks through the same records for them. The
names and numbers are those of Microsoft's open specifications [MS-CFB] and [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.locale import Message
from core.tables.cells import error_cell, formula_without_result

_END = 0xFFFFFFFA
_DIRECTORY_ENTRY = 128
_FILEPASS, _BOUNDSHEET, _BOF, _EOF = 0x2F, 0x85, 0x809, 0x0A
_FORMULA, _BOOLERR, _STRING, _MULRK = 0x06, 0x205, 0x207, 0xBD
_CALCULATE_ON_OPENING = 0x02
_BETWEEN_FORMULA_AND_STRING = {0x4BC, 0x221, 0x236, 0x3C}
_VALUES = {0xFD, 0x203, 0x27E, 0x204, 0xD6, _BOOLERR, _FORMULA}
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class DamagedCompound(Exception):
    """The file does not hold together."""


@dataclass(slots=True)
class SheetScan:
    """What was seen of one sheet: faulty cells by (row, column) from 0, and how far cells reach."""

    faults: dict[tuple[int, int], Message] = field(default_factory=dict[tuple[int, int], Message])
    empty_results: int = 0
    """Formulas whose stored result is an empty text, as one that was never calculated may have."""
    zero_results: int = 0
    """The same for those whose stored result is the number 0."""
    rows: int = 0
    columns: int = 0

    def reach(self, row: int, column: int) -> None:
        """Takes note of a cell that holds something."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)


def streams(data: bytes) -> Mapping[str, bytes]:
    """The streams of a compound file by name; raises DamagedCompound."""
    try:
        return dict(_Compound(data).streams())
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedCompound from error


def is_protected(workbook: bytes) -> bool:
    """Whether a workbook is encrypted."""
    for kind, _start, _length in _records(workbook, 0):
        if kind in (_FILEPASS, _EOF):
            return kind == _FILEPASS
    return False


def scan_sheets(workbook: bytes) -> list[SheetScan]:
    """What was seen of each sheet, in their order; raises DamagedCompound."""
    try:
        return [_scan(workbook, offset) for offset in _sheet_offsets(workbook)]
    except (struct.error, IndexError) as error:
        raise DamagedCompound from error


class _Compound:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._sector = 1 << struct.unpack_from("<H", data, 30)[0]
        if self._sector not in (512, 4096):
            raise ValueError("sector size")
        self._table = self._allocation()
        first_directory, self._smallest, first_short = struct.unpack_from("<I4xII", data, 48)
        self._directory = self._chain(first_directory)
        short = self._chain(first_short)
        self._short_table = struct.unpack(f"<{len(short) // 4}I", short[: len(short) // 4 * 4])

    def streams(self) -> Iterator[tuple[str, bytes]]:
        short_sectors = b""
        for at in range(0, len(self._directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
            length, kind = struct.unpack_from("<HB", self._directory, at + 64)
            first, size = struct.unpack_from("<II", self._directory, at + 116)
            name = self._directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == 5:
                short_sectors = self._chain(first)
            elif kind == 2 and size < self._smallest:
                yield name, self._short_chain(short_sectors, first)[:size]
            elif kind == 2:
                yield name, self._chain(first)[:size]

    def _allocation(self) -> tuple[int, ...]:
        """The table that says of each sector which one follows."""
        parts = list(struct.unpack_from("<109I", self._data, 76))
        following: int = struct.unpack_from("<I", self._data, 68)[0]
        entries = self._sector // 4
        for _times in range(len(self._data) // self._sector):
            if following >= _END:
                break
            *further, following = struct.unpack(f"<{entries}I", self._sector_at(following))
            parts += further
        table: list[int] = []
        for part in parts:
            if part < _END:
                table += struct.unpack(f"<{entries}I", self._sector_at(part))
        return tuple(table)

    def _sector_at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        return self._data[start : start + self._sector]

    def _chain(self, first: int) -> bytes:
        return b"".join(self._sector_at(number) for number in _followed(self._table, first))

    def _short_chain(self, sectors: bytes, first: int) -> bytes:
        return b"".join(
            sectors[number * 64 : number * 64 + 64] for number in _followed(self._short_table, first)
        )


def _followed(table: tuple[int, ...], first: int) -> Iterator[int]:
    """The sectors of a chain; one that bites its own tail is an error."""
    for _times in range(len(table) + 1):
        if first >= _END:
            return
        yield first
        first = table[first]
    raise ValueError("endless chain")


def _records(workbook: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, position of the content and its length of every record from a position on."""
    while start + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, start)
        yield kind, start + 4, length
        start += 4 + length


def _sheet_offsets(workbook: bytes) -> list[int]:
    offsets: list[int] = []
    for kind, start, _length in _records(workbook, 0):
        if kind == _BOUNDSHEET:
            offsets.append(struct.unpack_from("<I", workbook, start)[0])
        elif kind == _EOF:
            break
    return offsets


def _scan(workbook: bytes, offset: int) -> SheetScan:
    scan = SheetScan()
    depth = 0
    awaiting: tuple[int, int] | None = None
    for kind, start, length in _records(workbook, offset):
        if awaiting is not None and kind not in _BETWEEN_FORMULA_AND_STRING:
            if kind != _STRING:
                scan.faults[awaiting] = formula_without_result()
            awaiting = None
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1 and (kind in _VALUES or kind == _MULRK):
            awaiting = _see(scan, workbook, kind, start, length)
    return scan


def _see(scan: SheetScan, workbook: bytes, kind: int, start: int, length: int) -> tuple[int, int] | None:
    """Takes note of one cell; answers with its place where the text of its formula has yet to come."""
    row, column = place = struct.unpack_from("<HH", workbook, start)
    scan.reach(row, struct.unpack_from("<H", workbook, start + length - 2)[0] if kind == _MULRK else column)
    if kind == _BOOLERR:
        value, is_error = struct.unpack_from("<BB", workbook, start + 6)
        if is_error:
            scan.faults[place] = _error(value)
    elif kind == _FORMULA:
        result, flags = workbook[start + 6 : start + 14], workbook[start + 14]
        return _see_result(scan, place, result, bool(flags & _CALCULATE_ON_OPENING))
    return None


def _see_result(
    scan: SheetScan, place: tuple[int, int], result: bytes, is_to_be_calculated: bool
) -> tuple[int, int] | None:
    """Programs that cannot calculate store 0 or an empty text, most of them with a flag: yet to be done."""
    is_number = result[6:] != b"\xff\xff"
    kind, value = result[0], result[2]
    if not is_number and kind == 0:
        return place
    if not is_number and kind == 2:
        scan.faults[place] = _error(value)
    elif (is_number and not any(result)) or (not is_number and kind == 3):
        if is_to_be_calculated:
            scan.faults[place] = formula_without_result()
        elif is_number:
            scan.zero_results += 1
        else:
            scan.empty_results += 1
    return None


def _error(code: int) -> Message:
    return error_cell(_ERRORS.get(code, f"#{code}"))
