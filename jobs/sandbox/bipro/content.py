"""What a file consists of, made while it is sent, so that a long one takes no memory."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from jobs.sandbox.request import Streamed

_BLOCK = 96 * 1024
"""A multiple of three: base64 of the blocks is base64 of the whole."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Bytes that are there."""

    data: bytes

    def __len__(self) -> int:
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        """The bytes, in one piece."""
        yield self.data


@dataclass(frozen=True, slots=True)
class Long:
    """A beginning, then `size` bytes in all that look like chance and are the same every time."""

    start: bytes
    size: int
    seed: int
    end: bytes = b""

    def __len__(self) -> int:
        return self.size

    def chunks(self) -> Iterator[bytes]:
        """The bytes, in blocks."""
        block = Random(self.seed).randbytes(_BLOCK)
        yield self.start
        left = self.size - len(self.start) - len(self.end)
        while left > 0:
            yield block[:left]
            left -= len(block)
        yield self.end


@dataclass(frozen=True, slots=True)
class Encoded:
    """The base64 of something, without line breaks."""

    inner: Streamed

    def __len__(self) -> int:
        return (len(self.inner) + 2) // 3 * 4

    def chunks(self) -> Iterator[bytes]:
        """The text, in pieces."""
        rest = b""
        for chunk in self.inner.chunks():
            data = rest + chunk
            whole = len(data) // 3 * 3
            rest = data[whole:]
            yield base64.b64encode(data[:whole])
        yield base64.b64encode(rest)


@dataclass(frozen=True, slots=True)
class Joined:
    """One after the other."""

    parts: Sequence[Streamed]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def chunks(self) -> Iterator[bytes]:
        """The bytes of all."""
        for part in self.parts:
            yield from part.chunks()


def sha256(content: Streamed) -> str:
    """The hash in hex."""
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()
