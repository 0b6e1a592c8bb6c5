"""Reading XML of any length element by element: nothing outside it is read, and little of it is held."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import Any, Protocol, cast
from zipfile import BadZipFile

from core.locale import Message, _
from core.tables.rows import Meter
from core.text import printable, shortened

UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What reading a damaged archive, or damaged text, can come to."""


class Element(Protocol):
    """What is used of lxml's elements."""

    tag: str
    text: str | None
    tail: str | None
    attrib: dict[str, str]

    def get(self, name: str, default: str) -> str: ...
    def clear(self, keep_tail: bool = False) -> None: ...
    def getparent(self) -> Element | None: ...
    def getprevious(self) -> Element | None: ...
    def getroottree(self) -> Any: ...
    def __iter__(self) -> Iterator[Element]: ...
    def __len__(self) -> int: ...
    def __delitem__(self, position: int) -> None: ...


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int = -1, /) -> bytes: ...


class BrokenXml(Exception):
    """Reading cannot go on, and why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _Guarded:
    """A source that counts, and that stops when too much comes without an element being finished."""

    def __init__(self, source: Source, meter: Meter, most: int) -> None:
        self._source = source
        self._meter = meter
        self._most = most
        self.since_last = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self._meter.position += len(chunk)
        self.since_last += len(chunk)
        if self.since_last > self._most + len(chunk):
            raise BrokenXml(_("the row is longer than {limit} bytes", limit=self._most))
        return chunk


def elements(source: Source, tags: Collection[str], meter: Meter, most: int) -> Iterator[Element]:
    """Every finished element with one of these tags, to be used before the next one is asked for.

    It and what stands before it in its parent are emptied then. What stands behind it may be there already,
    or not yet: the parser is ahead by an unknown length.
    `most` is the number of bytes after which one of them must have ended. Document types, entities and the
    network are never used. Raises BrokenXml after everything that stood before the fault.
    """
    etree = cast(Any, import_module("lxml.etree"))
    guarded = _Guarded(source, meter, most)
    events = etree.iterparse(
        guarded,
        events=("end",),
        tag=tuple(tags),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _event, element in events:
            if guarded.since_last:
                _refuse_document_type(element)
            guarded.since_last = 0
            yield element
            _forget(element)
        _refuse_document_type(events.root)
    except etree.XMLSyntaxError as error:
        raise BrokenXml(_where(error)) from error
    except UNREADABLE as error:
        raise BrokenXml(damaged(error)) from error


def written(element: Element) -> bytes:
    """An element as XML in UTF-8."""
    etree = cast(Any, import_module("lxml.etree"))
    return etree.tostring(element, encoding="utf-8", with_tail=False)


def damaged(error: Exception) -> Message:
    """That the file is damaged, in the words of whoever noticed."""
    return _("the file is damaged: {error}", error=_said(error))


def name_of(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def _forget(element: Element) -> None:
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _refuse_document_type(element: Element | None) -> None:
    if element is None:
        return
    document = element.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise BrokenXml(_("it has a document type declaration, which is never accepted"))


def _where(error: Any) -> Message:
    line, column = error.position
    last = error.error_log.last_error
    said = shortened(printable(last.message), 200) if last else _said(error)
    return _(
        "the XML breaks off in line {line}, column {column}: {error}", line=line, column=column, error=said
    )


def _said(error: Exception) -> str:
    return shortened(printable(str(error)), 200)
