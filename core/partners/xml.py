"""XML from a partner and for one: nothing outside the bytes is ever read, nothing unreadable ever written.

The one place that knows lxml, which comes without types: `Element` is as much of it as partners need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from lxml import etree  # pyright: ignore

LARGEST = 1_048_576

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(ValueError):
    """What came is not the XML that was expected; the text says why, in English, beside a raw answer."""


class Element(Protocol):
    """An element; names are `{namespace}name`."""

    tag: str
    text: str | None

    def get(self, key: str, default: str = "") -> str:
        """An attribute's value."""
        ...

    def keys(self) -> list[str]:
        """Names of its attributes."""
        ...

    def set(self, key: str, value: str) -> None:
        """Sets an attribute."""
        ...

    def find(self, path: str) -> Element | None:
        """The first child of that name."""
        ...

    def iter(self, tag: str) -> Iterator[Element]:
        """All elements of that name below it; `{*}name` in whatever namespace."""
        ...

    def itertext(self) -> Iterator[str]:
        """All text below it."""
        ...


def parse_untrusted(body: bytes, largest: int = LARGEST) -> Element:
    """The root element. No DTD, entity, network or huge node. Raises Unreadable."""
    if len(body) > largest:
        raise Unreadable(f"longer than {largest} bytes")
    parser = etree.XMLParser(  # pyright: ignore
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)  # pyright: ignore
    except (etree.XMLSyntaxError, ValueError) as error:  # pyright: ignore
        raise Unreadable(f"not XML: {error}") from error
    document = root.getroottree().docinfo  # pyright: ignore
    if document.doctype or document.internalDTD is not None:  # pyright: ignore
        raise Unreadable("has a document type, which is never accepted")
    return cast("Element", root)


def new_root(namespace: str, name: str) -> Element:
    """The root of a new document whose namespace is the default one."""
    return cast("Element", etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace}))  # pyright: ignore


def add_child(parent: Element, name: str, text: str) -> None:
    """An element below another one; no text makes it empty."""
    etree.SubElement(parent, name).text = text or None  # pyright: ignore


def add_element(
    parent: Element | None, name: str, text: str = "", prefixes: Mapping[str | None, str] | None = None
) -> Element:
    """An element, `{namespace}name`, below another one or (None) a new root; it declares `prefixes`."""
    if parent is None:
        made = etree.Element(name, nsmap=prefixes)  # pyright: ignore
    else:
        made = etree.SubElement(parent, name, nsmap=prefixes)  # pyright: ignore
    made.text = text or None  # pyright: ignore
    return cast("Element", made)


def as_bytes(root: Element) -> bytes:
    """The document in UTF-8, with its declaration."""
    return cast("bytes", etree.tostring(root, xml_declaration=True, encoding="UTF-8"))  # pyright: ignore


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def first_unwritable(text: str) -> str | None:
    """The first character that XML 1.0 cannot hold (control, lone surrogate, U+FFFE, U+FFFF), or None."""
    found = _NOT_XML.search(text)
    return found[0] if found else None
