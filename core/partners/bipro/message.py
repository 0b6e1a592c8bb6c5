"""A message as it came over the wire, opened: its SOAP root, and the parts beside it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from core.archive import Stored
from core.partners.bipro.answer import Node, read_answer
from core.partners.bipro.mtom import (
    CHUNK,
    Multipart,
    Part,
    read_media_type,
    read_multipart,
    read_part,
)
from core.partners.bipro.soap import body_of


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands in the SOAP body, and the parts of the message; `root` is the one with the envelope."""

    body: Node
    multipart: Multipart | None = None

    @property
    def root(self) -> Part | None:
        """The part with the envelope; None where the message is the envelope."""
        return self.multipart.root if self.multipart else None


def open_message(
    file: BinaryIO, content_type: str, keep: Callable[[Iterable[bytes]], Stored | None], largest: int
) -> Opened:
    """Reads an answer; files that stand in its XML go to `keep`. Raises Unreadable.

    A multipart body whose header does not say so is known by its first bytes.
    """
    media_type = read_media_type(content_type)
    file.seek(0)
    if not media_type.is_multipart and file.read(2) != b"--":
        file.seek(0)
        return Opened(
            body_of(read_answer(_pieces(file), keep, largest, media_type.parameters.get("charset", "")))
        )
    multipart = read_multipart(file, media_type)
    charset = multipart.root.media_type.parameters.get("charset", "")
    return Opened(body_of(read_answer(read_part(file, multipart.root), keep, largest, charset)), multipart)


def open_short(message: bytes, content_type: str, largest: int) -> Opened:
    """The same of a message that is in memory, where only its status matters. Raises Unreadable."""
    return open_message(BytesIO(message), content_type, _forget, largest)


def _forget(pieces: Iterable[bytes]) -> None:
    for _piece in pieces:
        pass


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")
