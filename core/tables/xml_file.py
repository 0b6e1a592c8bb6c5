"""Reading XML: a root, in it records, in each its fields (docs/formats/customers-xml.md).

Which fields there are is known only at the end, so the file is read twice, each time in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UnreadableInput
from core.locale import Message, _
from core.tables.rows import BadRow, Format, Limits, Meter, Row, Table, checked_headings, unstorable
from core.tables.xml_stream import BrokenXml, Element, elements, name_of, written
from core.text import visible

_LOOKED_AT = 4096
_XML_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(slots=True)
class _Layout:
    """What the first pass finds out: what root and records are called, their fields, how many records."""

    root: str
    record: str
    fields: dict[str, None] = field(default_factory=dict[str, None])
    records: int = 0


def open_xml(path: Path, name: str, limits: Limits) -> Table:
    """The table in an XML file; raises UnreadableInput."""
    _refuse_web_page(path, name)
    try:
        layout = _names(path, limits)
    except BrokenXml as error:
        raise UnreadableInput(name, error.reason) from error
    try:
        _look_through(path, layout, limits)
    except BrokenXml as error:
        if not layout.records:
            raise UnreadableInput(name, error.reason) from error
    columns = checked_headings(name, tuple(layout.fields))

    def read(meter: Meter) -> Iterator[Row | BadRow]:
        return _rows(path, layout, columns, meter, limits)

    return Table(name, Format.XML, columns, read, Meter(path.stat().st_size), total_rows=layout.records)


def _refuse_web_page(path: Path, name: str) -> None:
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT).lower()
    if b"<html" in start or b"<!doctype html" in start or b"<table" in start:
        raise UnreadableInput(name, _("This is a web page (HTML), not a table. Save it as XLSX or CSV."))
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise UnreadableInput(
            name, _("This is a spreadsheet in the XML form of 2003. Save it as XLSX or CSV.")
        )


def _names(path: Path, limits: Limits) -> _Layout:
    """The tags of root and records, told by the first element that ends."""
    with path.open("rb") as file:
        first = next(elements(file, ["*"], Meter(0), limits.row))
        record = _branch(first)
        root = record.getparent()
        return _Layout(root.tag, record.tag) if root is not None else _Layout(record.tag, record.tag)


def _look_through(path: Path, layout: _Layout, limits: Limits) -> None:
    with path.open("rb") as file:
        for element in elements(file, [layout.record], Meter(0), limits.row):
            if _is_record(element):
                layout.records += 1
                layout.fields.update(dict.fromkeys(name_of(child.tag) for child in element))


def _rows(
    path: Path, layout: _Layout, columns: tuple[str, ...], meter: Meter, limits: Limits
) -> Iterator[Row | BadRow]:
    records = _Records(columns, limits)
    with path.open("rb") as file:
        try:
            for element in elements(file, [layout.record, layout.root], meter, limits.row):
                yield from records.of(element)
        except BrokenXml as error:
            yield BadRow(records.number + 1, error.reason, b"", breaks_off=True)


class _Records:
    """Makes rows of elements, and bad rows of what stands between them."""

    def __init__(self, columns: tuple[str, ...], limits: Limits) -> None:
        self.number = 0
        self._limits = limits
        self._positions = {column: position for position, column in enumerate(columns)}
        self._begun = False
        self._nesting: Element | None = None

    def of(self, element: Element) -> Iterator[Row | BadRow]:
        """The rows complete with this element's end; it is a record, one within a record, or the root."""
        parent = element.getparent()
        if parent is None:
            yield from self._between(element, list(element))
        elif parent.getparent() is not None:
            self._nesting = _branch(parent)
        else:
            yield from self._between(parent, _preceding(element))
            self._begun = True
            yield from self._record(element)

    def _between(self, root: Element, siblings: list[Element]) -> Iterator[BadRow]:
        """What stands behind the last record, which is the first of `siblings` once there was one."""
        if not self._begun:
            yield from self._stray_text(root.text)
        for position, element in enumerate(siblings):
            if position or not self._begun:
                shown = visible(name_of(element.tag))
                reason = _("the element {element} is no record like the first one", element=shown)
                yield self._bad(reason, self._evidence(element))
            yield from self._stray_text(element.tail)

    def _stray_text(self, text: str | None) -> Iterator[BadRow]:
        if _has_text(text):
            yield self._bad(
                _("text stands between the records"), (text or "").encode()[: self._limits.evidence]
            )

    def _record(self, element: Element) -> Iterator[Row | BadRow]:
        cells = _("its elements are nested") if self._nesting is element else self._cells(element)
        if isinstance(cells, Message):
            yield self._bad(cells, self._evidence(element))
        elif any(cells):
            self.number += 1
            yield Row(self.number, tuple(cells), self._evidence(element))

    def _cells(self, element: Element) -> list[str] | Message:
        if _has_text(element.text):
            return _("text stands outside of its fields")
        if _has_attributes(element):
            return _("it has attributes; fields are elements")
        cells = [""] * len(self._positions)
        seen: set[str] = set()
        for child in element:
            field_name = name_of(child.tag)
            if fault := _fault(child, field_name in seen):
                return fault
            seen.add(field_name)
            cells[self._positions[field_name]] = child.text or ""
        return unstorable(cells, self._limits) or cells

    def _bad(self, reason: Message, raw: bytes) -> BadRow:
        self.number += 1
        return BadRow(self.number, reason, raw)

    def _evidence(self, element: Element) -> bytes:
        return written(element)[: self._limits.evidence]


def _branch(element: Element) -> Element:
    """The child of the root in which an element stands, or the element where it is one or the root."""
    parent = element.getparent()
    while parent is not None and (above := parent.getparent()) is not None:
        element, parent = parent, above
    return element


def _is_record(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


def _preceding(element: Element) -> list[Element]:
    """What stands before an element in its parent, in the order of the file."""
    found: list[Element] = []
    previous = element.getprevious()
    while previous is not None:
        found.append(previous)
        previous = previous.getprevious()
    return found[::-1]


def _fault(child: Element, is_second: bool) -> Message | None:
    """Why this is no field, or None."""
    shown = visible(name_of(child.tag))
    if len(child):
        return _("the field {field} holds further elements", field=shown)
    if is_second:
        return _("the field {field} stands in it twice", field=shown)
    if _has_attributes(child):
        return _("the field {field} has attributes", field=shown)
    return _("text stands outside of its fields") if _has_text(child.tail) else None


def _has_text(text: str | None) -> bool:
    return bool(text and not text.isspace())


def _has_attributes(element: Element) -> bool:
    return any(not name.startswith(_XML_ATTRIBUTE) for name in element.attrib)
