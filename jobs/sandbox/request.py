"""What a simulated partner looks at of a request, and what it answers, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


class Streamed(Protocol):
    """A body that is made while it is sent; its length is known beforehand."""

    def __len__(self) -> int: ...

    def chunks(self) -> Iterator[bytes]:
        """The bytes, in pieces of moderate size."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What a partner looks at of a request: the path as it was sent, header names in lower case."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and further headers of an answer."""

    status: int
    body: bytes | Streamed
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/xml; charset=utf-8"

    def chunks(self, most: int | None = None) -> Iterator[bytes]:
        """The body in pieces, or its first `most` bytes."""
        left = len(self.body) if most is None else most
        for chunk in (self.body,) if isinstance(self.body, bytes) else self.body.chunks():
            if left <= 0:
                return
            yield chunk[:left]
            left -= len(chunk)
