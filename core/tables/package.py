"""Spreadsheets that are ZIP archives: which kind they are, and their parts within limits."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

from core.errors import UnreadableInput
from core.locale import _
from core.tables.rows import Limits, Table
from core.tables.spreadsheet import Book, table_in
from core.tables.xml_stream import UNREADABLE, BrokenXml, damaged

_SMALL = 10_000_000
_ODS_CONTENT = "content.xml"
_OTHER_OFFICE = ("word/document.xml", "ppt/presentation.xml")


class Package:
    """The parts of one archive, by their names in small letters with slashes."""

    def __init__(self, archive: ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._parts = {
            part.filename.replace("\\", "/").lstrip("/").casefold(): part for part in archive.infolist()
        }

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._parts

    def size(self, part: str) -> int:
        """Bytes of a part when it is unpacked, as the archive says; more are never read."""
        return self._part(part).file_size

    @contextmanager
    def open(self, part: str) -> Generator[IO[bytes]]:
        """A part to read. Raises BrokenXml where it is missing, protected or unreasonably compressed."""
        info = self._part(part)
        if info.flag_bits & 0x1:
            raise BrokenXml(_("The file is protected by a password."))
        if info.file_size > self._limits.expanded or (
            info.file_size > _SMALL and info.file_size > self._limits.ratio * info.compress_size
        ):
            raise BrokenXml(
                _(
                    "Its part {part} would have {size} bytes unpacked: the file is damaged or meant to harm.",
                    part=part,
                    size=info.file_size,
                )
            )
        try:
            stream = self._archive.open(info)
        except UNREADABLE as error:
            raise BrokenXml(damaged(error)) from error
        with stream:
            yield stream

    def beginning(self, part: str, length: int) -> bytes:
        """At most `length` bytes of a part; none where it is missing."""
        if part not in self:
            return b""
        with self.open(part) as stream:
            try:
                return stream.read(length)
            except UNREADABLE as error:
                raise BrokenXml(damaged(error)) from error

    def _part(self, part: str) -> ZipInfo:
        info = self._parts.get(part.casefold())
        if info is None:
            raise BrokenXml(_("The file is damaged: its part {part} is missing.", part=part))
        return info


def open_package(path: Path, name: str, sheet: str | None, limits: Limits) -> Table:
    """The table in an XLSX or ODS file; raises UnreadableInput for everything else that is a ZIP archive."""
    try:
        with opened_package(path, limits) as package:
            return table_in(_book(path, package, name, limits), name, sheet, limits)
    except BrokenXml as error:
        raise UnreadableInput(name, error.reason) from error


def _book(path: Path, package: Package, name: str, limits: Limits) -> Book:
    if _ODS_CONTENT in package:
        from core.tables.ods import ods_book

        return ods_book(path, package, limits)
    if "xl/workbook.bin" in package:
        raise UnreadableInput(name, _("This is a binary workbook (XLSB). Save it as XLSX."))
    if "[Content_Types].xml" in package and not any(part in package for part in _OTHER_OFFICE):
        from core.tables.xlsx import xlsx_book

        return xlsx_book(path, package, limits)
    raise UnreadableInput(name, _("This is an archive (ZIP) and no spreadsheet. Unpack it first."))


@contextmanager
def opened_package(path: Path, limits: Limits) -> Generator[Package]:
    """An archive's parts for as long as it is open. Raises BrokenXml where it is none."""
    try:
        archive = ZipFile(path)
    except UNREADABLE as error:
        raise BrokenXml(damaged(error)) from error
    with archive:
        yield Package(archive, limits)
