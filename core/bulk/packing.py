"""Record ids in few bytes: the steps between them, as 64-bit whole numbers, deflated."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable
from itertools import accumulate, chain
from operator import sub

QUICKLY = 1


def pack(ids: Iterable[int]) -> bytes:
    """The ids, in their order. Neighbouring ids, as most selections have them, take next to nothing."""
    numbers = array("q", ids)
    steps = array("q", map(sub, numbers, chain((0,), numbers)))
    return zlib.compress(_little_endian(steps).tobytes(), QUICKLY)


def unpack(packed: bytes) -> array[int]:
    """What `pack` was given."""
    steps = array("q")
    steps.frombytes(zlib.decompress(packed))
    return array("q", accumulate(_little_endian(steps)))


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
