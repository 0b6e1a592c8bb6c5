"""Reading CSV: separator, encoding and quoting are found out, rows come one by one in constant memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.tables.csv_encoding import Encoding, find_encoding, is_utf8, opened, undecodable
from core.tables.csv_records import Defect, Quoting, Records, splitter, without_line_end
from core.tables.formulas import all_unprotected
from core.tables.rows import (
    BadRow,
    Format,
    Limits,
    Meter,
    Row,
    Table,
    checked_headings,
    fitted,
    nul_character,
)

SEPARATORS = (";", "\t", ",", "|")
_SAMPLED = 262_144
_SAMPLED_RECORDS = 40
_HINT = re.compile(rb"sep=([!#-~\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """All that is known of a file before its rows are read."""

    encoding: Encoding
    separator: str
    hinted: bool
    """Whether the first line is `sep=;`, which spreadsheet programs write and understand."""
    limits: Limits
    protected: bool
    """Whether an apostrophe before what would act as a formula is taken off."""

    def records(self, file: BinaryIO, meter: Meter) -> Iterator[bytes | Defect]:
        """All records from where the file stands, beginning with the heading."""
        if self.hinted:
            file.readline()
        return iter(Records(file, Quoting.of(self.separator), self.limits, meter))

    def cells(self, record: bytes, split: Callable[[str], list[str]]) -> list[str] | Message:
        """The cells of one record, or why its bytes are no text."""
        if b"\0" in record:
            return nul_character()
        try:
            text = without_line_end(record).decode(self.encoding.codec)
        except UnicodeDecodeError:
            return undecodable(record, self.encoding.codec)
        if self.encoding.mixed and not record.isascii() and is_utf8(record):
            return undecodable(record, self.encoding.codec)
        cells = split(text)
        return all_unprotected(cells) if self.protected and "'" in text else cells


def open_csv(
    path: Path,
    name: str,
    wanted_encoding: str | None,
    wanted_separator: str | None,
    limits: Limits,
    protected: bool,
) -> Table:
    """The table in a CSV file; raises UnreadableInput."""
    _check_separator(name, wanted_separator)
    encoding = find_encoding(path, name, wanted_encoding)
    meter = Meter(path.stat().st_size)
    with opened(path, encoding) as file:
        begin = file.tell()
        sample = file.read(_SAMPLED)
        file.seek(begin)
        dialect = _dialect(name, sample, encoding, wanted_separator, limits, protected)
        columns = _heading(name, next(dialect.records(file, meter), None), dialect)
    if len(columns) < 2:
        raise _only_one_column(name, (dialect.separator,))

    def read(meter: Meter) -> Iterator[Row | BadRow]:
        with opened(path, encoding) as file:
            meter.size = file.seek(0, SEEK_END)
            file.seek(begin)
            yield from _rows(dialect.records(file, meter), dialect, len(columns))

    return Table(name, Format.CSV, columns, read, meter, encoding=encoding.name, separator=dialect.separator)


def _check_separator(name: str, wanted: str | None) -> None:
    if wanted is not None and (len(wanted) != 1 or not wanted.isascii() or wanted in '"\r\n\0'):
        reason = _("A separator is one ASCII character, and neither a quotation mark nor a line end.")
        raise UnreadableInput(name, reason)


def _dialect(
    name: str, sample: bytes, encoding: Encoding, wanted: str | None, limits: Limits, protected: bool
) -> _Dialect:
    _refuse_nothing(name, sample)
    hint = _HINT.match(sample)
    if hint:
        return _Dialect(encoding, wanted or hint[1].decode(), True, limits, protected)
    separator = wanted or _most_likely(sample, encoding, limits)
    if separator is None:
        raise _only_one_column(name, SEPARATORS)
    return _Dialect(encoding, separator, False, limits, protected)


def _refuse_nothing(name: str, sample: bytes) -> None:
    """A byte order mark alone, or nothing but blanks and line ends, is no table that lacks a separator."""
    if not sample:
        raise UnreadableInput(name, _("The file is empty."))
    if len(sample) < _SAMPLED and not sample.strip():
        raise UnreadableInput(name, _("The file holds nothing but blank lines."))


def _most_likely(sample: bytes, encoding: Encoding, limits: Limits) -> str | None:
    """The separator under which most first rows have as many cells as the heading, the wider the better."""
    if len(sample) == _SAMPLED:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    likely = [(_likelihood(sample, separator, encoding, limits), separator) for separator in SEPARATORS]
    best, separator = max(likely, key=itemgetter(0))
    return separator if best else None


def _likelihood(sample: bytes, separator: str, encoding: Encoding, limits: Limits) -> float:
    split = splitter(separator)
    records = Records(BytesIO(sample), Quoting.of(separator), limits, Meter(0))
    widths = [
        0 if isinstance(record, Defect) else len(split(record.decode(encoding.codec, "replace")))
        for record in islice(records, _SAMPLED_RECORDS)
    ]
    if not widths or widths[0] < 2:
        return 0
    return widths[0] * widths.count(widths[0]) / len(widths)


def _heading(name: str, record: bytes | Defect | None, dialect: _Dialect) -> tuple[str, ...]:
    if record is None:
        raise UnreadableInput(name, _("The file holds nothing but blank lines."))
    cells = (
        record.reason if isinstance(record, Defect) else dialect.cells(record, splitter(dialect.separator))
    )
    if isinstance(cells, Message):
        raise UnreadableInput(name, _("The heading cannot be read: {reason}", reason=cells))
    return checked_headings(name, cells)


def _rows(records: Iterator[bytes | Defect], dialect: _Dialect, width: int) -> Iterator[Row | BadRow]:
    next(records)
    split, limits = splitter(dialect.separator), dialect.limits
    number = 0
    for record in records:
        if isinstance(record, Defect):
            number += 1
            yield BadRow(number, record.reason, record.raw)
            continue
        cells = dialect.cells(record, split)
        if isinstance(cells, list) and not any(cells):
            continue
        number += 1
        fitting = cells if isinstance(cells, Message) else fitted(cells, width, limits)
        if isinstance(fitting, Message):
            yield BadRow(number, fitting, record[: limits.evidence])
        else:
            yield Row(number, fitting, record[: limits.evidence])


def _only_one_column(name: str, tried: tuple[str, ...]) -> UnreadableInput:
    return UnreadableInput(
        name,
        n_(
            "Only one column was found with the separator {separators}. The mapping file can name another.",
            "Only one column was found. Separators tried: {separators}. The mapping file can name another.",
            len(tried),
            separators=tuple(_("tab") if separator == "\t" else separator for separator in tried),
        ),
    )
