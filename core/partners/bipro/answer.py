"""A SOAP answer as a tree of small nodes; what a file holds is never in memory as a whole.

Read with expat, piece by piece: lxml keeps the text of an element in one piece, and a file of 60 MB may
stand in one as base64. Elements are found by namespace and local name, never by prefix.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from core.archive import Stored
from core.partners.bipro.mtom import decode_base64
from core.partners.xml import Unreadable

ALLGEMEIN = "http://www.bipro.net/namespace/allgemein"
XOP = "http://www.w3.org/2004/08/xop/include"
HOLDING = frozenset({"Daten", "Inhalt", "Content"})
"""Elements of a file block that hold a file as base64, or refer to a part."""
MOST_NODES = 1_000_000
DEEPEST = 100
_DECLARED = re.compile(rb"<\?xml[^>]*\sencoding\s*=")
_CHARSET = re.compile(r"[A-Za-z][\w.-]{0,40}")


@dataclass(slots=True)
class Node:
    """An element: local name, namespace, attributes by local name, its own text, its children.

    `content` is the file that stood in it as base64.
    """

    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    text: str = ""
    children: list[Node] = field(default_factory=list["Node"])
    content: Stored | None = None

    def child(self, name: str, namespace: str = "") -> Node | None:
        """The first child of this name; where it is in a namespace at all, in this one (empty: any)."""
        return next(self.all(name, namespace), None)

    def all(self, name: str, namespace: str = "") -> Iterator[Node]:
        """All children of this name; see `child`."""
        return (one for one in self.children if one.name == name and one.belongs_to(namespace))

    def belongs_to(self, namespace: str) -> bool:
        """Whether it is in that namespace, or in none where anybody left it out."""
        return not namespace or self.namespace in ("", namespace)

    def below(self, name: str) -> Iterator[Node]:
        """All descendants of this name, in the order of the document."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            if node.name == name:
                yield node
            stack.extend(reversed(node.children))

    def said(self, name: str, namespace: str = "") -> str:
        """The text of a child, without blanks at its edges; empty where there is none."""
        found = self.child(name, namespace)
        return found.text.strip() if found is not None else ""


def read_answer(
    pieces: Iterable[bytes],
    keep: Callable[[Iterable[bytes]], Stored | None],
    largest: int,
    charset: str = "",
) -> Node:
    """The root element; files in it go to `keep`. `largest` bounds what stands outside of them, in bytes.

    `charset` counts where the document declares none. No document type, entity or network. Raises Unreadable.
    """
    return _Reading(pieces, keep, largest, charset).read()


class _Reading:
    def __init__(
        self,
        pieces: Iterable[bytes],
        keep: Callable[[Iterable[bytes]], Stored | None],
        largest: int,
        charset: str,
    ) -> None:
        self._pieces, self._keep, self._largest = pieces, keep, largest
        self._charset = charset if _CHARSET.fullmatch(charset) else ""
        self._found: deque[tuple[Node, bytes | None]] = deque()
        """What was read of files, and None at the end of each."""
        self._path: list[Node] = []
        self._root: Node | None = None
        self._nodes = self._length = 0
        self._holding = self._begun = False

    def read(self) -> Node:
        found = self._events()
        for node, piece in found:
            node.content = self._keep(decode_base64(_until_its_end(piece, found)))
        if self._root is None:
            raise Unreadable("holds no element")
        return self._root

    def _events(self) -> Iterator[tuple[Node, bytes | None]]:
        parser: expat.XMLParserType | None = None
        try:
            for piece in self._pieces:
                parser = parser or self._parser(piece)
                parser.Parse(piece, False)
                while self._found:
                    yield self._found.popleft()
            if parser is None:
                raise Unreadable("is empty")
            parser.Parse(b"", True)
            while self._found:
                yield self._found.popleft()
        except (expat.ExpatError, LookupError, ValueError) as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(f"not XML: {error}") from error

    def _parser(self, first: bytes) -> expat.XMLParserType:
        has_mark = first.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
        own = "" if has_mark or _DECLARED.match(first.lstrip()[:200]) else self._charset
        parser = expat.ParserCreate(own or None, " ")
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_document_type
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _blank, local = name.rpartition(" ")
        node = Node(local, namespace, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        self._nodes += 1
        self._grow(len(name) + sum(len(key) + len(value) for key, value in attributes.items()))
        if self._nodes > MOST_NODES or len(self._path) >= DEEPEST:
            raise Unreadable("has too many elements, or too many within each other")
        if self._path:
            self._path[-1].children.append(node)
        else:
            self._root = node
        self._finish_file()
        self._holding = local in HOLDING and bool(self._path) and self._path[-1].name == "Datei"
        self._path.append(node)

    def _end(self, _name: str) -> None:
        self._finish_file()
        self._holding = False
        self._path.pop()

    def _finish_file(self) -> None:
        if self._begun:
            self._found.append((self._path[-1], None))
            self._begun = False

    def _text(self, text: str) -> None:
        if not self._path:
            return
        if not self._holding:
            self._grow(len(text))
            self._path[-1].text += text
        elif self._begun or not text.isspace():
            self._begun = True
            self._found.append((self._path[-1], text.encode("ascii", "replace")))

    def _grow(self, length: int) -> None:
        self._length += length
        if self._length > self._largest:
            raise Unreadable(f"holds more than {self._largest} bytes beside its files")


def _until_its_end(first: bytes | None, found: Iterator[tuple[Node, bytes | None]]) -> Iterator[bytes]:
    piece = first
    while piece is not None:
        yield piece
        piece = next(found, (None, None))[1]


def _refuse_document_type(_name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
    raise Unreadable("has a document type, which is never accepted")
