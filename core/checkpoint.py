"""How far an operation has come (Zwischenstand): what is kept with each of its transactions, or not at all.

Whoever goes on from a checkpoint does nothing twice and goes on in the same journal entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlmodel import Session

from core.operation import Refusal

CHUNK = 200
"""Records that one transaction of an operation takes at most."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state between two transactions of an operation on a frozen selection.

    `reached` of the `total` records are dealt with: those of `done` were changed, `refused` were left alone.
    `entry` is the journal entry, `subject` the first record that it tells of, `tally` what was counted.
    """

    reached: int = 0
    total: int = 0
    done: Sequence[int] = ()
    refused: int = 0
    entry: int | None = None
    subject: str = ""
    tally: Mapping[str, int] = field(default_factory=dict[str, int])


class Keeper(Protocol):
    """Says where an operation begins and how large its steps are, and keeps how far it has come."""

    @property
    def since(self) -> Checkpoint:
        """Where the operation begins, or goes on."""
        ...

    def next_size(self) -> int:
        """How many records the next transaction takes; asked before each of them."""
        ...

    def keep(
        self, session: Session, so_far: Checkpoint, done: Sequence[int], refused: Sequence[Refusal]
    ) -> None:
        """Told in each transaction what it did (`done`, `refused`) and what has been done by then, all told.

        What it raises rolls the transaction back.
        """
        ...


class Unkept:
    """For an operation that runs to its end in the process that began it."""

    since = Checkpoint()

    def next_size(self) -> int:
        """As many as a transaction may take."""
        return CHUNK

    def keep(
        self, session: Session, so_far: Checkpoint, done: Sequence[int], refused: Sequence[Refusal]
    ) -> None:
        """Keeps nothing."""
