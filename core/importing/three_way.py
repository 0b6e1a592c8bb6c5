"""The three-way comparison of an import: what the source said last, what stands here, what it says now.

The broker software is the master, this office corrects. So a source value that did not change never
overwrites a correction, and one that did change is a conflict for an operator, unless both now agree. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that changed on both sides."""

    field: str
    before: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """What an import does to a record: values to take, clashes to show, fields on which both agree again."""

    take: Mapping[str, str] = field(default_factory=dict[str, str])
    clashes: tuple[Clash, ...] = ()
    agreed: tuple[str, ...] = ()


def merge(before: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]) -> Merge:
    """Compares field by field; only fields that the source names now are looked at.

    A field that the source never named before counts as empty there before.
    """
    take: dict[str, str] = {}
    clashes: list[Clash] = []
    agreed: list[str] = []
    for name, new in theirs.items():
        old, here = before.get(name, ""), ours[name]
        if new == here:
            if old != new:
                agreed.append(name)
        elif new == old:
            continue
        elif here == old:
            take[name] = new
        else:
            clashes.append(Clash(name, old, here, new))
    return Merge(take, tuple(clashes), tuple(agreed))
