"""Ids are packed: what comes out is what went in, and a million of them take little room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.bulk.packing import pack, unpack

IDS = st.integers(0, 2**63 - 1)


@given(st.lists(IDS))
def test_ids_come_back_in_their_order(ids: list[int]) -> None:
    assert list(unpack(pack(ids))) == ids


def test_a_million_neighbours_take_next_to_nothing() -> None:
    ids = range(5, 1_000_005)
    packed = pack(ids)
    assert len(packed) < 100_000
    assert list(unpack(packed)) == list(ids)
